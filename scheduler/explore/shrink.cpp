#include <norn/scheduler/explore/shrink.hpp>

#include <algorithm>
#include <compare>
#include <optional>
#include <set>

#include <norn/scheduler/explore/known_executions.hpp>
#include <norn/scheduler/explore/runner_settings.hpp>
#include <norn/scheduler/explore/watch.hpp>
#include <norn/scheduler/strategy/guided.hpp>

namespace norn::engine {

namespace {

struct measure {
  std::size_t preemptions = 0;
  std::size_t steps = 0;
  std::size_t threads = 0;
  std::size_t alternatives = 0;  // choices that are not the default

  friend auto operator<=>(const measure&, const measure&) = default;
};

struct candidate {
  measure size;
  schedule steps;  // by identity
  schedule by_creation;
};

class shrinker {
 public:
  shrinker(const program& body, const explore_options& options, std::string_view property,
           const shrink_limits& limits)
      : body_(body),
        options_(options),
        property_(property),
        limits_(limits),
        runner_(runner_settings(options)),
        known_(limits.bytes) {}

  shrunk_schedule shrink(const schedule& found) {
    const watch guard(runner_, options_.name, options_.limits.depth);
    // In a fresh runner threads get their identities in order of creation.
    std::optional<candidate> first = attempt(found);
    if (!first) return {found, spent_, nondeterminism_};
    least_ = *std::move(first);
    while (improve() && !at_end()) {
    }
    return {least_.by_creation, spent_, nondeterminism_};
  }

 private:
  // Where these wishes lead, if the property is broken there.
  std::optional<candidate> attempt(const schedule& wishes) {
    const execution& done = run(wishes);
    if (!runner_.misuse().empty()) return std::nullopt;
    const auto& all = runner_.violations();
    const auto broken = std::find_if(all.begin(), all.end(),
                                     [&](const violation& v) { return v.property == property_; });
    if (broken == all.end()) return std::nullopt;
    const std::size_t length = std::min(broken->step, done.size());
    candidate c;
    std::set<thread_id> threads;
    for (std::size_t i = 0; i < length; ++i) {
      c.steps.push_back(done.step_of(done.at(event_id(i))));
      threads.insert(c.steps.back().thread);
      c.size.alternatives += c.steps.back().alternative != 0 ? 1 : 0;
    }
    c.size.preemptions = guided_.preemptions(length);
    c.size.steps = length;
    c.size.threads = threads.size();
    c.by_creation = runner_.threads().by_creation(done);
    c.by_creation.resize(length);
    return c;
  }

  const execution& run(const schedule& wishes) {
    guided_.follow(wishes);
    const execution& done = runner_.run(body_, guided_);
    ++spent_.executions;
    spent_.steps += done.size();
    if (runner_.observed_more()) {
      known_.forget();
    } else if (const auto steps = known_.add(done, guided_.crossings())) {
      nondeterminism_ = "after step " + std::to_string(*steps) +
                        " it went on in another way than before after the same steps";
    }
    return done;
  }

  bool at_end() const {
    return nondeterminism_ || spent_.steps >= limits_.steps ||
           spent_.executions >= limits_.executions ||
           known_.steps_followed() >= limits_.known_steps ||
           (options_.interrupted != nullptr && options_.interrupted->load());
  }

  // Takes the wishes if they lead to less. A known execution was not less when it was run, or is the least itself.
  bool take(const schedule& wishes) {
    if (at_end() || known_.reached_by(wishes)) return false;
    std::optional<candidate> came = attempt(wishes);
    if (!came || !(came->size < least_.size)) return false;
    least_ = *std::move(came);
    return true;
  }

  bool improve() {
    bool improved = false;
    const auto again = [&](bool better) {
      improved = improved || better;
      return better;
    };
    while (again(drop_thread())) {
    }
    while (again(drop_steps())) {
    }
    while (again(reorder())) {
    }
    while (again(take_default())) {
    }
    return improved;
  }

  bool drop_thread() {
    std::set<thread_id> threads;
    for (const step& s : least_.steps) threads.insert(s.thread);
    return std::any_of(threads.begin(), threads.end(), [&](thread_id t) {
      schedule fewer;
      std::copy_if(least_.steps.begin(), least_.steps.end(), std::back_inserter(fewer),
                   [&](const step& s) { return s.thread != t; });
      return take(fewer);
    });
  }

  // Pieces of half the length first, single steps last.
  bool drop_steps() {
    for (std::size_t length = least_.steps.size() / 2; length >= 1; length /= 2) {
      for (std::size_t first = 0; first + length <= least_.steps.size(); ++first) {
        schedule fewer = least_.steps;
        const auto from = fewer.begin() + static_cast<std::ptrdiff_t>(first);
        fewer.erase(from, from + static_cast<std::ptrdiff_t>(length));
        if (take(fewer)) return true;
      }
    }
    return false;
  }

  // From some step on, one thread goes before all others, or after them.
  bool reorder() {
    std::set<thread_id> threads;
    for (const step& s : least_.steps) threads.insert(s.thread);
    for (std::size_t from = 0; from < least_.steps.size(); ++from) {
      for (const thread_id t : threads) {
        for (const bool first : {true, false}) {
          schedule other = least_.steps;
          const auto rest = other.begin() + static_cast<std::ptrdiff_t>(from);
          std::stable_partition(rest, other.end(),
                                [&](const step& s) { return (s.thread == t) == first; });
          if (other != least_.steps && take(other)) return true;
        }
      }
    }
    return false;
  }

  bool take_default() {
    for (std::size_t i = 0; i < least_.steps.size(); ++i) {
      if (least_.steps[i].alternative == 0) continue;
      schedule plain = least_.steps;
      plain[i].alternative = 0;
      if (take(plain)) return true;
    }
    return false;
  }

  const program& body_;
  const explore_options& options_;
  std::string_view property_;
  shrink_limits limits_;
  runner runner_;
  guided guided_;
  known_executions known_;
  candidate least_;
  effort spent_;
  std::optional<std::string> nondeterminism_;
};

}  // namespace

shrunk_schedule shrink(const program& body, const explore_options& options, const schedule& found,
                       std::string_view property, const shrink_limits& limits) {
  return shrinker(body, options, property, limits).shrink(found);
}

}  // namespace norn::engine
