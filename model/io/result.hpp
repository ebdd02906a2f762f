// Result: what a modelled system call returns: a value, or the errno value that Linux gives.
#pragma once

#include <system_error>
#include <utility>
#include <variant>

namespace norn::io {

// An errno value on its way into a result: `return failure{ENOENT};`.
struct failure {
  int error;
};

// What `value()` throws of a failed call.
[[noreturn]] inline void throw_failure(int error) {
  throw std::system_error(error, std::generic_category(), "file operation failed");
}

template <class T>
class [[nodiscard]] result {
 public:
  result(T value) : held_(std::move(value)) {}
  result(failure f) : held_(f) {}

  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // 0 when the call succeeded.
  int error() const { return ok() ? 0 : std::get<failure>(held_).error; }

  // Throws std::system_error when the call failed.
  const T& value() const& {
    if (!ok()) throw_failure(error());
    return std::get<T>(held_);
  }
  T&& value() && {
    if (!ok()) throw_failure(error());
    return std::get<T>(std::move(held_));
  }

 private:
  std::variant<T, failure> held_;
};

template <>
class [[nodiscard]] result<void> {
 public:
  result() = default;
  result(failure f) : error_(f.error) {}

  bool ok() const { return error_ == 0; }
  explicit operator bool() const { return ok(); }
  int error() const { return error_; }
  void value() const {
    if (!ok()) throw_failure(error_);
  }

 private:
  int error_ = 0;
};

}  // namespace norn::io
