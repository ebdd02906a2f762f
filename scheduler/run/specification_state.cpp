#include <norn/scheduler/run/specification_state.hpp>

#include <norn/scheduler/run/point.hpp>
#include <norn/scheduler/run/runner.hpp>

namespace norn::engine {

namespace {

constexpr operation_kind read_kind{.name = "ghost"};
constexpr operation_kind write_kind{.name = "ghost", .nothrow = true};

bool touch(const object& o, access_mode mode) {
  runner& r = runner::required("ghost");
  if (r.unwinding()) return false;
  if (r.observing() && mode == access_mode::write) {
    r.report_operation_in_predicate("a change of a ghost");
    r.stop();
  }
  if (!r.has_events()) return true;
  if (r.may_add_extra_access()) {
    r.add_extra_access(o.slot(), mode);
    return true;
  }
  const point p{mode == access_mode::read ? read_kind : write_kind, o, source_location{}};
  if (p.abandoned()) return false;
  r.access(o.slot(), mode, 0, region::whole());
  return true;
}

}  // namespace

void ghost_read(const object& o) { touch(o, access_mode::read); }
bool ghost_write(const object& o) { return touch(o, access_mode::write); }

// Predicates are evaluated after events. Before the first event there is none to wait for.
void ghost_written(const object& o, std::size_t step) {
  runner& r = runner::required("ghost");
  if (r.unwinding()) return;
  if (r.execution().size() != step) {
    r.report_misuse(
        "an operation inside the function given to ghost::change: the change belongs to one step; "
        "do the operation "
        "before it, and give the function what came of it");
    r.stop();
  }
  if (!r.has_events()) r.reevaluate_readers_of(o.slot());
}

std::size_t step_of_specification() { return runner::required("ghost").execution().size(); }

narration* narrated_step() {
  runner& r = runner::required("ghost");
  return r.unwinding() ? nullptr : r.narrating();
}

bool is_watched(const object& o) {
  runner& r = runner::required("ghost");
  return !r.unwinding() && !r.knows_to_last(o.slot()) && !r.runs_alone();
}

void note_change(const object& o, std::string_view label, bool differs) {
  runner::required("ghost").note_change(o.slot(), label, differs);
}

}  // namespace norn::engine
