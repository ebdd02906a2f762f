// Server: the tables of a database, and all transactions that there have been.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include <norn/model/store/sql/table.hpp>
#include <norn/model/store/sql/transaction.hpp>
#include <norn/scheduler/base/ids.hpp>

namespace norn::sql {

class server {
 public:
  // Throws 42P01.
  table& find(const std::string& name);
  bool has(const std::string& name) const { return tables_.contains(name); }
  void add(const create_table& definition);

  // They are kept, since others may still look whether they have ended.
  transaction& begin_transaction();
  // Of the next row that the thread inserts: the same in every interleaving.
  std::uint64_t next_row_number(engine::thread_id by);

 private:
  std::map<std::string, std::unique_ptr<table>> tables_;
  std::deque<transaction> transactions_;
  std::map<engine::thread_id, std::uint32_t> inserted_;
};

}  // namespace norn::sql
