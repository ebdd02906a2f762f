// Versions: every content that the store was ever meant to have. State of the specification: no
// thread of the service sees it.
#pragma once

#include <set>
#include <string>

#include <norn/model/memory/ghost.hpp>
#include <norn/model/property.hpp>

namespace norn::store {

// Who is told what the store does with its file.
class witness {
 public:
  virtual ~witness() = default;

  // The step just executed has put this version in place.
  virtual void committed(const std::string& text) = 0;
  // The step just executed has read this.
  virtual void read(const std::string& text) = 0;
};

class versions : public witness {
 public:
  void committed(const std::string& text) override {
    committed_.change([&](auto& all) { all.insert(text); });
  }

  bool was_committed(const std::string& text) const { return committed_.get().count(text) != 0; }

  // What parses but was never committed is spliced from two versions; what does not parse is torn.
  void read(const std::string& text) override {
    require("reads_parse", was_committed(text), "read what no one had committed: \"" + text + "\"");
  }

 private:
  ghost<std::set<std::string>> committed_{{}, "versions"};
};

}  // namespace norn::store
