#include <norn/model/store/sql/server.hpp>

#include <norn/model/store/sql/error.hpp>

namespace norn::sql {

table& server::find(const std::string& name) {
  const auto found = tables_.find(name);
  if (found == tables_.end()) {
    throw error(state::undefined_table, "relation \"" + name + "\" does not exist");
  }
  return *found->second;
}

void server::add(const create_table& definition) {
  tables_.emplace(definition.table, std::make_unique<table>(definition));
}

transaction& server::begin_transaction() { return transactions_.emplace_back("transaction"); }

std::uint64_t server::next_row_number(engine::thread_id by) {
  return std::uint64_t{engine::index_of(by)} << 32 | inserted_[by]++;
}

}  // namespace norn::sql
