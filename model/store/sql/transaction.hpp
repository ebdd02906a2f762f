// Transaction: the rows that a session has locked and changed, and who waits for its end.
//
// Invariant: a wait is for the end of a transaction, and a transaction that has ended stays so. What a statement does after
// it has waited is therefore one step with the end of the wait (model/sync/waiter.hpp).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <norn/model/store/sql/table.hpp>
#include <norn/model/sync/waiter.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::sql {

class transaction {
 public:
  explicit transaction(std::string_view label) : state_("transaction", label) {}

  const engine::object& state() const { return state_; }

  // --- locks and changes; each part of a step ---

  // Requires: nobody else has the row locked.
  void lock(engine::point& p, table& of, stored_row& row);
  // Requires: locked.
  void change(engine::point& p, table& of, stored_row& row, std::optional<row_values> to);
  // Requires: locked and changed, and the key is nobody's.
  void enter(engine::point& p, stored_row& row, const unique_key& in, const row_values& key);
  void commit(engine::point& p);
  void roll_back(engine::point& p);

  // --- waiting ---

  // It waits for the end of the other one, from this step on. Where that closes a circle of transactions, one of them is
  // chosen as the victim. Requires: the step has made no access yet.
  void wait_for(engine::point& p, transaction& other);
  // The step in which the wait is over waits with this guard, on the other one's state.
  const engine::object& awaited() const { return waits_for_->state_; }
  engine::guard until_ended() const { return wait_->until_ended(); }
  // That step, first of all. False: it has been chosen as the victim.
  bool end_wait(engine::point& p);

 private:
  struct touched_row {
    table* of;
    stored_row* row;
  };

  std::vector<transaction*> chain_from(transaction* first);
  void end(engine::point& p);

  engine::object state_;
  std::vector<touched_row> touched_;
  wait_queue waiting_;
  std::optional<pending_wait> wait_;
  transaction* waits_for_ = nullptr;
  bool is_victim_ = false;
};

}  // namespace norn::sql
