#include <norn/specs/kit/spec.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <norn/scheduler/base/bad_input.hpp>
#include <norn/specs/kit/check.hpp>
#include <norn/specs/kit/guarantee.hpp>
#include <norn/specs/kit/matrix.hpp>

namespace norn::kit {

namespace {

// Filled before `main`, as the registry of checks.
std::vector<std::shared_ptr<const spec>>& added() {
  static std::vector<std::shared_ptr<const spec>> all;
  return all;
}

template <class Item>
std::vector<std::string> names_of(const std::vector<Item>& items, const std::string& of) {
  std::vector<std::string> names;
  for (const Item& each : items) {
    if (std::find(names.begin(), names.end(), each.name) != names.end()) {
      throw bad_input(fmt::format("{} `{}` is there twice", of, each.name));
    }
    names.push_back(each.name);
  }
  return names;
}

vocabulary vocabulary_of(const spec& p) {
  names_of(p.properties, "property");
  return {names_of(p.variants, "variant"), names_of(p.modifiers, "modifier"), p.properties};
}

void require_bases(const spec& p) {
  for (const spec::variant& v : p.variants) {
    if (p.variant_named(v.of) == nullptr) {
      throw bad_input(
          fmt::format("variant `{}` is one of `{}`, which is no variant", v.name, v.of));
    }
  }
}

// With what goes before it, so that one knows which of the texts is meant.
template <class F>
auto within(const std::string& where, F&& parse) {
  try {
    return parse();
  } catch (const bad_input& e) {
    throw bad_input(where + ", " + e.what());
  }
}

declared_search search_of(const std::shared_ptr<const spec>& p, const cell& c) {
  const spec::variant* const v = p->variant_named(c.variant);
  declared_search s{p->name, c.variant, c.in.name, [p, v, in = c.in] { run(*p, *v, in); }, {}};
  s.covers = p->covers;
  if (c.in.has("timed")) s.strategy = strategy_kind::timed;
  s.covers.insert(s.covers.end(), v->covers.begin(), v->covers.end());
  for (const property& each : p->properties) {
    if (!each.claimed(c.in)) continue;
    const bool violated =
        std::find(c.violated.begin(), c.violated.end(), each.name) != c.violated.end();
    s.expects.push_back(
        {each.name, violated ? conclusion::violated : conclusion::holds, each.tags});
  }
  return s;
}

std::vector<declared_search> searches_of(const std::shared_ptr<const spec>& p) {
  const vocabulary words = vocabulary_of(*p);
  require_bases(*p);
  within("guarantee", [&] { require_guarantee(p->guarantee, words.variants); });
  std::vector<declared_search> all;
  for (const cell& c : within("verdicts", [&] { return parse_matrix(p->verdicts, words); })) {
    all.push_back(search_of(p, c));
  }
  for (const spec::limit& l : p->limits) {
    const auto of = std::find_if(all.begin(), all.end(), [&](const declared_search& s) {
      return s.variant + "@" + s.deployment == l.search;
    });
    if (of == all.end()) throw bad_input("limits: there is no check `" + l.search + "`");
    of->limits = l.at;
  }
  return all;
}

}  // namespace

const spec::variant* spec::variant_named(const std::string& wanted) const {
  const auto found = std::find_if(variants.begin(), variants.end(),
                                  [&](const variant& v) { return v.name == wanted; });
  return found == variants.end() ? nullptr : &*found;
}

void add(spec p) {
  const auto kept = std::make_shared<const spec>(std::move(p));
  try {
    for (declared_search& s : searches_of(kept)) register_search{std::move(s)};
    added().push_back(kept);
  } catch (const bad_input& e) {
    register_defect(fmt::format("{}: {}", kept->name, e.what()));
  }
}

const std::vector<std::shared_ptr<const spec>>& registered_specs() { return added(); }

}  // namespace norn::kit
