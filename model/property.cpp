#include <norn/model/property.hpp>

#include <stdexcept>

#include <norn/scheduler/run/failure.hpp>
#include <norn/scheduler/run/runner.hpp>

namespace norn {

void always(const char* name, std::function<bool()> holds) {
  runner* const r = runner::current();
  if (r == nullptr) {
    throw std::logic_error("norn: always(\"" + std::string(name) +
                           "\") outside the body of a check");
  }
  if (!r->unwinding()) r->add_predicate(name, std::move(holds));
}

void require(std::string_view name, bool holds, std::string_view message) {
  if (!holds) violate(name, message.empty() ? std::string_view("it does not hold") : message);
}

}  // namespace norn
