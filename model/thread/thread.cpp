#include <norn/model/thread/thread.hpp>

#include <exception>
#include <string>

#include <norn/scheduler/run/failure.hpp>

namespace norn {

using namespace engine;

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
  if (!in_body() || unwinding()) return;
  halt_quietly(
      "no_leaked_thread",
      std::uncaught_exceptions() > 0
          ? "an exception destroyed a thread object while joinable: std::terminate would be "
            "called"
          : "a thread object was destroyed while joinable: std::terminate would be called; "
            "join or detach it first");
}

void thread::join(source_location where) {
  if (!joinable() && !unwinding()) halt("valid_join", "join of a thread that is not joinable");
  if (id_ == this_thread_id() && !unwinding()) {
    halt("valid_join", "a thread joins itself: resource_deadlock_would_occur in C++");
  }
  // A step that waits for the end of the thread: once ended, always ended.
  const object_slot end = joinable() ? end_of(id_) : no_object;
  point p{join_kind, end, where, guard{end, has_ended, 0, false}};
  p.read(end);
  p.acquire(end);
  id_ = no_thread;
}

void thread::detach() {
  if (!joinable() && !unwinding()) halt("valid_join", "detach of a thread that is not joinable");
  id_ = no_thread;
}

void symmetric_group::require_two(std::string_view name, int count) {
  if (count >= 2) return;
  halt_as_misuse("the symmetric group \"" + std::string(name) + "\" has " + std::to_string(count) +
                 (count == 1 ? " thread" : " threads") +
                 ": there is nobody to change places with\n"
                 "  start two threads or more, or leave `symmetric` out.");
}

namespace detail {

thread_group::~thread_group() {
  if (!threads_.empty()) thread::leaked();
}

void thread_group::join(source_location where) {
  if (threads_.empty() && !unwinding()) {
    halt("valid_join", "join of a group of threads that has been joined before");
  }
  const auto all_have = [](std::uint64_t ended, std::uint64_t all) { return ended == all; };
  const object_slot end = threads_.empty() ? no_object : end_of_group_of(threads_.front());
  point p{join_kind, end, where, guard{end, all_have, threads_.size(), false}};
  p.read(end);
  p.acquire(end);
  threads_.clear();
}

std::string thread_group::names() const {
  std::string text;
  for (const thread_id t : threads_) text += (text.empty() ? "(" : ", ") + name_of(t);
  return text + ")";
}

}  // namespace detail

}  // namespace norn
