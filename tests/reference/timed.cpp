#include "timed.hpp"

#include <compare>
#include <utility>

namespace norn::reference {

namespace {

using kind = timed_instruction::kind;

struct thread_now {
  std::size_t at = 0;  // its next instruction
  int age = 0;         // for how long that has been the next
  int in_vain = 0;

  friend auto operator<=>(const thread_now&, const thread_now&) = default;
};

struct state {
  std::vector<thread_now> threads;
  bool locked = false;
  std::string noted;

  friend auto operator<=>(const state&, const state&) = default;
};

class simulation {
 public:
  explicit simulation(const timed_program& p) : program_(p) {}

  std::set<std::string> run() {
    go_on({std::vector<thread_now>(program_.size()), false, ""});
    return std::move(outcomes_);
  }

 private:
  bool has_ended(const state& s, std::size_t t) const {
    return s.threads[t].at == program_[t].size();
  }
  bool can(const state& s, std::size_t t) const {
    const timed_instruction& i = program_[t][s.threads[t].at];
    const int age = s.threads[t].age;
    if (i.what == kind::work) return age >= i.least;
    if (i.what == kind::lock) return !s.locked;
    if (i.what == kind::try_lock) return !s.locked || age >= i.least;
    return true;
  }
  bool must(const state& s, std::size_t t) const {
    const timed_instruction& i = program_[t][s.threads[t].at];
    return can(s, t) && (i.what != kind::work || s.threads[t].age >= i.most);
  }
  void act(state& s, std::size_t t) const {
    thread_now& self = s.threads[t];
    const timed_instruction& i = program_[t][self.at];
    self.age = 0;
    if (i.what == kind::try_lock && s.locked) {
      ++self.in_vain;
      self.at = behind_unlock(program_[t], self.at);
      return;
    }
    ++self.at;
    if (i.what == kind::note) s.noted += static_cast<char>('a' + t);
    if (i.what == kind::lock || i.what == kind::try_lock) s.locked = true;
    if (i.what == kind::unlock) s.locked = false;
  }

  void go_on(const state& s) {
    if (!seen_.insert(s).second) return;
    bool over = true;
    bool time_may_pass = true;
    for (std::size_t t = 0; t < program_.size(); ++t) {
      if (has_ended(s, t)) continue;
      over = false;
      time_may_pass = time_may_pass && !must(s, t);
      if (!can(s, t)) continue;
      state next = s;
      act(next, t);
      go_on(next);
    }
    if (over) {
      std::string all = s.noted;
      for (const thread_now& t : s.threads)
        all += "|" + std::string(static_cast<std::size_t>(t.in_vain), 'T');
      outcomes_.insert(all);
    } else if (time_may_pass) {
      state later = s;
      for (thread_now& t : later.threads) ++t.age;
      go_on(later);
    }
  }

  const timed_program& program_;
  std::set<state> seen_;
  std::set<std::string> outcomes_;
};

}  // namespace

std::size_t behind_unlock(const std::vector<timed_instruction>& all, std::size_t from) {
  while (all[from].what != kind::unlock) ++from;
  return from + 1;
}

std::set<std::string> timed_outcomes(const timed_program& p) { return simulation(p).run(); }

std::string text_of(const timed_program& p) {
  std::string all;
  for (const auto& thread : p) {
    for (const timed_instruction& i : thread) {
      const char* const names[] = {"note", "work", "lock", "unlock", "try_lock"};
      all += std::string(names[static_cast<int>(i.what)]) + " " + std::to_string(i.least) + ".." +
             std::to_string(i.most) + "; ";
    }
    all += "|| ";
  }
  return all;
}

}  // namespace norn::reference
