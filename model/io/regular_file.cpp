#include <norn/model/io/regular_file.hpp>

#include <algorithm>

#include <norn/model/io/narrate.hpp>
#include <norn/scheduler/base/invariant.hpp>

namespace norn::io {

using namespace engine;

namespace {

// Requires: first < end.
region bytes_between(std::uint64_t first, std::uint64_t end) { return {first, end - 1}; }

// A gap between the old end and the offset comes into being as zeros.
std::string overwritten(std::string content, std::uint64_t offset, std::string_view bytes) {
  content.resize(std::max<std::uint64_t>(content.size(), offset + bytes.size()));
  content.replace(offset, bytes.size(), bytes);
  return content;
}

std::string resized(std::string content, std::uint64_t size) {
  content.resize(size);
  return content;
}

}  // namespace

std::string regular_file::read(point& p, std::uint64_t offset, std::size_t count) const {
  // Beyond the largest size there is never anything to see.
  if (count == 0 || offset >= largest_size) return {};
  const std::uint64_t wanted = std::min<std::uint64_t>(count, largest_size - offset);
  p.read(state, bytes_between(offset, offset + wanted));
  if (offset >= bytes_.size()) return {};
  return bytes_.substr(offset, wanted);
}

void regular_file::write(point& p, std::uint64_t offset, std::string_view bytes,
                         std::size_t stored) {
  const std::uint64_t end = offset + bytes.size();
  const std::uint64_t before = bytes_.size();
  NORN_INVARIANT(end <= largest_size && stored <= bytes.size());
  if (bytes.empty()) return;
  p.write(state, bytes_between(std::min(offset, before), end));
  if (end > before) p.write(state, size_key);
  p.describe([&](narration& n) {
    const std::string after = overwritten(bytes_, offset, bytes.substr(0, stored));
    n.add_change(name + ": " + difference(bytes_, after));
  });
  bytes_ = overwritten(std::move(bytes_), offset, bytes.substr(0, stored));
  if (!crash_states_) return;
  p.write(state, version_key);
  crash_states_->written(bytes_, offset, offset + stored);
}

void regular_file::resize(point& p, std::uint64_t size) {
  NORN_INVARIANT(size <= largest_size);
  const std::uint64_t before = bytes_.size();
  if (size == before) {
    p.read(state, size_key);
    return;
  }
  p.write(state, size_key);
  p.write(state, bytes_between(std::min(size, before), std::max(size, before)));
  p.describe(
      [&](narration& n) { n.add_change(name + ": " + difference(bytes_, resized(bytes_, size))); });
  bytes_.resize(size);
  if (!crash_states_) return;
  p.write(state, version_key);
  crash_states_->resized(bytes_);
}

void regular_file::sync() {
  if (crash_states_) crash_states_->sync();
}

void regular_file::sync_failed() {
  if (crash_states_) crash_states_->sync_failed();
}

std::uint64_t regular_file::size(point& p) const {
  p.read(state, size_key);
  return bytes_.size();
}

}  // namespace norn::io
