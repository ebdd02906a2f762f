#include <norn/report/mermaid.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <vector>

#include <norn/report/display.hpp>
#include <norn/report/step_text.hpp>
#include <norn/report/trace_parts.hpp>

namespace norn {

namespace {

// --- texts ---

// What the language gives a meaning to, as the character reference that it offers: `;` and a line's
// end end a statement, `#` begins a reference, `%%{` a directive, `<` markup, `$$` a formula.
constexpr std::string_view special = ";#%<>\"$";

std::string reference_to(char c) {
  return fmt::format("#{};", static_cast<int>(static_cast<unsigned char>(c)));
}

bool is_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// `end` as a word ends a box, in whatever case, and in some versions wherever it stands.
bool is_the_word_end(std::string_view text, std::size_t at) {
  const std::string_view word = text.substr(at, 3);
  if (word.size() < 3 || std::tolower(word[0]) != 'e' || std::tolower(word[1]) != 'n' ||
      std::tolower(word[2]) != 'd') {
    return false;
  }
  const bool begins = at == 0 || !is_letter(text[at - 1]);
  return begins && (at + 3 == text.size() || !is_letter(text[at + 3]));
}

std::string escaped_line(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool meaning = special.find(line[i]) != std::string_view::npos;
    text += meaning || is_the_word_end(line, i) ? reference_to(line[i]) : std::string(1, line[i]);
  }
  // "wrap:" at the beginning says how to lay out the rest.
  for (const std::string_view word : {"wrap:", "nowrap:"}) {
    if (text.rfind(word, 0) == 0) text.replace(word.size() - 1, 1, reference_to(':'));
  }
  return text;
}

// --- the diagram ---

std::string waiting_of(const blocked_thread& b) {
  std::string text = "blocked at " + b.operation;
  if (!b.object.empty()) text += " " + b.object;
  if (!b.held_by.empty() && b.held_by != b.object) text += ", held by " + b.held_by;
  return text;
}

class diagram {
 public:
  explicit diagram(const counterexample& trace) : trace_(trace), threads_(trace) {
    std::set<std::string> hosts;
    for (const trace_step& s : trace.steps) {
      if (!is_fault(s)) hosts.insert(s.host);
    }
    names_hosts_ = hosts.size() > 1;
    for (const std::string& t : threads_.names()) add_to_its_process(t);
  }

  std::string text(const std::string& title, const std::string& conclusion) {
    text_ = "sequenceDiagram\n";
    add("title " + mermaid_escaped(title));
    add_participants();
    const trace_step* before = nullptr;
    for (const trace_step& s : trace_.steps) {
      const std::string left = before == nullptr ? "" : leaving(*before, s, threads_);
      if (!left.empty()) add_note("over " + ids_.at(before->thread), left);
      add_step(s);
      before = &s;
    }
    for (const blocked_thread& b : trace_.blocked_threads) {
      add_note("over " + ids_.at(b.thread), waiting_of(b));
    }
    add_note(over_all(), conclusion);
    return text_;
  }

 private:
  struct process {
    std::string name;
    std::vector<std::string> threads;
  };

  void add(const std::string& line) { text_ += "  " + line + "\n"; }
  void add_note(const std::string& where, const std::string& what) {
    add("Note " + where + ": " + mermaid_escaped(what));
  }

  // "service/0 on web"; of a thread without a step nothing.
  std::string process_of(const std::string& thread) const {
    const auto step = std::find_if(trace_.steps.begin(), trace_.steps.end(),
                                   [&](const trace_step& s) { return s.thread == thread; });
    if (step == trace_.steps.end()) return "";
    return step->process + (names_hosts_ ? " on " + step->host : "");
  }

  void add_to_its_process(const std::string& thread) {
    const std::string name = process_of(thread);
    auto place = std::find_if(processes_.begin(), processes_.end(),
                              [&](const process& p) { return p.name == name; });
    if (place == processes_.end()) place = processes_.insert(place, {name, {}});
    place->threads.push_back(thread);
  }

  // An id clashes with no word of the language. They go from the left to the right.
  static std::string id_at(std::size_t place) { return "t" + std::to_string(place); }
  std::string over_all() const {
    return threads_.size() < 2 ? "over t0" : "over t0," + id_at(threads_.size() - 1);
  }

  void add_participants() {
    if (threads_.size() == 0) add("participant t0 as nobody");
    for (const process& p : processes_) {
      const bool in_a_box = processes_.size() > 1 && !p.name.empty();
      // Without a colour, the first word of the name might be taken for one.
      if (in_a_box) add("box transparent " + mermaid_escaped(p.name));
      for (const std::string& t : p.threads) {
        const std::string id = id_at(ids_.size());
        ids_[t] = id;
        add((in_a_box ? "  participant " : "participant ") + id + " as " + mermaid_escaped(t));
      }
      if (in_a_box) add("end");
    }
  }

  void add_step(const trace_step& s) {
    const std::string numbered = std::to_string(s.number) + " " + phrase_of(s);
    std::string more = s.changes;
    if (is_fault(s)) {
      add_note(over_all(), numbered + (more.empty() ? "" : "\n" + more));
      return;
    }
    const std::string& id = ids_.at(s.thread);
    add(id + "->>" + id + ": " + mermaid_escaped(numbered));
    if (s.conflicts_with) {
      more += (more.empty() ? "" : "\n") + fmt::format("conflicts with {}", *s.conflicts_with);
    }
    if (!more.empty()) add_note("right of " + id, more);
  }

  const counterexample& trace_;
  participants threads_;
  bool names_hosts_ = false;
  std::vector<process> processes_;  // threads of one stand beside one another
  std::map<std::string, std::string> ids_;
  std::string text_;
};

std::string conclusion_of(const check_result& r) {
  const std::string message = r.decided.message.empty() ? "" : "\n" + r.decided.message;
  switch (r.decided.verdict) {
    case conclusion::violated:
      return "VIOLATED " + r.decided.property + message;
    case conclusion::misuse:
      return "MISUSE" + message;
    default:
      return "NOT VIOLATED" + message;
  }
}

}  // namespace

std::string mermaid_escaped(std::string_view text) {
  std::string all;
  for (const std::string& line : printable_lines(text)) {
    all += (all.empty() ? "" : "<br/>") + escaped_line(line);
  }
  return all;
}

std::string mermaid_text(const check_result& result) {
  static const counterexample nothing;
  const auto& found = result.decided.counterexample;
  return diagram(found ? *found : nothing).text(result.name, conclusion_of(result));
}

}  // namespace norn
