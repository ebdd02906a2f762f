#include <norn/model/time/work.hpp>

#include <norn/model/time/timer.hpp>
#include <norn/scheduler/run/failure.hpp>

namespace norn {

using namespace engine;

namespace {

constexpr operation_kind work_kind{"work"};

std::string text_of(const duration_interval& i) {
  return i.least == i.most ? shown(i.least) : shown(i.least) + " to " + shown(i.most);
}

}  // namespace

void work(const duration_interval& takes, source_location where) {
  if (takes.least < takes.least.zero()) {
    halt_as_misuse("work takes " + text_of(takes) + ": a duration is 0 or more");
  }
  if (takes.most < takes.least) {
    halt_as_misuse("work takes " + text_of(takes) +
                   ": the interval ends before it begins; norn::between takes the least first");
  }
  const timer least = timer::after(takes.least, where);
  virtual_clock& clock = virtual_clock::of_execution();
  const timing when{.by = timing::rule::lasts,
                    .since = timing::announcement,
                    .earliest = takes.least.count(),
                    .latest = takes.most.count(),
                    .sooner = {},
                    .remembered = false};
  point p{work_kind, clock.state(), where, when};
  least.fire(p);
  if (takes.least != takes.most) {
    clock.touch(p);
    clock.become_inexact();
  }
  p.describe([&](narration& n) { n.arguments = "(" + text_of(takes) + ")"; });
}

}  // namespace norn
