// Locks: lock_guard, unique_lock, shared_lock, scoped_lock and lock, in the shape of the standard's
// (C++20 [thread.lock]).
//
// The standard's own templates work with Norn's mutexes: they call lock() and unlock(). What they
// cannot do is say where they were written, so that each step in a trace points into <mutex>; and
// std::lock of several mutexes retries for as long as the schedule makes it fail, which an exhaustive
// search follows without end. These do both, and are otherwise the same: unique_lock and shared_lock
// are derived from the standard's, for condition variables and whatever else takes those.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <tuple>
#include <utility>

#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/object.hpp>

namespace norn {

namespace detail {

template <class Mutex>
struct exclusive_mode {
  using standard = std::unique_lock<Mutex>;

  static void lock(Mutex& m, source_location where) { m.lock(where); }
  static bool try_lock(Mutex& m, source_location where) { return m.try_lock(where); }
  static bool try_lock_for(Mutex& m, const auto& duration, source_location where) {
    return m.try_lock_for(duration, where);
  }
  static bool try_lock_until(Mutex& m, const auto& deadline, source_location where) {
    return m.try_lock_until(deadline, where);
  }
  static void unlock(Mutex& m, source_location where) { m.unlock(where); }
};

template <class Mutex>
struct shared_mode {
  using standard = std::shared_lock<Mutex>;

  static void lock(Mutex& m, source_location where) { m.lock_shared(where); }
  static bool try_lock(Mutex& m, source_location where) { return m.try_lock_shared(where); }
  static bool try_lock_for(Mutex& m, const auto& duration, source_location where) {
    return m.try_lock_shared_for(duration, where);
  }
  static bool try_lock_until(Mutex& m, const auto& deadline, source_location where) {
    return m.try_lock_shared_until(deadline, where);
  }
  static void unlock(Mutex& m, source_location where) { m.unlock_shared(where); }
};

// A lock of the standard's that passes on where it was written. It keeps its state in its base: a
// misuse of the lock itself throws the base's std::system_error.
template <class Mutex, template <class> class Mode>
class located_lock : public Mode<Mutex>::standard {
  using base = typename Mode<Mutex>::standard;
  using mode = Mode<Mutex>;

 public:
  located_lock() = default;
  explicit located_lock(Mutex& m, source_location where = source_location::current())
      : base(m, std::defer_lock), where_(where) {
    lock(where);
  }
  located_lock(Mutex& m, std::defer_lock_t, source_location where = source_location::current())
      : base(m, std::defer_lock), where_(where) {}
  located_lock(Mutex& m, std::try_to_lock_t, source_location where = source_location::current())
      : base(m, std::defer_lock), where_(where) {
    try_lock(where);
  }
  located_lock(Mutex& m, std::adopt_lock_t, source_location where = source_location::current())
      : base(m, std::adopt_lock), where_(where) {}
  template <class Rep, class Period>
  located_lock(Mutex& m, const std::chrono::duration<Rep, Period>& duration,
               source_location where = source_location::current())
      : base(m, std::defer_lock), where_(where) {
    try_lock_for(duration, where);
  }
  template <class Clock, class Duration>
  located_lock(Mutex& m, const std::chrono::time_point<Clock, Duration>& deadline,
               source_location where = source_location::current())
      : base(m, std::defer_lock), where_(where) {
    try_lock_until(deadline, where);
  }

  located_lock(located_lock&&) noexcept = default;
  located_lock& operator=(located_lock&& other) noexcept {
    if (this->owns_lock()) unlock(where_);
    where_ = other.where_;
    base::operator=(std::move(static_cast<base&>(other)));
    return *this;
  }
  ~located_lock() {
    if (this->owns_lock()) unlock(where_);
  }

  void lock(source_location where = source_location::current()) {
    if (!can_lock()) base::lock();  // throws
    mode::lock(*this->mutex(), where);
    note_owned(true);
  }
  bool try_lock(source_location where = source_location::current()) {
    if (!can_lock()) return base::try_lock();  // throws
    return note_owned(mode::try_lock(*this->mutex(), where));
  }
  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& duration,
                    source_location where = source_location::current()) {
    if (!can_lock()) return base::try_lock();  // throws
    return note_owned(mode::try_lock_for(*this->mutex(), duration, where));
  }
  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& deadline,
                      source_location where = source_location::current()) {
    if (!can_lock()) return base::try_lock();  // throws
    return note_owned(mode::try_lock_until(*this->mutex(), deadline, where));
  }
  void unlock(source_location where = source_location::current()) {
    if (!this->owns_lock()) base::unlock();  // throws
    mode::unlock(*this->mutex(), where);
    note_owned(false);
  }

 private:
  bool can_lock() const { return this->mutex() != nullptr && !this->owns_lock(); }

  bool note_owned(bool owned) {
    Mutex& m = *base::release();
    base::operator=(owned ? base(m, std::adopt_lock) : base(m, std::defer_lock));
    return owned;
  }

  source_location where_{};  // of the construction, for the destructor's unlock
};

// One of several mutexes to be locked together.
struct lockable {
  void* mutex;
  engine::object_slot slot;
  void (*lock)(void* mutex, source_location where);
  bool (*try_lock)(void* mutex, source_location where);
  void (*unlock)(void* mutex, source_location where);
};

template <class Mutex>
lockable lockable_of(Mutex& m) {
  return {&m, m.state().slot(),
          [](void* p, source_location where) { static_cast<Mutex*>(p)->lock(where); },
          [](void* p, source_location where) { return static_cast<Mutex*>(p)->try_lock(where); },
          [](void* p, source_location where) { static_cast<Mutex*>(p)->unlock(where); }};
}

void lock_all(std::span<lockable> mutexes, source_location where);

// Any other type with lock(), try_lock() and unlock() has no identity to be ordered by.
template <class Mutex>
concept identified = requires(Mutex& m) {
  m.state().slot();
};

template <class... Mutexes>
void lock_several(source_location where, Mutexes&... mutexes) {
  if constexpr ((identified<Mutexes> && ...)) {
    lockable all[] = {lockable_of(mutexes)...};
    lock_all(all, where);
  } else {
    std::lock(mutexes...);
  }
}

}  // namespace detail

template <class Mutex>
class lock_guard {
 public:
  using mutex_type = Mutex;

  explicit lock_guard(Mutex& m, source_location where = source_location::current())
      : mutex_(m), where_(where) {
    mutex_.lock(where);
  }
  lock_guard(Mutex& m, std::adopt_lock_t, source_location where = source_location::current())
      : mutex_(m), where_(where) {}
  ~lock_guard() { mutex_.unlock(where_); }
  lock_guard(const lock_guard&) = delete;
  lock_guard& operator=(const lock_guard&) = delete;

 private:
  Mutex& mutex_;
  source_location where_;
};

template <class Mutex>
class unique_lock : public detail::located_lock<Mutex, detail::exclusive_mode> {
 public:
  using detail::located_lock<Mutex, detail::exclusive_mode>::located_lock;
};

template <class Mutex>
class shared_lock : public detail::located_lock<Mutex, detail::shared_mode> {
 public:
  using detail::located_lock<Mutex, detail::shared_mode>::located_lock;
};

// Inherited constructors take no part in the deduction of class template arguments.
template <class Mutex, class... Rest>
unique_lock(Mutex&, Rest...) -> unique_lock<Mutex>;
template <class Mutex, class... Rest>
shared_lock(Mutex&, Rest...) -> shared_lock<Mutex>;

// Holds all of the given mutexes for its lifetime. Cannot deadlock, whatever the order of the
// arguments: it never waits for one while it holds another ([thread.lock.scoped], [thread.lock.algorithm]).
template <class... Mutexes>
class scoped_lock {
 public:
  explicit scoped_lock(Mutexes&... mutexes, source_location where = source_location::current())
      : mutexes_(mutexes...), where_(where) {
    if constexpr (sizeof...(Mutexes) == 1) {
      (mutexes.lock(where), ...);
    } else if constexpr (sizeof...(Mutexes) > 1) {
      detail::lock_several(where, mutexes...);
    }
  }
  scoped_lock(std::adopt_lock_t, Mutexes&... mutexes,
              source_location where = source_location::current())
      : mutexes_(mutexes...), where_(where) {}
  ~scoped_lock() {
    std::apply([this](auto&... m) { (m.unlock(where_), ...); }, mutexes_);
  }
  scoped_lock(const scoped_lock&) = delete;
  scoped_lock& operator=(const scoped_lock&) = delete;

 private:
  std::tuple<Mutexes&...> mutexes_;
  source_location where_;
};

template <class... Mutexes>
scoped_lock(Mutexes&...) -> scoped_lock<Mutexes...>;
template <class... Mutexes>
scoped_lock(std::adopt_lock_t, Mutexes&...) -> scoped_lock<Mutexes...>;

// Locks two mutexes or more, in the way of scoped_lock.
template <class First, class Second, class... Rest>
void lock(First& first, Second& second, Rest&... rest) {
  detail::lock_several(source_location{}, first, second, rest...);
}

}  // namespace norn
