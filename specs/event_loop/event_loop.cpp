// event_loop: reviews that call a CAD program for two seconds each, in a service with one event loop, beside a health
// check that must not wait for them. README.md says why each verdict is what it is.
#include <chrono>
#include <string>

#include <norn/model/asyncio/event_loop.hpp>
#include <norn/model/asyncio/running.hpp>
#include <norn/model/asyncio/task.hpp>
#include <norn/model/asyncio/thread_pool.hpp>
#include <norn/model/memory/ghost.hpp>
#include <norn/model/property.hpp>
#include <norn/model/sync/latch.hpp>
#include <norn/model/sync/mutex.hpp>
#include <norn/model/time/moment.hpp>
#include <norn/model/time/work.hpp>
#include <norn/specs/kit/protocol.hpp>

namespace norn::event_loop {

namespace {

using namespace std::chrono_literals;
using kit::actor;

// --- the parts that variants differ in; by default those of `fixed` ---

enum class called { in_a_thread, inline_, inline_after_a_thread, from_a_job };

struct parts_of_service {
  called cad = called::in_a_thread;
  bool cad_locked = true;
  bool health_in_a_thread = false;  // `def healthz` instead of `async def healthz`
};

// --- the protocol ---

class service {
 public:
  using parts = parts_of_service;

  service(const parts& how, kit::system&) : how_(how) {}

  void review(actor& me) {
    asyncio::sleep(0s);  // the body of the request is read
    switch (how_.cad) {
      case called::in_a_thread:
        asyncio::to_thread([&] { call_cad(); });
        break;
      case called::inline_:
        call_cad();
        break;
      case called::inline_after_a_thread:
        asyncio::to_thread([&] { call_cad(); });
        call_cad();
        break;
      case called::from_a_job:
        asyncio::to_thread(
            [&, &loop = asyncio::event_loop::current()] { call_cad_from_job(loop); });
        break;
    }
    me.did("reviewed", me.name());
  }

  void healthz(actor& me) {
    const moment asked = moment::now();
    asyncio::sleep(0s);
    if (how_.health_in_a_thread) asyncio::to_thread([] {});
    require("health_within_100ms", !me.in().has("timed") || !asked.is_older_than(100ms),
            "who asks whether the service is there waits for more than 100 ms");
    me.did("healthy", me.name());
  }

 private:
  // The program is not safe to be called by two threads at once.
  void call_cad() {
    require("no_blocking_call_on_loop", !asyncio::running::of_this_thread().loop,
            "the event loop waits for a call of two seconds");
    if (how_.cad_locked) cad_mutex_.lock();
    calls_.change([](int& n) { ++n; });
    require("one_call_at_once", calls_.get() == 1, "two threads call the CAD program at once");
    work(2s);
    calls_.change([](int& n) { --n; });
    if (how_.cad_locked) cad_mutex_.unlock();
  }

  // asyncio.run_coroutine_threadsafe(…).result(): a job of the pool waits for another one.
  void call_cad_from_job(asyncio::event_loop& loop) {
    latch done{1};
    loop.call_soon_threadsafe([&] {
      asyncio::create_task("inner", [&] {
        asyncio::to_thread([&] { call_cad(); });
        done.count_down();
      });
    });
    done.wait();
  }

  parts how_;
  mutex cad_mutex_{"cad_mutex"};
  ghost<int> calls_{0, "calls"};
};

// clang-format off
const kit::protocol<service> protocol{
    .name = "event_loop", .covers = {"P04"},
    .setup = [](actor&) {},
    .work = [](service& s, actor& me) { s.review(me); },
    .inspect = [](service&, actor&) {},
    .modifiers = {{"health", "somebody asks whether the service is there", "prober", [](service& s, actor& me) { s.healthz(me); }}},
    .properties =
        {{"no_blocking_call_on_loop", "the loop never waits for a call that takes long"},
         {"one_call_at_once", "the CAD program is called by one thread at a time"},
         {"no_deadlock", "every request is answered"},
         {"health_within_100ms", "a health check is answered within 100 ms", nullptr,
          [](const kit::deployment& d) { return d.has("timed"); }}},
    .variants =
        {{"buggy", {.cad = called::inline_}},
         {"fixed"},
         {"one_left_inline", {.cad = called::inline_after_a_thread}, {"P04.m1"}, "lock unlock work"},
         {"health_in_pool", {.health_in_a_thread = true}, {"P04.m3"}, "to_thread"},
         {"job_from_job", {.cad = called::from_a_job}, {"P04.m4"}, "call_soon_threadsafe create_task to_thread count_down wait destroy"},
         {"cad_unlocked", {.cad_locked = false}, {"P04.m6"}, "lock unlock"}},
    .verdicts = R"(
blocks = no_blocking_call_on_loop

                 1task   loop              loop-health       3task
buggy            blocks  blocks            blocks            blocks
fixed            holds   holds             holds             holds
one_left_inline  blocks  blocks            -                 -
health_in_pool   holds   holds             holds             -
job_from_job     holds   holds             -                 -
cad_unlocked     holds   one_call_at_once  one_call_at_once  -

                 1task-1pool  loop-1pool   loop-health-1pool  loop-2pool
fixed            holds        holds        holds              holds
health_in_pool   holds        holds        holds              -
job_from_job     no_deadlock  no_deadlock  -                  no_deadlock
cad_unlocked     holds        holds        holds              one_call_at_once

late = no_blocking_call_on_loop health_within_100ms
                 loop-health-timed  loop-health-1pool-timed  3task-health-1pool-timed  3task-health-2pool-timed
buggy            late               late                     late                      late
fixed            holds              holds                    holds                     holds
health_in_pool   holds              health_within_100ms      health_within_100ms       health_within_100ms

                 10task-health-1pool-timed
buggy            late
fixed            holds
health_in_pool   health_within_100ms)",
    .guarantee = "{fixed}: the loop waits for no call that takes long, and every request is answered, in {deployments}."};
// clang-format on

const kit::registration registered{protocol};

}  // namespace

}  // namespace norn::event_loop
