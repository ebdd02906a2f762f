// Place: where a thread of the model runs, for the reader of a trace. The scheduler knows nothing of
// processes and hosts: the model tells it their names.
#pragma once

#include <string>
#include <string_view>

namespace norn::engine {

// By itself, where the body of a check runs.
struct place {
  std::string process = "process";
  std::string host = "host";
};

// The running thread is there from now on, and so are the threads that it will create. Kept in narrated
// executions only. Not a scheduling point. Requires: inside the body of a check.
void set_place(std::string_view process, std::string_view host);

}  // namespace norn::engine
