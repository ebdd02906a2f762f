#include <norn/model/asyncio/running.hpp>

#include <algorithm>
#include <utility>

#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/run/run_local.hpp>

namespace norn::asyncio {

namespace {

struct of_execution {
  std::deque<running> by_thread;
  std::vector<std::shared_ptr<event_loop>> loops;
};

}  // namespace

running& running::of_this_thread() {
  std::deque<running>& all = engine::run_local<of_execution>().by_thread;
  const std::size_t i = engine::index_of(engine::this_thread_id());
  while (all.size() <= i) all.emplace_back();
  return all[i];
}

void keep_until_the_end(std::shared_ptr<event_loop> loop) {
  engine::run_local<of_execution>().loops.push_back(std::move(loop));
}

context& context::current() {
  running& here = running::of_this_thread();
  return here.in == nullptr ? here.own : *here.in;
}

std::shared_ptr<const void> context::find(const void* variable) const {
  for (const auto& [key, value] : values_) {
    if (key == variable) return value;
  }
  return nullptr;
}

void context::set(const void* variable, std::shared_ptr<const void> value) {
  const auto known = std::find_if(values_.begin(), values_.end(),
                                  [&](const auto& each) { return each.first == variable; });
  if (known == values_.end()) {
    values_.emplace_back(variable, std::move(value));
  } else {
    known->second = std::move(value);
  }
}

}  // namespace norn::asyncio
