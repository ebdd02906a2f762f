#include <norn/report/trace_parts.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <norn/report/display.hpp>
#include <norn/report/step_text.hpp>

namespace norn {

namespace {

// Faults apart: they strike from nowhere.
bool is_the_same_in_all(const counterexample& trace, std::string trace_step::*what) {
  std::set<std::string> places;
  for (const trace_step& s : trace.steps) {
    if (!is_fault(s)) places.insert(s.*what);
  }
  return places.size() < 2;
}

std::set<std::string> present_in(const counterexample& trace) {
  std::set<std::string> present;
  for (const trace_step& s : trace.steps) {
    if (!is_fault(s)) present.insert(s.thread);
  }
  for (const blocked_thread& b : trace.blocked_threads) present.insert(b.thread);
  return present;
}

}  // namespace

participants::participants(const counterexample& trace)
    : all_(trace.threads.begin(), trace.threads.end()) {
  std::set<std::string> present = present_in(trace);
  const auto add = [&](const std::string& name) {
    if (present.erase(name) == 0) return;
    places_[name] = names_.size();
    names_.push_back(name);
  };
  for (const std::string& t : trace.threads) add(t);
  for (const trace_step& s : trace.steps) add(s.thread);
  for (const blocked_thread& b : trace.blocked_threads) add(b.thread);

  const bool processes = !is_the_same_in_all(trace, &trace_step::process);
  const bool hosts = !is_the_same_in_all(trace, &trace_step::host);
  for (const trace_step& s : trace.steps) {
    if (titles_.count(s.thread) != 0) continue;
    std::string where = processes && s.process != s.thread ? s.process : "";
    if (hosts && !s.host.empty()) where += (where.empty() ? "on " : " on ") + s.host;
    titles_[s.thread] =
        printable(where.empty() ? s.thread : fmt::format("{} ({})", s.thread, where));
  }
}

std::string participants::title_of(const std::string& thread) const {
  const auto known = titles_.find(thread);
  return known == titles_.end() ? printable(thread) : known->second;
}

std::string text_of(const held_lock& lock) {
  return printable(lock.mode.empty() ? lock.name : fmt::format("{} ({})", lock.name, lock.mode));
}

std::string holding(const std::vector<held_lock>& locks) {
  std::string text;
  for (std::size_t i = 0; i < locks.size(); ++i) {
    const bool last = i + 1 == locks.size();
    text += (i == 0 ? ", holds " : last ? " and " : ", ") + text_of(locks[i]);
  }
  return text;
}

namespace {

std::string waiting(const thread_switch& left) {
  if (!left.held_by.empty() && left.held_by != left.waits_for) {
    return fmt::format("waits for {}, held by {}", left.waits_for, left.held_by);
  }
  return "waits at " + left.waits_at + (left.waits_for.empty() ? "" : " " + left.waits_for);
}

}  // namespace

// A fault interrupts whom it likes, and who is killed has a step that says so.
std::string leaving(const trace_step& before, const trace_step& next, const participants& threads) {
  if (!next.left || is_fault(before) || is_fault(next) || before.result == "killed") return "";
  const std::string held = holding(before.locks);
  switch (next.left->why) {
    case thread_switch::reason::preempted:
      return "preempted" + held;
    case thread_switch::reason::waits:
      if (held.empty() && threads.is_thread(next.left->waits_for)) return "";
      return printable(waiting(*next.left)) + held;
    case thread_switch::reason::ended:
      return held.empty() ? "" : "ended" + held;
    case thread_switch::reason::failed:
      return "stopped by its failure" + held;
  }
  return "";
}

std::string marked(std::string_view text) { return fmt::format("── {} ──", text); }

std::string conflict_mark(std::size_t with, bool to_the_right) {
  return to_the_right ? fmt::format("◀ conflicts with {}", with)
                      : fmt::format("conflicts with {} ▶", with);
}

std::string fault_mark(const trace_step& s) { return fmt::format("══ {} ══", phrase_of(s)); }

std::size_t number_width(const counterexample& trace) {
  return trace.steps.empty() ? 1 : std::to_string(trace.steps.back().number).size();
}

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace norn
