// Checkpoint: a file that a run of `norn check` can go on from, with all that its searches have come to and what
// they have left to do.
//
// It is good for the program that wrote it and no other: what had been searched holds for that program alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <norn/cli/output.hpp>
#include <norn/scheduler/explore/saved_search.hpp>
#include <norn/scheduler/explore/settings.hpp>

namespace norn {

// What a run was asked for, as far as its result depends on it.
struct checkpoint_subject {
  std::vector<std::string> patterns;
  std::vector<std::string> checks;  // the names of those selected, in order
  std::optional<std::uint64_t> executions;
  std::optional<std::uint32_t> depth;
};

struct checkpoint {
  checkpoint_subject subject;
  std::map<std::string, engine::saved_search> searches;  // those that were begun, by name
};

std::string encode(const checkpoint& c);

// `source`: how the file was named ("--resume"). Throws bad_input where it is no checkpoint, is damaged, or was
// written by another program or version.
checkpoint read_checkpoint(const std::string& file, const std::string& source);

// Keeps the file up to date. Where it cannot be written any more, the last one stays, that is said once on
// standard error, and the run goes on.
class checkpoint_writer {
 public:
  // Writes it at once. Throws bad_input where it cannot.
  checkpoint_writer(output to, checkpoint from);

  void save(const std::string& search, const engine::saved_search& as);
  const engine::saved_search* begun(const std::string& search) const;
  const std::string& file() const { return to_.file(); }

 private:
  output to_;
  checkpoint content_;
  bool failed_ = false;
};

}  // namespace norn
