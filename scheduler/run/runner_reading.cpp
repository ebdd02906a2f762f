// What readers of an execution ask of its runner: names, and schedules that number threads as they were created.
#include <algorithm>

#include <norn/scheduler/run/runner.hpp>

namespace norn::engine {

std::string runner::thread_name(thread_id t) const {
  const std::string& name = threads_[index_of(t)]->name;
  return name.empty() ? "thread " + std::to_string(index_of(t)) : name;
}

std::string runner::object_name(object_slot o) const {
  const object_record& record = objects_[index_of(o)];
  if (!record.label.empty()) return record.label;
  return std::string(record.type);
}

schedule runner::by_creation(const engine::execution& e) const {
  std::vector<thread_id> order(threads_.size(), no_thread);
  for (std::size_t i = 0; i < created_.size(); ++i) order[index_of(created_[i])] = thread_id(i);
  // Objects are named after the threads that made them.
  const auto renamed = [&](object_slot o) -> std::optional<object_id> {
    if (o == no_object) return std::nullopt;
    const object_id name = e.name_of(o);
    if (is_run_local(name)) return name;
    return name_of_object(order[index_of(maker_of(name))], number_of(name));
  };
  schedule result;
  result.reserve(e.size());
  for (const event& each : e.events()) {
    const std::uint32_t check = engine::execution::check_of(*each.op.kind, renamed(each.op.object));
    result.push_back({order[index_of(each.thread)], each.alternative, check});
  }
  return result;
}

schedule runner::schedule_so_far() const { return by_creation(execution_); }

bool runner::in_guard_page(const void* address) const {
  return std::any_of(threads_.begin(), threads_.end(),
                     [&](const auto& t) { return t->stack && t->stack->in_guard(address); });
}

}  // namespace norn::engine
