// The model of the file system against the real one: random scripts, the same results, the same errno
// values, the same tree in the end. NORN_PROGRAMS=N sets how many scripts each test draws; NORN_SEED=N
// draws others.
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "../reference/compare.hpp"
#include "io_real.hpp"

namespace norn::io_script {
namespace {

std::vector<std::string> bases() {
  const char* const temporary = std::getenv("TMPDIR");
  std::vector<std::string> all = {temporary == nullptr ? "/tmp" : temporary};
  if (::access("/dev/shm", W_OK) == 0) all.push_back("/dev/shm");
  return all;
}

// Without a root of its own, a script must not see what lies outside of its directory.
std::vector<std::string> usable(std::vector<std::string> paths) {
  if (can_change_root()) return paths;
  std::erase_if(paths, [](const std::string& p) {
    return p.empty() || p.front() == '/' || p.find("..") != std::string::npos;
  });
  return paths;
}

script draw_script(random_source& random, const shape& s, int processes, int length) {
  script drawn;
  for (int k = 0; k < processes; ++k) {
    for (const instruction& each : prologue()) drawn.push_back({k, each});
  }
  for (int n = 0; n < length; ++n) {
    const int in = static_cast<int>(random() % static_cast<std::uint64_t>(processes));
    drawn.push_back({in, draw(random, s)});
  }
  return drawn;
}

std::string first_difference(const script& s, const outcome& model, const outcome& system) {
  std::string story;
  for (std::size_t n = 0; n < s.size(); ++n) {
    story += std::to_string(n) + " in process " + std::to_string(s[n].process) + ": " +
             text_of(s[n].what) + " -> " + model.results[n];
    if (model.results[n] != system.results[n]) return story + "  BUT " + system.results[n];
    story += "\n";
  }
  return model.tree == system.tree ? "" : story + model.tree + "BUT\n" + system.tree;
}

void hold_against_system(std::uint64_t seed, const shape& s, int processes,
                         std::uint64_t by_default, int length) {
  random_source random(seed + 1000 * reference::from_environment("NORN_SEED", 0));
  const std::uint64_t scripts = reference::from_environment("NORN_PROGRAMS", by_default);
  for (const std::string& base : bases()) {
    for (std::uint64_t n = 0; n < scripts; ++n) {
      const script drawn = draw_script(random, s, processes, length);
      const outcome model = run_in_model(drawn, processes);
      const outcome system = run_on_system(base, drawn, processes);
      ASSERT_EQ(first_difference(drawn, model, system), "") << "in " << base << ", script " << n;
    }
  }
}

TEST(IoReal, OneProcess) { hold_against_system(1, {usable(plain_paths()), 3, false}, 1, 150, 60); }

TEST(IoReal, PathsOfEveryKind) {
  hold_against_system(2, {usable(varied_paths()), 3, false}, 1, 250, 60);
}

TEST(IoReal, ProcessesAndLocks) { hold_against_system(3, {{"a", "b"}, 3, false}, 3, 100, 80); }

}  // namespace
}  // namespace norn::io_script
