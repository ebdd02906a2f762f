// Context variables, with the semantics of Python's contextvars (PEP 567): a task, a callback and the work of a thread
// run in a copy of the context in which they were made, so what they set is seen by nobody else.
#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace norn::asyncio {

// What the variables are set to. A copy is a context of its own.
class context {
 public:
  // Null: not set.
  std::shared_ptr<const void> find(const void* variable) const;
  void set(const void* variable, std::shared_ptr<const void> value);

  // Of the running task, callback or thread. Not a scheduling point.
  static context& current();

 private:
  std::vector<std::pair<const void*, std::shared_ptr<const void>>> values_;
};

template <class T>
class context_var {
 public:
  // `otherwise`: what it is where it has not been set.
  explicit context_var(T otherwise = {}) : otherwise_(std::move(otherwise)) {}
  context_var(const context_var&) = delete;
  context_var& operator=(const context_var&) = delete;

  // What `set` replaced.
  class token {
   public:
    token() = default;

   private:
    friend class context_var;
    explicit token(std::shared_ptr<const void> before) : before_(std::move(before)) {}
    std::shared_ptr<const void> before_;
  };

  // Not scheduling points: a context belongs to whoever runs in it.
  const T& get() const {
    const std::shared_ptr<const void> value = context::current().find(this);
    return value == nullptr ? otherwise_ : *static_cast<const T*>(value.get());
  }
  token set(T value) {
    context& now = context::current();
    token before(now.find(this));
    now.set(this, std::make_shared<const T>(std::move(value)));
    return before;
  }
  void reset(const token& before) { context::current().set(this, before.before_); }

 private:
  T otherwise_;
};

}  // namespace norn::asyncio
