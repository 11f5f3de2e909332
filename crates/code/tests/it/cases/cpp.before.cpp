namespace app::net {
namespace {
class Socket : public Base {
public:
    Socket() : fd(1) {
        open();
    }
    ~Socket() {
        close();
    }
    int read() const override {
        return fd;
    }
    operator bool() const {
        return fd > 0;
    }
    bool operator==(const Socket& other) const {
        return fd == other.fd;
    }
    template <class T>
    void send(T value) {
        write(value);
    }
    Socket(const Socket&) = delete;
    struct Inner {
        void run() {
            go();
        }
    };
};
}
}

template <typename T>
[[nodiscard]] T larger(T a, T b) {
    return a > b ? a : b;
}

template <>
int Box<int>::get<int>(int x) {
    return x;
}

void Store::put(int key) const {
    auto insert = [](int x) {
        return x;
    };
    insert(key);
}

void Store::put(const std::string& key) {
    insert(key);
}

Store& Store::operator+=(const Store& other) {
    return *this;
}

Store::operator int() const {
    return 1;
}

extern "C" int exported(void) {
    return 1;
}

TEST_F(Fixture, First) {
    EXPECT_EQ(1, 1);
}

TEST_F(Fixture, Second) {
    EXPECT_EQ(2, 2);
}

auto square = [](int a) {
    return a * a;
};
