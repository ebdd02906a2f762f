#include <norn/scheduler/run/model_threads.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace norn::engine {

void model_threads::begin_execution() {
  created_.clear();
  names_.clear();
  if (all_.empty()) all_.push_back(std::make_unique<model_thread>());
}

thread_id model_threads::next_child(model_thread& creator) {
  const std::uint32_t place = creator.spawned++;
  if (place >= creator.children.size()) creator.children.resize(place + 1, no_thread);
  thread_id& id = creator.children[place];
  if (id != no_thread) return id;
  if (settings_.names != nullptr && !misnumbered_) {
    id = settings_.names->child(creator.id, place);
    misnumbered_ = id == no_thread;
  }
  if (id == no_thread) id = thread_id(all_.size());
  // Other runners may have met threads that this one has not.
  while (all_.size() <= index_of(id)) all_.push_back(std::make_unique<model_thread>());
  return id;
}

model_thread& model_threads::make(thread_id id, const model_thread* creator, std::string_view name,
                                  int number) {
  model_thread& t = *all_[index_of(id)];
  if (t.stack == nullptr) {
    t.id = id;
    t.parent = creator == nullptr ? no_thread : creator->id;
  }
  if (t.stack == nullptr || std::exchange(t.lost, false)) {
    t.stack = std::make_unique<fiber>(settings_.stack_bytes, settings_.run, &t);
  }
  t.carrier = id;
  t.starter = nullptr;
  t.spawned = t.objects_made = t.unwind_attempts = 0;
  t.daemon = t.unwinding = t.halt_at_next_point = false;
  t.process = creator == nullptr ? process_of_body : creator->process;
  t.makes_shared_memory = false;
  t.on_stack = true;
  t.ended_in = no_event;
  if (settings_.narrated) {
    t.name = std::string(name) + (number < 0 ? "" : "/" + std::to_string(number));
    if (const int same = ++names_[t.name]; same > 1) t.name += "#" + std::to_string(same);
    t.where = creator == nullptr ? place{} : creator->where;
  }
  created_.push_back(id);
  return t;
}

std::string model_threads::name_of(thread_id t) const {
  const std::string& name = (*this)[t].name;
  return name.empty() ? "thread " + std::to_string(index_of(t)) : name;
}

bool model_threads::in_guard_page(const void* address) const {
  return std::any_of(all_.begin(), all_.end(),
                     [&](const auto& t) { return t->stack && t->stack->in_guard(address); });
}

schedule model_threads::by_creation(const execution& e) const {
  std::vector<thread_id> order(all_.size(), no_thread);
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
    const std::uint32_t check = execution::check_of(*each.op.kind, renamed(each.op.object));
    result.push_back({order[index_of(each.thread)], each.alternative, check});
  }
  return result;
}

}  // namespace norn::engine
