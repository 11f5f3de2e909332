namespace a::b {
template <typename T> class Stack final : public Base<T> {
public:
  explicit Stack(size_t n) : items_(n) {}
  ~Stack() noexcept override { clear(); }
  T &operator[](size_t i) { return items_[i]; }
  auto size() const -> size_t { return items_.size(); }
};
}
int main() { auto f = [&](int x) { return x + 1; }; return f(R"(")"[0]); }
=======
namespace a::b {
template <typename T> class Stack final : public Base<T> {
public:
  explicit Stack(size_t n) : items_(n) {}
  ~Stack() noexcept override { clear(); }
  T &operator[](size_t i) { return items_.at(i); }
  auto size() const -> size_t { return items_.size(); }
};
}
int main() { auto f = [&](int x) { return x + 2; }; return f(R"(")"[0]); }
