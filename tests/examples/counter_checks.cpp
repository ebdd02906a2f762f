// The checks of docs/tutorial.md, with the command around them (norn_add_checks).
// [checks]
#include <norn/norn.hpp>
#include <norn/specs/kit/check.hpp>

namespace {

void count_without_lock() {
  norn::atomic<int> visits{0, "visits"};
  norn::run_concurrently("visitor", 2, [&](int) { visits.store(visits.load() + 1); });
  norn::require("all_counted", visits.load() == 2);
}

void count_in_one_step() {
  norn::atomic<int> visits{0, "visits"};
  norn::run_concurrently("visitor", 2, [&](int) { visits.fetch_add(1); });
  norn::require("all_counted", visits.load() == 2);
}

const norn::register_search buggy{{
    .protocol = "counter",
    .variant = "buggy",
    .deployment = "2thread",
    .body = count_without_lock,
    .expects = {{"all_counted", norn::conclusion::violated}},
}};

const norn::register_search fixed{{
    .protocol = "counter",
    .variant = "fixed",
    .deployment = "2thread",
    .body = count_in_one_step,
    .expects = {{"all_counted", norn::conclusion::holds}},
}};

}  // namespace
// [end]
