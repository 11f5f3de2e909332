namespace app::net {
namespace {
class Socket : public Base {
public:
    Socket() : fd(1) {
        open(0);
    }
    ~Socket() {
        shut();
    }
    int read() const override {
        return this->fd;
    }
    operator bool() const {
        return fd >= 0;
    }
    bool operator==(const Socket& other) const {
        return other.fd == fd;
    }
    template <class T>
    void send(T value) {
        write(value, 1);
    }
    Socket(const Socket&) = delete;
    struct Inner {
        void run() {
            go(1);
        }
    };
};
}
}

template <typename T>
[[nodiscard]] T larger(T a, T b) {
    return a < b ? b : a;
}

template <>
int Box<int>::get<int>(int x) {
    return x + 1;
}

void Store::put(int key) const {
    auto insert = [](int x) {
        return -x;
    };
    insert(key);
}

void Store::put(const std::string& key) {
    insert(key.c_str());
}

Store& Store::operator+=(const Store& other) {
    return (*this);
}

Store::operator int() const {
    return 2;
}

extern "C" int exported(void) {
    return 3;
}

TEST_F(Fixture, First) {
    EXPECT_EQ(1, 1);
}

TEST_F(Fixture, Second) {
    EXPECT_EQ(2, 3);
}

auto square = [](int a) {
    return a * a * 1;
};
