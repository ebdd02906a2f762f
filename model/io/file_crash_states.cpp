#include <norn/model/io/file_crash_states.hpp>

#include <algorithm>

#include <norn/model/io/outcome_choices.hpp>

namespace norn::io {

namespace {

std::string_view without_trailing_zeros(std::string_view bytes) {
  while (!bytes.empty() && bytes.back() == '\0') bytes.remove_suffix(1);
  return bytes;
}

}  // namespace

void file_crash_states::written(const std::string& bytes, std::uint64_t first, std::uint64_t end) {
  held_.push_back({bytes, change::write, first, end});
}

// What is dirty since the last attempt is written out now; what an attempt has failed on is not.
void file_crash_states::sync() {
  std::size_t longest = 0;
  for (const content& each : held_) longest = std::max(longest, each.bytes.size());
  const std::size_t blocks = (longest + block_bytes - 1) / block_bytes;
  block_floors_.resize(std::max(block_floors_.size(), blocks), oldest_);
  bool certain = true;
  for (std::size_t b = 0; b < blocks; ++b) {
    if (block_dirtied(b, written_out_)) block_floors_[b] = newest();
    certain = certain && !block_changed(b, block_floors_[b]);
  }
  bool resized = false;
  for (version v = written_out_; v < newest(); ++v) {
    resized = resized || at(v).size() != at(v + 1).size();
  }
  if (resized) size_floor_ = newest();
  for (version v = size_floor_; v < newest(); ++v) {
    certain = certain && at(v).size() == at(newest()).size();
  }
  written_out_ = newest();
  if (!certain) return;
  const version now = newest();
  held_.erase(held_.begin(), held_.end() - 1);
  oldest_ = now;
  block_floors_.clear();
  size_floor_ = now;
}

std::string file_crash_states::surviving(outcome_choices& choices, version since,
                                         bool ordered) const {
  const version oldest = std::max(since, oldest_);
  const std::vector<surviving_size> sizes = surviving_sizes(std::max(size_floor_, oldest), ordered);
  const auto [sized, size] = sizes[choices.pick(sizes.size())];
  std::string bytes;
  for (std::size_t b = 0; b * block_bytes < size; ++b) {
    const version first = std::max({floor_of(b), oldest, ordered ? on_disk_with(sized, b) : 0});
    std::vector<std::string_view> contents;
    for (version v = newest() + 1; v-- > first;) {
      const std::string_view held = without_trailing_zeros(block(v, b));
      if (std::find(contents.begin(), contents.end(), held) == contents.end()) {
        contents.push_back(held);
      }
    }
    bytes += contents[choices.pick(contents.size())];
    bytes.resize(std::min(size, (b + 1) * block_bytes));
  }
  return bytes;
}

// Newest first. In an ordered mode it matters which of the changes brought the size.
std::vector<file_crash_states::surviving_size> file_crash_states::surviving_sizes(
    version first, bool ordered) const {
  std::vector<surviving_size> sizes;
  const auto add = [&](version v, std::size_t bytes) {
    const auto same = [&](const surviving_size& other) { return other.bytes == bytes; };
    if (ordered || std::none_of(sizes.begin(), sizes.end(), same)) sizes.push_back({v, bytes});
  };
  for (version v = newest() + 1; v-- > first;) {
    const std::size_t size = at(v).size();
    add(v, size);
    if (v == first || held_[v - oldest_].by != change::write) continue;
    const std::size_t before = at(v - 1).size();
    for (std::size_t b = before / block_bytes + 1; b * block_bytes < size; ++b) {
      add(v, b * block_bytes);
    }
  }
  return sizes;
}

// The write that brought the block, if the size is that of a write: its data is there when the size is.
version file_crash_states::on_disk_with(version sized, std::size_t block) const {
  if (held_[sized - oldest_].by != change::write) return 0;
  version brought = sized;
  while (brought > oldest_ && has(block, brought - 1)) --brought;
  return brought > oldest_ && held_[brought - oldest_].by == change::write ? brought : 0;
}

std::string_view file_crash_states::block(version v, std::size_t number) const {
  const std::string_view all = at(v);
  const std::size_t first = number * block_bytes;
  return first >= all.size() ? std::string_view{} : all.substr(first, block_bytes);
}

bool file_crash_states::block_changed(std::size_t number, version after) const {
  for (version v = std::max(after, oldest_); v < newest(); ++v) {
    if (without_trailing_zeros(block(v, number)) != without_trailing_zeros(block(v + 1, number))) {
      return true;
    }
  }
  return false;
}

bool file_crash_states::block_dirtied(std::size_t number, version after) const {
  for (version v = std::max(after, oldest_) + 1; v <= newest(); ++v) {
    const content& each = held_[v - oldest_];
    if (each.written_first < (number + 1) * block_bytes &&
        each.written_end > number * block_bytes) {
      return true;
    }
  }
  return block_changed(number, after);
}

version file_crash_states::floor_of(std::size_t block) const {
  return block < block_floors_.size() ? block_floors_[block] : 0;
}

}  // namespace norn::io
