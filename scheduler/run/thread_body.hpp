// Thread body: what a thread of the model runs. Holds small callables in place, because starting a
// thread is part of every execution and should not allocate.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace norn::engine {

class thread_body {
 public:
  thread_body() = default;
  thread_body(const thread_body&) = delete;
  thread_body& operator=(const thread_body&) = delete;
  ~thread_body() { reset(); }

  template <class F>
  void emplace(F&& f) {
    using held = std::decay_t<F>;
    reset();
    if constexpr (sizeof(held) <= capacity && alignof(held) <= alignof(std::max_align_t)) {
      target_ = ::new (static_cast<void*>(storage_)) held(std::forward<F>(f));
      destroy_ = [](void* p) { static_cast<held*>(p)->~held(); };
    } else {
      target_ = new held(std::forward<F>(f));
      destroy_ = [](void* p) { delete static_cast<held*>(p); };
    }
    call_ = [](void* p) { (*static_cast<held*>(p))(); };
  }

  void operator()() { call_(target_); }

  void reset() {
    if (destroy_ != nullptr) destroy_(target_);
    destroy_ = nullptr;
  }

 private:
  static constexpr std::size_t capacity = 96;

  alignas(std::max_align_t) std::byte storage_[capacity];
  void* target_ = nullptr;
  void (*call_)(void*) = nullptr;
  void (*destroy_)(void*) = nullptr;
};

}  // namespace norn::engine
