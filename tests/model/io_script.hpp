// Scripts of file operations: drawn at random, run step by step on the model, and told as text, so
// that two runs can be compared. Small on purpose: few names, few bytes, few descriptors, so that
// operations meet.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace norn::io_script {

enum class operation : std::uint8_t {
  open,
  close,
  dup,
  read,
  pread,
  write,
  pwrite,
  lseek,
  ftruncate,
  fsync,
  fstat,
  rename,
  link,
  unlink,
  mkdir,
  rmdir,
  truncate,
  stat,
  readdir,
  flock,
  setlk,
  getlk,
};
inline constexpr int operation_count = 22;

struct instruction {
  operation what{};
  std::string path;
  std::string path2;
  int fd = 0;
  int flags = 0;  // of open; operation of flock; type of a record lock; whence of lseek
  std::int64_t offset = 0;
  std::int64_t length = 0;
  std::string bytes;
};

using random_source = std::mt19937_64;

// What scripts are drawn from. Descriptors: 3 … 3 + fds - 1.
struct shape {
  std::vector<std::string> paths;
  int fds = 3;
  bool blocking_locks = false;
  std::vector<operation> only = {};  // empty: every operation
};

// Paths of every kind: nested, with dots, with trailing slashes, missing, too long, empty.
std::vector<std::string> varied_paths();
// A few names and one directory.
std::vector<std::string> plain_paths();

instruction draw(random_source& random, const shape& s);

// Makes a, d, d/e and d/a, and opens a and d/a as 3 and 4: where scripts start, so that most of their
// operations find something.
std::vector<instruction> prologue();

// Runs the instruction on the model and tells what came of it.
std::string run_on_model(const instruction& i);

std::string text_of(const instruction& i);

// One script for each thread.
using instructions = std::vector<instruction>;
using scripts = std::vector<instructions>;

instructions draw_script(random_source& random, const shape& s, std::size_t length);
std::string text_of(const scripts& all);

// What an execution showed to the program: the results of each thread, and the tree that was left.
struct shown {
  explicit shown(std::size_t threads = 0) : results(threads) {}

  // Runs the script on the model and notes what comes of it.
  void run(std::size_t thread, const instructions& script);
  std::string text() const;

  std::vector<std::string> results;
  std::string tree = "blocked";
};

// All names and contents, read without a step of their own counting for anything: call when no other
// thread runs.
std::string tree_of_model(const std::string& directory = "/");

}  // namespace norn::io_script
