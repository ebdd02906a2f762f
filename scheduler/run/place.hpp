// Place: where a thread of the model runs. The scheduler knows nothing of processes and hosts: the model tells it their
// names, for the reader of a trace, and the number of the process, whose memory is its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace norn::engine {

// The number of the process in which the body of a check runs, and of no process, where faults come from.
inline constexpr std::uint32_t process_of_body = 1;
inline constexpr std::uint32_t no_process = 0;

// By itself, where the body of a check runs.
struct place {
  std::string process = "process";
  std::string host = "host";
};

// The running thread is there from now on, and so are the threads that it will create. The names are kept in narrated
// executions only. Not a scheduling point. Requires: inside the body of a check.
void set_place(std::uint32_t number, std::string_view process, std::string_view host);

// The objects of memory that the running thread makes are of the memory that processes share, or no longer are. Returns
// what held before. Not a scheduling point. Requires: inside the body of a check.
bool make_shared_memory(bool shared);

}  // namespace norn::engine
