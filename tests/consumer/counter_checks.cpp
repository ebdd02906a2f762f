// Checks of a user's own: a counter without a lock loses an update, one with a lock does not.
#include <norn/norn.hpp>
#include <norn/specs/kit/check.hpp>

namespace {

void count_without_lock() {
  norn::atomic<int> x{0};
  norn::run_concurrently("worker", 2, [&](int) { x.store(x.load() + 1); });
  norn::require("all_counted", x.load() == 2);
}

void count_with_lock() {
  norn::mutex m;
  norn::shared<int> x{0, "x"};
  norn::run_concurrently("worker", 2, [&](int) {
    m.lock();
    x = x + 1;
    m.unlock();
  });
  norn::require("all_counted", x == 2);
}

const norn::register_search unlocked{{
    .protocol = "counter",
    .variant = "unlocked",
    .deployment = "2thread",
    .body = count_without_lock,
    .expects = {{"all_counted", norn::conclusion::violated}},
}};

const norn::register_search locked{{
    .protocol = "counter",
    .variant = "locked",
    .deployment = "2thread",
    .body = count_with_lock,
    .expects = {{"all_counted", norn::conclusion::holds}},
}};

}  // namespace
