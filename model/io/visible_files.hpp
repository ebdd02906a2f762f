// Visible files: the file system that the processes of a host see, a part of the host. It is the host's own,
// or another host's over the network. A crash of its host replaces it by what survived.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <norn/model/io/device.hpp>
#include <norn/model/io/file_system.hpp>
#include <norn/model/thread/host.hpp>
#include <norn/model/thread/lost_in_crash.hpp>
#include <norn/model/thread/process.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::io {

// How locks work on a network file system: for all its clients, or for the processes of each client only
// (nfs(5), local_lock).
enum class network_locks : std::uint8_t { shared, local_to_each_host };

class visible_files : public lost_in_crash {
 public:
  visible_files() { boots_.push_back(std::make_unique<file_system>(disk_, named_by_thread_)); }

  // The files that a process of this host sees; the read of which ones they are, where a crash may change
  // that without ending the process.
  file_system& seen_by(engine::point& p, const process& by) const;
  // Where locks are kept that the process takes; empty: with the file.
  file_system::lock_space locks_of(const process& by) const;
  // Within a predicate of `always`, which observes what it reads.
  const file_system& observed() const;
  // Where they are.
  device& disk() { return server_ ? server_->part<visible_files>().disk() : disk_; }
  // Before threads run.
  file_system& current() const { return *boots_.back(); }

  void mount(const host& server, network_locks locks);
  void set_storage(storage kind);

  void may_be_lost() override;
  std::uint32_t outcomes() override;
  void lose(engine::point& p, std::uint32_t outcome) override;

 private:
  file_system& seen(engine::point& p, bool ends_with_them) const;

  device disk_;
  std::vector<std::uint32_t> named_by_thread_;
  storage kind_ = storage::posix;
  bool may_crash_ = false;
  std::vector<std::unique_ptr<file_system>> boots_;  // older ones: what killed threads refer to
  engine::object which_{"mounted files"};
  std::optional<host> server_;
  network_locks locks_ = network_locks::shared;
  std::vector<image> survivors_;
};

}  // namespace norn::io
