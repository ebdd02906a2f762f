// Threads of the model, in the shape of std::thread (C++20 [thread.thread.class]).
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/run/spawn.hpp>

namespace norn {

namespace detail {
class thread_group;
}  // namespace detail

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

  thread(thread&& other) noexcept : id_(std::exchange(other.id_, engine::no_thread)) {}
  thread& operator=(thread&& other) noexcept;
  thread(const thread&) = delete;
  thread& operator=(const thread&) = delete;

  // Destroying a thread that is neither joined nor detached calls std::terminate in C++; here it is a
  // violation of `no_leaked_thread`.
  ~thread();

  bool joinable() const { return id_ != engine::no_thread; }
  engine::thread_id get_id() const { return id_; }

  // Waits for the end of the thread; what it did happens before the return. A scheduling point.
  // Requires: joinable, and not the calling thread; a violation of `valid_join` otherwise.
  void join(source_location where = source_location::current());

  // Lets the thread run on by itself. Not a scheduling point. Requires: joinable.
  void detach();

 private:
  friend class detail::thread_group;
  static void leaked();

  engine::thread_id id_ = engine::no_thread;
};

namespace detail {
inline constexpr engine::operation_kind spawn_kind{"spawn"};
}  // namespace detail

template <class F>
  requires std::is_invocable_v < std::decay_t<F>
& > thread::thread(std::string_view name, int number, F&& body, source_location where) {
  engine::point p{detail::spawn_kind, where};
  id_ = engine::spawn(name, number, std::forward<F>(body));
  p.describe([&](engine::narration& n) { n.arguments = "(" + name_of(id_) + ")"; });
}

namespace detail {

// Threads that one step creates and another waits for.
class thread_group {
 public:
  thread_group(const thread_group&) = delete;
  thread_group& operator=(const thread_group&) = delete;
  // As of a thread: to be joined first. Else it is a violation of `no_leaked_thread`.
  ~thread_group();

  // Waits for the end of all of them; what they did happens before the return. A scheduling point. Requires:
  // not joined before; a violation of `valid_join` otherwise.
  void join(source_location where = source_location::current());

 protected:
  thread_group() = default;

  // The threads run `body_of(0)()` …. A scheduling point. Requires: count ≥ 1.
  template <class BodyOf>
  void start(std::string_view name, int count, engine::thread_role role, source_location where,
             const BodyOf& body_of) {
    engine::point p{spawn_kind, where};
    threads_ = engine::spawn_group(name, count, role, body_of);
    p.describe([&](engine::narration& n) { n.arguments = names(); });
  }

 private:
  std::string names() const;

  std::vector<engine::thread_id> threads_;  // none: they have been joined
};

class concurrent_threads : public thread_group {
 public:
  template <class F>
  concurrent_threads(std::string_view name, int count, F& body, source_location where) {
    start(name, count, engine::thread_role::member, where,
          [&](int i) { return [&body, i] { body(i); }; });
  }
};

}  // namespace detail

// Runs `body(0)` … `body(count - 1)` in threads of their own, named "name/0" …, and waits for all. The
// creation of all of them is one scheduling point, and so is the wait for all. Requires: count ≥ 0.
template <class F>
  requires std::is_invocable_v<F&, int>
void run_concurrently(std::string_view name, int count, F&& body,
                      source_location where = source_location::current()) {
  if (count > 0) detail::concurrent_threads(name, count, body, where).join(where);
}

// A symmetric group: threads that are equals. What one of them does, another could have done in its place:
// `body` uses its number for nothing but names, of its own files, of its rows, in what it reports. What
// `choose` offers means the same to each. And nobody else tells them apart: who looks at what they have left does not
// care which of them has left it. Of the executions that are the same but for who is who, the exhaustive search
// runs one, as far as that is proved (docs/decisions/0015-symmetry.md). A program that tells the threads apart is
// misuse, where it is found.
class symmetric_group : public detail::thread_group {
 public:
  // Starts `body(0)` … `body(count - 1)`, each in a thread with a copy of it, named "name/0" …. A scheduling
  // point: the creation of all is one step. Misuse where `count` is below 2.
  template <class F>
    requires std::is_invocable_v<F&, int> symmetric_group(
        std::string_view name, int count, F body,
        source_location where = source_location::current()) {
      require_two(name, count);
      start(name, count, engine::thread_role::equal, where,
            [&](int i) { return [body, i]() mutable { body(i); }; });
    }

 private:
  static void require_two(std::string_view name, int count);
};

struct run_options {
  bool symmetric = false;  // the threads are a symmetric group
};

// As above, of a symmetric group where the options say so.
template <class F>
  requires std::is_invocable_v<F&, int>
void run_concurrently(std::string_view name, int count, F&& body, run_options options,
                      source_location where = source_location::current()) {
  if (!options.symmetric) return run_concurrently(name, count, body, where);
  symmetric_group(
      name, count, [&body](int i) { body(i); }, where)
      .join(where);
}

// Runs the given bodies in threads of their own ("thread/0" …) and waits for all, as above.
template <class... Fs>
  requires(sizeof...(Fs) > 0 && (std::is_invocable_v<Fs&> && ...))
void run_concurrently(Fs&&... bodies) {
  const std::array<std::function<void()>, sizeof...(Fs)> each{[&bodies] { bodies(); }...};
  run_concurrently("thread", static_cast<int>(sizeof...(Fs)),
                   [&each](int i) { each[static_cast<std::size_t>(i)](); });
}

namespace this_thread {
inline engine::thread_id get_id() { return engine::this_thread_id(); }
}  // namespace this_thread

}  // namespace norn
