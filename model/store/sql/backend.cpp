#include <norn/model/store/sql/backend.hpp>

#include <algorithm>
#include <utility>

#include <norn/model/store/sql/error.hpp>
#include <norn/model/store/sql/parser.hpp>
#include <norn/model/thread/process.hpp>

namespace norn::sql {

using namespace engine;

namespace {

constexpr operation_kind create_kind{"CREATE TABLE"};
constexpr operation_kind insert_kind{.name = "INSERT", .reach = reach::unknown};
constexpr operation_kind select_kind{.name = "SELECT", .reach = reach::exact};
constexpr operation_kind update_kind{.name = "UPDATE", .reach = reach::unknown};
constexpr operation_kind delete_kind{.name = "DELETE", .reach = reach::unknown};
constexpr operation_kind refuse_kind{.name = "refused", .reach = reach::unknown};
constexpr operation_kind begin_kind{.name = "BEGIN", .reach = reach::exact};
constexpr operation_kind commit_kind{.name = "COMMIT", .reach = reach::unknown};
constexpr operation_kind rollback_kind{.name = "ROLLBACK", .reach = reach::unknown};
constexpr operation_kind close_kind{
    .name = "close connection", .reach = reach::unknown, .nothrow = true};
constexpr operation_kind next_row_kind{.name = "next row", .reach = reach::unknown};
constexpr operation_kind wait_kind{.name = "wait for transaction", .reach = reach::unknown};

using form = expression::form;

// `column = value` where the value is the same for every row.
const bound* value_of_column(const bound& condition, std::size_t column) {
  if (condition.is == form::both) {
    for (const bound& each : condition.operands) {
      if (const bound* found = value_of_column(each, column)) return found;
    }
  }
  if (condition.is != form::operation || condition.name != "=") return nullptr;
  for (const std::size_t i : {0U, 1U}) {
    const bound& one = condition.operands[i];
    const bound& other = condition.operands[1 - i];
    if (one.is == form::column && one.column == column && !other.has_columns()) return &other;
  }
  return nullptr;
}

std::vector<bound> bind_outputs(const std::vector<output>& outputs, const scope& names,
                                std::vector<std::string>& called) {
  std::vector<bound> bounds;
  for (const output& each : outputs) {
    if (!each.all_columns) {
      const bool is_column = each.what.is == form::column || each.what.is == form::count_rows;
      called.push_back(!each.name.empty() ? each.name : is_column ? each.what.name : "?column?");
      bounds.push_back(bind(each.what, names));
      continue;
    }
    if (names.table.empty()) {
      throw error(state::syntax_error, "SELECT * with no tables specified is not valid");
    }
    for (std::size_t c = 0; c < names.columns.size(); ++c) {
      called.push_back(names.columns[c].name);
      bounds.push_back({.is = form::column, .of = names.columns[c].is, .column = c});
    }
  }
  return bounds;
}

row_values outputs_of(const std::vector<bound>& outputs, std::span<const value> row) {
  row_values values;
  for (const bound& each : outputs) values.push_back(evaluate(each, row));
  return values;
}

std::optional<std::size_t> bind_count(const std::optional<expression>& e, const scope& names,
                                      const char* what) {
  if (!e) return std::nullopt;
  const bound b = bind_assigned(*e, {.table = {}, .columns = {}, .parameters = names.parameters},
                                {.name = what, .is = type::bigint});
  const value v = evaluate(b, {});
  if (v.is_null()) return std::nullopt;
  if (v.integer() < 0) {
    throw error(std::string_view(what) == "LIMIT" ? "2201W" : "2201X",
                std::string(what) + " must not be negative");
  }
  return static_cast<std::size_t>(v.integer());
}

void check_not_null(const table& of, const row_values& row) {
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (!of.columns()[c].not_null || !row[c].is_null()) continue;
    throw error(state::not_null_violation, "null value in column \"" + of.columns()[c].name +
                                               "\" of relation \"" + of.name() +
                                               "\" violates not-null constraint");
  }
}

// "runs[7].status QUEUED→RUNNING": a row is called by its first column.
std::string change_text(const table& of, const std::optional<row_values>& from,
                        const std::optional<row_values>& to) {
  const row_values& known = from ? *from : *to;
  const std::string row =
      of.name() + "[" + (known.empty() ? std::string() : known.front().print()) + "]";
  if (!from) return row + " inserted";
  if (!to) return row + " deleted";
  std::string text;
  for (std::size_t c = 0; c < to->size(); ++c) {
    if ((*from)[c] == (*to)[c]) continue;
    text += (text.empty() ? "" : "; ") + row + "." + of.columns()[c].name + " " +
            (*from)[c].print() + "→" + (*to)[c].print();
  }
  return text;
}

// "QUEUED", "1, QUEUED; 2, QUEUED", "12 rows".
std::string rows_text(const std::vector<row_values>& rows) {
  constexpr std::size_t few = 3;
  if (rows.empty() || rows.size() > few) {
    return rows.empty() ? "no row" : std::to_string(rows.size()) + " rows";
  }
  std::string text;
  for (const row_values& row : rows) {
    if (!text.empty()) text += "; ";
    for (std::size_t c = 0; c < row.size(); ++c) text += (c == 0 ? "" : ", ") + row[c].print();
  }
  return text;
}

// The number or the name of an output means that output.
bound bind_order(const expression& e, const select_rows& q, const std::vector<bound>& outputs,
                 const scope& names) {
  if (e.is == form::constant) {
    if (e.constant_type != type::integer) {
      throw error(state::syntax_error, "non-integer constant in ORDER BY");
    }
    const std::int64_t n = e.constant.integer();
    if (n < 1 || static_cast<std::size_t>(n) > outputs.size()) {
      throw error("42P10", "ORDER BY position " + std::to_string(n) + " is not in select list");
    }
    return outputs[static_cast<std::size_t>(n) - 1];
  }
  if (e.is == form::column && e.table.empty() && q.outputs.size() == outputs.size()) {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (q.outputs[i].name == e.name) return outputs[i];
    }
  }
  return bind(e, names);
}

void cut(std::vector<row_values>& rows, std::optional<std::size_t> offset,
         std::optional<std::size_t> limit) {
  const std::size_t from = std::min(offset.value_or(0), rows.size());
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(from));
  if (limit && *limit < rows.size()) rows.resize(*limit);
}

}  // namespace

// What is refused before the statement's first step is refused in a step of its own, which rolls the transaction back.
result backend::execute(const std::string& text, const std::vector<value>& parameters,
                        source_location where) {
  if (process::current().can_be_killed()) {
    throw unsupported("norn::sql does not model what the crash of a client leaves behind");
  }
  failed_ = false;
  try {
    return execute({parse(text), parameters, where});
  } catch (const error& e) {
    if (!failed_) {
      point p{refuse_kind, where};
      p.describe([&](narration& n) { n.arguments = "(" + text + ")"; });
      fail(p, e);
    }
    throw;
  }
}

result backend::execute(const running& now) {
  const statement& s = now.text;
  const auto* c = std::get_if<transaction_control>(&s.what);
  if (block_ == block::failed && (c == nullptr || *c == transaction_control::begin)) {
    throw error(state::in_failed_transaction,
                "current transaction is aborted, commands ignored until end of transaction block");
  }
  if (c != nullptr) return control(*c, now);
  if (const auto* i = std::get_if<insert_rows>(&s.what)) return insert(*i, now);
  if (const auto* q = std::get_if<select_rows>(&s.what)) return select(*q, now);
  if (const auto* u = std::get_if<update_rows>(&s.what)) return update(*u, now);
  if (const auto* d = std::get_if<delete_rows>(&s.what)) return remove(*d, now);
  return create(std::get<create_table>(s.what), now);
}

// The operation's name and the rest of the text: "UPDATE runs SET …".
void backend::describe(point& p, const operation_kind& kind, const running& s,
                       const std::string& result) {
  p.describe([&](narration& n) {
    const std::string_view name = kind.name;
    const bool begins =
        s.text.text.size() >= name.size() &&
        std::equal(name.begin(), name.end(), s.text.text.begin(),
                   [](char of_name, char c) { return of_name == (c & ~0x20) || of_name == c; });
    n.arguments = begins ? s.text.text.substr(name.size()) : "(" + s.text.text + ")";
    n.result = result;
  });
}

// --- transactions ---

transaction& backend::current() {
  if (transaction_ == nullptr) transaction_ = &server_->begin_transaction();
  return *transaction_;
}

void backend::end_statement(point& p) {
  if (block_ == block::none && transaction_ != nullptr) {
    std::exchange(transaction_, nullptr)->commit(p);
  }
}

// The transaction is rolled back at once; the block stays until it is ended.
void backend::fail(point& p, const error& e) {
  failed_ = true;
  if (transaction_ != nullptr) std::exchange(transaction_, nullptr)->roll_back(p);
  if (block_ == block::open) block_ = block::failed;
  p.describe([&](narration& n) { n.result = "error " + e.sqlstate() + ": " + e.what(); });
}

result backend::control(transaction_control c, const running& s) {
  if (c == transaction_control::begin) {
    point p{begin_kind, s.where};
    describe(p, begin_kind, s, block_ == block::none ? "" : "warning: already in a transaction");
    if (block_ == block::none) block_ = block::open;
    return {};
  }
  const bool commits = c == transaction_control::commit && block_ != block::failed;
  const operation_kind& kind = c == transaction_control::commit ? commit_kind : rollback_kind;
  point p{kind, s.where};
  transaction* const ended = std::exchange(transaction_, nullptr);
  if (ended != nullptr) commits ? ended->commit(p) : ended->roll_back(p);
  describe(p, kind, s, commits || c == transaction_control::rollback ? "" : "rolled back");
  block_ = block::none;
  return {};
}

void backend::close() {
  if (transaction_ == nullptr) return;
  point p{close_kind, source_location()};
  if (p.abandoned()) return;
  std::exchange(transaction_, nullptr)->roll_back(p);
}

result backend::create(const create_table& c, const running& s) {
  if (!runs_alone())
    throw unsupported("norn::sql models CREATE TABLE only where nothing runs beside it");
  if (block_ != block::none)
    throw unsupported("norn::sql does not model CREATE TABLE in a transaction");
  if (server_->has(c.table) && !c.if_not_exists) {
    throw error(state::duplicate_table, "relation \"" + c.table + "\" already exists");
  }
  point p{create_kind, s.where};
  describe(p, create_kind, s, "");
  if (!server_->has(c.table)) server_->add(c);
  return {};
}

// --- which rows ---

backend::selection backend::bind_selection(table& of, const std::optional<expression>& where,
                                           const scope& names) {
  selection s{.of = &of};
  if (where) s.where = bind_condition(*where, names);
  return s;
}

// Once all names of the statement are known.
void backend::plan(selection& s) {
  if (!s.where) return;
  fold(*s.where);
  for (const unique_key& each : s.of->uniques()) {
    if (each.columns.size() != 1) continue;
    const bound* const sought = value_of_column(*s.where, each.columns.front());
    if (sought == nullptr) continue;
    s.by = &each;
    const value v = evaluate(*sought, {});
    if (!v.is_null()) s.key = row_values{v};
    return;
  }
}

std::vector<stored_row*> backend::rows_of(const selection& s) const {
  std::vector<stored_row*> found;
  for (auto& [number, row] : s.of->rows()) {
    const std::optional<row_values>& seen = row.seen_by(transaction_);
    if (!seen) continue;
    if (s.by != nullptr && (!s.key || s.by->key_of(*seen) != s.key)) continue;
    if (!s.where || is_true(*s.where, *seen)) found.push_back(&row);
  }
  if (const unique_key* const key = s.of->primary_key()) {
    std::stable_sort(found.begin(), found.end(), [&](const stored_row* a, const stored_row* b) {
      return key->key_of(*a->seen_by(transaction_)) < key->key_of(*b->seen_by(transaction_));
    });
  }
  return found;
}

void backend::read(point& p, const selection& s) {
  if (s.by == nullptr) {
    p.read(s.of->committed);
  } else if (s.key) {
    p.read(s.by->keys, unique_key::region_of(*s.key));
  }
}

// --- SELECT ---

result backend::select(const select_rows& q, const running& s) {
  table* const of = q.table.empty() ? nullptr : &server_->find(q.table);
  scope names{.table = q.alias, .columns = {}, .parameters = s.parameters, .groups = true};
  if (of != nullptr) names.columns = of->columns();
  result r;
  std::vector<bound> outputs = bind_outputs(q.outputs, names, r.columns);
  const bool counts =
      std::any_of(outputs.begin(), outputs.end(), [](const bound& b) { return b.counts_rows(); });
  if (counts && (outputs.size() != 1 || outputs[0].is != form::count_rows || !q.orders.empty())) {
    throw unsupported("norn::sql models count(*) only as the one output of a SELECT");
  }
  scope of_where = names;
  of_where.groups = false;
  std::vector<sort_key> by;
  for (const order& each : q.orders) {
    by.push_back({bind_order(each.by, q, outputs, of_where), each.descending, each.nulls_first});
  }
  const auto limit = bind_count(q.limit, names, "LIMIT");
  const auto offset = bind_count(q.offset, names, "OFFSET");
  selection about = of == nullptr ? selection{} : bind_selection(*of, q.where, of_where);
  if (of == nullptr && q.where) throw unsupported("norn::sql does not model WHERE without a table");
  fold(outputs);
  plan(about);

  point p =
      of == nullptr ? point{select_kind, s.where} : point{select_kind, of->committed, s.where};
  if (of != nullptr) read(p, about);
  try {
    r.rows = select_from(about, outputs, by, counts);
  } catch (const error& e) {
    fail(p, e);
    throw;
  }
  cut(r.rows, offset, limit);
  r.rows_affected = r.rows.size();
  describe(p, select_kind, s, rows_text(r.rows));
  return r;
}

std::vector<row_values> backend::select_from(const selection& about,
                                             const std::vector<bound>& outputs,
                                             const std::vector<sort_key>& by, bool counts) const {
  if (about.of == nullptr) return {outputs_of(outputs, {})};
  const std::vector<stored_row*> found = rows_of(about);
  if (counts) return {{value(static_cast<std::int64_t>(found.size()))}};
  struct sorted {
    row_values keys;
    row_values outputs;
  };
  std::vector<sorted> rows;
  for (const stored_row* each : found) {
    const row_values& row = *each->seen_by(transaction_);
    sorted& s = rows.emplace_back();
    for (const sort_key& key : by) s.keys.push_back(evaluate(key.by, row));
    s.outputs = outputs_of(outputs, row);
  }
  std::stable_sort(rows.begin(), rows.end(), [&](const sorted& a, const sorted& b) {
    for (std::size_t k = 0; k < by.size(); ++k) {
      const auto order = by[k].compare(a.keys[k], b.keys[k]);
      if (order != 0) return order < 0;
    }
    return false;
  });
  std::vector<row_values> result;
  for (sorted& each : rows) result.push_back(std::move(each.outputs));
  return result;
}

std::strong_ordering backend::sort_key::compare(const value& a, const value& b) const {
  if (a.is_null() || b.is_null()) {
    const auto nulls_last = static_cast<int>(a.is_null()) <=> static_cast<int>(b.is_null());
    return nulls_first ? 0 <=> nulls_last : nulls_last;
  }
  return descending ? sql::compare(b, a) : sql::compare(a, b);
}

// --- changes ---

void backend::step_until_done(const operation_kind& kind, const object& on, const running& s,
                              const std::function<step_result(point&)>& step) {
  step_result last = step_result::more;
  const auto go_on = [&](point& p) {
    try {
      last = step(p);
      if (last == step_result::done) end_statement(p);
    } catch (const error& e) {
      fail(p, e);
      throw;
    }
  };
  for (bool first = true; last != step_result::done; first = false) {
    if (last == step_result::waits) {
      point p{wait_kind, transaction_->awaited(), s.where, transaction_->until_ended()};
      if (!transaction_->end_wait(p)) {
        const error victim(state::deadlock_detected, "deadlock detected");
        fail(p, victim);
        throw victim;
      }
      go_on(p);
    } else {
      const operation_kind& now = first ? kind : next_row_kind;
      point p{now, on, s.where};
      describe(p, now, s, "");
      go_on(p);
    }
  }
}

std::size_t backend::change_rows(const operation_kind& kind, const running& s,
                                 const selection& about, const change& does) {
  progress at;
  step_until_done(kind, about.of->changing, s,
                  [&](point& p) { return change_next(p, about, does, at); });
  return at.changed;
}

// One row. The first step finds all of them.
backend::step_result backend::change_next(point& p, const selection& about, const change& does,
                                          progress& at) {
  if (!std::exchange(at.begun, true)) {
    read(p, about);
    for (stored_row* each : rows_of(about)) {
      at.candidates.push_back({each, each->version, *each->seen_by(transaction_)});
    }
  }
  if (at.done()) return done_with(p, at.changed);
  const candidate& next = at.candidates[at.next];
  stored_row& row = *next.row;
  if (!std::exchange(at.checked, true)) does.check(next.seen);
  if (row.holder != nullptr && row.holder != transaction_) {
    p.read(about.of->changing, region::key(row.number));
    return wait_for(p, *row.holder);
  }
  if (!at.made) {
    // A row that is there no more is not locked.
    if (row.seen_by(transaction_)) {
      current().lock(p, *about.of, row);
    } else {
      p.read(about.of->changing, region::key(row.number));
    }
    at.made = is_still_meant(p, about, next);
    if (at.made) does.make(p, row);
  }
  if (at.made) {
    if (transaction* const holder = enter_keys(p, *about.of, row)) return wait_for(p, *holder);
    ++at.changed;
  }
  at.made = at.checked = false;
  ++at.next;
  return at.done() ? done_with(p, at.changed) : step_result::more;
}

backend::step_result backend::done_with(point& p, std::size_t rows) {
  p.describe([&](narration& n) {
    n.result = rows == 0 ? "no row" : std::to_string(rows) + (rows == 1 ? " row" : " rows");
  });
  return step_result::done;
}

backend::step_result backend::wait_for(point& p, transaction& other) {
  current().wait_for(p, other);
  p.describe([](narration& n) { n.result = "waits"; });
  return step_result::waits;
}

// In its newest version.
bool backend::is_still_meant(point& p, const selection& about, const candidate& c) const {
  p.read(about.of->committed, region::key(c.row->number));
  if (c.row->version == c.version) return true;
  const std::optional<row_values>& newest = c.row->seen_by(transaction_);
  return newest && (!about.where || is_true(*about.where, *newest));
}

result backend::update(const update_rows& u, const running& s) {
  table& of = server_->find(u.table);
  const scope names{.table = u.alias, .columns = of.columns(), .parameters = s.parameters};
  result r;
  std::vector<std::pair<std::size_t, bound>> sets;
  for (const assignment& each : u.assignments) {
    const std::size_t c = of.index_of(each.column);
    for (const auto& [known, to] : sets) {
      if (known == c) {
        throw error(state::syntax_error,
                    "multiple assignments to same column \"" + each.column + "\"");
      }
    }
    const column& to = of.columns()[c];
    sets.emplace_back(c, each.to ? bind_assigned(*each.to, names, to)
                                 : bound{.of = to.is, .constant = to.by_default});
  }
  std::vector<bound> outputs = bind_outputs(u.returning, names, r.columns);
  selection about = bind_selection(of, u.where, names);
  for (auto& [c, to] : sets) fold(to);
  fold(outputs);
  plan(about);
  const auto changed = [&](const row_values& before) {
    row_values after = before;
    for (const auto& [c, to] : sets) after[c] = evaluate(to, before);
    check_not_null(of, after);
    return after;
  };
  const auto make = [&](point& p, stored_row& row) {
    const row_values before = *row.seen_by(transaction_);
    row_values after = changed(before);
    p.describe([&](narration& n) { n.add_change(change_text(of, before, after)); });
    if (!outputs.empty()) r.rows.push_back(outputs_of(outputs, after));
    current().change(p, of, row, std::move(after));
  };
  r.rows_affected = change_rows(update_kind, s, about, {changed, make});
  return r;
}

result backend::remove(const delete_rows& d, const running& s) {
  table& of = server_->find(d.table);
  const scope names{.table = d.alias, .columns = of.columns(), .parameters = s.parameters};
  result r;
  std::vector<bound> outputs = bind_outputs(d.returning, names, r.columns);
  selection about = bind_selection(of, d.where, names);
  fold(outputs);
  plan(about);
  const auto make = [&](point& p, stored_row& row) {
    const row_values before = *row.seen_by(transaction_);
    p.describe([&](narration& n) { n.add_change(change_text(of, before, std::nullopt)); });
    if (!outputs.empty()) r.rows.push_back(outputs_of(outputs, before));
    current().change(p, of, row, std::nullopt);
  };
  r.rows_affected = change_rows(delete_kind, s, about, {[](const row_values&) {}, make});
  return r;
}

result backend::insert(const insert_rows& i, const running& s) {
  table& of = server_->find(i.table);
  const scope names{.table = {}, .columns = {}, .parameters = s.parameters};
  const scope returned{.table = i.table, .columns = of.columns(), .parameters = s.parameters};
  std::vector<std::vector<bound>> rows = bind_rows(i, of, names);
  result r;
  std::vector<bound> outputs = bind_outputs(i.returning, returned, r.columns);
  for (std::vector<bound>& row : rows) fold(row);
  fold(outputs);
  stored_row* stored = nullptr;
  step_until_done(insert_kind, of.changing, s, [&](point& p) {
    if (stored == nullptr) {
      const row_values row = outputs_of(rows[r.rows_affected], {});
      check_not_null(of, row);
      p.describe([&](narration& n) { n.add_change(change_text(of, std::nullopt, row)); });
      if (!outputs.empty()) r.rows.push_back(outputs_of(outputs, row));
      stored = &of.add(server_->next_row_number(p.thread()));
      current().lock(p, of, *stored);
      current().change(p, of, *stored, row);
    }
    if (transaction* const holder = enter_keys(p, of, *stored)) return wait_for(p, *holder);
    stored = nullptr;
    return ++r.rows_affected == rows.size() ? done_with(p, rows.size()) : step_result::more;
  });
  return r;
}

// The expressions of each row, in the order of the table's columns.
std::vector<std::vector<bound>> backend::bind_rows(const insert_rows& i, const table& of,
                                                   const scope& names) {
  std::vector<std::size_t> targets;
  for (const std::string& each : i.columns) {
    const std::size_t c = of.index_of(each);
    if (std::find(targets.begin(), targets.end(), c) != targets.end()) {
      throw error(state::duplicate_column, "column \"" + each + "\" specified more than once");
    }
    targets.push_back(c);
  }
  if (i.columns.empty()) {
    for (std::size_t c = 0; c < of.columns().size(); ++c) targets.push_back(c);
  }
  std::vector<std::vector<bound>> rows;
  for (const auto& given : i.rows) {
    if (given.size() != i.rows.front().size()) {
      throw error(state::syntax_error, "VALUES lists must all be the same length");
    }
    if (given.size() > targets.size()) {
      throw error(state::syntax_error, "INSERT has more expressions than target columns");
    }
    if (given.size() < targets.size() && !i.columns.empty()) {
      throw error(state::syntax_error, "INSERT has more target columns than expressions");
    }
    std::vector<bound>& row = rows.emplace_back();
    for (const column& each : of.columns())
      row.push_back({.of = each.is, .constant = each.by_default});
    for (std::size_t n = 0; n < given.size(); ++n) {
      if (given[n]) row[targets[n]] = bind_assigned(*given[n], names, of.columns()[targets[n]]);
    }
  }
  return rows;
}

// --- keys ---

// Enters those keys of the row that are not entered yet. Null when all are, else the transaction whose end decides whether
// the next one is free. Throws 23505.
transaction* backend::enter_keys(point& p, table& of, stored_row& row) {
  if (!row.pending) return nullptr;
  for (const unique_key& unique : of.uniques()) {
    const auto key = unique.key_of(*row.pending);
    if (!key || row.has_entered(unique, *key)) continue;
    if (row.committed && unique.key_of(*row.committed) == key) continue;
    p.read(unique.keys, unique_key::region_of(*key));
    if (transaction* const holder = find_key_holder(p, of, row, unique, *key)) {
      p.read(unique.changing, unique_key::region_of(*key));
      return holder;
    }
    current().enter(p, row, unique, *key);
  }
  return nullptr;
}

transaction* backend::find_key_holder(point& p, table& of, const stored_row& but,
                                      const unique_key& unique, const row_values& key) const {
  for (const auto& [number, row] : of.rows()) {
    if (&row == &but) continue;
    const bool mine = row.holder == transaction_;
    const std::optional<row_values>& seen = mine ? row.seen_by(transaction_) : row.committed;
    const bool has_key = seen && unique.key_of(*seen) == key;
    if (row.committed && unique.key_of(*row.committed) == key) {
      p.read(of.changing, region::key(number));
    }
    const bool is_open = row.holder != nullptr && !mine;
    if (is_open && ((has_key && row.changed) || row.has_entered(unique, key))) return row.holder;
    if (!has_key) continue;
    throw error(state::unique_violation,
                "duplicate key value violates unique constraint \"" + unique.name + "\"");
  }
  return nullptr;
}

}  // namespace norn::sql
