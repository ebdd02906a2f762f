// connector: a pool of connections with a limit, as the connector of aiohttp has it in the versions that were
// published: the first exceeds the limit, the later ones leave somebody asleep beside a free slot.
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

struct parts_of_connector {
  bool newcomers_queue = false;  // whoever comes while others wait, waits, too (#4937)
  bool looks_again = true;   // who was woken looks whether there is a slot, and waits again (#9671)
  bool passes_it_on = true;  // who was woken and is cancelled wakes the next
};

// One slot.
class connector {
 public:
  using parts = parts_of_connector;

  connector(const parts& how, kit::system&) : how_(how) {}

  void use() {
    if (!is_free() || (how_.newcomers_queue && waited_for_ != 0)) wait_for_slot();
    require("within_limit", ++in_use_ <= limit, "more connections are open than the limit");
    try {
      asyncio::sleep(1s);  // opens it and sends a request
    } catch (const asyncio::cancelled_error&) {
      give_back();
      throw;
    }
    give_back();
  }

 private:
  static constexpr int limit = 1;

  bool is_free() const { return in_use_ < limit; }

  void wait_for_slot() {
    ++waited_for_;
    bool first = true;
    do {
      const asyncio::future<void> slot;
      if (first) {
        waiters_.push_back(slot);
      } else {
        waiters_.push_front(slot);  // who waits again keeps his place
      }
      first = false;
      try {
        slot.await();
      } catch (const asyncio::cancelled_error&) {
        --waited_for_;
        std::erase_if(waiters_, [&](const auto& w) { return w.state() == slot.state(); });
        if (how_.passes_it_on && !slot.cancelled()) wake_next();
        throw;
      }
    } while (how_.looks_again && !is_free());
    --waited_for_;
  }

  void give_back() {
    --in_use_;
    wake_next();
  }

  void wake_next() {
    while (is_free() && !waiters_.empty()) {
      const asyncio::future<void> first = waiters_.front();
      waiters_.pop_front();
      if (first.done()) continue;
      first.set_result();
      return;
    }
  }

  parts how_;
  int in_use_ = 0;
  int waited_for_ = 0;  // by so many: the key of the host is among those with waiters
  std::deque<asyncio::future<void>> waiters_;
};

// clang-format off
const kit::protocol<connector> protocol{
    .name = "connector",
    .covers = {"aio-libs/aiohttp#4936", "aio-libs/aiohttp#4937", "aio-libs/aiohttp#9670", "aio-libs/aiohttp#9671"},
    .setup = [](actor&) {},
    .work = [](connector& c, actor& me) {
      if (me.in().has("late") && me.number() == 2) asyncio::sleep(1ms);
      c.use();
    },
    .inspect = [](connector&, actor&) {},
    .modifiers = {{"late", "the third comes at any time"}},
    .properties =
        {{"no_deadlock", "whoever waits is served as long as those who were served leave"},
         {"within_limit", "no more connections are open than the limit"}},
    .variants =
        {{"fixed"},
         {"barging", {.looks_again = false, .passes_it_on = false}, {"aio-libs/aiohttp#4936"}},
         {"queueing", {.newcomers_queue = true, .looks_again = false, .passes_it_on = false}, {"aio-libs/aiohttp#9670"}},
         {"looks_again", {.passes_it_on = false}, {"aio-libs/aiohttp#9671"}}},
    .verdicts = R"(
             3task  3task-late    3task-cancel  3task-late-cancel
fixed        holds  holds         holds         holds
barging      holds  within_limit  no_deadlock   within_limit no_deadlock
queueing     holds  holds         no_deadlock   no_deadlock
looks_again  holds  holds         no_deadlock   no_deadlock)",
    .guarantee = "{fixed}: the limit is kept and nobody is forgotten, in {deployments}."};
// clang-format on

const kit::registration registered{protocol};

}  // namespace

}  // namespace norn::field
