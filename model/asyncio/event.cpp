#include <norn/model/asyncio/event.hpp>

#include <exception>

#include <norn/model/asyncio/task.hpp>

namespace norn::asyncio {

using namespace engine;

namespace {

constexpr operation_kind set_kind{.name = "set", .reach = engine::reach::unknown};
constexpr operation_kind clear_kind{"clear"};
constexpr operation_kind is_set_kind{"is_set"};
constexpr operation_kind wait_kind{.name = "wait", .reach = engine::reach::unknown};

}  // namespace

void event::set(source_location where) {
  point p{set_kind, bound_.object(), where};
  bound_.touch(p);
  if (set_) return;
  set_ = true;
  for (const waiters::waiter& each : waiting_.all()) {
    if (!each->done()) waiters::wake(p, *each);
  }
}

void event::clear(source_location where) {
  point p{clear_kind, bound_.object(), where};
  bound_.touch(p);
  set_ = false;
}

bool event::is_set(source_location where) const {
  point p{is_set_kind, bound_.object(), where};
  p.read(bound_.object());
  return set_;
}

void event::wait(source_location where) {
  step s{wait_kind, bound_.object(), where};
  bound_.touch(s.now());
  if (set_) return;
  const waiters::waiter mine = waiting_.add(bound_.bind());
  const std::exception_ptr thrown = s.wait(*mine);
  bound_.touch(s.now());
  waiting_.remove(mine);
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace norn::asyncio
