// Table: the rows of a table, each with what has been committed and what the transaction that has it locked makes of it.
//
// Rows are known by numbers that do not depend on the interleaving. They are scanned in the order of the primary key, or else
// of their numbers: that of their insertion, where one session has inserted them. SQL leaves the order open; a server scans
// by an index, or in the order of places on its pages, as its planner likes.
//
// The scheduler's objects (docs/decisions/0024-postgresql.md). Regions are numbers of rows, and images of keys.
//   committed     what other sessions can see
//   changing      who has a row locked, and what he makes of it
//   keys          of each unique key: what other sessions can find by it. Whoever changes a row writes its keys, too, so
//                 that who finds a row by its key has read it
//   keys changing who is about to insert a key
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <norn/model/store/sql/bound.hpp>
#include <norn/model/store/sql/syntax.hpp>
#include <norn/scheduler/run/object.hpp>
#include <norn/scheduler/trace/access.hpp>

namespace norn::sql {

class transaction;

struct unique_key {
  unique_key(std::string key_name, std::vector<std::size_t> of)
      : name(std::move(key_name)),
        columns(std::move(of)),
        keys("key", name),
        changing("key", name) {}

  // Nothing where a column is NULL: such keys are never equal.
  std::optional<row_values> key_of(const row_values& row) const;
  // Monotone in the first column.
  static engine::region region_of(const row_values& key);

  std::string name;  // of the constraint
  std::vector<std::size_t> columns;
  engine::object keys;
  engine::object changing;
};

struct stored_row {
  std::uint64_t number = 0;
  std::optional<row_values> committed = {};  // nothing: not inserted yet, or deleted
  std::uint64_t version = 0;                 // how often that has changed
  transaction* holder = nullptr;             // that has it locked
  bool changed = false;                      // by it, into `pending`
  std::optional<row_values> pending = {};
  // What the transaction has entered into keys: what it has changed comes first, and a key that another transaction may
  // free or take is waited for afterwards.
  struct entry {
    const unique_key* in;
    row_values key;
  };
  std::vector<entry> entered = {};
  bool has_entered(const unique_key& in, const row_values& key) const;

  // As a transaction sees it; null: as who has none.
  const std::optional<row_values>& seen_by(const transaction* t) const {
    return t != nullptr && holder == t && changed ? pending : committed;
  }
};

class table {
 public:
  // Throws 42701, 42P16, 42703, …
  explicit table(const create_table& definition);

  const std::string& name() const { return name_; }
  const std::vector<column>& columns() const { return columns_; }
  std::size_t index_of(const std::string& column_name) const;  // throws 42703

  const std::deque<unique_key>& uniques() const { return uniques_; }
  const unique_key* primary_key() const {  // null where there is none
    return primary_key_ ? &uniques_[*primary_key_] : nullptr;
  }
  std::map<std::uint64_t, stored_row>& rows() { return rows_; }
  // A row that nobody sees yet.
  stored_row& add(std::uint64_t number) { return rows_[number] = stored_row{.number = number}; }

  engine::object committed;
  engine::object changing;

 private:
  void add_column(const column_definition& definition);
  void add_unique(const unique_definition& definition);

  std::string name_;
  std::vector<column> columns_;
  std::deque<unique_key> uniques_;
  std::optional<std::size_t> primary_key_;  // of `uniques_`
  std::map<std::uint64_t, stored_row> rows_;
};

}  // namespace norn::sql
