#include <norn/model/asyncio/semaphore.hpp>

#include <exception>

#include <norn/model/asyncio/task.hpp>

namespace norn::asyncio {

using namespace engine;

namespace {

constexpr operation_kind acquire_kind{.name = "acquire", .reach = engine::reach::unknown};
constexpr operation_kind release_kind{
    .name = "release", .reach = engine::reach::unknown, .nothrow = true};
constexpr operation_kind locked_kind{"locked"};

}  // namespace

semaphore::semaphore(std::ptrdiff_t value, std::string_view label)
    : semaphore("Semaphore", value, std::nullopt, label) {}

semaphore::semaphore(const char* type, std::ptrdiff_t value, std::optional<std::ptrdiff_t> most,
                     std::string_view label)
    : bound_(type, label), value_(value), most_(most) {
  if (value < 0) throw value_error("Semaphore initial value must be >= 0");
}

bool semaphore::is_locked() const { return value_ == 0 || !waiting_.all_cancelled(); }

void semaphore::acquire(source_location where) {
  step s{acquire_kind, bound_.object(), where};
  bound_.touch(s.now());
  if (!is_locked()) {
    --value_;
    return;
  }
  const waiters::waiter mine = waiting_.add(bound_.bind());
  const std::exception_ptr thrown = s.wait(*mine);
  bound_.touch(s.now());
  waiting_.remove(mine);
  if (thrown) {
    // It had been served already: the next one is.
    if (!mine->cancelled()) {
      ++value_;
      wake_next(s.now());
    }
    std::rethrow_exception(thrown);
  }
  if (value_ > 0) wake_next(s.now());
}

void semaphore::release(source_location where) {
  point p{release_kind, bound_.object(), where};
  if (p.abandoned()) return;
  bound_.touch(p);
  if (most_ && value_ >= *most_) {
    throw value_error("BoundedSemaphore released too many times");
  }
  ++value_;
  wake_next(p);
}

void semaphore::wake_next(point& p) {
  const waiters::waiter next = waiting_.first_pending();
  if (next == nullptr) return;
  --value_;
  waiters::wake(p, *next);
}

bool semaphore::locked(source_location where) const {
  point p{locked_kind, bound_.object(), where};
  p.read(bound_.object());
  return is_locked();
}

}  // namespace norn::asyncio
