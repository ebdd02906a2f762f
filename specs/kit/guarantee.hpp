// Guarantee: the sentence in which whoever deploys a service reads what to rely on. A text with placeholders: `{fixed}`
// names a variant; `{deployments}` means the deployments in which the variant named before it is safe. Here the names
// are checked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace norn::kit {

// Throws bad_input, with the column and what is accepted, for a placeholder that is unknown or not closed, for
// `{deployments}` of no variant, and for a text that names no variant.
void require_guarantee(std::string_view text, const std::vector<std::string>& variants);

}  // namespace norn::kit
