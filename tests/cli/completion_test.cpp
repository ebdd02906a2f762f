#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <norn/tests/cli/command.hpp>

namespace norn::test {
namespace {

std::string output_of(const std::string& command) {
  std::FILE* pipe = popen(command.c_str(), "r");
  std::string output;
  std::array<char, 256> part{};
  while (std::fgets(part.data(), part.size(), pipe) != nullptr) output += part.data();
  return pclose(pipe) == 0 ? output : "failed: " + output;
}

// What bash offers after `typed`, whose words are these, with a `norn` whose list is known.
std::string offered(const std::string& typed, const std::string& words, int at) {
  const std::string script = file_with(norn({"completion", "bash"}).out);
  const std::string program = file_with(
      "norn() { printf 'store/fixed@2thread:a  holds\\nstore/fixed@3thread:a  holds\\n'; }\n"
      "source " +
      script +
      "\n"
      "COMP_LINE='" +
      typed + "' COMP_POINT=" + std::to_string(typed.size()) + " COMP_WORDS=(" + words +
      ") COMP_CWORD=" + std::to_string(at) +
      "\n"
      "_norn; printf '%s\\n' \"${COMPREPLY[@]}\"\n");
  return output_of("bash " + program + " 2>&1");
}

TEST(Completion, OffersCommands) {
  EXPECT_EQ(offered("norn ch", "norn ch", 1), "check\n");
  EXPECT_EQ(offered("norn re", "norn re", 1), "replay\nreport\n");
}

TEST(Completion, OffersOptionsOfTheCommand) {
  EXPECT_EQ(offered("norn check --s", "norn check --s", 2), "--strategy\n--seed\n");
  EXPECT_EQ(offered("norn report --j", "norn report --j", 2), "--json\n");
  EXPECT_EQ(offered("norn report --m", "norn report --m", 2), "--mermaid\n");
}

// Bash breaks words at @ and :, so that only what follows the last of them is put in.
TEST(Completion, OffersChecks) {
  EXPECT_EQ(offered("norn check st", "norn check st", 2),
            "store/fixed@2thread:a\nstore/fixed@3thread:a\n");
  EXPECT_EQ(offered("norn check store/fixed@2", "norn check store/fixed @ 2", 4), "2thread:a\n");
}

TEST(Completion, IsForThreeShells) {
  EXPECT_EQ(norn({"completion", "zsh"}).out.rfind("#compdef norn\n", 0), 0u);
  EXPECT_EQ(norn({"completion", "fish"}).out.rfind("# fish completion of norn", 0), 0u);
}

// --- shells that few machines have ---

bool is_installed(const std::string& shell) {
  return std::system((shell + " -c true >/dev/null 2>&1").c_str()) == 0;
}

// What fish offers after `typed`, without the descriptions.
std::string offered_by_fish(const std::string& typed) {
  const std::string program = file_with(
      "function norn; printf 'store/fixed@2thread:a  holds\\nstore/fixed@3thread:a  holds\\n'; "
      "end\n"
      "source " +
      file_with(norn({"completion", "fish"}).out) + "\ncomplete -C '" + typed + "' | cut -f1\n");
  return output_of("fish --no-config " + program + " 2>&1");
}

TEST(Completion, WorksInFish) {
  if (!is_installed("fish")) GTEST_SKIP() << "fish is not installed";
  EXPECT_EQ(offered_by_fish("norn re"), "replay\nreport\n");
  EXPECT_EQ(offered_by_fish("norn check --s"), "--seed\n--strategy\n");
  EXPECT_EQ(offered_by_fish("norn check st"), "store/fixed@2thread:a\nstore/fixed@3thread:a\n");
  EXPECT_EQ(offered_by_fish("norn check --seed 3 store/fixed@2"), "store/fixed@2thread:a\n");
  EXPECT_EQ(offered_by_fish("norn completion f"), "fish\n");
}

// The arguments that `norn` gets when `typed`, the tabulator and the return key are typed into zsh.
std::string arguments_from_zsh(const std::string& typed) {
  const std::string startup = file_with(
      "autoload -U compinit\n"
      "compinit -u -D\n"
      "source " +
      file_with(norn({"completion", "zsh"}).out) +
      "\n"
      "norn() {\n"
      "  if [[ $1 == list ]]; then print 'store/fixed@2thread:a  holds'; else print \"<$*>\"; fi\n"
      "}\n");
  const std::string program = file_with(
      "zmodload zsh/zpty\n"
      "zpty shell zsh -f -i\n"
      "zpty -w shell 'source " +
      startup +
      "'\n"
      "zpty -w shell $'" +
      typed +
      "\\t'\n"
      "zpty -r shell answer '*<*>*'\n"
      "answer=${answer##*<}\n"
      "print -r -- ${answer%%>*}\n");
  return output_of("TERM=dumb timeout 20 zsh -f " + program + " 2>&1");
}

TEST(Completion, WorksInZsh) {
  if (!is_installed("zsh")) GTEST_SKIP() << "zsh is not installed";
  EXPECT_EQ(arguments_from_zsh("norn comp"), "completion\n");
  EXPECT_EQ(arguments_from_zsh("norn check --se"), "check --seed\n");
  EXPECT_EQ(arguments_from_zsh("norn check st"), "check store/fixed@2thread:a\n");
  EXPECT_EQ(arguments_from_zsh("norn completion f"), "completion fish\n");
}

}  // namespace
}  // namespace norn::test
