// Terminate: std::terminate's handler, which is the process's, while stacks are unwound.
#pragma once

#include <exception>
#include <mutex>

namespace norn::engine {

// While stacks are unwound, std::terminate may mean no more than that one of them cannot be. The handler is the
// process's, and several runners may be at it at once.
class terminate_means_give_up {
 public:
  explicit terminate_means_give_up(std::terminate_handler gives_up) {
    const std::scoped_lock lock(mutex);
    if (users++ == 0) before = std::set_terminate(gives_up);
  }
  ~terminate_means_give_up() {
    const std::scoped_lock lock(mutex);
    if (--users == 0) std::set_terminate(before);
  }
  terminate_means_give_up(const terminate_means_give_up&) = delete;
  terminate_means_give_up& operator=(const terminate_means_give_up&) = delete;

  static std::terminate_handler otherwise() {
    const std::scoped_lock lock(mutex);
    return before;
  }

 private:
  inline static std::mutex mutex;
  inline static int users = 0;
  inline static std::terminate_handler before = nullptr;
};

}  // namespace norn::engine
