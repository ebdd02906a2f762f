// The READMEs of the protocols tell in which steps each variant differs from the fix. Nobody types
// that: NORN_FIX_DOCUMENTS=1 norn_test_specs --gtest_filter='Readme.*' writes it anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "searches.hpp"
#include "steps.hpp"

namespace norn::specs_test {
namespace {

const std::string begin_mark = "<!-- differences, by tests/specs/readme_test.cpp -->\n";
const std::string end_mark = "<!-- end of differences -->\n";

std::string fence(const std::string& language, const std::string& text) {
  return "```" + language + "\n" + text + "```\n";
}

std::string told(const kit::spec& p, const kit::spec::variant& v) {
  const told_difference d = difference_of(p, v);
  std::string head = "\n`" + v.name + "`";
  if (v.of != "fixed") head += ", against `" + v.of + "`";
  if (!d.deployment.empty() && d.deployment != "1thread") {
    head += ", in `" + d.deployment + "`";
  }
  head += "\n\n";
  if (d.lines.empty())
    return head + "The same calls. It makes something else of what they return.\n";
  return head + fence("diff", shown(d.lines));
}

std::string differences(const kit::spec& p) {
  std::string fixed;
  for (const std::string& step : steps_of(p.name, "fixed", "1thread")) fixed += step + "\n";
  std::string text = "`fixed`\n\n" + fence("text", fixed);
  for (const kit::spec::variant& v : p.variants) {
    if (v.name != "fixed") text += told(p, v);
  }
  return text;
}

std::string contents_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool fixes_documents() { return std::getenv("NORN_FIX_DOCUMENTS") != nullptr; }

void expect_differences_in_readme(const std::string& protocol) {
  const std::string file = std::string(NORN_SOURCE_FOLDER) + "/specs/" + protocol + "/README.md";
  const std::string text = contents_of(file);
  const std::size_t begin = text.find(begin_mark);
  const std::size_t end = text.find(end_mark);
  ASSERT_NE(begin, text.npos) << file << " has no " << begin_mark;
  ASSERT_NE(end, text.npos) << file << " has no " << end_mark;
  const std::string fresh = text.substr(0, begin) + begin_mark + "\n" +
                            differences(spec_named(protocol)) + "\n" + text.substr(end);
  if (fixes_documents()) std::ofstream(file) << fresh;
  EXPECT_EQ(contents_of(file), fresh) << "write it anew with NORN_FIX_DOCUMENTS=1";
}

TEST(Readme, Store) { expect_differences_in_readme("store"); }
TEST(Readme, Runs) { expect_differences_in_readme("runs"); }

TEST(Readme, DifferenceIsShortest) {
  const auto told = [](const steps& a, const steps& b) { return shown(difference(a, b)); };
  EXPECT_EQ(told({"a", "b", "c"}, {"a", "b", "c"}), "  …\n");
  EXPECT_EQ(told({"a", "b", "c"}, {"a", "c"}), "  a\n- b\n  c\n");
  EXPECT_EQ(told({"a", "b", "c", "d"}, {"a", "b", "c", "e"}), "  …\n  c\n- d\n+ e\n");
  EXPECT_EQ(told({}, {"a"}), "+ a\n");
}

}  // namespace
}  // namespace norn::specs_test
