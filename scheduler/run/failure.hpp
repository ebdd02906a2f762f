// Failure: how code under test, or a test library around it, says that something does not hold.
#pragma once

#include <functional>
#include <string_view>

#include <norn/scheduler/base/source_location.hpp>

namespace norn::engine {

// Records that a named property does not hold in this execution. The thread goes on: other
// properties are still to be decided. Not a scheduling point. Requires: inside the body of a check.
void violate(std::string_view property, std::string_view message);

// The same, and the running thread never goes on: it cannot, having misused the model.
[[noreturn]] void halt(std::string_view property, std::string_view message);

// The check itself is wrong, not the program under test: every verdict of the search is then `misuse`.
[[noreturn]] void halt_as_misuse(std::string_view message);

// As `halt`, for destructors and noexcept functions: returns when the execution is taken down, with
// `unwinding()` true; the caller then touches nothing and returns.
void halt_quietly(std::string_view property, std::string_view message);

// Evaluates a predicate now and after every step that changes what it reads (model/property.hpp).
void add_predicate(const char* name, std::function<bool()> holds);

// Records a failed assertion as a violation of the property `assertions`, and stops the thread at its
// next scheduling point. Neither throws nor switches: it may be called while a test library holds a
// lock. Returns false, and does nothing, outside the body of a check.
bool fail_from_assertion(std::string_view message, const char* file, int line);

}  // namespace norn::engine
