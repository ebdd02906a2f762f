// Outside: how a model calls code that cannot run on a thread of the model: code that needs more stack than that has, or
// looks at where its stack is. A parser, an interpreter, a database.
//
//   const tree parsed = outside([&] { return parse(text); });
//
// The function runs on the stack of the worker, the thread of the operating system, while the calling thread waits for it.
// Nothing else runs meanwhile: it is part of the caller's step, and no scheduling point.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace norn::engine {

// `call` throws nothing.
void run_outside(void (*call)(void*), void* with);

// Calls f there, and returns or throws what it does. Outside the body of a check it simply calls f. Requires: f performs no
// operation of a model: those throw std::logic_error, as outside the body of a check.
template <class F>
auto outside(F&& f) {
  using returned = std::invoke_result_t<F&>;
  using kept = std::conditional_t<std::is_void_v<returned>, bool, returned>;
  std::optional<kept> result;
  std::exception_ptr error;
  auto call = [&] {
    try {
      if constexpr (std::is_void_v<returned>) {
        f();
      } else {
        result.emplace(f());
      }
    } catch (...) {
      error = std::current_exception();
    }
  };
  run_outside([](void* c) { (*static_cast<decltype(call)*>(c))(); }, &call);
  if (error) std::rethrow_exception(error);
  if constexpr (!std::is_void_v<returned>) return std::move(*result);
}

}  // namespace norn::engine
