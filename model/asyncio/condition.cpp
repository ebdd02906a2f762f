#include <norn/model/asyncio/condition.hpp>

#include <cstdint>
#include <exception>

#include <norn/model/asyncio/task.hpp>

namespace norn::asyncio {

using namespace engine;

namespace {

constexpr operation_kind wait_kind{.name = "wait", .reach = engine::reach::unknown};
constexpr operation_kind notify_kind{.name = "notify", .reach = engine::reach::unknown};

}  // namespace

void condition::wait(source_location where) {
  std::exception_ptr thrown;
  {
    step s{wait_kind, bound_.object(), where};
    bound_.touch(s.now());
    lock_.bound_.touch(s.now());
    if (!lock_.locked_) throw runtime_error("cannot wait on un-acquired lock");
    lock_.release(s.now());
    const waiters::waiter mine = waiting_.add(bound_.bind());
    thrown = s.wait(*mine);
    bound_.touch(s.now());
    waiting_.remove(mine);
  }
  // However it ended, the lock is taken again first.
  bool cancelled = false;
  for (bool again = true; again;) {
    try {
      lock_.acquire(where);
      again = false;
    } catch (const cancelled_error&) {
      cancelled = true;
    }
  }
  if (cancelled) throw cancelled_error();
  if (thrown) std::rethrow_exception(thrown);
}

void condition::notify(std::size_t n, source_location where) {
  point p{notify_kind, bound_.object(), where};
  bound_.touch(p);
  p.read(lock_.bound_.object());
  if (!lock_.locked_) throw runtime_error("cannot notify on un-acquired lock");
  for (const waiters::waiter& each : waiting_.all()) {
    if (n == 0) return;
    if (each->done()) continue;
    --n;
    waiters::wake(p, *each);
  }
}

void condition::notify_all(source_location where) { notify(SIZE_MAX, where); }

}  // namespace norn::asyncio
