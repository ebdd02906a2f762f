// asyncio_semaphore: the semaphore of asyncio in the versions that were published, each of which lost a wake-up in
// another way, or served somebody before his turn. README.md says how.
#include <algorithm>
#include <deque>

#include <norn/model/asyncio/errors.hpp>
#include <norn/model/asyncio/future.hpp>
#include <norn/model/asyncio/task.hpp>
#include <norn/model/property.hpp>
#include <norn/specs/kit/protocol.hpp>

namespace norn::field {

namespace {

using namespace std::chrono_literals;
using kit::actor;

enum class version {
  wakes_one,     // python/asyncio until #270: who is woken and cancelled takes the wake-up with him
  passes_it_on,  // until CPython 3.10: he wakes the next; but a newcomer may come before who was woken
  flags_wake_up,  // CPython #31910: newcomers wait while somebody has been woken
  pool,           // CPython #93222: a release is handed to the first who waits
};

struct parts_of_semaphore {
  version is = version::pool;
};

// A semaphore of value 1, and who came when.
class semaphore {
 public:
  using parts = parts_of_semaphore;

  semaphore(const parts& how, kit::system&) : how_(how) {}

  void use() {
    const int mine = arrived_++;
    acquire();
    require("first_come_first_served", mine > last_served_,
            "somebody who came later was served before");
    last_served_ = mine;
    require("within_limit", ++inside_ == 1, "two have acquired a semaphore of value 1");
    try {
      asyncio::sleep(1s);
    } catch (const asyncio::cancelled_error&) {
      --inside_;
      release();
      throw;
    }
    --inside_;
    release();
  }

 private:
  void acquire() {
    if (how_.is == version::pool) {
      acquire_from_pool();
    } else {
      acquire_when_woken();
    }
  }

  void release() {
    ++value_;
    wake_next();
  }

  void acquire_from_pool() {
    if (value_ > 0 && all_cancelled()) {
      --value_;
      return;
    }
    const asyncio::future<void> turn;
    waiters_.push_back(turn);
    try {
      turn.await();
    } catch (const asyncio::cancelled_error&) {
      forget(turn);
      if (!turn.cancelled()) release();
      throw;
    }
    forget(turn);
    if (value_ > 0) wake_next();
  }

  void acquire_when_woken() {
    while (value_ <= 0 || (how_.is == version::flags_wake_up && wake_up_scheduled_)) {
      const asyncio::future<void> turn;
      waiters_.push_back(turn);
      try {
        turn.await();
        wake_up_scheduled_ = false;
      } catch (const asyncio::cancelled_error&) {
        if (how_.is == version::passes_it_on && value_ > 0 && !turn.cancelled()) wake_next();
        if (how_.is == version::flags_wake_up) wake_next();
        throw;
      }
    }
    --value_;
  }

  // Who is woken from the pool has been served, and leaves the queue by himself.
  void wake_next() {
    for (const asyncio::future<void>& each : std::deque(waiters_)) {
      if (how_.is != version::pool) waiters_.pop_front();
      if (each.done()) continue;
      if (how_.is == version::pool) --value_;
      wake_up_scheduled_ = true;
      return each.set_result();
    }
  }

  bool all_cancelled() const {
    return std::all_of(waiters_.begin(), waiters_.end(),
                       [](const auto& w) { return w.cancelled(); });
  }
  void forget(const asyncio::future<void>& turn) {
    std::erase_if(waiters_, [&](const auto& w) { return w.state() == turn.state(); });
  }

  parts how_;
  int value_ = 1;
  bool wake_up_scheduled_ = false;
  std::deque<asyncio::future<void>> waiters_;
  int arrived_ = 0;
  int inside_ = 0;
  int last_served_ = -1;
};

// clang-format off
const kit::protocol<semaphore> protocol{
    .name = "asyncio_semaphore",
    .covers = {"python/asyncio#270", "python/cpython#90155", "python/cpython#31910", "python/cpython#93222"},
    .setup = [](actor&) {},
    .work = [](semaphore& s, actor& me) {
      if (me.in().has("late") && me.number() == 2) asyncio::sleep(1ms);
      s.use();
    },
    .inspect = [](semaphore&, actor&) {},
    .modifiers = {{"late", "the third comes at any time"}},
    .properties =
        {{"no_deadlock", "whoever waits is served as long as those who were served leave"},
         {"within_limit", "no more have acquired it than its value"},
         {"first_come_first_served", "of two who are served, who came first is served first"}},
    .variants =
        {{"fixed"},
         {"wakes_one", {version::wakes_one}, {"python/asyncio#270"}},
         {"passes_it_on", {version::passes_it_on}, {"python/cpython#90155"}},
         {"flags_wake_up", {version::flags_wake_up}, {"python/cpython#31910"}}},
    .verdicts = R"(
               3task  3task-late               3task-cancel  3task-late-cancel
fixed          holds  holds                    holds         holds
wakes_one      holds  first_come_first_served  no_deadlock   first_come_first_served no_deadlock
passes_it_on   holds  first_come_first_served  holds         first_come_first_served
flags_wake_up  holds  holds                    holds         no_deadlock)",
    .guarantee = "{fixed}: nobody is forgotten, in {deployments}."};
// clang-format on

const kit::registration registered{protocol};

}  // namespace

}  // namespace norn::field
