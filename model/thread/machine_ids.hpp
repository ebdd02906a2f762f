// Machine identities: of hosts and processes.
#pragma once

#include <cstdint>

namespace norn {

// Logical: the creating thread and its place among the hosts and processes which that thread made. A host's is 0
// and a process's is 1 where they are there from the start: those of the body of the check.
enum class host_id : std::uint32_t {};
enum class process_id : std::uint32_t {};

}  // namespace norn
