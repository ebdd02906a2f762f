#include <norn/model/io/visible_files.hpp>

#include <map>
#include <string>
#include <utility>

#include <norn/model/io/narrate.hpp>
#include <norn/scheduler/run/failure.hpp>
#include <norn/scheduler/run/specification_state.hpp>

namespace norn::io {

using namespace engine;

namespace {

using contents =
    std::map<std::string, std::string>;  // path → what it holds; directories end in a slash

void add_contents(contents& all, const image& from, std::size_t at, const std::string& path) {
  for (const auto& [name, place] : from[at].entries) {
    const image_node& node = from[place];
    if (node.is_directory) {
      all.emplace(path + name + "/", "directory");
      add_contents(all, from, place, path + name + "/");
    } else {
      all.emplace(path + name, shown_bytes(node.bytes));
    }
  }
}

contents contents_of(const image& from) {
  contents all;
  add_contents(all, from, 0, "");
  return all;
}

void describe_loss(point& p, const image& before, const image& after) {
  p.describe([&](narration& n) {
    const contents had = contents_of(before);
    const contents has = contents_of(after);
    for (const auto& [path, held] : had) {
      const auto left = has.find(path);
      if (left == has.end()) {
        n.add_change(path + " lost");
      } else if (left->second != held) {
        n.add_change(path + ": " + held + "→" + left->second);
      }
    }
    for (const auto& [path, held] : has) {
      if (!had.contains(path)) n.add_change(path + " back: " + held);
    }
    if (n.changes.empty()) n.add_change("all files survive");
  });
}

}  // namespace

file_system& visible_files::seen_by(point& p, const process& by) const {
  if (server_) return server_->part<visible_files>().seen(p, false);
  return seen(p, by.ends_with_host());
}

file_system& visible_files::seen(point& p, bool ends_with_them) const {
  if (may_crash_ && !ends_with_them) p.read(which_);
  return current();
}

file_system::lock_space visible_files::locks_of(const process& by) const {
  if (!server_ || locks_ == network_locks::shared) return {};
  return [client = by.on()](inode& of) -> file_locks& {
    return client.part<file_locks>("inode " + std::to_string(static_cast<std::uint64_t>(of.id)));
  };
}

// Which files they are is observed before it can change: a crash may be declared and files mounted after the
// predicate was stated.
const file_system& visible_files::observed() const {
  observe(which_);
  return server_ ? server_->part<visible_files>().observed() : current();
}

void visible_files::mount(const host& server, network_locks locks) {
  if (!runs_alone()) {
    halt_as_misuse("files are mounted while other threads run: mount them before the first starts");
  }
  visible_files& served = server.part<visible_files>();
  if (&served == this || served.server_) {
    halt_as_misuse(server.name() +
                   " cannot serve files to be mounted: it is the client itself, or mounts another "
                   "host's");
  }
  if (!ghost_write(which_)) return;
  server_ = server;
  locks_ = locks;
  ghost_written(which_, step_of_specification());
}

void visible_files::set_storage(storage kind) {
  if (may_crash_ || !runs_alone()) {
    halt_as_misuse(
        "what a disk promises is said after its crash was declared, or while threads run: "
        "say it before");
  }
  kind_ = kind;
}

void visible_files::may_be_lost() {
  may_crash_ = true;
  current().expect_crashes(kind_);
}

std::uint32_t visible_files::outcomes() {
  std::optional<std::vector<image>> found = current().survivors();
  if (!found) return UINT32_MAX;
  survivors_ = std::move(*found);
  return static_cast<std::uint32_t>(survivors_.size());
}

void visible_files::lose(point& p, std::uint32_t outcome) {
  const image& survived = survivors_[outcome];
  p.write(which_);
  const bool short_writes = current().short_writes;
  boots_.push_back(std::make_unique<file_system>(disk_, named_by_thread_));
  current().short_writes = short_writes;
  current().restore(p, survived, kind_);
  describe_loss(p, survivors_.front(), survived);
}

}  // namespace norn::io
