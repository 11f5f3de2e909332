#pragma once

namespace app {

class Buffer {
public:
    char at(size_t i) const {
        return data.at(i);
    }

private:
    std::vector<char> data;
};

class APP_EXPORT Slice : public Base {
public:
    Slice() : data_("") {}
    size_t size() const {
        return length_;
    }
    bool operator[](size_t i) const {
        return length_ > i;
    }
};

}
