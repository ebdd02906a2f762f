#include <norn/model/sync/interruption.hpp>

#include <utility>

namespace norn {

using namespace engine;

bool interruption::may_begin(point& p) {
  p.write(state_);
  wait_.reset();
  gate_wait_.reset();
  return !std::exchange(came_early_, false);
}

bool interruption::begin(point& p, const pending_wait& w) {
  const bool begins = may_begin(p);
  if (begins) wait_ = w;
  return begins;
}

bool interruption::begin(point& p, interruptible_gate& g) {
  const bool begins = may_begin(p);
  if (begins) gate_wait_ = gate_wait{&g, &g.gate(), g.gate().slot(), p.thread()};
  waits_at_gate_ = begins;
  return begins;
}

bool interruption::interrupt(point& p) {
  p.write(state_);
  const bool ended = wait_ ? wait_->end(p, wake_reason::interrupted) : end_wait_at_gate(p);
  if (!ended) came_early_ = true;
  return ended;
}

// Whether the owner still waits is up to the order of its event on the gate and this one. So this event is one on the
// gate even where it comes too late.
bool interruption::end_wait_at_gate(point& p) {
  if (!gate_wait_) return false;
  if (!is_alive(gate_wait_->slot, gate_wait_->object)) {
    p.read(gate_wait_->slot);
    return false;
  }
  p.write(*gate_wait_->object);
  if (!std::exchange(waits_at_gate_, false)) return false;
  gate_wait_->at->let_through(p, gate_wait_->owner);
  return true;
}

}  // namespace norn
