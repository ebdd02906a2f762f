#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

#include <norn/cli/commands.hpp>
#include <norn/cli/output.hpp>
#include <norn/cli/selection.hpp>
#include <norn/report/check_result.hpp>
#include <norn/report/display.hpp>

namespace norn {

namespace {

void print_text(const std::vector<selected_search>& selected) {
  std::size_t width = 0;
  for (const selected_search& s : selected) {
    for (const kit::expectation& e : s.checks) {
      width = std::max(width, display_width(printable(check_name(*s.search, e))));
    }
  }
  for (const selected_search& s : selected) {
    for (const kit::expectation& e : s.checks) {
      print_to(stdout, "{}  {}\n", padded(printable(check_name(*s.search, e)), width),
               name_of(e.verdict));
    }
  }
}

void print_json(const std::vector<selected_search>& selected) {
  using json = nlohmann::ordered_json;
  json checks = json::array();
  for (const selected_search& s : selected) {
    for (const kit::expectation& e : s.checks) {
      checks.push_back({{"name", check_name(*s.search, e)},
                        {"protocol", s.search->protocol},
                        {"variant", s.search->variant},
                        {"deployment", s.search->deployment},
                        {"property", e.property},
                        {"expected", name_of(e.verdict)}});
      if (!s.search->covers.empty()) checks.back()["covers"] = s.search->covers;
      if (!e.tags.empty()) checks.back()["tags"] = e.tags;
    }
  }
  const json document{{"schema", 1}, {"norn", NORN_VERSION}, {"checks", checks}};
  print_to(stdout, "{}\n", document.dump(2, ' ', false, json::error_handler_t::replace));
}

}  // namespace

exit_code run_list(const list_request& request) {
  const auto selected = select(kit::registered_searches(), request.patterns);
  request.json ? print_json(selected) : print_text(selected);
  flush_standard_output();
  return exit_code::success;
}

}  // namespace norn
