// Threads of the model, in the shape of std::thread (C++20 [thread.thread.class]).
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/run/spawn.hpp>

namespace norn {

class thread {
 public:
  thread() = default;

  // Starts a thread that runs `body`. A scheduling point: the creation is a step, and so is every
  // operation of the new thread. `name` is for the reader; `number`, where given, follows it.
  template <class F>
    requires std::is_invocable_v < std::decay_t<F>
  & > thread(std::string_view name, F&& body, source_location where = source_location::current())
      : thread(name, -1, std::forward<F>(body), where) {}
  template <class F>
    requires std::is_invocable_v < std::decay_t<F>
  & > thread(std::string_view name, int number, F&& body,
             source_location where = source_location::current());
  template <class F>
    requires std::is_invocable_v < std::decay_t<F>
  & > explicit thread(F&& body, source_location where = source_location::current())
      : thread("thread", -1, std::forward<F>(body), where) {}

  thread(thread&& other) noexcept : id_(std::exchange(other.id_, no_thread)) {}
  thread& operator=(thread&& other) noexcept;
  thread(const thread&) = delete;
  thread& operator=(const thread&) = delete;

  // Destroying a thread that is neither joined nor detached calls std::terminate in C++; here it is a
  // violation of `no_leaked_thread`.
  ~thread();

  bool joinable() const { return id_ != no_thread; }
  thread_id get_id() const { return id_; }

  // Waits for the end of the thread; what it did happens before the return. A scheduling point.
  // Requires: joinable, and not the calling thread; a violation of `valid_join` otherwise.
  void join(source_location where = source_location::current());

  // Lets the thread run on by itself. Not a scheduling point. Requires: joinable.
  void detach();

 private:
  static void leaked();

  thread_id id_ = no_thread;
};

namespace detail {
inline constexpr operation_kind spawn_kind{"spawn"};

class equal_threads {
 public:
  equal_threads(std::string_view name, int count);

  template <class F>
  void start(point& p, int number, F&& body) {
    const thread_id first = ids_.empty() ? no_thread : ids_.front();
    ids_.push_back(spawn_equal(name_, number, first, std::forward<F>(body)));
    p.describe([&](narration& n) { n.arguments = names(); });
  }
  void join(source_location where);

 private:
  std::string names() const;

  std::string_view name_;
  std::vector<thread_id> ids_;
};
}  // namespace detail

template <class F>
  requires std::is_invocable_v < std::decay_t<F>
& > thread::thread(std::string_view name, int number, F&& body, source_location where) {
  point p{detail::spawn_kind, where};
  id_ = norn::spawn(name, number, std::forward<F>(body));
  p.describe([&](narration& n) { n.arguments = "(" + name_of(id_) + ")"; });
}

// Runs `body(0)` … `body(count - 1)` in threads of their own, named "name/0" …, and waits for all.
// Each creation and each join is a scheduling point. Requires: count ≥ 0.
template <class F>
  requires std::is_invocable_v<F&, int>
void run_concurrently(std::string_view name, int count, F&& body,
                      source_location where = source_location::current()) {
  std::vector<thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    threads.emplace_back(
        name, i, [&body, i] { body(i); }, where);
  }
  for (thread& t : threads) t.join(where);
}

struct run_options {
  // The threads are equals: what one does, another could have done in its place. `body` uses its number for
  // nothing but names: of its own files, of its rows, in what it reports. Executions that are the same but for
  // who is who are then explored once, as far as that is proved (docs/decisions/0015-symmetry.md); a body that tells its
  // threads apart is misuse, where it is found.
  bool symmetric = false;
};

// The same. A symmetric group is created in one step and waited for in one step. Requires: it has two
// threads or more; misuse otherwise.
template <class F>
  requires std::is_invocable_v<F&, int>
void run_concurrently(std::string_view name, int count, F&& body, run_options options,
                      source_location where = source_location::current()) {
  if (!options.symmetric) return run_concurrently(name, count, body, where);
  detail::equal_threads threads(name, count);
  {
    point p{detail::spawn_kind, where};
    for (int i = 0; i < count; ++i) threads.start(p, i, [&body, i] { body(i); });
  }
  threads.join(where);
}

// Runs the given bodies in threads of their own ("thread/0" …) and waits for all.
template <class... Fs>
  requires(sizeof...(Fs) > 0 && (std::is_invocable_v<Fs&> && ...))
void run_concurrently(Fs&&... bodies) {
  std::vector<thread> threads;
  threads.reserve(sizeof...(Fs));
  int number = 0;
  (threads.emplace_back("thread", number++, [&bodies] { bodies(); }), ...);
  for (thread& t : threads) t.join();
}

namespace this_thread {
inline thread_id get_id() { return this_thread_id(); }
}  // namespace this_thread

}  // namespace norn
