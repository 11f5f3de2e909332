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

}
