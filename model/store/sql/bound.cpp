#include <norn/model/store/sql/bound.hpp>

#include <algorithm>
#include <optional>
#include <utility>

#include <norn/model/store/sql/error.hpp>

namespace norn::sql {

namespace {

using form = expression::form;

bool compares(const std::string& operation) {
  return operation == "=" || operation == "<>" || operation == "<" || operation == "<=" ||
         operation == ">" || operation == ">=";
}

// A literal in quotes, NULL or a text parameter becomes what its place asks for.
void coerce(bound& e, type to) {
  if (e.of != type::unknown) return;
  e.of = to;
  if (e.is == form::constant && !e.constant.is_null()) {
    e.constant = parse_input(to, e.constant.text());
  }
}

[[noreturn]] void refuse_operator(const std::string& name, const std::vector<bound>& operands) {
  const std::string left =
      operands.size() > 1 ? std::string(name_of(operands[0].of)) + " " : std::string();
  throw error(state::undefined_function, "operator does not exist: " + left + name + " " +
                                             std::string(name_of(operands.back().of)));
}

// The type in which two operands meet.
type common_type(const std::string& name, std::vector<bound>& operands) {
  type common = type::unknown;
  for (const bound& each : operands) {
    if (each.of == type::unknown || each.of == common) continue;
    if (common == type::unknown) {
      common = each.of;
    } else if (is_number(common) && is_number(each.of)) {
      common = type::bigint;
    } else {
      refuse_operator(name, operands);
    }
  }
  return common;
}

bound bind_column(const expression& e, const scope& in) {
  if (!e.table.empty() && e.table != in.table) {
    throw error(state::undefined_table, "missing FROM-clause entry for table \"" + e.table + "\"");
  }
  const auto found = std::find_if(in.columns.begin(), in.columns.end(),
                                  [&](const column& c) { return c.name == e.name; });
  if (found == in.columns.end()) {
    throw error(state::undefined_column,
                "column " + (e.table.empty() ? "\"" + e.name + "\"" : e.table + "." + e.name) +
                    " does not exist");
  }
  return {.is = form::column,
          .of = found->is,
          .column = static_cast<std::size_t>(found - in.columns.begin())};
}

bound bind_parameter(const expression& e, const scope& in) {
  if (e.number == 0 || e.number > in.parameters.size()) {
    throw error(state::undefined_parameter, "there is no parameter $" + std::to_string(e.number));
  }
  const value& given = in.parameters[e.number - 1];
  bound b{.constant = given};
  if (given.is_null() || given.is_text()) return b;
  if (given.is_boolean()) {
    b.of = type::boolean;
  } else {
    b.of = std::in_range<std::int32_t>(given.integer()) ? type::integer : type::bigint;
  }
  return b;
}

bound bind_operation(const expression& e, const scope& in) {
  bound b{.is = form::operation, .name = e.name};
  for (const expression& each : e.operands) b.operands.push_back(bind(each, in));
  type common = common_type(e.name, b.operands);
  if (compares(e.name)) {
    if (common == type::unknown) common = type::text;
    b.of = type::boolean;
  } else {
    if (common == type::unknown) {
      throw unsupported("norn::sql does not model arithmetic of literals in quotes alone");
    }
    if (!is_number(common)) refuse_operator(e.name, b.operands);
    b.of = common;
  }
  for (bound& each : b.operands) coerce(each, common);
  b.operands_of = common;
  return b;
}

bound bind_one_of(const expression& e, const scope& in) {
  bound b{.is = form::one_of, .of = type::boolean, .of_not = e.of_not};
  for (const expression& each : e.operands) b.operands.push_back(bind(each, in));
  type common = common_type("=", b.operands);
  if (common == type::unknown) common = type::text;
  for (bound& each : b.operands) coerce(each, common);
  b.operands_of = common;
  return b;
}

std::string name_of_logic(form f) {
  return f == form::both ? "AND" : f == form::either ? "OR" : "NOT";
}

void require_boolean(bound& e, const std::string& of) {
  coerce(e, type::boolean);
  if (e.of != type::boolean) {
    throw error(state::datatype_mismatch, "argument of " + of + " must be type boolean, not type " +
                                              std::string(name_of(e.of)));
  }
}

bound bind_logic(const expression& e, const scope& in) {
  bound b{.is = e.is, .of = type::boolean};
  for (const expression& each : e.operands) {
    require_boolean(b.operands.emplace_back(bind(each, in)), name_of_logic(e.is));
  }
  return b;
}

// --- evaluation ---

std::optional<bool> truth_of(const value& v) {
  return v.is_null() ? std::nullopt : std::optional(v.boolean());
}

value evaluate_logic(const bound& e, std::span<const value> row) {
  if (e.is == form::negation) {
    const auto operand = truth_of(evaluate(e.operands[0], row));
    return operand ? value(!*operand) : value();
  }
  const bool decides = e.is == form::either;  // what one operand alone decides
  bool unknown = false;
  for (const bound& each : e.operands) {
    const auto operand = truth_of(evaluate(each, row));
    if (operand == decides) return value(decides);
    unknown = unknown || !operand;
  }
  return unknown ? value() : value(!decides);
}

bool holds(const std::string& comparison, std::strong_ordering order) {
  if (comparison == "=") return order == 0;
  if (comparison == "<>") return order != 0;
  if (comparison == "<") return order < 0;
  if (comparison == "<=") return order <= 0;
  if (comparison == ">") return order > 0;
  return order >= 0;
}

[[noreturn]] void refuse_range(type of) {
  throw error(state::numeric_value_out_of_range, std::string(name_of(of)) + " out of range");
}

value calculate(const bound& e, const value& left, const value& right) {
  const std::int64_t a = left.integer();
  const std::int64_t b = right.integer();
  std::int64_t result = 0;
  bool fits = true;
  if (e.name == "+") {
    fits = !__builtin_add_overflow(a, b, &result);
  } else if (e.name == "-") {
    fits = !__builtin_sub_overflow(a, b, &result);
  } else if (e.name == "*") {
    fits = !__builtin_mul_overflow(a, b, &result);
  } else if (b == 0) {
    throw error(state::division_by_zero, "division by zero");
  } else if (b == -1) {  // of the smallest number, the quotient does not fit
    fits = e.name == "%" || !__builtin_sub_overflow(std::int64_t{0}, a, &result);
  } else {
    result = e.name == "/" ? a / b : a % b;
  }
  if (!fits || (e.of == type::integer && !std::in_range<std::int32_t>(result))) refuse_range(e.of);
  return value(result);
}

value evaluate_operation(const bound& e, std::span<const value> row) {
  const value first = evaluate(e.operands[0], row);
  if (e.operands.size() == 1) {
    if (first.is_null() || e.name == "+") return first;
    return calculate(e, value(std::int64_t{0}), first);
  }
  const value second = evaluate(e.operands[1], row);
  if (first.is_null() || second.is_null()) return value();
  if (compares(e.name)) return value(holds(e.name, compare(first, second)));
  return calculate(e, first, second);
}

value evaluate_one_of(const bound& e, std::span<const value> row) {
  const value sought = evaluate(e.operands[0], row);
  if (sought.is_null()) return value();
  bool unknown = false;
  for (std::size_t i = 1; i < e.operands.size(); ++i) {
    const value each = evaluate(e.operands[i], row);
    if (each.is_null()) {
      unknown = true;
    } else if (compare(sought, each) == 0) {
      return value(!e.of_not);
    }
  }
  return unknown ? value() : value(e.of_not);
}

}  // namespace

bool bound::has_columns() const {
  return is == form::column || std::any_of(operands.begin(), operands.end(),
                                           [](const bound& b) { return b.has_columns(); });
}

bool bound::counts_rows() const {
  return is == form::count_rows || std::any_of(operands.begin(), operands.end(),
                                               [](const bound& b) { return b.counts_rows(); });
}

bound bind(const expression& e, const scope& in) {
  switch (e.is) {
    case form::constant:
      return {.of = e.constant_type, .constant = e.constant};
    case form::parameter:
      return bind_parameter(e, in);
    case form::column:
      return bind_column(e, in);
    case form::operation:
      return bind_operation(e, in);
    case form::one_of:
      return bind_one_of(e, in);
    case form::is_null: {
      bound b{.is = form::is_null, .of = type::boolean, .of_not = e.of_not};
      b.operands.push_back(bind(e.operands[0], in));
      coerce(b.operands[0], type::text);
      return b;
    }
    case form::count_rows:
      if (!in.groups) {
        throw error(state::grouping_error, "aggregate functions are not allowed in WHERE");
      }
      return {.is = form::count_rows, .of = type::bigint};
    case form::both:
    case form::either:
    case form::negation:
      break;
  }
  return bind_logic(e, in);
}

bound bind_condition(const expression& e, const scope& in) {
  bound b = bind(e, in);
  require_boolean(b, "WHERE");
  return b;
}

bound bind_assigned(const expression& e, const scope& in, const column& to) {
  bound b = bind(e, in);
  coerce(b, to.is);
  if (b.of == to.is || (to.is == type::bigint && b.of == type::integer)) return b;
  if (to.is == type::integer && b.of == type::bigint) {  // an assignment may lose what does not fit
    bound cast{
        .is = form::operation, .of = type::integer, .name = "+", .operands_of = type::integer};
    cast.operands = {std::move(b), {.of = type::integer, .constant = value(std::int64_t{0})}};
    return cast;
  }
  if (to.is == type::text) {
    throw unsupported("norn::sql does not model the conversion of " + std::string(name_of(b.of)) +
                      " to text");
  }
  throw error(state::datatype_mismatch,
              "column \"" + to.name + "\" is of type " + std::string(name_of(to.is)) +
                  " but expression is of type " + std::string(name_of(b.of)));
}

void fold(std::vector<bound>& all) {
  for (bound& each : all) fold(each);
}

void fold(bound& e) {
  const auto is_constant = [](const bound& b) {
    return b.is == form::constant || b.is == form::parameter;
  };
  const bool is_logic = e.is == form::both || e.is == form::either;
  for (bound& each : e.operands) {
    fold(each);
    // The planner stops at the operand that decides.
    if (is_logic && is_constant(each) && !each.constant.is_null() &&
        each.constant.boolean() == (e.is == form::either)) {
      e = {.of = type::boolean, .constant = value(e.is == form::either)};
      return;
    }
  }
  if (e.operands.empty() || !std::all_of(e.operands.begin(), e.operands.end(), is_constant)) return;
  e = {.of = e.of, .constant = evaluate(e, {})};
}

value evaluate(const bound& e, std::span<const value> row) {
  switch (e.is) {
    case form::column:
      return row[e.column];
    case form::operation:
      return evaluate_operation(e, row);
    case form::one_of:
      return evaluate_one_of(e, row);
    case form::is_null:
      return value(evaluate(e.operands[0], row).is_null() != e.of_not);
    case form::both:
    case form::either:
    case form::negation:
      return evaluate_logic(e, row);
    case form::constant:
    case form::parameter:
    case form::count_rows:
      break;
  }
  return e.constant;
}

bool is_true(const bound& condition, std::span<const value> row) {
  const value v = evaluate(condition, row);
  return !v.is_null() && v.boolean();
}

std::strong_ordering compare(const value& a, const value& b) { return a <=> b; }

}  // namespace norn::sql
