// Crash states of a file: what it has held since it was last on the disk as a whole, and so what a crash of
// its host may leave of it. Kept only where a crash may come.
//
// POSIX promises for data that no fsync has covered nothing at all (fsync(2), "Rationale" of POSIX.1-2017
// fsync). What the model allows is what a page cache does, after Pillai et al., "All file systems are not
// created equal" (ALICE, OSDI 2014): each block of the file is on the disk as it was after one of the
// changes since, each block by itself, and the size as it was after one of them, by itself too. Where the
// size that survives is larger than the data, zeros are read.
//
// An fsync that fails leaves its blocks uncertain but no longer dirty: a later one that succeeds does not
// write them again (Rebello et al., "Can applications recover from fsync failures?", ATC 2020). What makes a
// block dirty is a write to it, even of the bytes that it holds, and not that the file grows behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace norn::io {

class outcome_choices;

// The number of a version: how many changes came before.
using version = std::uint64_t;

enum class change : std::uint8_t { write, truncation };

class file_crash_states {
 public:
  static constexpr std::size_t block_bytes = 4096;  // what reaches the disk whole or not at all

  // All of `bytes` is on the disk.
  explicit file_crash_states(std::string bytes) {
    held_.push_back({std::move(bytes), change::truncation});
  }

  // The file holds this now: by a write of the bytes from `first` up to `end`, or by a new size.
  void written(const std::string& bytes, std::uint64_t first, std::uint64_t end);
  void resized(const std::string& bytes) { held_.push_back({bytes, change::truncation}); }
  version newest() const { return oldest_ + held_.size() - 1; }

  void sync();
  void sync_failed() { written_out_ = newest(); }

  // One of the contents that a crash may leave. `since`: versions before this one are not possible any
  // more. `ordered`: as ext4 does in its mode data=ordered (above).
  std::string surviving(outcome_choices& choices, version since, bool ordered) const;

 private:
  struct content {
    std::string bytes;
    change by;
    std::uint64_t written_first = 0;  // of what the write wrote
    std::uint64_t written_end = 0;
  };
  struct surviving_size {
    version after;
    std::size_t bytes;
  };

  const std::string& at(version v) const { return held_[v - oldest_].bytes; }
  bool has(std::size_t block, version v) const { return at(v).size() > block * block_bytes; }
  std::vector<surviving_size> surviving_sizes(version first, bool ordered) const;
  version on_disk_with(version sized, std::size_t block) const;
  std::string_view block(version v, std::size_t number) const;
  bool block_changed(std::size_t number, version after) const;
  bool block_dirtied(std::size_t number, version after) const;
  version floor_of(std::size_t block) const;

  version oldest_ = 0;
  std::vector<content> held_;  // at least one; what the first came by does not matter
  // What an fsync has covered: no older version of the size, of each block.
  version size_floor_ = 0;
  std::vector<version> block_floors_;
  version written_out_ = 0;  // up to here an fsync has tried
};

}  // namespace norn::io
