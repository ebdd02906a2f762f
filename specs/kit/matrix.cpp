#include <norn/specs/kit/matrix.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <norn/scheduler/base/bad_input.hpp>

namespace norn::kit {

namespace {

// A piece of a line, and the column where it begins, from 1.
struct piece {
  std::string text;
  std::size_t column = 0;
};

// What stands between separators of at least `spaces` spaces.
std::vector<piece> pieces_of(const std::string& line, std::size_t spaces, std::size_t offset) {
  std::vector<piece> found;
  std::size_t at = line.find_first_not_of(' ');
  while (at != line.npos) {
    const std::size_t end = std::min(line.find(std::string(spaces, ' '), at), line.size());
    const std::size_t last = line.find_last_not_of(' ', end - 1);
    found.push_back({line.substr(at, last + 1 - at), offset + at + 1});
    at = line.find_first_not_of(' ', end);
  }
  return found;
}

std::vector<piece> words_of(const piece& cell) { return pieces_of(cell.text, 1, cell.column - 1); }

bool contains(const std::vector<std::string>& all, const std::string& word) {
  return std::find(all.begin(), all.end(), word) != all.end();
}

class matrix_parser {
 public:
  explicit matrix_parser(const vocabulary& words) : words_(words) {}

  std::vector<cell> parse(std::string_view text) {
    std::size_t begin = 0;
    while (begin <= text.size()) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      ++line_;
      parse_line(std::string(text.substr(begin, end - begin)));
      begin = end + 1;
    }
    for (const std::string& variant : words_.variants) {
      if (!with_line_.contains(variant)) refuse({}, "variant `" + variant + "` has no line", {});
    }
    return std::move(cells_);
  }

 private:
  [[noreturn]] void refuse(const piece& at, const std::string& what,
                           const std::vector<std::string>& accepted) const {
    throw bad_input(fmt::format("line {}, column {}: {}{}{}", line_,
                                std::max<std::size_t>(at.column, 1), what,
                                accepted.empty() ? "" : "; accepted: ", fmt::join(accepted, ", ")));
  }

  void parse_line(const std::string& line) {
    const std::vector<piece> pieces = pieces_of(line, 2, 0);
    if (pieces.empty()) {
      columns_.clear();
    } else if (line.find(" = ") != line.npos) {
      parse_word(pieces_of(line, 1, 0));
    } else if (columns_.empty()) {
      parse_head(pieces_of(line, 1, 0));
    } else {
      parse_row(pieces);
    }
  }

  // word = property property
  void parse_word(const std::vector<piece>& pieces) {
    const piece& word = pieces[0];
    if (pieces.size() < 3 || pieces[1].text != "=") {
      refuse(pieces[pieces.size() > 1 ? 1 : 0], "a word is given a meaning by `word = properties`",
             {});
    }
    const bool taken = word.text == "holds" || word.text == "all" || word.text == "-" ||
                       meanings_.contains(word.text) || property_named(word.text) != nullptr;
    if (taken) refuse(word, "`" + word.text + "` has a meaning already", {});
    std::vector<std::string>& meaning = meanings_[word.text];
    for (std::size_t i = 2; i < pieces.size(); ++i) {
      if (property_named(pieces[i].text) == nullptr) {
        refuse(pieces[i], "`" + pieces[i].text + "` is no property", property_names());
      }
      meaning.push_back(pieces[i].text);
    }
  }

  void parse_head(const std::vector<piece>& names) {
    for (const piece& name : names) {
      const bool twice = std::any_of(columns_.begin(), columns_.end(),
                                     [&](const deployment& d) { return d.name == name.text; });
      if (twice) refuse(name, "column `" + name.text + "` is there twice", {});
      try {
        columns_.push_back(parse_deployment(name.text, words_.modifiers));
      } catch (const bad_input& e) {
        refuse(name, e.what(), {});
      }
    }
  }

  void parse_row(const std::vector<piece>& pieces) {
    const piece& variant = pieces[0];
    if (!contains(words_.variants, variant.text)) {
      refuse(variant, "`" + variant.text + "` is no variant", words_.variants);
    }
    if (pieces.size() != columns_.size() + 1) {
      refuse(pieces.back(),
             fmt::format("`{}` has {} cells, and the table {} columns", variant.text,
                         pieces.size() - 1, columns_.size()),
             {});
    }
    with_line_.insert(variant.text);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      parse_cell(variant.text, columns_[i], pieces[i + 1]);
    }
  }

  void parse_cell(const std::string& variant, const deployment& in, const piece& text) {
    if (text.text == "-") return;
    if (!given_.insert({variant, in.name}).second) {
      refuse(text, fmt::format("`{}@{}` is given twice", variant, in.name), {});
    }
    cell& c = cells_.emplace_back(cell{variant, in, {}});
    if (text.text == "holds") return;
    for (const piece& word : words_of(text)) add_violated(c, word);
  }

  void add_violated(cell& c, const piece& word) {
    const auto meaning = meanings_.find(word.text);
    if (word.text == "all") {
      for (const std::string& each : claimed_in(c.in)) add_property(c, word, each);
    } else if (meaning != meanings_.end()) {
      for (const std::string& each : meaning->second) add_property(c, word, each);
    } else {
      add_property(c, word, word.text);
    }
  }

  void add_property(cell& c, const piece& at, const std::string& name) {
    const std::vector<std::string> claimed = claimed_in(c.in);
    if (!contains(claimed, name)) {
      std::vector<std::string> accepted = {"holds", "-", "all"};
      for (const auto& [word, meaning] : meanings_) accepted.push_back(word);
      accepted.insert(accepted.end(), claimed.begin(), claimed.end());
      refuse(at, fmt::format("`{}` is no property that is claimed in {}", name, c.in.name),
             accepted);
    }
    if (contains(c.violated, name)) refuse(at, "`" + name + "` is named twice", {});
    c.violated.push_back(name);
  }

  const property* property_named(const std::string& name) const {
    const auto found = std::find_if(words_.properties.begin(), words_.properties.end(),
                                    [&](const property& p) { return p.name == name; });
    return found == words_.properties.end() ? nullptr : &*found;
  }

  std::vector<std::string> property_names() const {
    std::vector<std::string> names;
    for (const property& p : words_.properties) names.push_back(p.name);
    return names;
  }

  std::vector<std::string> claimed_in(const deployment& d) const {
    std::vector<std::string> names;
    for (const property& p : words_.properties) {
      if (p.claimed(d)) names.push_back(p.name);
    }
    return names;
  }

  const vocabulary& words_;
  std::size_t line_ = 0;
  std::vector<deployment> columns_;
  std::map<std::string, std::vector<std::string>> meanings_;
  std::set<std::string> with_line_;
  std::set<std::pair<std::string, std::string>> given_;
  std::vector<cell> cells_;
};

}  // namespace

std::vector<cell> parse_matrix(std::string_view text, const vocabulary& words) {
  return matrix_parser(words).parse(text);
}

}  // namespace norn::kit
