#include <norn/model/io/flock_table.hpp>

#include <algorithm>

#include <norn/model/io/narrate.hpp>
#include <norn/scheduler/base/ids.hpp>
#include <norn/scheduler/base/invariant.hpp>

namespace norn::io {

using namespace engine;

namespace {

// Word and operand alike: bit 63 says exclusive; bits 32 to 62 count the holders (word only); bits
// 0 to 31 name the description, the only holder or the one that asks.
constexpr std::uint64_t exclusive_bit = std::uint64_t{1} << 63;
constexpr std::uint64_t identity_bits = 0xffffffff;

std::uint64_t count_in(std::uint64_t word) { return (word & ~exclusive_bit) >> 32; }

bool is_free_for(std::uint64_t word, std::uint64_t request) {
  const bool mine_alone =
      count_in(word) == 1 && (word & identity_bits) == (request & identity_bits);
  if (count_in(word) == 0 || mine_alone) return true;
  return (word & exclusive_bit) == 0 && (request & exclusive_bit) == 0;
}

std::uint64_t request_of(description_id by, lock_mode wanted) {
  return (wanted == lock_mode::exclusive ? exclusive_bit : 0) | index_of(by);
}

}  // namespace

guard flock_table::until_free(description_id by, lock_mode wanted) const {
  return guard{gate_.slot(), is_free_for, request_of(by, wanted)};
}

void flock_table::acquire(point& p, description_id by, lock_mode wanted) {
  NORN_INVARIANT(is_free_for(encoded(), request_of(by, wanted)));
  p.write(gate_);
  p.acquire(gate_);
  if (!closed_under_waiter(by)) {
    erase(by);
    holders_.push_back({by, wanted});
    p.describe(
        [&](narration& n) { n.takes(gate_, lock_mode_name(wanted), lock_owner{index_of(by)}); });
  }
  p.set_word(gate_, encoded());
}

bool flock_table::try_acquire(point& p, description_id by, lock_mode wanted) {
  if (!is_free_for(encoded(), request_of(by, wanted))) {
    p.read(gate_);
    return false;
  }
  acquire(p, by, wanted);
  return true;
}

void flock_table::release(point& p, description_id by) {
  if (find(by) == nullptr) {
    p.write(gate_);  // it may be open to a waiter (operation.hpp, guard)
    return;
  }
  p.write(gate_);
  p.release_join(gate_);
  erase(by);
  p.set_word(gate_, encoded());
  p.describe([&](narration& n) { n.lets_go(gate_, lock_owner{index_of(by)}); });
}

lock_mode flock_table::held(point& p, description_id by) const {
  p.write(gate_);  // as above
  const holder* const known = find(by);
  return known == nullptr ? lock_mode::none : known->mode;
}

void flock_table::close_under_waiter(point& p, description_id by) {
  p.write(gate_);
  closed_under_waiter_.push_back(by);
}

std::uint64_t flock_table::encoded() const {
  if (holders_.empty()) return 0;
  const std::uint64_t mode = holders_.front().mode == lock_mode::exclusive ? exclusive_bit : 0;
  const std::uint64_t alone = holders_.size() == 1 ? index_of(holders_.front().id) : 0;
  return mode | std::uint64_t{holders_.size()} << 32 | alone;
}

const flock_table::holder* flock_table::find(description_id by) const {
  for (const holder& each : holders_) {
    if (each.id == by) return &each;
  }
  return nullptr;
}

void flock_table::erase(description_id by) {
  std::erase_if(holders_, [by](const holder& each) { return each.id == by; });
}

bool flock_table::closed_under_waiter(description_id by) const {
  return std::find(closed_under_waiter_.begin(), closed_under_waiter_.end(), by) !=
         closed_under_waiter_.end();
}

}  // namespace norn::io
