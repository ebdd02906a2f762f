#include <norn/model/memory/choose.hpp>

#include <string>

#include <norn/scheduler/run/point.hpp>

namespace norn {

using namespace engine;

namespace {
constexpr operation_kind choose_kind{.name = "choose", .offers_data = true};
}

std::uint32_t choose(std::uint32_t n, source_location where) {
  point p{choose_kind, where};
  if (n == 0 || n > 0xffff) {
    p.halt("valid_choice", "choose(" + std::to_string(n) + "): between 1 and 65535 alternatives");
  }
  const std::uint32_t chosen = p.choose(n);
  p.describe([&](narration& text) {
    text.arguments = "(" + std::to_string(n) + ")";
    text.result = std::to_string(chosen);
  });
  return chosen;
}

}  // namespace norn
