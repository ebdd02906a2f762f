// The exceptions of asyncio, and those of Python that it raises.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace norn::asyncio {

// CancelledError. Not a std::exception, as it is no Exception in Python: a handler of these lets it pass.
class cancelled_error {
 public:
  explicit cancelled_error(std::string message = {}) : message_(std::move(message)) {}
  const std::string& message() const { return message_; }

 private:
  std::string message_;  // what was given to `cancel`
};

inline bool is_cancellation(const std::exception_ptr& thrown) {
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const cancelled_error&) {
    return true;
  } catch (...) {
  }
  return false;
}

struct timeout_error : std::runtime_error {
  timeout_error() : std::runtime_error("TimeoutError") {}
};
struct runtime_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// Tasks that wait for each other in a circle are cancelled.
struct recursion_error : std::runtime_error {
  recursion_error() : std::runtime_error("maximum recursion depth exceeded") {}
};
struct value_error : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};
struct invalid_state_error : std::logic_error {
  using std::logic_error::logic_error;
};
struct queue_empty : std::runtime_error {
  queue_empty() : std::runtime_error("QueueEmpty") {}
};
struct queue_full : std::runtime_error {
  queue_full() : std::runtime_error("QueueFull") {}
};

// ExceptionGroup: what the tasks of a group failed with, in the order in which they did.
class exception_group : public std::runtime_error {
 public:
  explicit exception_group(std::vector<std::exception_ptr> errors)
      : std::runtime_error("unhandled errors in a TaskGroup (" + std::to_string(errors.size()) +
                           " sub-exceptions)"),
        errors_(std::move(errors)) {}
  const std::vector<std::exception_ptr>& errors() const { return errors_; }

 private:
  std::vector<std::exception_ptr> errors_;
};

}  // namespace norn::asyncio
