// Matrix: the verdicts that the checks of a protocol must have, as text. One table or several, with a line for
// each variant and a column for each deployment:
//
//   lost = final_count ids_unique
//
//                      1thread  2thread  2proc
//   buggy              holds    all      all
//   read_outside_lock  holds    lost     -
//
// A cell names the properties that are violated; `holds`: none, `all`: all that are claimed in the deployment,
// `-`: no check. A line `word = properties` gives several a word. Columns are two spaces apart or more, the
// names within a cell one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <norn/specs/kit/deployment.hpp>
#include <norn/specs/kit/property.hpp>

namespace norn::kit {

struct cell {
  std::string variant;
  deployment in;
  std::vector<std::string> violated;
};

// What the words of a matrix may be.
struct vocabulary {
  std::vector<std::string> variants;
  std::vector<std::string> modifiers;
  std::vector<property> properties;
};

// The cells with checks. Throws bad_input, with line, column and what is accepted, for a word that is unknown or
// comes twice, a cell too few or too many, a property that is not claimed in the deployment, a variant without
// a line, a cell that is given twice.
std::vector<cell> parse_matrix(std::string_view text, const vocabulary& words);

}  // namespace norn::kit
