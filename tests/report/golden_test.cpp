// Golden files: the text of every violated check of the store, approved by eye. Each property of a
// variant is shown in the smallest deployment that violates it.
//
// After a change of the text, or of the store's variants:
//   NORN_WRITE_GOLDEN=1 norn_test_report --gtest_filter='Golden.*'
// writes the files anew. Then read them, all of them, before they are committed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include <norn/report/display.hpp>
#include <norn/report/failure.hpp>
#include <norn/specs/kit/check.hpp>

namespace norn {
namespace {

namespace fs = std::filesystem;

constexpr const char* how_to_write =
    "NORN_WRITE_GOLDEN=1 norn_test_report --gtest_filter='Golden.*' writes it; read it then";

fs::path folder() { return fs::path(NORN_SOURCE_FOLDER) / "tests/report/golden"; }

bool writes() { return std::getenv("NORN_WRITE_GOLDEN") != nullptr; }

std::optional<std::string> content_of(const fs::path& file) {
  std::ifstream in(file);
  if (!in) return std::nullopt;
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

// "1thread-reader" before "2thread" before "2proc-2thread" before "10thread" before "loop".
auto size_of(const kit::declared_search& s) {
  const int first = s.deployment.starts_with("loop") ? 99 : std::atoi(s.deployment.c_str());
  return std::tuple(first, s.deployment.size(), s.deployment);
}

struct shown_search {
  const kit::declared_search* of = nullptr;
  std::set<std::string> properties;
};

// By the name of the file.
std::map<std::string, shown_search> searches_to_show() {
  std::map<std::pair<std::string, std::string>, const kit::declared_search*> smallest;
  for (const kit::declared_search& s : kit::registered_searches()) {
    for (const kit::expectation& e : s.expects) {
      if (s.protocol != "store" || e.verdict != conclusion::violated) continue;
      const kit::declared_search*& known = smallest[{s.variant, e.property}];
      if (known == nullptr || size_of(s) < size_of(*known)) known = &s;
    }
  }
  std::map<std::string, shown_search> all;
  for (const auto& [what, s] : smallest) {
    shown_search& shown = all[s->variant + "@" + s->deployment + ".txt"];
    shown.of = s;
    shown.properties.insert(what.second);
  }
  return all;
}

// Lines of the sources move with every edit of them, and durations from run to run; probes and shrinking are told
// beside what was found.
check_result without_what_moves(check_result r) {
  constexpr int any_line = 10;
  r.stats.seconds = 0;
  r.stats.probes = 0;
  r.stats.shrinking = {};
  if (!r.decided.counterexample) return r;
  for (trace_step& s : r.decided.counterexample->steps) s.line = any_line;
  for (blocked_thread& b : r.decided.counterexample->blocked_threads) b.line = any_line;
  return r;
}

check_result result_of(const kit::declared_search& s, const search_result& found,
                       const property_verdict& decided) {
  check_result r;
  r.name = s.name() + ":" + decided.property;
  r.protocol = s.protocol;
  r.variant = s.variant;
  r.deployment = s.deployment;
  r.expected = conclusion::violated;
  r.decided = decided;
  r.stats = found.stats;
  r.complete = found.complete;
  r.bound_hit = found.bound_hit;
  r.limits = found.limits;
  r.strategy = found.strategy;
  return without_what_moves(std::move(r));
}

// As `norn check` searches.
std::vector<check_result> violations_of(const shown_search& shown) {
  explore_options options;
  options.name = shown.of->name();
  options.limits = shown.of->limits;
  for (const kit::expectation& e : shown.of->expects) options.properties.push_back(e.property);
  const search_result found = explore(shown.of->body, options);
  std::vector<check_result> results;
  for (const property_verdict& p : found.properties) {
    if (shown.properties.count(p.property) == 0) continue;
    EXPECT_EQ(p.verdict, conclusion::violated) << p.property;
    results.push_back(result_of(*shown.of, found, p));
  }
  return results;
}

// Words without a space may be wider than a line: the token is one.
void expect_fits(const std::string& text, std::size_t width) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("replay:", 0) == 0) continue;
    EXPECT_LE(display_width(line), width) << line;
  }
}

std::string golden_text(const std::vector<check_result>& results) {
  std::string text;
  for (const check_result& r : results) {
    for (const std::size_t width : {80u, 120u}) {
      failure_style style;
      style.width = width;
      const std::string failure = failure_text(r, style);
      expect_fits(failure, width);
      text += "# " + r.decided.property + ", " + std::to_string(width) + " columns\n" + failure;
    }
  }
  return text;
}

TEST(Golden, EveryViolatedCheckOfTheStoreIsToldAsApproved) {
  const auto all = searches_to_show();
  ASSERT_FALSE(all.empty());
  for (const auto& [name, shown] : all) {
    SCOPED_TRACE(name);
    const fs::path file = folder() / name;
    const std::string text = golden_text(violations_of(shown));
    if (writes()) {
      std::ofstream(file) << text;
      continue;
    }
    const auto approved = content_of(file);
    if (!approved) {
      ADD_FAILURE() << name << " is missing in tests/report/golden: " << how_to_write;
    } else {
      EXPECT_EQ(text, *approved) << "if this is better: " << how_to_write;
    }
  }
}

TEST(Golden, EveryFileIsOfACheck) {
  const auto all = searches_to_show();
  for (const auto& entry : fs::directory_iterator(folder())) {
    EXPECT_EQ(all.count(entry.path().filename().string()), 1u)
        << entry.path().filename() << " is of no check of the store that is violated: delete it";
  }
}

}  // namespace
}  // namespace norn
