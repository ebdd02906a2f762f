// Lifeline: the object whose end is the end of a thread: a process, or what stands for it. Once the object's
// word is not 0 the thread takes no further step.
//
// Every step of such a thread reads its lifeline, and a crash writes it (point::kill): the two depend on one
// another, because each step changes the memory that the crash takes, and what the thread has told others
// by then. Steps of threads with another lifeline commute with the crash.
#pragma once

#include <norn/scheduler/run/object.hpp>

namespace norn::engine {

// The object is the lifeline of the running thread from now on, and of the threads that it will start; null:
// they have none. Part of the creator's event, which reads the object; where the word is not 0 the thread ends
// there. Requires: the thread is new and has performed no operation. The object outlives the thread.
void set_lifeline(const object* lifeline);

}  // namespace norn::engine
