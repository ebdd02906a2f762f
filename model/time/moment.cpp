#include <norn/model/time/moment.hpp>

namespace norn {

using namespace engine;

namespace {

constexpr operation_kind now_kind{"now"};
constexpr operation_kind older_kind{"is_older_than"};

}  // namespace

moment moment::now(source_location where) {
  const virtual_clock& clock = virtual_clock::of_execution();
  const timing remembered{.remembered = true};
  point p{now_kind, clock.state(), where, remembered};
  return moment(clock.lower_bound(p), present());
}

bool moment::is_older(std::chrono::nanoseconds than, source_location where) const {
  virtual_clock& clock = virtual_clock::of_execution();
  const timing when{.by = timing::rule::compares_age,
                    .since = event_,
                    .earliest = than.count(),
                    .latest = than.count(),
                    .sooner = {},
                    .remembered = false};
  point p{older_kind, clock.state(), where, when};
  const std::chrono::nanoseconds older =
      saturated_sum(saturated_sum(time_, than), std::chrono::nanoseconds(1));
  const bool certain = clock.is_exact() && clock.shows() >= older;
  const bool is = certain || p.choose(2) == 1;
  clock.lower_bound(p);
  if (is) {
    clock.advance_to(p, older);
  } else {
    clock.touch(p);
  }
  p.describe([&](narration& n) {
    n.arguments = "(" + shown(than) + ")";
    n.result = is ? "true" : "false";
  });
  return is;
}

}  // namespace norn
