// Several futures at once: asyncio.gather and asyncio.shield.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <norn/model/asyncio/future.hpp>
#include <norn/model/asyncio/task.hpp>
#include <norn/scheduler/base/source_location.hpp>

namespace norn::asyncio {

// What a failure of one of them is to the whole.
enum class exceptions {
  propagate,  // the whole fails with the first; the others go on
  collect,    // return_exceptions=True: it is a result like any other
};

namespace detail {

std::shared_ptr<future_of<void>> gather(std::vector<std::shared_ptr<future_state>> children,
                                        exceptions how, source_location where);

inline constexpr engine::operation_kind shield_kind{.name = "shield",
                                                    .reach = engine::reach::unknown};

}  // namespace detail

// Done once all are; their results are theirs to tell. To cancel it cancels them all. A scheduling point.
template <class T>
future<void> gather(const std::vector<task<T>>& all, exceptions how = exceptions::propagate,
                    source_location where = source_location::current()) {
  std::vector<std::shared_ptr<future_state>> children;
  for (const task<T>& each : all) children.push_back(each.state());
  return future<void>(detail::gather(std::move(children), how, where));
}

// A future that is done as `inner` is; to cancel it leaves `inner` alone. A scheduling point.
template <class T>
future<T> shield(const future<T>& inner, source_location where = source_location::current()) {
  engine::point p{detail::shield_kind, inner.loop().state(), where};
  inner.loop().touch(p);
  if (inner.state()->done()) return inner;
  auto outer = std::make_shared<future_of<T>>(inner.loop());
  inner.state()->when_done(p, [outer, &of = *inner.state()](engine::point& then) {
    if (outer->done()) return engine::no_thread;
    if (of.cancelled()) {
      outer->cancel(then, {});
    } else if (of.error()) {
      outer->fail(then, of.error());
    } else {
      if constexpr (!std::is_void_v<T>) outer->result = of.result;
      outer->succeed(then);
    }
    return engine::no_thread;
  });
  return future<T>(std::move(outer));
}

}  // namespace norn::asyncio
