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

  // Whether it could be compiled.
  bool valid() const { return name_ || regex_; }
  // Whether it matches somewhere in the text. Never where it cannot be compiled or the text is too long.
  bool matches(const std::string& text) const;

 private:
  // `^[a-z_][a-z0-9_]*$`: names are asked for so often that std::regex would cost more than all the rest of a check.
  struct Name {
    std::bitset<256> first;
    std::bitset<256> rest;
  };
  static std::optional<Name> read_name(std::string_view pattern);

  std::optional<Name> name_;
  std::optional<std::regex> regex_;  // absent for a name, and where it cannot be compiled
};

}  // namespace plumb::config
