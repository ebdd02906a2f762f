// The protocol of docs/writing-a-spec.md: a number in a file, to which each visit adds one.
// [protocol]
#include <sys/file.h>

#include <cstdlib>
#include <memory>
#include <string>

#include <norn/specs/kit/protocol.hpp>

namespace {

using norn::kit::actor;

class visit_counter {
 public:
  struct parts {
    bool locked = true;
  };

  visit_counter(const parts& how, norn::kit::system&) : how_(how) {}

  void visit(actor& me) {
    std::unique_ptr<norn::kit::open_file> lock;
    if (how_.locked) {
      lock = me.calls().open("visits.lock", O_RDWR | O_CREAT).value();
      lock->flock(LOCK_EX).value();
    }
    const int number = std::atoi(me.calls().read_file("visits").value().c_str()) + 1;
    me.calls().write_file("visits", std::to_string(number)).value();
    me.did("created", std::to_string(number));
  }

 private:
  parts how_;
};

norn::kit::finding counts_all(const norn::kit::history& h) {
  const auto created = std::to_string(h.of("created").size());
  const auto found = h.of("found").front().value;
  return {created == found, created + " visits, and the file says " + found};
}

const norn::kit::protocol<visit_counter> visits{
    .name = "visits",
    .covers = {},
    .setup = [](actor& me) { me.calls().write_file("visits", "0").value(); },
    .work = [](visit_counter& counter, actor& me) { counter.visit(me); },
    .inspect = [](visit_counter&,
                  actor& me) { me.did("found", me.calls().read_file("visits").value()); },
    .properties = {{"all_counted", "in the end the file says how many visits there were",
                    counts_all},
                   norn::kit::no_double_allocation("numbers_unique")},
    .variants = {{"buggy", {.locked = false}}, {"fixed"}},
    .verdicts = R"(
         1thread  2thread  2proc
  buggy  holds    all      all
  fixed  holds    holds    holds)",
    .guarantee = "{fixed}: every visit is counted once, in {deployments}."};

const norn::kit::registration registered{visits};

}  // namespace
// [end]
