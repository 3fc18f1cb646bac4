// Values of plumb's YAML before they are text, and the text they become.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb::imports {

struct WrittenEntry;
using WrittenMap = std::vector<WrittenEntry>;  // in order

struct Written {
  enum class Kind { kScalar, kList, kMap };

  Kind kind = Kind::kScalar;
  std::string text;    // kScalar
  bool plain = false;  // kScalar: a number, `true`, `null`: written without quotes
  std::vector<Written> items;
  WrittenMap entries;

  // Always reads as this text, quoted where it has to be.
  static Written of_text(std::string text);
  // As it stands: a number, `true`, `null`.
  static Written of_plain(std::string text);
  static Written of_list(std::vector<Written> items);
  static Written of_map(WrittenMap entries);
  static Written of_texts(const std::vector<std::string>& texts);

  bool is_list() const { return kind == Kind::kList; }
  bool is_map() const { return kind == Kind::kMap; }
  bool is_scalar() const { return kind == Kind::kScalar; }
};

// Of a map. No pair: that one asks for the whole of Written too early.
struct WrittenEntry {
  WrittenEntry(std::string key, Written item) : name(std::move(key)), value(std::move(item)) {}

  std::string name;
  Written value;
};

// Gathers lines, and knows how many there are.
class Lines {
 public:
  // `key: value`, over several lines where it takes them. `lead` is what stands before the key on its line (`  - `),
  // `indent` the column of the key. Without a key the value stands right behind the lead.
  void add_value(const std::string& lead, std::size_t indent, const std::string& key, const Written& value);
  void add(const std::string& line);
  // Each line with `# ` in front.
  void add_comment(std::size_t indent, std::string_view text);

  int next_line() const { return lines_ + 1; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  int lines_ = 0;
};

// How a text stands in YAML on one line.
std::string yaml_scalar(const std::string& text, bool in_flow);
std::string yaml_key(const std::string& text);

}  // namespace plumb::imports
