// Regular file: a sequence of bytes that grows and shrinks.
//
// Regions: byte i of the file, there or not, is key i; the size has a key of its own. A read of n
// bytes at an offset looks at these n bytes, whether they are there included, and not at the size:
// whatever changes its result changes one of them. What changes the size writes the size's key and
// every byte that comes or goes; two such changes therefore never commute.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <norn/model/io/file_crash_states.hpp>
#include <norn/model/io/inode.hpp>

namespace norn::io {

class regular_file : public inode {
 public:
  // A limit of the model, far below that of any file system: what would be larger fails with EFBIG.
  static constexpr std::uint64_t largest_size = std::uint64_t{1} << 26;

  regular_file(inode_id named, std::uint32_t permissions, std::string_view called)
      : inode(named, file_type::regular, permissions, called) {}

  // Fewer bytes than asked for where the file ends.
  std::string read(engine::point& p, std::uint64_t offset, std::size_t count) const;

  // Stores the first `stored` of the bytes, and touches what storing all of them would: how many it is
  // may be a choice, and a choice must not show in the accesses (point.hpp, choose).
  // Requires: offset + bytes.size() ≤ largest_size; stored ≤ bytes.size().
  void write(engine::point& p, std::uint64_t offset, std::string_view bytes, std::size_t stored);

  // Cuts off or fills with zeros. Requires: size ≤ largest_size.
  void resize(engine::point& p, std::uint64_t size);

  std::uint64_t size(engine::point& p) const;

  // What the file was on the disk, where it comes back from there. Requires: it is new.
  void hold(std::string bytes) { bytes_ = std::move(bytes); }

  // All of it, all that a thread can know of it: for fsync.
  void read_whole(engine::point& p) const { p.read(state, {0, version_key.last}); }

  // From now on a crash may come: `on_disk` is what survives it. Then: what an fsync does, and one that
  // fails; the content that one crash leaves (file_crash_states.hpp). All without an access.
  void keep_crash_states(std::string on_disk) { crash_states_.emplace(std::move(on_disk)); }
  void sync();
  void sync_failed();
  version newest_version() const { return crash_states_->newest(); }
  void pin(version at_least) { pinned_ = std::max(pinned_, at_least); }
  std::string surviving(outcome_choices& choices, version since, bool ordered) const {
    return crash_states_->surviving(choices, std::max(since, pinned_), ordered);
  }

  // Without an access: for the reader of a trace.
  const std::string& bytes() const { return bytes_; }

 private:
  static constexpr engine::region size_key = engine::region::key(std::uint64_t{1} << 63);
  // Where versions are kept, their order matters: what else would commute does not.
  static constexpr engine::region version_key = engine::region::key((std::uint64_t{1} << 63) + 1);

  std::string bytes_;
  std::optional<file_crash_states> crash_states_;
  version pinned_ = 0;  // no older one is on the disk, whatever was synced
};

}  // namespace norn::io
