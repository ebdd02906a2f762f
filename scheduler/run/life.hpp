// Life: what threads die of. A thread may live by an object: a process, or what stands for it. Once that
// object's word is not 0 the thread takes no further step.
//
// Every step of such a thread reads its life, and a crash writes it (point::kill): the two depend on one
// another, because each step changes the memory that the crash takes, and what the thread has told others
// by then. Steps of threads that live by something else commute with the crash.
#pragma once

#include <norn/scheduler/run/object.hpp>

namespace norn {

// The running thread lives by the object from now on, and so do the threads that it will start; null: by
// nothing. Part of the creator's event, which reads the object; where the word is not 0 the thread ends
// there. Requires: the thread is new and has performed no operation. The object outlives the thread.
void live_by(const object* life);

}  // namespace norn
