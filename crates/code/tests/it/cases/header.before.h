#pragma once

namespace app {

class Buffer {
public:
    char at(size_t i) const {
        return data[i];
    }

private:
    std::vector<char> data;
};

class APP_EXPORT Slice : public Base {
public:
    Slice() : data_("") {}
    size_t size() const {
        return size_;
    }
    bool operator[](size_t i) const {
        return size_ > i;
    }
};

}
