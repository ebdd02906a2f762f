#include "crash_script.hpp"

#include <algorithm>
#include <cerrno>

#include <norn/model/io/system_calls.hpp>

namespace norn::io {

using namespace engine;

namespace {

constexpr std::size_t block_size = 4096;

template <class T>
const T& one_of(random_source& random, const std::vector<T>& from) {
  return from[random() % from.size()];
}

script_call draw_call(random_source& random) {
  using enum call_kind;
  static const std::vector<call_kind> kinds = {
      open_file,   open_file,   open_truncated, write_bytes,   write_bytes,    write_bytes,
      truncate_to, sync_file,   rename_to,      rename_to,     sync_directory, remove_directory,
      link_to,     unlink_name, make_directory, sync_directory};
  static const std::vector<std::string> paths = {"a", "b", "d/a", "d/b", "d", "e"};
  static const std::vector<std::size_t> numbers = {
      0, 0, 1, 2, 3, block_size - 1, block_size, block_size + 2};
  script_call c;
  c.kind = one_of(random, kinds);
  c.path = one_of(random, paths);
  c.path2 = one_of(random, paths);
  c.opened = random() % 2;
  c.number = random() % 3 == 0 ? one_of(random, numbers) : random() % 4;
  c.bytes = std::string(1 + random() % 3, static_cast<char>('p' + random() % 6));
  if (c.kind == sync_directory) c.path = one_of<std::string>(random, {"/", "/", "d", "e"});
  return c;
}

}  // namespace

call_list prologue() {
  using enum call_kind;
  return {{open_file, "b", "", 0, 0, ""},      {write_bytes, "", "", 0, 0, "other"},
          {make_directory, "d", "", 0, 0, ""}, {open_file, "d/a", "", 0, 0, ""},
          {open_file, "a", "", 0, 0, ""},      {write_bytes, "", "", 0, 0, "old"}};
}

call_list draw_calls(random_source& random, std::size_t length) {
  call_list calls;
  while (calls.size() < length) calls.push_back(draw_call(random));
  return calls;
}

call_list draw_failing_calls(random_source& random, std::size_t length) {
  using enum call_kind;
  call_list calls;
  while (calls.size() < length) {
    // What a failed fsync leaves shows where data was written before it and synced after it; what the program
    // can do about it, where the same is written again.
    script_call c = !calls.empty() && random() % 4 == 0 ? one_of(random, calls) : draw_call(random);
    if (random() % 3 == 0) c.kind = random() % 2 == 0 ? sync_file : write_bytes;
    c.fails = (c.kind == sync_file || c.kind == sync_directory) && random() % 2 == 0;
    calls.push_back(c);
  }
  return calls;
}

std::string text_of(const script_call& c) {
  static const char* const names[] = {"open",   "open and truncate",
                                      "pwrite", "ftruncate",
                                      "fsync",  "fsync of",
                                      "rename", "link",
                                      "unlink", "mkdir",
                                      "rmdir"};
  return std::string(names[static_cast<int>(c.kind)]) + " " + c.path + " " + c.path2 + ", file -" +
         std::to_string(c.opened) + ", at " + std::to_string(c.number) + ", " + c.bytes +
         (c.fails ? ", fails" : "");
}

std::string story_of(const call_list& setup, const call_list& calls) {
  std::string text;
  for (const script_call& each : setup) text += "  setup: " + text_of(each) + "\n";
  for (const script_call& each : calls) text += "  " + text_of(each) + "\n";
  return text;
}

std::string shown(const std::string& tree) {
  std::string text;
  for (std::size_t i = 0; i < tree.size();) {
    const std::size_t same = std::min(tree.find_first_not_of(tree[i], i), tree.size()) - i;
    const std::string c = tree[i] == '\0' ? "\\0" : std::string(1, tree[i]);
    text += same > 8 ? c + "*" + std::to_string(same) : c;
    i += same > 8 ? same : 1;
  }
  return text;
}

void script_on_model::run(const call_list& calls,
                          const std::function<void(const script_call&)>& note) {
  for (const script_call& each : calls) {
    if (succeeds(each)) note(each);
  }
}

bool script_on_model::succeeds(const script_call& c) {
  switch (c.kind) {
    case call_kind::open_file:
      return open(c.path, O_RDWR | O_CREAT);
    case call_kind::open_truncated:
      return open(c.path, O_RDWR | O_CREAT | O_TRUNC);
    case call_kind::write_bytes:
      return c.opened < opened_.size() &&
             pwrite(fd(c), c.bytes, static_cast<std::int64_t>(c.number)).ok();
    case call_kind::truncate_to:
      return c.opened < opened_.size() &&
             ftruncate(fd(c), static_cast<std::int64_t>(c.number)).ok();
    case call_kind::sync_file:
      return c.opened < opened_.size() && sync(fd(c), c.fails);
    case call_kind::sync_directory: {
      const result<int> d = io::open(c.path, O_RDONLY | O_DIRECTORY);
      return d.ok() && sync(d.value(), c.fails) && close(d.value()).ok();
    }
    case call_kind::rename_to:
      return rename(c.path, c.path2).ok();
    case call_kind::link_to:
      return link(c.path, c.path2).ok();
    case call_kind::unlink_name:
      return unlink(c.path).ok();
    case call_kind::make_directory:
      return mkdir(c.path).ok();
    case call_kind::remove_directory:
      return rmdir(c.path).ok();
  }
  return false;
}

bool script_on_model::sync(int fd, bool fails) {
  if (!fails) return fsync(fd).ok();
  fail_next_();
  return fsync(fd).error() == EIO;
}

bool script_on_model::open(const std::string& path, int flags) {
  const result<int> opened = io::open(path, flags);
  if (opened.ok()) opened_.push_back(opened.value());
  return opened.ok();
}

}  // namespace norn::io
