#include <norn/model/store/sql/parser.hpp>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>
#include <pg_query.h>

#include <norn/model/store/sql/error.hpp>
#include <norn/scheduler/run/outside.hpp>
#include <norn/scheduler/run/worker_local.hpp>

namespace norn::sql {

namespace {

using json = nlohmann::json;

// Reads the tree of one text. What it does not know it refuses, by name and place: each node says which of its parts are
// known.
class reader {
 public:
  explicit reader(const std::string& text) : text_(text) {}

  statement read(const json& tree) const {
    const json& all = tree.at("stmts");
    if (all.size() != 1) refuse("several statements in one text, or none", 0);
    const auto& [kind, node] = only_member(all[0].at("stmt"));
    if (kind == "CreateStmt") return {text_, read_create(node)};
    if (kind == "InsertStmt") return {text_, read_insert(node)};
    if (kind == "SelectStmt") return {text_, read_select(node)};
    if (kind == "UpdateStmt") return {text_, read_update(node)};
    if (kind == "DeleteStmt") return {text_, read_delete(node)};
    if (kind == "TransactionStmt") return {text_, read_transaction(node)};
    refuse(kind, 1);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, std::size_t position) const {
    throw unsupported("norn::sql does not model " + what +
                      (position == 0 ? "" : ", at character " + std::to_string(position)) +
                      " of: " + text_);
  }

  static std::size_t position_of(const json& node) {
    const int location = node.value("location", 0);
    return location < 0 ? 0 : static_cast<std::size_t>(location) + 1;
  }

  // The parts of the node, none but these.
  void allow(const json& node, const std::string& of,
             std::initializer_list<std::string_view> parts) const {
    for (const auto& [part, value] : node.items()) {
      if (std::find(parts.begin(), parts.end(), part) == parts.end()) {
        refuse(part + " of " + of, position_of(node));
      }
    }
  }

  // {"SelectStmt": {…}}
  static std::pair<std::string, const json&> only_member(const json& node) {
    return {node.begin().key(), node.begin().value()};
  }

  static std::string name_in(const json& list) {  // of qualified names, the last
    return list.back().at("String").at("sval");
  }

  // --- tables ---

  struct named_table {
    std::string name;
    std::string alias;
  };

  named_table read_table(const json& node) const {
    allow(node, "a table", {"relname", "inh", "relpersistence", "alias", "location"});
    if (!node.value("inh", false)) refuse("ONLY", position_of(node));
    if (node.value("relpersistence", "p") != "p") {
      refuse("temporary and unlogged tables", position_of(node));
    }
    const std::string name = node.at("relname");
    if (!node.contains("alias")) return {name, name};
    allow(node.at("alias"), "an alias", {"aliasname"});
    return {name, node.at("alias").at("aliasname")};
  }

  type read_type(const json& node) const {
    allow(node, "a type", {"names", "typemod", "location"});
    const std::string name = name_in(node.at("names"));
    if (name == "int4") return type::integer;
    if (name == "int8") return type::bigint;
    if (name == "bool") return type::boolean;
    if (name == "text") return type::text;
    refuse("the type " + name, position_of(node));
  }

  create_table read_create(const json& node) const {
    allow(node, "CREATE TABLE", {"relation", "tableElts", "oncommit", "if_not_exists"});
    create_table made;
    made.table = read_table(node.at("relation")).name;
    made.if_not_exists = node.value("if_not_exists", false);
    for (const json& element : node.value("tableElts", json::array())) {
      const auto& [kind, part] = only_member(element);
      if (kind == "ColumnDef") {
        made.columns.push_back(read_column(part, made));
      } else if (kind == "Constraint") {
        made.uniques.push_back(read_unique(part));
      } else {
        refuse(kind + " of CREATE TABLE", position_of(part));
      }
    }
    return made;
  }

  column_definition read_column(const json& node, create_table& of) const {
    allow(node, "a column", {"colname", "typeName", "is_local", "constraints", "location"});
    column_definition column;
    column.name = node.at("colname");
    column.is = read_type(node.at("typeName"));
    for (const json& each : node.value("constraints", json::array())) {
      const json& constraint = each.at("Constraint");
      const std::string kind = constraint.at("contype");
      if (kind == "CONSTR_NOTNULL") {
        column.not_null = true;
      } else if (kind == "CONSTR_NULL") {
        continue;
      } else if (kind == "CONSTR_DEFAULT") {
        column.by_default = read_expression(constraint.at("raw_expr"));
      } else if (kind == "CONSTR_PRIMARY" || kind == "CONSTR_UNIQUE") {
        allow(constraint, kind, {"contype", "location"});
        of.uniques.push_back({{column.name}, kind == "CONSTR_PRIMARY"});
      } else {
        refuse(kind, position_of(constraint));
      }
    }
    return column;
  }

  unique_definition read_unique(const json& node) const {
    allow(node, "a constraint", {"contype", "keys", "location"});
    const std::string kind = node.at("contype");
    if (kind != "CONSTR_PRIMARY" && kind != "CONSTR_UNIQUE") refuse(kind, position_of(node));
    unique_definition unique{{}, kind == "CONSTR_PRIMARY"};
    for (const json& key : node.at("keys")) unique.columns.push_back(key.at("String").at("sval"));
    return unique;
  }

  // --- statements on rows ---

  insert_rows read_insert(const json& node) const {
    allow(node, "INSERT", {"relation", "cols", "selectStmt", "override", "returningList"});
    insert_rows rows;
    const named_table table = read_table(node.at("relation"));
    if (table.alias != table.name) refuse("an alias of INSERT", 1);
    rows.table = table.name;
    for (const json& column : node.value("cols", json::array())) {
      allow(column.at("ResTarget"), "a column of INSERT", {"name", "location"});
      rows.columns.push_back(column.at("ResTarget").at("name"));
    }
    if (node.value("override", "OVERRIDING_NOT_SET") != "OVERRIDING_NOT_SET") {
      refuse("OVERRIDING", 1);
    }
    if (!node.contains("selectStmt")) refuse("DEFAULT VALUES", 1);
    const json& values = node.at("selectStmt").at("SelectStmt");
    if (!values.contains("valuesLists")) refuse("INSERT … SELECT", 1);
    allow(values, "VALUES", {"valuesLists", "limitOption", "op"});
    for (const json& list : values.at("valuesLists")) {
      auto& row = rows.rows.emplace_back();
      for (const json& item : list.at("List").at("items")) row.push_back(read_assigned(item));
    }
    rows.returning = read_outputs(node.value("returningList", json::array()));
    return rows;
  }

  std::optional<expression> read_assigned(const json& node) const {
    if (node.contains("SetToDefault")) return std::nullopt;
    return read_expression(node);
  }

  select_rows read_select(const json& node) const {
    allow(node, "SELECT",
          {"targetList", "fromClause", "whereClause", "sortClause", "limitCount", "limitOffset",
           "limitOption", "op"});
    if (node.value("op", "SETOP_NONE") != "SETOP_NONE") refuse("UNION, INTERSECT, EXCEPT", 1);
    if (node.value("limitOption", "") == "LIMIT_OPTION_WITH_TIES") refuse("WITH TIES", 1);
    select_rows rows;
    rows.outputs = read_outputs(node.value("targetList", json::array()));
    const json from = node.value("fromClause", json::array());
    if (from.size() > 1) refuse("several tables in FROM", 1);
    if (!from.empty()) {
      const auto& [kind, part] = only_member(from[0]);
      if (kind != "RangeVar") refuse(kind + " in FROM", position_of(part));
      const named_table table = read_table(part);
      rows.table = table.name;
      rows.alias = table.alias;
    }
    rows.where = read_optional(node, "whereClause");
    for (const json& each : node.value("sortClause", json::array())) {
      rows.orders.push_back(read_order(each.at("SortBy")));
    }
    rows.limit = read_optional(node, "limitCount");
    rows.offset = read_optional(node, "limitOffset");
    return rows;
  }

  order read_order(const json& node) const {
    allow(node, "ORDER BY", {"node", "sortby_dir", "sortby_nulls", "location"});
    order o;
    o.by = read_expression(node.at("node"));
    const std::string direction = node.value("sortby_dir", "SORTBY_DEFAULT");
    if (direction == "SORTBY_USING") refuse("ORDER BY … USING", position_of(node));
    o.descending = direction == "SORTBY_DESC";
    const std::string nulls = node.value("sortby_nulls", "SORTBY_NULLS_DEFAULT");
    o.nulls_first = nulls == "SORTBY_NULLS_DEFAULT" ? o.descending : nulls == "SORTBY_NULLS_FIRST";
    return o;
  }

  update_rows read_update(const json& node) const {
    allow(node, "UPDATE", {"relation", "targetList", "whereClause", "returningList"});
    update_rows rows;
    const named_table table = read_table(node.at("relation"));
    rows.table = table.name;
    rows.alias = table.alias;
    for (const json& each : node.at("targetList")) {
      const json& target = each.at("ResTarget");
      allow(target, "SET", {"name", "val", "location"});
      if (target.at("val").contains("MultiAssignRef")) {
        refuse("SET of several columns at once", position_of(target));
      }
      rows.assignments.push_back({target.at("name"), read_assigned(target.at("val"))});
    }
    rows.where = read_optional(node, "whereClause");
    rows.returning = read_outputs(node.value("returningList", json::array()));
    return rows;
  }

  delete_rows read_delete(const json& node) const {
    allow(node, "DELETE", {"relation", "whereClause", "returningList"});
    const named_table table = read_table(node.at("relation"));
    return {table.name, table.alias, read_optional(node, "whereClause"),
            read_outputs(node.value("returningList", json::array()))};
  }

  transaction_control read_transaction(const json& node) const {
    const std::string kind = node.at("kind");
    if (kind == "TRANS_STMT_BEGIN" || kind == "TRANS_STMT_START") {
      for (const json& option : node.value("options", json::array())) read_option(option);
      return transaction_control::begin;
    }
    allow(node, kind, {"kind"});
    if (kind == "TRANS_STMT_COMMIT") return transaction_control::commit;
    if (kind == "TRANS_STMT_ROLLBACK") return transaction_control::rollback;
    refuse(kind, 1);
  }

  void read_option(const json& option) const {
    const json& part = option.at("DefElem");
    const std::string name = part.at("defname");
    const json& to = part.at("arg").at("A_Const");
    const bool known =
        name == "transaction_isolation" && to.at("sval").at("sval") == "read committed";
    if (!known) refuse("this " + name, position_of(to));
  }

  std::vector<output> read_outputs(const json& list) const {
    std::vector<output> outputs;
    for (const json& each : list) {
      const json& target = each.at("ResTarget");
      allow(target, "an output", {"name", "val", "location"});
      output o;
      o.name = target.value("name", "");
      const json& what = target.at("val");
      if (what.contains("ColumnRef") && what["ColumnRef"].at("fields").back().contains("A_Star")) {
        if (what["ColumnRef"]["fields"].size() > 1) refuse("table.*", position_of(target));
        o.all_columns = true;
      } else {
        o.what = read_expression(what);
      }
      outputs.push_back(std::move(o));
    }
    return outputs;
  }

  // --- expressions ---

  using form = expression::form;

  std::optional<expression> read_optional(const json& node, const char* part) const {
    if (!node.contains(part)) return std::nullopt;
    return read_expression(node.at(part));
  }

  expression read_expression(const json& node) const {
    const auto& [kind, part] = only_member(node);
    if (kind == "A_Const") return read_constant(part);
    if (kind == "ParamRef") {
      return {
          .is = form::parameter, .position = position_of(part), .number = part.value("number", 0U)};
    }
    if (kind == "ColumnRef") return read_column_name(part);
    if (kind == "A_Expr") return read_operation(part);
    if (kind == "BoolExpr") return read_logic(part);
    if (kind == "NullTest") return read_null_test(part);
    if (kind == "FuncCall") return read_call(part);
    refuse(kind, position_of(part));
  }

  expression read_constant(const json& node) const {
    expression e{.is = form::constant, .position = position_of(node)};
    if (node.contains("ival")) {
      e.constant_type = type::integer;
      e.constant = value(node["ival"].contains("ival") ? node["ival"]["ival"].get<std::int64_t>()
                                                       : not_positive_at(e.position));
    } else if (node.contains("fval")) {  // too large for 32 bits, or no whole number
      const std::string digits = node["fval"].at("fval");
      if (digits.find_first_not_of("0123456789") != std::string::npos || digits.size() > 18) {
        refuse("the type numeric", e.position);
      }
      e.constant_type = type::bigint;
      e.constant = value(std::int64_t{std::stoll(digits)});
    } else if (node.contains("sval")) {
      e.constant = value(node["sval"].value("sval", std::string()));
    } else if (node.contains("boolval")) {
      e.constant_type = type::boolean;
      e.constant = value(node["boolval"].value("boolval", false));
    } else if (!node.value("isnull", false)) {
      refuse("this constant", e.position);
    }
    return e;
  }

  // The tree of libpg_query 15-4 leaves out integers that are not positive, so these are read in the text: a minus, and
  // digits, perhaps with spaces and parentheses between them.
  std::int64_t not_positive_at(std::size_t position) const {
    if (position == 0) refuse("this constant", 0);
    std::size_t i = position - 1;
    bool negative = false;
    for (; i < text_.size() && std::string_view("-( \t\n").find(text_[i]) != std::string_view::npos;
         ++i) {
      negative = negative != (text_[i] == '-');
    }
    std::int64_t number = 0;
    const auto [end, problem] =
        std::from_chars(text_.data() + i, text_.data() + text_.size(), number);
    if (problem != std::errc() || (number != 0 && !negative)) refuse("this constant", position);
    return -number;
  }

  expression read_column_name(const json& node) const {
    const json& fields = node.at("fields");
    if (fields.size() > 2) refuse("names of schemas", position_of(node));
    expression e{.is = form::column, .position = position_of(node)};
    if (fields.size() == 2) e.table = fields[0].at("String").at("sval");
    if (!fields.back().contains("String")) refuse("a whole row as a value", position_of(node));
    e.name = name_in(fields);
    return e;
  }

  expression read_operation(const json& node) const {
    allow(node, "an operation", {"kind", "name", "lexpr", "rexpr", "location"});
    const std::string kind = node.at("kind");
    expression e{
        .is = form::operation, .position = position_of(node), .name = name_in(node.at("name"))};
    if (kind == "AEXPR_IN") {
      e.is = form::one_of;
      e.of_not = e.name == "<>";
      e.operands.push_back(read_expression(node.at("lexpr")));
      if (!node.at("rexpr").contains("List")) refuse("IN of a query", e.position);
      for (const json& item : node["rexpr"]["List"].at("items")) {
        e.operands.push_back(read_expression(item));
      }
      return e;
    }
    if (kind != "AEXPR_OP") refuse(kind, e.position);
    constexpr std::string_view known[] = {"=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"};
    if (std::find(std::begin(known), std::end(known), e.name) == std::end(known)) {
      refuse("the operator " + e.name, e.position);
    }
    if (node.contains("lexpr")) e.operands.push_back(read_expression(node["lexpr"]));
    e.operands.push_back(read_expression(node.at("rexpr")));
    if (e.operands.size() == 1 && e.name != "-" && e.name != "+") {
      refuse("the prefix " + e.name, e.position);
    }
    return e;
  }

  expression read_logic(const json& node) const {
    const std::string kind = node.at("boolop");
    expression e{.position = position_of(node)};
    e.is = kind == "AND_EXPR" ? form::both : kind == "OR_EXPR" ? form::either : form::negation;
    for (const json& each : node.at("args")) e.operands.push_back(read_expression(each));
    return e;
  }

  expression read_null_test(const json& node) const {
    expression e{.is = form::is_null, .position = position_of(node)};
    e.of_not = node.at("nulltesttype") == "IS_NOT_NULL";
    e.operands.push_back(read_expression(node.at("arg")));
    return e;
  }

  expression read_call(const json& node) const {
    const std::string name = name_in(node.at("funcname"));
    if (name != "count" || !node.value("agg_star", false)) {
      refuse("the function " + name, position_of(node));
    }
    allow(node, "count(*)", {"funcname", "agg_star", "funcformat", "location"});
    return {.is = form::count_rows, .position = position_of(node), .name = name};
  }

  const std::string& text_;
};

struct parsed {
  std::unique_ptr<statement> tree;
  std::optional<error> refused;
  std::optional<unsupported> unknown;
};

parsed parse_anew(const std::string& text) {
  PgQueryParseResult result = pg_query_parse(text.c_str());
  parsed p;
  if (result.error != nullptr) {
    p.refused = error(state::syntax_error, result.error->message);
  } else {
    try {
      p.tree = std::make_unique<statement>(reader(text).read(json::parse(result.parse_tree)));
    } catch (const unsupported& e) {
      p.unknown = e;
    }
  }
  pg_query_free_parse_result(result);
  return p;
}

struct parsed_texts {
  std::unordered_map<std::string, parsed> all;
};

}  // namespace

const statement& parse(const std::string& text) {
  auto& known = engine::worker_local<parsed_texts>().all;
  auto found = known.find(text);
  if (found == known.end()) {
    found = known.emplace(text, engine::outside([&] { return parse_anew(text); })).first;
  }
  if (found->second.refused) throw *found->second.refused;
  if (found->second.unknown) throw *found->second.unknown;
  return *found->second.tree;
}

}  // namespace norn::sql
