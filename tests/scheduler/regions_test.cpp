// Random programs whose operations touch regions of objects, several in one event, in every mode: against the
// naive search, and what the execution records of happens-before against its definition. NORN_PROGRAMS=N sets
// how many programs are drawn; NORN_SEED=N draws others.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include <norn/model/thread/thread.hpp>
#include <norn/scheduler/base/random.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/strategy/exhaustive.hpp>

#include "../reference/compare.hpp"
#include "../reference/naive.hpp"

namespace norn {

using namespace engine;
namespace {

using namespace reference;

constexpr std::size_t object_count = 2;

// How programs are drawn. Many accesses of many keys take other ways than a few do.
struct shape {
  std::uint64_t keys = 5;
  std::uint64_t accesses = 3;  // of one operation, at most
  std::uint64_t programs = 1'000;
};

struct touched {
  std::size_t object = 0;
  access_mode mode = access_mode::read;
  std::uint8_t update_class = 0;
  region where;
};
using touching = std::vector<touched>;      // of one operation
using thread_code = std::vector<touching>;  // of one thread
using region_program = std::vector<thread_code>;

touched draw_access(random_source& random, const shape& like) {
  touched a;
  a.object = random.below(object_count);
  a.mode = access_mode(random.below(3));
  a.update_class = static_cast<std::uint8_t>(random.below(2));
  const std::uint64_t first = random.below(like.keys);
  a.where = random.below(like.accesses + 1) == 0 ? region::whole()
                                                 : region{first, first + random.below(3)};
  return a;
}

region_program draw_program(random_source& random, const shape& like) {
  region_program p(2 + random.below(2));
  for (thread_code& code : p) {
    code.resize(1 + random.below(p.size() == 2 ? 4 : 2));
    for (touching& operation : code) {
      operation.resize(1 + random.below(like.accesses));
      std::generate(operation.begin(), operation.end(), [&] { return draw_access(random, like); });
    }
  }
  return p;
}

// An event that touches what it touches in any order of things.
void perform(const touching& operation, const std::vector<const object*>& objects) {
  static constexpr operation_kind kind{.name = "touch", .reach = reach::exact};
  point p{kind, *objects[operation.front().object], source_location{}};
  for (const touched& a : operation) {
    const object& o = *objects[a.object];
    if (a.mode == access_mode::read) p.read(o, a.where);
    if (a.mode == access_mode::write) p.write(o, a.where);
    if (a.mode == access_mode::update) p.update(o, a.update_class, a.where);
  }
}

observed_program observed(const region_program& p) {
  const auto body = [&p] {
    const object first("first");
    const object second("second");
    const std::vector<const object*> objects{&first, &second};
    run_concurrently("t", static_cast<int>(p.size()), [&](int t) {
      for (const touching& operation : p[static_cast<std::size_t>(t)]) perform(operation, objects);
    });
  };
  return {body, [] { return std::string(); }};
}

// Happens-before by its definition: the thread's own order, creation, and conflicts, and what follows from these.
class defined_order {
 public:
  explicit defined_order(const execution& t) : t_(t), past_(t.size()) {
    for (std::size_t i = 0; i < t.size(); ++i) add(i);
  }

  std::string difference() const {
    for (std::size_t i = 0; i < t_.size(); ++i) {
      const auto e = event_id(i);
      for (std::size_t j = 0; j < i; ++j) {
        if (t_.happens_before(event_id(j), e) != past_[i][j]) {
          return "events " + std::to_string(j) + " and " + std::to_string(i);
        }
        const auto direct = t_.predecessors(t_.at(e));
        const bool noted = std::find(direct.begin(), direct.end(), event_id(j)) != direct.end();
        if (is_immediate_conflict(j, i) && !noted) {
          return "predecessor " + std::to_string(j) + " of " + std::to_string(i);
        }
      }
    }
    return {};
  }

 private:
  bool conflict(std::size_t j, std::size_t i) const {
    return t_.at(event_id(j)).thread != t_.at(event_id(i)).thread &&
           t_.conflict(t_.at(event_id(j)), t_.at(event_id(i)));
  }
  bool directly_before(std::size_t j, std::size_t i) const {
    const event& e = t_.at(event_id(i));
    return t_.at(event_id(j)).thread == e.thread || t_.creator_of(e.thread) == event_id(j) ||
           conflict(j, i);
  }
  bool is_immediate_conflict(std::size_t j, std::size_t i) const {
    if (!conflict(j, i)) return false;
    for (std::size_t k = j + 1; k < i; ++k) {
      if (past_[k][j] && past_[i][k]) return false;
    }
    return true;
  }
  void add(std::size_t i) {
    past_[i].assign(t_.size(), false);
    for (std::size_t j = 0; j < i; ++j) {
      if (!directly_before(j, i)) continue;
      past_[i][j] = true;
      for (std::size_t k = 0; k < j; ++k) past_[i][k] = past_[i][k] || past_[j][k];
    }
  }

  const execution& t_;
  std::vector<std::vector<bool>> past_;
};

// The strategy, with a look at each execution.
template <class Strategy>
class looking : public Strategy {
 public:
  using Strategy::Strategy;
  execution_kind end_execution(const execution& done) override {
    if (wrong.empty()) wrong = defined_order(done).difference();
    return Strategy::end_execution(done);
  }
  std::string wrong;
};

void compare_with_reference(const shape& like) {
  random_source random(from_environment("NORN_SEED", 1));
  constexpr std::size_t limit = 4'000;
  std::size_t compared = 0;
  std::size_t executions = 0;
  const std::uint64_t count = from_environment("NORN_PROGRAMS", like.programs);
  for (std::uint64_t n = 0; n < count; ++n) {
    const region_program drawn = draw_program(random, like);
    const observed_program p = observed(drawn);
    runner r(runner::settings{});
    looking<naive> reference(true);
    const search_space all = search(p, reference, r, limit);
    EXPECT_EQ(reference.wrong, "");
    if (!all.complete) continue;
    looking<exhaustive> searched;
    const search_space found = search(p, searched, r, limit);
    ASSERT_EQ(difference(found, all), "") << "program " << n;
    ASSERT_EQ(searched.wrong, "") << "program " << n;
    ++compared;
    executions += found.executions;
  }
  std::cout << compared << " programs, " << executions << " executions\n";
  EXPECT_GT(compared, count / 2);
}

TEST(Regions, AgainstReference) { compare_with_reference({}); }

TEST(Regions, AgainstReferenceWithManyKeys) {
  compare_with_reference({.keys = 200, .accesses = 40, .programs = 300});
}

}  // namespace
}  // namespace norn
