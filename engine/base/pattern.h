// Patterns that both sides of the wire evaluate: the syntax of RE2 and what it means, leftmost first, in time linear in
// the text. One small implementation, since the executor travels to every host (ADR 27).
//
// Of RE2's syntax `\p{…}` and `\C` are refused; (?i) folds ASCII and the Latin-1, Greek and Cyrillic letters. Texts
// need not be UTF-8: a byte that is none of it is a character that `.` and negated classes match.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace plumb {

class Pattern {
 public:
  // Parts of a text, by group; the whole match is the first. Nothing where a group had no part in the match.
  using Groups = std::vector<std::optional<std::string_view>>;

  // Error: kBadValue, with what is wrong. At most 4 KiB of text and 20,000 steps.
  static Result<Pattern> parse(std::string_view text);

  // Anywhere in the text, as `^` and `$` allow.
  bool matches(std::string_view text) const;
  // The leftmost match that begins at `from` or behind it; its groups are views of `text`.
  std::optional<Groups> find(std::string_view text, std::size_t from = 0) const;
  // Without the whole match.
  std::size_t group_count() const { return groups_; }

  // Characters by code point, sorted, without overlaps. 0x110000 + N is the byte N that is no part of UTF-8.
  using Ranges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
  struct CharacterClass {
    std::bitset<128> ascii;
    Ranges others;
    bool holds(std::uint32_t c) const;
  };
  enum class Step { kCharacter, kSplit, kJump, kSave, kAssert, kMatch };
  enum Place : std::uint8_t { kTextBegin = 1, kTextEnd = 2, kLineBegin = 4, kLineEnd = 8, kWord = 16, kNoWord = 32 };
  struct Instruction {
    Step step = Step::kMatch;
    std::uint32_t to = 0;     // kSplit, kJump: what is tried first; kCharacter: the class; kSave: the slot
    std::uint32_t other = 0;  // kSplit: what is tried then
    std::uint8_t places = 0;  // kAssert: all of them must hold
  };

 private:
  class Matcher;

  Pattern() = default;
  void find_first_bytes();

  std::vector<Instruction> program_;
  std::vector<CharacterClass> classes_;
  std::size_t groups_ = 0;
  bool anchored_ = false;                        // a match begins where the text does
  std::optional<std::bitset<256>> first_bytes_;  // of which one begins every match
};

// Puts the groups of a match into `text`: \0 is the whole match, \1 to \9 are groups (empty where one had no part),
// \\ is a backslash. Error: kBadValue for any other escape and for groups that are not among `count`.
Result<> check_replacement(std::string_view text, std::size_t count);
std::string expand_replacement(std::string_view text, const Pattern::Groups& groups);

}  // namespace plumb
