#include <norn/scheduler/trace/object_table.hpp>

#include <algorithm>

namespace norn::engine {

void object_table::rewind(std::size_t kept) {
  const auto is_kept = [&](const record& o) { return kept != 0 && o.made_after <= kept; };
  recorded_ = std::max(size_, recorded_);
  while (recorded_ != 0 && !is_kept(objects_[recorded_ - 1])) --recorded_;
  for (std::size_t i = 0; i < recorded_; ++i) {
    std::vector<word_write>& writes = objects_[i].writes;
    while (!writes.empty() && index_of(writes.back().event) >= kept) writes.pop_back();
  }
  size_ = 0;
  fits_record_ = true;
}

object_slot object_table::add(object_id id, std::uint64_t word, std::uint32_t made_after) {
  const auto slot = object_slot(size_++);
  if (index_of(slot) == objects_.size()) objects_.emplace_back();
  record& object = objects_[index_of(slot)];
  object.word = object.initial_word = word;
  if (index_of(slot) < recorded_) {
    fits_record_ = fits_record_ && object.id == id;
    object.rewritten = 0;
    return slot;
  }
  object.id = id;
  object.made_after = made_after;
  object.writes.clear();
  return slot;
}

void object_table::record_writes(event_id e, std::span<const access> made) {
  for (const access& a : made) {
    if (a.mode == access_mode::read) continue;
    record& object = objects_[index_of(a.object)];
    if (object.writes.empty() || object.writes.back().event != e) {
      object.writes.push_back({e, object.word});
    }
  }
}

void object_table::refresh_writes(event_id e, std::span<const access> made) {
  for (const access& a : made) {
    if (a.mode == access_mode::read) continue;
    record& object = objects_[index_of(a.object)];
    if (object.rewritten == object.writes.size()) continue;
    word_write& write = object.writes[object.rewritten];
    if (write.event != e) continue;
    write.word = object.word;
    ++object.rewritten;
  }
}

}  // namespace norn::engine
