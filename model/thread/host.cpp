#include <norn/model/thread/host.hpp>

#include <norn/model/thread/machines.hpp>
#include <norn/scheduler/run/point.hpp>

namespace norn {

using namespace engine;

host::host(std::string_view name) : record_(&machines::now().add_host(name)) {}

host host::current() { return host(machines::now().process_of(this_thread_id()).on); }

host host::of_body() { return host(machines::now().process_of(main_thread).on); }

host_id host::id() const { return record_->id; }
const std::string& host::name() const { return record_->name; }
local_parts& host::parts() const { return record_->parts; }

}  // namespace norn
