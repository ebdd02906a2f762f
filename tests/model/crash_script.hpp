// Crash scripts: calls of one thread whose traces a crash may lose. Run on the model, and elsewhere on a real
// file system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace norn::io {

using random_source = std::mt19937_64;

enum class call_kind : std::uint8_t {
  open_file,       // creates it
  open_truncated,  // the same with O_TRUNC
  write_bytes,
  truncate_to,
  sync_file,
  sync_directory,
  rename_to,
  link_to,
  unlink_name,
  make_directory,
  remove_directory,
};

struct script_call {
  call_kind kind{};
  std::string path;
  std::string path2;
  std::size_t opened = 0;  // which of the files that were opened, counted from the last one
  std::size_t number = 0;  // offset or size
  std::string bytes;
  bool fails = false;  // of the calls that sync: with EIO
};
using call_list = std::vector<script_call>;

std::string text_of(const script_call& c);
std::string story_of(const call_list& setup, const call_list& calls);

// Makes a, b, d and d/a, so that most calls find something.
call_list prologue();
// Few names and few bytes, so that calls meet; some offsets at the border between two blocks.
call_list draw_calls(random_source& random, std::size_t length);
// The same, where some of the calls that sync fail.
call_list draw_failing_calls(random_source& random, std::size_t length);

// The calls of one process, with the files that it has opened.
class script_on_model {
 public:
  // `fail_next` makes the next call fail.
  explicit script_on_model(std::function<void()> fail_next = {})
      : fail_next_(std::move(fail_next)) {}

  // Calls `note` of each that succeeds, and of those that fail as they are to.
  void run(const call_list& calls, const std::function<void(const script_call&)>& note);

 private:
  bool succeeds(const script_call& c);
  bool sync(int fd, bool fails);
  bool open(const std::string& path, int flags);
  int fd(const script_call& c) const { return opened_[opened_.size() - 1 - c.opened]; }

  std::function<void()> fail_next_;
  std::vector<int> opened_;
};

// A tree as text, with runs of one byte told as their number.
std::string shown(const std::string& tree);

}  // namespace norn::io
