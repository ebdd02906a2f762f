#include <norn/model/property.hpp>

#include <utility>

#include <norn/scheduler/run/failure.hpp>

namespace norn {

using namespace engine;

void always(const char* name, std::function<bool()> holds) {
  add_predicate(name, std::move(holds));
}

void require(std::string_view name, bool holds, std::string_view message) {
  if (!holds) violate(name, message.empty() ? std::string_view("it does not hold") : message);
}

}  // namespace norn
