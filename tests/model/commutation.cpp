#include "commutation.hpp"

#include <algorithm>

#include <norn/scheduler/base/random.hpp>
#include <norn/scheduler/run/runner.hpp>
#include <norn/scheduler/strategy/strategy.hpp>

#include "../reference/compare.hpp"

namespace norn::reference {

using namespace engine;

namespace {

struct chosen_step {
  thread_id thread;
  std::uint16_t alternative;
};

// Follows a script and then runs the lowest thread that is enabled; or, to make a script, walks at
// random. Stops where the script cannot be followed.
class scripted : public strategy {
 public:
  explicit scripted(std::vector<chosen_step> script) : script_(std::move(script)) {}
  scripted(std::vector<chosen_step> script, random_source& random)
      : script_(std::move(script)), random_(&random) {}

  bool begin_execution() override { return true; }
  thread_id choose_thread(const execution& so_far) override {
    if (so_far.size() < script_.size()) {
      const thread_id next = script_[so_far.size()].thread;
      if (so_far.is_enabled(next)) return next;
      stuck_ = true;
      return no_thread;
    }
    if (random_ == nullptr) return so_far.canonical_next();
    std::vector<thread_id>& enabled = enabled_.emplace_back();
    for (std::size_t t = 0; t < so_far.thread_count(); ++t) {
      if (so_far.is_enabled(thread_id(t))) enabled.push_back(thread_id(t));
    }
    return enabled[random_->below(enabled.size())];
  }
  std::uint16_t choose_alternative(const execution& so_far, std::uint16_t offered) override {
    const std::size_t position = so_far.size() - 1;
    if (position < script_.size()) {
      return std::min(script_[position].alternative, static_cast<std::uint16_t>(offered - 1));
    }
    return random_ == nullptr ? std::uint16_t{0}
                              : static_cast<std::uint16_t>(random_->below(offered));
  }
  execution_kind end_execution(const execution&) override { return execution_kind::execution; }
  void restart() override {}

  bool stuck() const { return stuck_; }
  // Of a random walk: who was enabled before each of its steps.
  const std::vector<std::vector<thread_id>>& enabled() const { return enabled_; }

 private:
  std::vector<chosen_step> script_;
  random_source* random_ = nullptr;
  bool stuck_ = false;
  std::vector<std::vector<thread_id>> enabled_;
};

// What an execution came to, apart from the order of its independent events.
struct record {
  bool stuck = false;
  std::map<std::pair<thread_id, std::uint32_t>, std::string> events;
  std::map<object_id, std::uint64_t> words;
  std::map<std::size_t, std::string> results;
  std::vector<std::string> violated;
};

std::string describe(const execution& e, const event& of) {
  std::string text = std::string(of.op.kind->name) + " " + std::to_string(of.alternative) + "/" +
                     std::to_string(of.alternatives);
  for (const access& a : e.accesses(of)) {
    text += " " + std::to_string(index_of(e.name_of(a.object))) + ":" +
            std::to_string(static_cast<int>(a.mode)) + "." + std::to_string(a.update_class) + "[" +
            std::to_string(a.where.first) + "," + std::to_string(a.where.last) + "]";
  }
  return text;
}

std::string difference(const record& a, const record& b) {
  std::string text;
  if (a.stuck != b.stuck) text += "one order cannot be run\n";
  for (const auto& [place, what] : a.events) {
    const auto other = b.events.find(place);
    const std::string there = other == b.events.end() ? "nothing" : other->second;
    if (there != what) {
      text += "thread " + std::to_string(index_of(place.first)) + " event " +
              std::to_string(place.second) + ": " + what + " / " + there + "\n";
    }
  }
  if (a.events.size() != b.events.size()) text += "the number of events differs\n";
  if (a.words != b.words) text += "the final words differ\n";
  for (const auto& [thread, result] : a.results) {
    const auto other = b.results.find(thread);
    const std::string there = other == b.results.end() ? "nothing" : other->second;
    if (there != result) {
      text += "results of " + std::to_string(thread) + ": " + result + " / " + there + "\n";
    }
  }
  if (a.violated != b.violated) text += "the violated properties differ\n";
  return text;
}

bool are_dependent(const execution& e, const event& a, const event& b) {
  for (const access& x : e.accesses(a)) {
    for (const access& y : e.accesses(b)) {
      if (dependent(x, y)) return true;
    }
  }
  return false;
}

class checker {
 public:
  checker(const commutation_subject& subject, random_source& random)
      : subject_(subject), random_(random) {}

  // Tries every pair in every state of one random walk; false if the rule was broken.
  bool check_program(const operation_lists& lists, commutation_tally& tally) {
    lists_ = &lists;
    scripted walks({}, random_);
    run(walks);
    std::vector<chosen_step> walk;
    for (const event& e : runner_.execution().events()) walk.push_back({e.thread, e.alternative});
    for (std::size_t length = 0; length < walk.size(); ++length) {
      const std::vector<chosen_step> prefix(walk.begin(),
                                            walk.begin() + static_cast<std::ptrdiff_t>(length));
      const std::vector<thread_id>& enabled = walks.enabled()[length];
      for (std::size_t a = 0; a < enabled.size(); ++a) {
        for (std::size_t b = a + 1; b < enabled.size(); ++b) {
          if (!check_pair(prefix, enabled[a], enabled[b], tally)) return false;
        }
      }
      if (!check_enabling(prefix, walk, walks, tally)) return false;
    }
    return true;
  }

 private:
  void run(scripted& script) {
    results_.clear();
    runner_.run(
        [&] {
          subject_.run(*lists_, [&](std::size_t thread, std::string text) {
            results_[thread] += text + " ";
          });
        },
        script);
    stuck_ = script.stuck();
  }

  void run_pair(std::vector<chosen_step> prefix, chosen_step first, chosen_step second) {
    prefix.push_back(first);
    prefix.push_back(second);
    scripted script(std::move(prefix));
    run(script);
  }

  // Of the last run.
  record recorded() {
    record result;
    const execution& e = runner_.execution();
    result.stuck = stuck_;
    result.results = results_;
    for (const event& each : e.events()) {
      result.events[{each.thread, each.index}] = describe(e, each);
    }
    for (std::size_t o = 0; o < e.object_count(); ++o) {
      result.words[e.name_of(object_slot(o))] = e.word(object_slot(o));
    }
    for (const violation& v : runner_.violations()) result.violated.push_back(v.property);
    std::sort(result.violated.begin(), result.violated.end());
    return result;
  }

  // Both are enabled after the prefix.
  bool check_pair(const std::vector<chosen_step>& prefix, thread_id a, thread_id b,
                  commutation_tally& tally) {
    const chosen_step step_a{a, static_cast<std::uint16_t>(random_.below(3))};
    const chosen_step step_b{b, static_cast<std::uint16_t>(random_.below(3))};
    run_pair(prefix, step_a, step_b);
    if (!ran(prefix, b)) return check_disabling(prefix, step_b, step_a, tally);
    const execution& e = runner_.execution();
    const event& event_a = e.at(event_id(prefix.size()));
    const event& event_b = e.at(event_id(prefix.size() + 1));
    const std::string kinds[] = {event_a.op.kind->name, event_b.op.kind->name};
    const bool depend = are_dependent(e, event_a, event_b);
    ++tally.pairs;
    for (const std::string& kind : kinds) {
      auto& [independent, dependent] = tally.by_kind[kind];
      ++(depend ? dependent : independent);
    }
    if (depend) return true;
    ++tally.independent;
    const record ab = recorded();
    run_pair(prefix, step_b, step_a);
    const std::string differs = difference(ab, recorded());
    if (differs.empty()) return true;
    tally.broken = kinds[0] + " and " + kinds[1] + " are called independent, but after " +
                   std::to_string(prefix.size()) + " steps their orders differ:\n" + differs;
    return false;
  }

  // `by` has been seen to disable `step`; unless each disables the other, they can run the other way.
  bool check_disabling(const std::vector<chosen_step>& prefix, chosen_step step, chosen_step by,
                       commutation_tally& tally) {
    run_pair(prefix, step, by);
    if (!ran(prefix, by.thread)) return true;
    return expect_dependent(prefix, "disables", tally);
  }

  // What the next step of the walk enables of what was not enabled before it.
  bool check_enabling(const std::vector<chosen_step>& prefix, const std::vector<chosen_step>& walk,
                      const scripted& walks, commutation_tally& tally) {
    const std::size_t position = prefix.size();
    if (position + 1 >= walk.size()) return true;
    const auto& before = walks.enabled()[position];
    for (const thread_id t : walks.enabled()[position + 1]) {
      if (std::find(before.begin(), before.end(), t) != before.end()) continue;
      run_pair(prefix, walk[position], {t, 0});
      const execution& e = runner_.execution();
      // Creating a thread enables it, and its own step is followed by its next.
      const event& enabler = e.at(event_id(position));
      const bool created = e.creation_clock(t)[index_of(enabler.thread)] > enabler.index;
      if (created || t == enabler.thread) continue;
      if (!expect_dependent(prefix, "enables", tally)) return false;
    }
    return true;
  }

  // Whether the step after the prefix and one more was the thread's.
  bool ran(const std::vector<chosen_step>& prefix, thread_id second) {
    const execution& e = runner_.execution();
    return e.size() > prefix.size() + 1 && e.at(event_id(prefix.size() + 1)).thread == second;
  }

  bool expect_dependent(const std::vector<chosen_step>& prefix, const char* what,
                        commutation_tally& tally) {
    const execution& e = runner_.execution();
    const event& first = e.at(event_id(prefix.size()));
    const event& second = e.at(event_id(prefix.size() + 1));
    if (are_dependent(e, first, second)) return true;
    tally.broken = std::string(first.op.kind->name) + " and " + second.op.kind->name +
                   " are called independent, but one " + what + " the other";
    return false;
  }

  const commutation_subject& subject_;
  random_source& random_;
  const operation_lists* lists_ = nullptr;
  runner runner_{runner::settings{}};
  std::map<std::size_t, std::string> results_;  // of the last run, by thread
  bool stuck_ = false;
};

}  // namespace

commutation_tally check_commutation(const commutation_subject& subject, std::size_t threads,
                                    std::size_t operations_each, std::size_t programs) {
  random_source random(from_environment("NORN_SEED", 20220613));
  commutation_tally tally;
  checker check(subject, random);
  for (std::size_t i = 0; i < programs; ++i) {
    operation_lists lists(threads);
    for (auto& list : lists) {
      list.resize(1 + random.below(operations_each));
      for (int& operation : list) {
        operation = static_cast<int>(random.below(static_cast<std::uint64_t>(subject.operations)));
      }
    }
    if (!check.check_program(lists, tally)) break;
  }
  return tally;
}

}  // namespace norn::reference
