#include <norn/scheduler/run/ghost_use.hpp>

#include <algorithm>

namespace norn::engine {

bool ghost_uses::knows_to_last(object_id ghost) const {
  return std::any_of(all_.begin(), all_.end(),
                     [&](const ghost_use& g) { return g.name == ghost && g.lasted; });
}

void ghost_uses::note_change(object_id ghost, std::string_view label, std::size_t step,
                             bool differs) {
  for (change& known : changes_) {
    if (known.name != ghost || known.label != label) continue;
    if (known.step == step) {
      known.changed = known.changed || differs;
      known.differs = differs;
    } else {
      settle(known);
      known.step = step;
      known.changed = known.differs = differs;
    }
    return;
  }
  changes_.push_back({ghost, std::string(label), step, differs, differs});
}

void ghost_uses::end_execution() {
  for (const change& each : changes_) settle(each);
  changes_.clear();
}

// The step is over.
void ghost_uses::settle(const change& step) {
  if (!step.changed) return;
  auto known = std::find_if(all_.begin(), all_.end(), [&](const ghost_use& g) {
    return g.name == step.name && g.label == step.label;
  });
  if (known == all_.end()) known = all_.insert(known, ghost_use{step.name, step.label});
  (step.differs ? known->lasted : known->taken_back) = true;
}

}  // namespace norn::engine
