#include <norn/model/thread/thread.hpp>

#include <exception>

namespace norn {

namespace {

constexpr operation_kind join_kind{"join"};

bool has_ended(std::uint64_t word, std::uint64_t) { return word != 0; }

}  // namespace

thread& thread::operator=(thread&& other) noexcept {
  if (joinable()) leaked();
  id_ = std::exchange(other.id_, no_thread);
  return *this;
}

thread::~thread() {
  if (joinable()) leaked();
}

void thread::leaked() {
  runner* const r = runner::current();
  if (r == nullptr || r->unwinding()) return;
  r->violate(
      "no_leaked_thread",
      std::uncaught_exceptions() > 0
          ? "an exception destroyed a thread object while joinable: std::terminate would be called"
          : "a thread object was destroyed while joinable: std::terminate would be called; "
            "join or detach it first");
  r->park_for_good();
}

void thread::join(source_location where) {
  runner& r = *runner::current();
  if (r.unwinding()) r.unwind();
  if (!joinable()) r.halt("valid_join", "join of a thread that is not joinable");
  if (id_ == r.self()) {
    r.halt("valid_join", "a thread joins itself: resource_deadlock_would_occur in C++");
  }
  // A step that waits for the end of the thread: once ended, always ended.
  point p{join_kind, r.end_of(id_), where, guard{r.end_of(id_), has_ended, 0, false}};
  p.read(r.end_of(id_));
  p.acquire(r.end_of(id_));
  id_ = no_thread;
}

void thread::detach() {
  runner& r = *runner::current();
  if (!joinable() && !r.unwinding())
    r.halt("valid_join", "detach of a thread that is not joinable");
  id_ = no_thread;
}

}  // namespace norn
