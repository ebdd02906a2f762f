// connection_pool: a task takes a connection out of a pool, within a time, as asyncpg has it. Where the wait is a task of
// its own, the connection can arrive when nobody takes it any more. README.md says how.
#include <chrono>
#include <optional>
#include <string>

#include <norn/model/asyncio/errors.hpp>
#include <norn/model/asyncio/future.hpp>
#include <norn/model/asyncio/gather.hpp>
#include <norn/model/asyncio/queue.hpp>
#include <norn/model/asyncio/task.hpp>
#include <norn/model/asyncio/timeout.hpp>
#include <norn/specs/kit/protocol.hpp>

namespace norn::field {

namespace {

using namespace std::chrono_literals;
using kit::actor;

enum class waits {
  in_the_task,        // asyncio.wait_for since 3.12, which asyncpg brings along (#1086)
  in_one_of_its_own,  // asyncio.wait_for until 3.8
  shielded,           // the caller shields that
};

struct parts_of_pool {
  waits how = waits::in_the_task;
};

// One connection.
class connection_pool {
 public:
  using parts = parts_of_pool;

  connection_pool(const parts& how, kit::system&) : how_(how) { idle_.put_nowait(1); }

  void use(actor& me) {
    int connection = 0;
    try {
      connection = acquire();
    } catch (const asyncio::timeout_error&) {
      me.did("timed out", me.name());
      return;
    }
    try {
      asyncio::sleep(1s);
    } catch (const asyncio::cancelled_error&) {
      idle_.put_nowait(connection);
      throw;
    }
    idle_.put_nowait(connection);
  }

  void look(actor& me) const { me.did("idle", std::to_string(idle_.qsize())); }

 private:
  static constexpr auto patience = 5s;

  int acquire() {
    if (how_.how == waits::in_the_task) {
      return asyncio::with_timeout(patience, [&] { return idle_.get(); });
    }
    if (how_.how == waits::in_one_of_its_own) return acquire_in_a_task();
    const auto whole = asyncio::create_task("acquire", [&] { return acquire_in_a_task(); });
    return asyncio::shield(whole).await();
  }

  // Who is cancelled cancels the task, which may be over; who has run out of time does not look whether it is.
  int acquire_in_a_task() {
    const auto inner = asyncio::create_task("get", [&] { return idle_.get(); });
    const asyncio::future<void> over;
    const auto release = [over] {
      if (!over.state()->done()) over.set_result();
    };
    inner.add_done_callback(release);
    const auto timer = asyncio::event_loop::current().call_later(patience, release);
    try {
      over.await();
    } catch (const asyncio::cancelled_error&) {
      asyncio::event_loop::current().cancel(timer);
      inner.cancel();
      throw;
    }
    asyncio::event_loop::current().cancel(timer);
    if (inner.done()) return inner.result();
    inner.cancel();
    try {
      inner.await();
    } catch (const asyncio::cancelled_error&) {
      // As it was asked to be.
    }
    throw asyncio::timeout_error();
  }

  parts how_;
  asyncio::queue<int> idle_{0, "idle"};
};

// clang-format off
const kit::protocol<connection_pool> protocol{
    .name = "connection_pool",
    .covers = {"MagicStack/asyncpg#467", "MagicStack/asyncpg#547", "MagicStack/asyncpg#548", "MagicStack/asyncpg#1086"},
    .setup = [](actor&) {},
    .work = [](connection_pool& p, actor& me) { p.use(me); },
    .inspect = [](connection_pool& p, actor& me) { p.look(me); },
    .properties =
        {{"no_connection_lost", "in the end the connection is in the pool",
          [](const kit::history& h) -> kit::finding {
            return {h.of("idle").front().value == "1", "everybody has ended, and the connection is nobody's"};
          }}},
    .variants =
        {{"fixed"},
         {"task_of_its_own", {waits::in_one_of_its_own}, {"MagicStack/asyncpg#547"}, "timeout create_task set(get) call_later cancel look set(future) await"},
         {"shielded", {waits::shielded}, {"MagicStack/asyncpg#467"}, "timeout create_task set(get) call_later cancel look set(future) await shield"}},
    .verdicts = R"(
                 1task  2task               1task-cancel        2task-cancel
fixed            holds  holds               holds               holds
task_of_its_own  holds  holds               no_connection_lost  no_connection_lost
shielded         holds  holds               no_connection_lost  no_connection_lost)",
    .guarantee = "{fixed}: a connection is in the pool or somebody's, in {deployments}."};
// clang-format on

const kit::registration registered{protocol};

}  // namespace

}  // namespace norn::field
