// Trace parts: what the layouts of a trace have in common: who takes part and under which title, and
// the marks between steps and beside them.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <norn/scheduler/trace/verdict.hpp>

namespace norn {

// The threads of a trace, in order of creation; one that the list of threads lacks comes last. Who does
// nothing but faults, the environment, is none of them: its steps are everybody's.
class participants {
 public:
  explicit participants(const counterexample& trace);

  std::size_t size() const { return names_.size(); }
  // Requires: the thread has a step that is no fault, or is blocked.
  std::size_t place_of(const std::string& thread) const { return places_.at(thread); }
  // Of all threads of the execution, whether they take part or not.
  bool is_thread(const std::string& name) const { return all_.count(name) != 0; }
  // "writer (worker/0 on web)": a process or host that all threads share tells nothing; nor does one
  // that is called as its thread is. Of any thread with a step; its name for others.
  std::string title_of(const std::string& thread) const;
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::set<std::string> all_;
  std::vector<std::string> names_;
  std::map<std::string, std::size_t> places_;
  std::map<std::string, std::string> titles_;
};

// "reviews.json.lock", "cache (shared)".
std::string text_of(const held_lock& lock);
// ", holds left and right"; nothing where nothing is held.
std::string holding(const std::vector<held_lock>& locks);

// What became of the thread of `before`, which another one follows: "preempted, holds left", "waits for
// left, held by teller/1". Empty where there is nothing to say: a thread has ended, or waits for the end of
// another one.
std::string leaving(const trace_step& before, const trace_step& next, const participants& threads);

std::string marked(std::string_view text);  // "── preempted ──"

// The mark stands beside the step, its arrow pointing at it.
std::string conflict_mark(std::size_t with, bool to_the_right);

std::string fault_mark(const trace_step& s);  // "══ fault: power failure on web ══"

// Of the numbers of all steps, in columns.
std::size_t number_width(const counterexample& trace);

std::string without_trailing_spaces(std::string line);

// The layouts. Lines without their ends.

// A column for each thread, then the changes, then the place. Nothing where the threads do not fit
// beside each other.
std::vector<std::string> columns_of(const counterexample& trace, const participants& threads,
                                    std::size_t width);
// One step below the other.
std::vector<std::string> list_of(const counterexample& trace, const participants& threads,
                                 std::size_t width);

}  // namespace norn
