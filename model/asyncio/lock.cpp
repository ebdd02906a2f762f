#include <norn/model/asyncio/lock.hpp>

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

void lock::acquire(source_location where) {
  step s{acquire_kind, bound_.object(), where};
  bound_.touch(s.now());
  if (!locked_ && waiting_.all_cancelled()) {
    locked_ = true;
    return;
  }
  const waiters::waiter mine = waiting_.add(bound_.bind());
  const std::exception_ptr thrown = s.wait(*mine);
  bound_.touch(s.now());
  waiting_.remove(mine);
  if (thrown) {
    if (!locked_) wake_first(s.now());
    std::rethrow_exception(thrown);
  }
  locked_ = true;
}

void lock::release(source_location where) {
  point p{release_kind, bound_.object(), where};
  if (p.abandoned()) return;
  bound_.touch(p);
  release(p);
}

void lock::release(point& p) {
  if (!locked_) throw runtime_error("Lock is not acquired.");
  locked_ = false;
  wake_first(p);
}

// Where the first has been woken it will take the lock, or wake the next.
void lock::wake_first(point& p) {
  if (!waiting_.empty() && !waiting_.first()->done()) waiters::wake(p, *waiting_.first());
}

bool lock::locked(source_location where) const {
  point p{locked_kind, bound_.object(), where};
  p.read(bound_.object());
  return locked_;
}

}  // namespace norn::asyncio
