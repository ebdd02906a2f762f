// Crashes of a real ext4: what its disk holds at some moment is one of the states that the model allows.
//
// Scripts run on an image that is mounted through a loop device. A copy of the image, taken while it is
// mounted, is what a power failure at that moment would leave; mounting the copy replays its journal. After
// each call, and later when the journal has been committed but data not yet written back, the tree of every
// script that has begun is looked up among the model's. Which of the states is met is a matter of timing,
// and not asserted. NORN_SEED=N draws other scripts.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <tuple>

#include <norn/model/io/call.hpp>
#include <norn/model/io/system_calls.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/explore/explorer.hpp>
#include <norn/tests/temporary_folder.hpp>

#include "../reference/compare.hpp"
#include "crash_history.hpp"
#include "crash_script.hpp"

namespace norn::io {

using namespace engine;
namespace {

namespace fs = std::filesystem;

// --- mounts ---

// What the command printed, if it failed.
std::optional<std::string> failure_of(const std::string& command) {
  FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return "popen";
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  if (::pclose(pipe) == 0) return std::nullopt;
  return command + ": " + output;
}

// The loop device that mount(8) makes is detached with the last unmount.
class mounted_image {
 public:
  mounted_image(const fs::path& image, fs::path at, const std::string& options)
      : at_(std::move(at)) {
    fs::create_directory(at_);
    why_not_ = failure_of("mount -t ext4 -o loop," + options + " '" + image.string() + "' '" +
                          at_.string() + "'");
  }
  mounted_image(const mounted_image&) = delete;
  mounted_image& operator=(const mounted_image&) = delete;
  ~mounted_image() {
    if (!why_not_ && ::umount2(at_.c_str(), 0) != 0) ::umount2(at_.c_str(), MNT_DETACH);
    fs::remove(at_);
  }

  const std::optional<std::string>& why_not() const { return why_not_; }
  const fs::path& at() const { return at_; }

 private:
  fs::path at_;
  std::optional<std::string> why_not_;
};

// From here on what this process mounts is seen by no other one, and goes with it however it ends.
bool leave_the_common_mounts() {
  static const bool left = ::unshare(CLONE_NEWNS) == 0 &&
                           ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  return left;
}

// Nothing, or why the test cannot run here.
std::optional<std::string> make_file_system(const fs::path& image) {
  constexpr std::uintmax_t image_bytes = 12u << 20;
  if (::geteuid() != 0) return "only root may mount a file system";
  if (!leave_the_common_mounts()) return "this process gets no mount namespace of its own";
  std::ofstream(image).close();
  fs::resize_file(image, image_bytes);
  if (failure_of("command -v mkfs.ext4")) return "there is no mkfs.ext4 (e2fsprogs)";
  // All is initialised at once: nothing writes to the image later but what the scripts do.
  const std::string command =
      "mkfs.ext4 -q -b 4096 -J size=4 -E lazy_itable_init=0,lazy_journal_init=0";
  if (const auto failed = failure_of(command + " '" + image.string() + "'")) {
    throw std::runtime_error(*failed);
  }
  return std::nullopt;
}

std::string bytes_of(const fs::path& file) {
  std::string bytes(fs::file_size(file), '\0');
  std::ifstream(file, std::ios::binary)
      .read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

// The image as it is at one moment: read until two copies are the same, of which the first may be an earlier
// one. Nothing if it goes on changing.
std::optional<std::string> copy_of(const fs::path& image, std::string last) {
  constexpr int most_copies = 10;
  for (int i = 0; i < most_copies; ++i) {
    std::string next = bytes_of(image);
    if (next == last) return next;
    last = std::move(next);
  }
  return std::nullopt;
}

// --- scripts on a directory ---

class script_on_disk {
 public:
  explicit script_on_disk(fs::path root) : root_(std::move(root)) { fs::create_directory(root_); }
  script_on_disk(const script_on_disk&) = delete;
  script_on_disk& operator=(const script_on_disk&) = delete;
  ~script_on_disk() {
    for (const int fd : opened_) ::close(fd);
  }

  void run(const script_call& c) { static_cast<void>(!succeeds(c)); }

 private:
  bool succeeds(const script_call& c) {
    const std::string path = (root_ / c.path).string();
    switch (c.kind) {
      case call_kind::open_file:
        return open(path, O_RDWR | O_CREAT);
      case call_kind::open_truncated:
        return open(path, O_RDWR | O_CREAT | O_TRUNC);
      case call_kind::write_bytes:
        return c.opened < opened_.size() &&
               ::pwrite(fd(c), c.bytes.data(), c.bytes.size(), static_cast<off_t>(c.number)) > 0;
      case call_kind::truncate_to:
        return c.opened < opened_.size() && ::ftruncate(fd(c), static_cast<off_t>(c.number)) == 0;
      case call_kind::sync_file:
        return c.opened < opened_.size() && ::fsync(fd(c)) == 0;
      case call_kind::sync_directory:
        return sync_directory(c.path == "/" ? root_.string() : path);
      case call_kind::rename_to:
        return ::rename(path.c_str(), (root_ / c.path2).c_str()) == 0;
      case call_kind::link_to:
        return ::link(path.c_str(), (root_ / c.path2).c_str()) == 0;
      case call_kind::unlink_name:
        return ::unlink(path.c_str()) == 0;
      case call_kind::make_directory:
        return ::mkdir(path.c_str(), 0755) == 0;
      case call_kind::remove_directory:
        return ::rmdir(path.c_str()) == 0;
    }
    return false;
  }
  bool open(const std::string& path, int flags) {
    const int opened = ::open(path.c_str(), flags, 0644);
    if (opened >= 0) opened_.push_back(opened);
    return opened >= 0;
  }
  static bool sync_directory(const std::string& path) {
    const int d = ::open(path.c_str(), O_RDONLY | O_DIRECTORY);
    return d >= 0 && ::fsync(d) == 0 && ::close(d) == 0;
  }
  int fd(const script_call& c) const { return opened_[opened_.size() - 1 - c.opened]; }

  fs::path root_;
  std::vector<int> opened_;
};

void read_tree(image& to, std::size_t at, const fs::path& directory,
               std::map<ino_t, std::size_t>& known) {
  for (const fs::directory_entry& each : fs::directory_iterator(directory)) {
    struct stat status {};
    ::stat(each.path().c_str(), &status);
    const auto [place, fresh] = known.try_emplace(status.st_ino, to.size());
    to[at].entries.emplace(each.path().filename().string(), place->second);
    if (!fresh) continue;
    const std::size_t number = to.size();
    image_node& node = to.emplace_back();
    node.is_directory = S_ISDIR(status.st_mode);
    if (node.is_directory) {
      read_tree(to, number, each.path(), known);
    } else {
      node.bytes = bytes_of(each.path());
    }
  }
}

std::string tree_on_disk(const fs::path& directory) {
  image tree(1);
  std::map<ino_t, std::size_t> known;
  read_tree(tree, 0, directory, known);
  return text_of_image(tree);
}

// --- the model ---

std::set<std::string> possible_trees(storage kind, const call_list& calls) {
  std::set<std::string> found;
  explore_options options;
  options.name = "crash states";
  const search_result searched = explore(
      [&] {
        const host server{"server"};
        set_storage(server, kind);
        const process service{server, "service"};
        script_on_model model;
        service.run("setup", [&] { model.run(prologue(), [](const script_call&) {}); });
        files_of(server).may_be_lost();
        service.run("work", [&] { model.run(calls, [](const script_call&) {}); });
        const std::optional<std::vector<image>> survivors = files_of(server).current().survivors();
        for (const image& each : survivors.value()) {
          found.insert(text_of_image(each));
        }
      },
      options);
  EXPECT_EQ(searched.misuse.value_or(""), "");
  return found;
}

// --- the scripts ---

using enum call_kind;

const script_call open_new = {open_file, "n", "", 0, 0, ""};
const script_call write_new = {write_bytes, "", "", 0, 0, "new!"};
const script_call sync_it = {sync_file, "", "", 0, 0, ""};
const script_call sync_root = {sync_directory, "/", "", 0, 0, ""};
const script_call put_in_place = {rename_to, "n", "a", 0, 0, ""};

// An fsync commits the names of all scripts: those that have one come first.
std::vector<call_list> scripts(std::uint64_t seed) {
  std::vector<call_list> all;
  random_source random(seed + 1000 * reference::from_environment("NORN_SEED", 0));
  for (int i = 0; i < 12; ++i) all.push_back(draw_calls(random, 5));
  all.push_back({open_new, write_new, sync_it});
  all.push_back({open_new, write_new, sync_it, sync_root});
  all.push_back({open_new, write_new, sync_it, put_in_place});
  all.push_back({open_new, write_new, sync_root});
  all.push_back({open_new, write_new});
  all.push_back({open_new, write_new, put_in_place});
  all.push_back({{open_truncated, "a", "", 0, 0, ""}, write_new});
  all.push_back({{unlink_name, "b", "", 0, 0, ""}, {remove_directory, "d", "", 0, 0, ""}});
  all.push_back({{rename_to, "a", "d/b", 0, 0, ""}, {link_to, "b", "d/c", 0, 0, ""}});
  // The last file that the prologue opens is a, of three bytes: an append within its block, over two borders.
  all.push_back({{write_bytes, "", "", 0, 3, "er"}});
  all.push_back({{write_bytes, "", "", 0, 3, std::string(9000, 'x')}});
  all.push_back({{write_bytes, "", "", 0, 0, "n"}, {truncate_to, "", "", 0, 2, ""}});
  all.push_back({open_new, write_new, {truncate_to, "", "", 0, 7, ""}});
  all.push_back({open_new, write_new, {truncate_to, "", "", 0, 2, ""}});
  return all;
}

// --- the comparison ---

class crash_watch {
 public:
  crash_watch(storage kind, std::string options) : kind_(kind), options_(std::move(options)) {}

  // Nothing, or why it cannot be done here.
  std::optional<std::string> watch(const std::vector<call_list>& all) {
    if (auto why_not = make_file_system(scratch_ / "image")) return why_not;
    const mounted_image mounted(scratch_ / "image", scratch_ / "mounted", options_);
    if (mounted.why_not()) return mounted.why_not();
    std::vector<std::unique_ptr<script_on_disk>> running;
    for (std::size_t i = 0; i < all.size(); ++i) {
      running.push_back(std::make_unique<script_on_disk>(mounted.at() / std::to_string(i)));
      for (const script_call& each : prologue()) running.back()->run(each);
      begun_.emplace_back();
    }
    ::sync();
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (const script_call& each : all[i]) {
        running[i]->run(each);
        begun_[i].push_back(each);
        look();
      }
    }
    // The journal is committed every second, data is written back after thirty.
    for (int i = 0; i < 4; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(700));
      look();
    }
    std::cout << copies_ << " copies, " << restless_ << " moments without one, " << lost_
              << " trees that differ from what the processes saw\n";
    EXPECT_GT(copies_, 0);
    return std::nullopt;
  }

 private:
  void look() {
    std::optional<std::string> copy = copy_of(scratch_ / "image", last_copy_);
    if (!copy) {
      ++restless_;
      return;
    }
    if (*copy != last_copy_) {
      ++copies_;
      last_copy_ = std::move(*copy);
      read_copy();
    }
    for (std::size_t i = 0; i < begun_.size(); ++i) check(i);
  }

  void read_copy() {
    std::ofstream(scratch_ / "copy", std::ios::binary) << last_copy_;
    const mounted_image crashed(scratch_ / "copy", scratch_ / "crashed", "rw");
    ASSERT_EQ(crashed.why_not().value_or(""), "");
    trees_.clear();
    for (std::size_t i = 0; i < begun_.size(); ++i) {
      trees_.push_back(tree_on_disk(crashed.at() / std::to_string(i)));
    }
  }

  void check(std::size_t i) {
    if (tree_on_disk(scratch_ / "mounted" / std::to_string(i)) != trees_[i]) ++lost_;
    for (const storage kind : {kind_, storage::posix}) {
      const auto [place, fresh] = possible_.try_emplace({i, begun_[i].size(), kind});
      if (fresh) place->second = possible_trees(kind, begun_[i]);
      EXPECT_TRUE(place->second.contains(trees_[i]))
          << "not among the states of storage " << static_cast<int>(kind) << ":\n"
          << shown(trees_[i]) << "after\n"
          << story_of({}, begun_[i]);
    }
  }

  storage kind_;
  std::string options_;
  test::temporary_folder scratch_;
  std::vector<call_list> begun_;    // the calls that each script has made
  std::vector<std::string> trees_;  // in the last copy
  std::string last_copy_;
  std::map<std::tuple<std::size_t, std::size_t, storage>, std::set<std::string>> possible_;
  int copies_ = 0;
  int restless_ = 0;
  int lost_ = 0;
};

TEST(CrashReal, Ext4) {
  crash_watch watch(storage::ext4, "commit=1");
  if (const auto why_not = watch.watch(scripts(1))) GTEST_SKIP() << *why_not;
}

TEST(CrashReal, Ext4WithoutAutoDaAlloc) {
  crash_watch watch(storage::ext4_without_auto_da_alloc, "commit=1,noauto_da_alloc");
  if (const auto why_not = watch.watch(scripts(2))) GTEST_SKIP() << *why_not;
}

}  // namespace
}  // namespace norn::io
