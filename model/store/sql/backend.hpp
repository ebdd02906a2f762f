// Backend: the server's side of a session. It executes statements one step at a time.
//
// A statement that changes rows takes its snapshot in its first step, and finds there which rows it is about; then it locks
// and changes one row in each step, since between two of them others may come and deadlocks are made of that. Under READ
// COMMITTED a row that has changed since the snapshot is looked at again, in its newest version (PostgreSQL 15, 13.2.1).
// A statement outside of a transaction block commits in the step that changes its last row: before, nobody can see that row
// locked but who waits for it, and he would look again at what this step leaves.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <norn/model/store/sql/bound.hpp>
#include <norn/model/store/sql/error.hpp>
#include <norn/model/store/sql/result.hpp>
#include <norn/model/store/sql/server.hpp>
#include <norn/scheduler/base/source_location.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn::sql {

class backend {
 public:
  explicit backend(std::shared_ptr<server> of) : server_(std::move(of)) {}

  result execute(const std::string& text, const std::vector<value>& parameters,
                 source_location where);
  // The connection is closed.
  void close();

 private:
  enum class block : std::uint8_t { none, open, failed };

  struct running {  // a statement
    const statement& text;
    std::span<const value> parameters;
    source_location where;
  };

  // Which rows a statement is about.
  struct selection {
    table* of = nullptr;
    std::optional<bound> where = {};
    // Of a condition that asks for one key: by it the rows are found, and nothing else is looked at.
    const unique_key* by = nullptr;
    std::optional<row_values> key = {};  // nothing: NULL, which no row has
  };
  struct candidate {
    stored_row* row;
    std::uint64_t version;
    row_values seen;  // in the snapshot
  };
  struct change {
    // What a row is to become, before it is locked: only for the errors of that.
    std::function<void(const row_values&)> check;
    // Requires: the row is locked.
    std::function<void(engine::point&, stored_row&)> make;
  };
  struct progress {
    bool begun = false;
    std::vector<candidate> candidates;
    std::size_t next = 0;
    std::size_t changed = 0;
    bool checked = false;  // the next one
    bool made = false;     // the change of the next one, whose keys are to be entered yet

    bool done() const { return next == candidates.size(); }
  };

  result execute(const running& now);
  result create(const create_table& c, const running& s);
  result insert(const insert_rows& i, const running& s);
  result select(const select_rows& q, const running& s);
  result update(const update_rows& u, const running& s);
  result remove(const delete_rows& d, const running& s);
  result control(transaction_control c, const running& s);

  static selection bind_selection(table& of, const std::optional<expression>& where,
                                  const scope& names);
  static void plan(selection& s);
  std::vector<stored_row*> rows_of(const selection& s) const;
  static void read(engine::point& p, const selection& s);

  enum class step_result : std::uint8_t { done, more, waits };
  struct sort_key {
    bound by;
    bool descending = false;
    bool nulls_first = false;

    std::strong_ordering compare(const value& a, const value& b) const;
  };

  std::vector<row_values> select_from(const selection& about, const std::vector<bound>& outputs,
                                      const std::vector<sort_key>& by, bool counts) const;

  // Does the step until it is done, waiting in between. An error rolls the transaction back.
  void step_until_done(const engine::operation_kind& kind, const engine::object& on,
                       const running& s, const std::function<step_result(engine::point&)>& step);
  // Returns how many.
  std::size_t change_rows(const engine::operation_kind& kind, const running& s,
                          const selection& about, const change& does);
  step_result change_next(engine::point& p, const selection& about, const change& does,
                          progress& at);
  bool is_still_meant(engine::point& p, const selection& about, const candidate& c) const;
  static std::vector<std::vector<bound>> bind_rows(const insert_rows& i, const table& of,
                                                   const scope& names);
  static step_result done_with(engine::point& p, std::size_t rows);
  step_result wait_for(engine::point& p, transaction& other);
  transaction* enter_keys(engine::point& p, table& of, stored_row& row);
  transaction* find_key_holder(engine::point& p, table& of, const stored_row& but,
                               const unique_key& unique, const row_values& key) const;
  transaction& current();
  void end_statement(engine::point& p);
  void fail(engine::point& p, const error& e);
  static void describe(engine::point& p, const engine::operation_kind& kind, const running& s,
                       const std::string& result);

  std::shared_ptr<server> server_;
  block block_ = block::none;
  bool failed_ = false;                 // the statement, in one of its steps
  transaction* transaction_ = nullptr;  // begun by the first lock
};

}  // namespace norn::sql
