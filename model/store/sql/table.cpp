#include <norn/model/store/sql/table.hpp>

#include <algorithm>
#include <utility>

#include <norn/model/store/sql/error.hpp>

namespace norn::sql {

std::optional<row_values> unique_key::key_of(const row_values& row) const {
  row_values key;
  for (const std::size_t c : columns) {
    if (row[c].is_null()) return std::nullopt;
    key.push_back(row[c]);
  }
  return key;
}

engine::region unique_key::region_of(const row_values& key) {
  const value& first = key.front();
  if (first.is_text()) return engine::region::key(engine::key_image(first.text()));
  if (first.is_boolean()) return engine::region::key(first.boolean() ? 1 : 0);
  constexpr std::uint64_t sign = std::uint64_t{1} << 63;
  return engine::region::key(static_cast<std::uint64_t>(first.integer()) ^ sign);
}

bool stored_row::has_entered(const unique_key& in, const row_values& key) const {
  return std::any_of(entered.begin(), entered.end(),
                     [&](const entry& e) { return e.in == &in && e.key == key; });
}

table::table(const create_table& definition)
    : committed("table", definition.table),
      changing("rows", definition.table),
      name_(definition.table) {
  for (const column_definition& each : definition.columns) add_column(each);
  for (const unique_definition& each : definition.uniques) add_unique(each);
}

void table::add_column(const column_definition& definition) {
  const bool again = std::any_of(columns_.begin(), columns_.end(),
                                 [&](const column& c) { return c.name == definition.name; });
  if (again) {
    throw error(state::duplicate_column,
                "column \"" + definition.name + "\" specified more than once");
  }
  column c{definition.name, definition.is, definition.not_null, value()};
  if (definition.by_default) {
    const bound b = bind_assigned(*definition.by_default, {}, c);
    c.by_default = evaluate(b, {});
  }
  columns_.push_back(std::move(c));
}

// Named as the server names a constraint that has no name.
void table::add_unique(const unique_definition& definition) {
  if (definition.primary && primary_key_) {
    throw error(state::invalid_table_definition,
                "multiple primary keys for table \"" + name_ + "\" are not allowed");
  }
  std::string key_name = name_;
  std::vector<std::size_t> of;
  for (const std::string& each : definition.columns) {
    const auto found = std::find_if(columns_.begin(), columns_.end(),
                                    [&](const column& c) { return c.name == each; });
    if (found == columns_.end()) {
      throw error(state::undefined_column, "column \"" + each + "\" named in key does not exist");
    }
    of.push_back(static_cast<std::size_t>(found - columns_.begin()));
    if (definition.primary) found->not_null = true;
    key_name += "_" + each;
  }
  if (definition.primary) primary_key_ = uniques_.size();
  uniques_.emplace_back(definition.primary ? name_ + "_pkey" : key_name + "_key", std::move(of));
}

std::size_t table::index_of(const std::string& column_name) const {
  const auto found = std::find_if(columns_.begin(), columns_.end(),
                                  [&](const column& c) { return c.name == column_name; });
  if (found == columns_.end()) {
    throw error(state::undefined_column,
                "column \"" + column_name + "\" of relation \"" + name_ + "\" does not exist");
  }
  return static_cast<std::size_t>(found - columns_.begin());
}

}  // namespace norn::sql
