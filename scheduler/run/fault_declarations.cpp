#include <norn/scheduler/run/fault_declarations.hpp>

#include <algorithm>
#include <string>

namespace norn::engine {

declared_fault& fault_declarations::declare(std::string_view kind, std::string_view name,
                                            std::uint32_t budget) {
  const auto same = [&](const declared_fault* other) {
    return other->kind == kind && other->name == name;
  };
  auto skipped = std::count_if(in_this_execution_.begin(), in_this_execution_.end(), same);
  for (declared_fault& known : all_) {
    if (same(&known) && skipped-- == 0) return *in_this_execution_.emplace_back(&known);
  }
  declared_fault& fresh = all_.emplace_back(
      declared_fault{.kind = std::string(kind), .name = std::string(name), .budget = budget});
  return *in_this_execution_.emplace_back(&fresh);
}

}  // namespace norn::engine
