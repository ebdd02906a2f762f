#include <norn/model/io/descriptor_table.hpp>

#include <algorithm>

#include <norn/scheduler/base/invariant.hpp>

namespace norn::io {

using namespace engine;

namespace {

region key_of(descriptor d) { return region::key(d.key()); }

}  // namespace

descriptor_table::descriptor_table() : state_("descriptors"), numbers_(first_number, nullptr) {}

void descriptor_table::lose(point& p, std::uint32_t) {
  for (open_file_description* const d : numbers_) {
    if (d != nullptr) drop_locks(p, *d);
  }
  // In the order of their names: the order in which they came to be may be that of an interleaving.
  std::vector<handle_entry> handles = handles_;
  std::sort(handles.begin(), handles.end(), [](const handle_entry& a, const handle_entry& b) {
    return a.name.key() < b.name.key();
  });
  for (const handle_entry& each : handles) drop_locks(p, *each.to);
}

void descriptor_table::drop_locks(point& p, open_file_description& d) const {
  if (d.may_hold_flock(p)) d.locks.flocks.release(p, d.id);
  if (d.may_hold_record_lock(p, owner_)) d.locks.record_locks.release_all(p, owner_);
}

open_file_description* descriptor_table::find(point& p, descriptor d) const {
  if (!d.is_number() && !d.is_handle()) return nullptr;
  p.read(state_, key_of(d));
  return peek(d);
}

open_file_description* descriptor_table::peek(descriptor d) const {
  if (d.is_number()) return d.key() < numbers_.size() ? numbers_[d.key()] : nullptr;
  for (const handle_entry& each : handles_) {
    if (each.name == d) return each.to;
  }
  return nullptr;
}

descriptor descriptor_table::add_number(point& p, open_file_description& to) {
  const auto free = std::find(numbers_.begin() + first_number, numbers_.end(), nullptr);
  const auto number = static_cast<std::size_t>(free - numbers_.begin());
  if (number > first_number) p.read(state_, {first_number, number - 1});
  p.write(state_, region::key(number));
  if (free == numbers_.end()) numbers_.push_back(nullptr);
  numbers_[number] = &to;
  return descriptor(static_cast<int>(number));
}

descriptor descriptor_table::add_handle(point& p, open_file_description& to) {
  constexpr std::uint32_t handles_per_thread = 1u << 16;
  const std::size_t thread = index_of(p.thread());
  if (handles_made_.size() <= thread) handles_made_.resize(thread + 1);
  const std::uint32_t place = handles_made_[thread]++;
  NORN_INVARIANT(place < handles_per_thread);
  const auto name =
      descriptor::handle(static_cast<std::uint32_t>(thread) * handles_per_thread + place);
  p.write(state_, key_of(name));
  handles_.push_back({name, &to});
  return name;
}

void descriptor_table::remove(point& p, descriptor d) {
  p.write(state_, key_of(d));
  if (d.is_number()) {
    numbers_[d.key()] = nullptr;
  } else {
    std::erase_if(handles_, [d](const handle_entry& each) { return each.name == d; });
  }
}

}  // namespace norn::io
