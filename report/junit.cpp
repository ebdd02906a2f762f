#include <norn/report/junit.hpp>

#include <fmt/format.h>

#include <norn/report/display.hpp>
#include <norn/report/failure.hpp>
#include <norn/report/verdict_table.hpp>

namespace norn {

namespace {

// Requires: no control characters but line ends; XML 1.0 has no way to write them.
std::string escaped(std::string_view text) {
  std::string xml;
  for (const char c : text) {
    switch (c) {
      case '&':
        xml += "&amp;";
        break;
      case '<':
        xml += "&lt;";
        break;
      case '>':
        xml += "&gt;";
        break;
      case '"':
        xml += "&quot;";
        break;
      case '\n':
        xml += "&#10;";
        break;
      default:
        xml += static_cast<unsigned char>(c) < 0x20 ? "\xef\xbf\xbd" : std::string(1, c);
    }
  }
  return xml;
}

struct tally {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;

  void add(standing s) {
    ++tests;
    if (s == standing::differs) ++failures;
    if (s == standing::misused) ++errors;
    if (s == standing::undecided) ++skipped;
  }
  std::string attributes() const {
    return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}")", tests, failures,
                       errors, skipped);
  }
};

// The element that says what is wrong; empty where the verdict is as declared.
std::string complaint(const check_result& r, const std::string& replay_command) {
  const standing s = standing_of(r);
  if (s == standing::as_declared) return "";
  const std::string what = escaped(verdict_remark(r));
  if (s == standing::undecided) return fmt::format("      <skipped message=\"{}\"/>\n", what);
  const bool has_text = r.decided.verdict == conclusion::violated || s == standing::misused;
  const failure_style style{.width = 100,
                            .color = false,
                            .detail = trace_detail::columns,
                            .replay_command = replay_command,
                            .exploration = true};
  return fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n",
                     s == standing::misused ? "error" : "failure", name_of(r.decided.verdict), what,
                     has_text ? escaped(failure_text(r, style)) : "");
}

std::string property(std::string_view name, const std::string& value) {
  return fmt::format("        <property name=\"{}\" value=\"{}\"/>\n", name,
                     escaped(printable(value)));
}

double seconds_of(const check_result& r) { return r.stats.seconds + r.stats.shrinking.seconds; }

std::string test_case(const check_result& r, const std::string& replay_command) {
  std::string xml = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">\n",
                                escaped(printable(r.search())),
                                escaped(printable(r.decided.property)), seconds_of(r));
  xml += "      <properties>\n";
  xml += property("verdict", std::string(name_of(r.decided.verdict)));
  xml += property("expected", std::string(name_of(r.expected)));
  xml += property("executions", std::to_string(r.stats.executions));
  if (const auto token = replay_token(r)) xml += property("replay", *token);
  return xml + "      </properties>\n" + complaint(r, replay_command) + "    </testcase>\n";
}

std::string suite(const check_result* first, const check_result* last,
                  const std::string& replay_command) {
  tally counts;
  std::string cases;
  for (const check_result* r = first; r != last; ++r) {
    counts.add(standing_of(*r));
    cases += test_case(*r, replay_command);
  }
  return fmt::format("  <testsuite name=\"{}\" {} time=\"{:.3f}\">\n{}  </testsuite>\n",
                     escaped(printable(first->search())), counts.attributes(), seconds_of(*first),
                     cases);
}

}  // namespace

std::string junit_text(const std::vector<check_result>& results,
                       const std::string& replay_command) {
  tally counts;
  double seconds = 0;
  std::string suites;
  for (const check_result* first = results.data(); first != results.data() + results.size();) {
    const check_result* last = first;
    while (last != results.data() + results.size() && last->search() == first->search()) {
      counts.add(standing_of(*last++));
    }
    seconds += seconds_of(*first);
    suites += suite(first, last, replay_command);
    first = last;
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"norn\" {} time=\"{:.3f}\">\n{}</testsuites>\n",
      counts.attributes(), seconds, suites);
}

}  // namespace norn
