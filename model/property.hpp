// Properties of a program, stated in its body. A search decides each of them: it goes on past a
// violation until every property of its check is decided.
#pragma once

#include <functional>
#include <string_view>

namespace norn {

// `holds` is evaluated now and after every step that changes something it reads, and must be true
// each time. It may read `ghost`, `shared` and `atomic` variables and nothing that takes a step. It is evaluated as
// the main thread: the running host and process are the body's. It is dropped when the main thread's body ends, or when
// a variable is destroyed that it has read in this execution; misuse where something that it has read changes after
// that, or in the body's last step. `name` is a literal. Not a scheduling point. Requires: the caller is the main
// thread, and runs alone: no other thread has been started, or all have been joined.
//
// What it reads is found out by watching it; writes to these variables then depend on one another,
// because the predicate can tell their orders apart. When a later execution shows that it reads more,
// the search starts over with the larger set (docs/concepts.md, observation).
void always(const char* name, std::function<bool()> holds);

// Records whether `holds`: for what must be true at this place, above all of the final state, after
// every thread has been joined. The thread goes on either way. Not a scheduling point.
void require(std::string_view name, bool holds, std::string_view message = {});

}  // namespace norn
