#include <norn/specs/kit/deployment.hpp>

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include <norn/scheduler/base/bad_input.hpp>

namespace norn::kit {

namespace {

// The number in front of the unit; nothing where the word is another.
std::optional<int> count_of(const std::string& word, std::string_view unit) {
  constexpr std::size_t most_digits = 3;
  if (word.size() <= unit.size() || !word.ends_with(unit)) return std::nullopt;
  const std::string digits = word.substr(0, word.size() - unit.size());
  const bool number = digits.find_first_not_of("0123456789") == digits.npos && digits[0] != '0';
  return number && digits.size() <= most_digits ? std::optional(std::stoi(digits)) : std::nullopt;
}

std::vector<std::string> words_of(const std::string& name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    if (c == '-') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

// How many of what; 0: not said yet.
struct counts {
  int threads = 0;
  int processes = 0;
  int tasks = 0;
  int loops = 0;
  int pool = 0;
};

void say(int& how_many, int count, const std::string& of_what, const std::string& name) {
  if (how_many != 0) throw bad_input("`" + name + "` says twice how many " + of_what);
  how_many = count;
}

// Whether the word is a count, which is put down.
bool takes_count(counts& said, deployment& d, const std::string& word) {
  const std::optional<int> hosts = count_of(word, "host");
  const std::optional<int> processes = hosts ? hosts : count_of(word, "proc");
  const std::optional<int> threads = count_of(word, "thread");
  const std::optional<int> tasks = count_of(word, "task");
  const std::optional<int> loops = word == "loop" ? 1 : count_of(word, "loop");
  if (threads) say(said.threads, *threads, "threads", d.name);
  if (processes) say(said.processes, *processes, "processes", d.name);
  if (tasks) say(said.tasks, *tasks, "tasks", d.name);
  if (loops) say(said.loops, *loops, "loops", d.name);
  const std::optional<int> pool = count_of(word, "pool");
  if (pool) say(said.pool, *pool, "threads of a pool", d.name);
  if (hosts) d.on_hosts_of_their_own = true;
  return threads || processes || tasks || loops || pool;
}

// Of each process.
void settle_actors(const counts& said, deployment& d) {
  d.threads = std::max(said.threads, 1);
  if (said.tasks + said.loops == 0) {
    if (said.pool != 0)
      throw bad_input("`" + d.name + "`: a pool of threads is a loop's: `loop` or `Ntask`");
    return;
  }
  if (said.pool != 0) d.pool = said.pool;
  if (said.threads != 0)
    throw bad_input("`" + d.name + "`: either threads or tasks of event loops");
  d.loops = std::max(said.loops, 1);
  d.threads = d.loops * (said.tasks != 0 ? said.tasks : d.loops == 1 ? 2 : 1);
}

const std::vector<std::string>& standard() {
  static const std::vector<std::string> words = {"crash", "kill",  "ext4",   "noauto_da_alloc",
                                                 "empty", "locks", "cancel", "timed"};
  return words;
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void require_that_words_go_together(const deployment& d) {
  const auto refuse_if = [&](bool wrong, const std::string& why) {
    if (wrong) throw bad_input("`" + d.name + "`: " + why);
  };
  const bool surviving = d.has("ext4") || d.has("noauto_da_alloc");
  refuse_if(d.has("crash") && d.has("kill"), "either the host crashes or the process");
  refuse_if(d.crashes() && d.on_hosts_of_their_own, "processes on hosts of their own do not crash");
  refuse_if(surviving && !d.has("crash"), "what survives a crash of the host needs `crash`");
  refuse_if(d.has("cancel") && d.loops == 0, "what is cancelled is a task: `loop` or `Ntask`");
  refuse_if(d.has("locks") && !d.on_hosts_of_their_own, "locks between hosts need `Nhost`");
}

}  // namespace

bool deployment::has(std::string_view modifier) const { return contains(modifiers, modifier); }

deployment parse_deployment(const std::string& name, const std::vector<std::string>& own) {
  deployment d;
  d.name = name;
  counts said;
  for (const std::string& word : words_of(name)) {
    if (takes_count(said, d, word)) continue;
    if (d.has(word)) throw bad_input(fmt::format("`{}` comes twice in `{}`", word, name));
    if (!contains(standard(), word) && !contains(own, word)) {
      throw bad_input(fmt::format(
          "`{}` in `{}` is no part of a deployment; accepted: Nthread, Ntask, loop, Nloop, Npool, "
          "Nproc, Nhost, {}{}{}",
          word, name, fmt::join(standard(), ", "), own.empty() ? "" : ", ", fmt::join(own, ", ")));
    }
    d.modifiers.push_back(word);
  }
  if (said.threads + said.processes + said.tasks + said.loops == 0) {
    throw bad_input(
        fmt::format("`{}` does not say how many: Nthread, Ntask, loop, Nproc or Nhost", name));
  }
  settle_actors(said, d);
  d.processes = std::max(said.processes, 1);
  if (d.has("crash")) d.crash = deployment::failing::host;
  if (d.has("kill")) d.crash = deployment::failing::process;
  if (d.has("ext4")) d.disk = io::storage::ext4;
  if (d.has("noauto_da_alloc")) d.disk = io::storage::ext4_without_auto_da_alloc;
  require_that_words_go_together(d);
  return d;
}

}  // namespace norn::kit
