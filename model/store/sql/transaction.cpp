#include <norn/model/store/sql/transaction.hpp>

#include <utility>

namespace norn::sql {

using namespace engine;

void transaction::lock(point& p, table& of, stored_row& row) {
  if (row.holder == this) return;
  p.write(of.changing, region::key(row.number));
  p.describe([&](narration& n) { n.occupies(state_); });
  row.holder = this;
  touched_.push_back({&of, &row});
}

void transaction::change(point& p, table& of, stored_row& row, std::optional<row_values> to) {
  p.write(of.changing, region::key(row.number));
  row.changed = true;
  row.pending = std::move(to);
}

void transaction::enter(point& p, stored_row& row, const unique_key& in, const row_values& key) {
  p.write(in.changing, unique_key::region_of(key));
  row.entered.push_back({&in, key});
}

namespace {

void write_keys(point& p, const table& of, const std::optional<row_values>& row) {
  if (!row) return;
  for (const unique_key& each : of.uniques()) {
    if (const auto key = each.key_of(*row)) p.write(each.keys, unique_key::region_of(*key));
  }
}

// Others can lock the row, and enter its keys.
void free_row(point& p, const table& of, stored_row& row) {
  p.write(of.changing, region::key(row.number));
  for (const stored_row::entry& each : row.entered) {
    p.write(each.in->changing, unique_key::region_of(each.key));
  }
  row.entered.clear();
  row.pending.reset();
  row.changed = false;
  row.holder = nullptr;
}

}  // namespace

void transaction::commit(point& p) {
  for (const touched_row& each : touched_) {
    stored_row& row = *each.row;
    if (row.changed) {
      p.write(each.of->committed, region::key(row.number));
      write_keys(p, *each.of, row.committed);
      write_keys(p, *each.of, row.pending);
      row.committed = std::move(row.pending);
      ++row.version;
    }
    free_row(p, *each.of, row);
  }
  end(p);
}

void transaction::roll_back(point& p) {
  for (const touched_row& each : touched_) free_row(p, *each.of, *each.row);
  end(p);
}

// Who has locked nothing has kept nobody waiting.
void transaction::end(point& p) {
  if (touched_.empty()) return;
  touched_.clear();
  p.write(state_);
  waiting_.end_all(p, wake_reason::granted);
  p.describe([&](narration& n) { n.lets_go(state_); });
}

// The transaction, the one that it waits for, and so on: up to one that waits for nobody, or is this one. A victim waits no
// more. Nor does one whose wait was granted, but that one waits for one that has ended, which waits for nobody.
std::vector<transaction*> transaction::chain_from(transaction* first) {
  std::vector<transaction*> chain{first};
  while (chain.back() != this && !chain.back()->is_victim_ && chain.back()->waits_for_ != nullptr) {
    chain.push_back(chain.back()->waits_for_);
  }
  return chain;
}

// All that the choice could touch is written, whoever is chosen.
void transaction::wait_for(point& p, transaction& other) {
  const std::vector<transaction*> chain = chain_from(&other);
  const bool circle = chain.back() == this;
  const std::uint16_t victim =
      circle ? p.choose(static_cast<std::uint32_t>(chain.size())) : std::uint16_t{0};
  p.write(state_);  // says whom it waits for
  wait_ = pending_wait::begin();
  waits_for_ = &other;
  p.write(other.state_);
  other.waiting_.add(*wait_);
  if (!circle) {
    for (transaction* each : chain) p.read(each->state_);
    return;
  }
  for (transaction* each : chain) {
    p.write(each->state_);
    each->wait_->touch(p);
  }
  chain[victim]->wait_->end(p, wake_reason::victim);
  chain[victim]->is_victim_ = true;
}

bool transaction::end_wait(point& p) {
  wait_->read(p);
  return wait_->reason(p) != wake_reason::victim;
}

}  // namespace norn::sql
