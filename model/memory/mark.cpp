#include <norn/model/memory/mark.hpp>

#include <string>

#include <norn/scheduler/run/point.hpp>

namespace norn {

using namespace engine;

namespace {
constexpr operation_kind mark_kind{.name = "mark"};
}

void mark(std::string_view what, source_location where) {
  point p{mark_kind, where};
  p.describe([&](narration& text) { text.arguments = "(" + std::string(what) + ")"; });
}

}  // namespace norn
