// The regular expressions of schemas.
#pragma once

#include <bitset>
#include <optional>
#include <regex>
#include <string>
#include <string_view>

namespace plumb::config {

class TextPattern {
 public:
  explicit TextPattern(const std::string& pattern);

  static constexpr std::size_t kLongestText = 1024;  // std::regex recurses once a character

  // Whether it could be compiled.
  bool valid() const { return plain_ || others_ || name_ || regex_; }
  // Whether it matches somewhere in the text. Never where it cannot be compiled or the text is too long.
  bool matches(const std::string& text) const;
  // Of more than kLongestText bytes, and not of a form that has no limit: a plain text, or `^[^\n\r]*$`.
  bool is_too_long(const std::string& text) const { return !plain_ && !others_ && text.size() > kLongestText; }

 private:
  // `^[a-z_][a-z0-9_]*$`: names are asked for so often that std::regex would cost more than all the rest of a check.
  struct Name {
    std::bitset<256> first;
    std::bitset<256> rest;
  };
  static std::optional<Name> read_name(std::string_view pattern);

  std::optional<std::string> plain_;        // without anything that has a meaning
  std::optional<std::bitset<256>> others_;  // `^[^:\n]*$`: the characters that are not to be there
  std::optional<Name> name_;
  std::optional<std::regex> regex_;  // absent for those, and where it cannot be compiled
};

// The pattern, compiled once a thread; good until this one is asked for another.
const TextPattern& compiled_pattern(const std::string& pattern);

}  // namespace plumb::config
