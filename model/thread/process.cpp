#include <norn/model/thread/process.hpp>

#include <norn/model/thread/machines.hpp>
#include <norn/scheduler/run/lifeline.hpp>
#include <norn/scheduler/run/place.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

using namespace engine;

process::process(const host& on, std::string_view name)
    : record_(&machines::now().add_process(*on.record_, name)) {}

process process::current() { return process(machines::now().process_of(this_thread_id())); }

bool process::ends_with_host() const { return record_->ends_with_host; }
bool process::can_be_killed() const { return record_->lifeline != nullptr; }
process_id process::id() const { return record_->id; }
const std::string& process::name() const { return record_->name; }
host process::on() const { return host(record_->on); }
local_parts& process::parts() const { return record_->parts; }

void process::adopt_this_thread() const {
  machines::now().assign(this_thread_id(), *record_);
  set_place(static_cast<std::uint32_t>(record_->id), record_->name, record_->on.name);
  record_->has_threads = true;
  set_lifeline(record_->lifeline.get());
}

}  // namespace norn
