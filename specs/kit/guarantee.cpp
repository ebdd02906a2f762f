#include <norn/specs/kit/guarantee.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <norn/scheduler/base/bad_input.hpp>

namespace norn::kit {

void require_guarantee(std::string_view text, const std::vector<std::string>& variants) {
  bool of_a_variant = false;
  for (std::size_t open = text.find('{'); open != text.npos; open = text.find('{', open + 1)) {
    const std::size_t close = text.find('}', open);
    const auto refuse = [&](const std::string& what) {
      throw bad_input(
          fmt::format("column {}: {}; accepted: {{deployments}} after a variant, {{{}}}", open + 1,
                      what, fmt::join(variants, "}, {")));
    };
    if (close == text.npos) refuse("`{` is not closed");
    const std::string name(text.substr(open + 1, close - open - 1));
    if (name == "deployments" && !of_a_variant) refuse("`{deployments}` of no variant");
    if (name == "deployments") continue;
    if (std::find(variants.begin(), variants.end(), name) == variants.end()) {
      refuse("`{" + name + "}` is no placeholder");
    }
    of_a_variant = true;
  }
  if (!of_a_variant) throw bad_input("column 1: the text is of no variant: name one, as {fixed}");
}

}  // namespace norn::kit
