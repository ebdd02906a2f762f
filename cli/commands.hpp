// The commands, as functions of what was asked for. Each returns the exit code, and throws bad_input
// for what cannot be done.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <norn/cli/exit_code.hpp>
#include <norn/cli/option_set.hpp>
#include <norn/report/terminal.hpp>
#include <norn/scheduler/explore/settings.hpp>

namespace norn {

// How results are shown.
struct presentation {
  std::string program;  // as it can be typed again: "norn", "build/release/norn"
  color_mode color = color_mode::automatic;
};

struct list_request {
  std::vector<std::string> patterns;
  bool json = false;
};
exit_code run_list(const list_request& request);

struct check_request {
  std::vector<std::string> patterns;
  engine::settings search;
  std::optional<said> json;   // a file, or "-"
  std::optional<said> junit;  // a file
  std::optional<said> checkpoint;
  std::optional<said> resume;
  bool require_exhaustive = false;
  bool keep_going = true;  // past a search with a check that is not as declared
  bool quiet = false;
  bool verbose = false;
};
exit_code run_check(const check_request& request, const presentation& shown);

struct replay_request {
  std::string target;  // a token or a file
  std::size_t break_at = 0;
};
exit_code run_replay(const replay_request& request, const presentation& shown);
exit_code run_explain(const replay_request& request, const presentation& shown);
// At least one of the files.
struct report_files {
  std::optional<std::string> json;  // or "-", as the other
  std::optional<std::string> mermaid;
};
exit_code run_report(const replay_request& request, const report_files& files,
                     const presentation& shown);

// `app`: of whose commands and options the completion is made.
exit_code run_completion(const std::string& shell, const CLI::App& app, const std::string& name);

}  // namespace norn
