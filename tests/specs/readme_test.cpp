// The READMEs of the protocols tell in which steps each variant differs from the fix. Nobody types
// that: NORN_FIX_DOCUMENTS=1 norn_test_specs --gtest_filter='Readme.*' writes it anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "steps.hpp"

namespace norn::specs_test {
namespace {

const std::string begin_mark = "<!-- differences, by tests/specs/readme_test.cpp -->\n";
const std::string end_mark = "<!-- end of differences -->\n";

std::string fence(const std::string& language, const std::string& text) {
  return "```" + language + "\n" + text + "```\n";
}

// What a variant is a variant of.
std::string base_of(const std::string& variant) {
  return variant == "day_read_twice" ? "dated" : "fixed";
}

std::string difference_of(const std::string& protocol, const std::string& variant) {
  const steps base = steps_of(protocol, base_of(variant));
  const steps of_variant = steps_of(protocol, variant);
  if (of_variant == base) return "The same calls. It makes something else of what they return.\n";
  return fence("diff", shown(difference(base, of_variant)));
}

std::string differences(const std::string& protocol) {
  std::string fixed;
  for (const std::string& step : steps_of(protocol, "fixed")) fixed += step + "\n";
  std::string text = "`fixed`\n\n" + fence("text", fixed);
  for (const std::string& variant : variants_of(protocol)) {
    const std::string base = base_of(variant);
    text += "\n`" + variant + "`" + (base == "fixed" ? "" : ", against `" + base + "`") + "\n\n" +
            difference_of(protocol, variant);
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
  const std::string fresh =
      text.substr(0, begin) + begin_mark + "\n" + differences(protocol) + "\n" + text.substr(end);
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
