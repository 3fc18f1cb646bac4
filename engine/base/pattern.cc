// Matching goes through the text once, with all the ways that a match may take side by side, in the order in which they
// would be tried; so no text and no pattern makes it slow.
#include "engine/base/pattern.h"

#include <algorithm>

#include "engine/base/pattern_characters.h"
#include "engine/base/pattern_program.h"

namespace plumb {
namespace {

bool is_word_byte(std::string_view text, std::size_t at) {
  const char c = text[at];
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::uint8_t places_at(std::string_view text, std::size_t at) {
  std::uint8_t places = 0;
  if (at == 0) places |= Pattern::kTextBegin | Pattern::kLineBegin;
  if (at == text.size()) places |= Pattern::kTextEnd | Pattern::kLineEnd;
  if (at > 0 && text[at - 1] == '\n') places |= Pattern::kLineBegin;
  if (at < text.size() && text[at] == '\n') places |= Pattern::kLineEnd;
  const bool before = at > 0 && is_word_byte(text, at - 1);
  const bool after = at < text.size() && is_word_byte(text, at);
  places |= before != after ? Pattern::kWord : Pattern::kNoWord;
  return places;
}

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

}  // namespace

bool Pattern::CharacterClass::holds(std::uint32_t c) const {
  if (c < 128) return ascii.test(c);
  const auto range = std::upper_bound(others.begin(), others.end(), c,
                                      [](std::uint32_t value, const auto& one) { return value < one.first; });
  return range != others.begin() && c <= std::prev(range)->second;
}

class Pattern::Matcher {
 public:
  // `slots`: how many places are noted; none where it is only asked whether there is a match.
  Matcher(const Pattern& pattern, std::string_view text, std::size_t slots)
      : pattern_(pattern), text_(text), slots_(slots), seen_(pattern.program_.size(), 0) {}

  bool run(std::size_t at = 0) {
    std::vector<std::size_t> fresh(slots_, kNowhere);
    while (true) {
      if (now_.empty() && !matched_) {
        if (pattern_.anchored_ && at > 0) return false;
        if (pattern_.first_bytes_ && !pattern_.anchored_) {
          while (at < text_.size() && !pattern_.first_bytes_->test(static_cast<std::uint8_t>(text_[at]))) ++at;
          if (at == text_.size()) return false;
        }
      }
      ++round_;
      std::swap(now_, before_);
      now_.clear();
      std::swap(now_places_, before_places_);
      now_places_.clear();
      const std::uint8_t places = places_at(text_, at);
      // The ways that were under way come first, then one that begins here.
      for (std::size_t i = 0; i < before_.size(); ++i) {
        follow(before_[i],
               std::vector<std::size_t>(before_places_.begin() + static_cast<std::ptrdiff_t>(i * slots_),
                                        before_places_.begin() + static_cast<std::ptrdiff_t>((i + 1) * slots_)),
               at, places);
        if (ended_) break;
      }
      if (!matched_ && !ended_ && (!pattern_.anchored_ || at == 0)) follow(0, fresh, at, places);
      ended_ = false;
      if (matched_ && slots_ == 0) return true;
      if (at == text_.size() || (now_.empty() && (matched_ || pattern_.anchored_))) return matched_;
      const auto [c, size] = next_character(text_, at);
      step(c);
      at += size;
    }
  }

  const std::vector<std::size_t>& places() const { return best_; }

 private:
  // Those that this character takes on.
  void step(std::uint32_t c) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < now_.size(); ++i) {
      const Instruction& instruction = pattern_.program_[now_[i]];
      if (!pattern_.classes_[instruction.to].holds(c)) continue;
      now_[kept] = now_[i] + 1;
      std::copy_n(now_places_.begin() + static_cast<std::ptrdiff_t>(i * slots_), slots_,
                  now_places_.begin() + static_cast<std::ptrdiff_t>(kept * slots_));
      ++kept;
    }
    now_.resize(kept);
    now_places_.resize(kept * slots_);
  }

  // All that can be reached from a step without a character. At a match what would be tried later counts no more.
  void follow(std::uint32_t first, std::vector<std::size_t> noted, std::size_t at, std::uint8_t places) {
    struct Pending {
      std::uint32_t step;
      std::size_t slot;  // to be put back, or kNowhere
      std::size_t old;
    };
    std::vector<Pending> stack = {{first, kNowhere, 0}};
    while (!stack.empty()) {
      const Pending pending = stack.back();
      stack.pop_back();
      if (pending.slot != kNowhere) {
        noted[pending.slot] = pending.old;
        continue;
      }
      std::uint32_t at_step = pending.step;
      while (seen_[at_step] != round_) {
        seen_[at_step] = round_;
        const Instruction& instruction = pattern_.program_[at_step];
        if (instruction.step == Step::kCharacter) {
          now_.push_back(at_step);
          now_places_.insert(now_places_.end(), noted.begin(), noted.end());
          break;
        }
        if (instruction.step == Step::kMatch) {
          matched_ = true;
          ended_ = true;
          best_ = noted;
          if (slots_ > 1) best_[1] = at;
          return;
        }
        if (instruction.step == Step::kJump) {
          at_step = instruction.to;
        } else if (instruction.step == Step::kSplit) {
          stack.push_back({instruction.other, kNowhere, 0});
          at_step = instruction.to;
        } else if (instruction.step == Step::kAssert) {
          if ((instruction.places & places) != instruction.places) break;
          ++at_step;
        } else {
          if (instruction.to < slots_) {
            stack.push_back({0, instruction.to, noted[instruction.to]});
            noted[instruction.to] = at;
          }
          ++at_step;
        }
      }
    }
  }

  const Pattern& pattern_;
  std::string_view text_;
  std::size_t slots_;
  std::vector<std::size_t> seen_;  // by step: the round in which it was reached
  std::size_t round_ = 0;
  std::vector<std::uint32_t> now_, before_;              // steps that wait for a character, first tried first
  std::vector<std::size_t> now_places_, before_places_;  // `slots_` for each of them
  bool matched_ = false;
  bool ended_ = false;  // what comes later in this round counts no more
  std::vector<std::size_t> best_;
};

Result<Pattern> Pattern::parse(std::string_view text) {
  PLUMB_TRY_ASSIGN(PatternProgram program, compile_pattern(text));
  Pattern pattern;
  // The whole match begins with the first step.
  pattern.program_.push_back({Step::kSave, 0, 0, 0});
  for (Instruction one : program.steps) {
    if (one.step == Step::kSplit || one.step == Step::kJump) {
      ++one.to;
      ++one.other;
    }
    pattern.program_.push_back(one);
  }
  pattern.classes_ = std::move(program.classes);
  pattern.groups_ = program.groups;
  pattern.find_first_bytes();
  return pattern;
}

// What can be reached from the beginning: whether that is tied to the beginning of the text, and with which byte it
// goes on.
void Pattern::find_first_bytes() {
  std::bitset<256> bytes;
  bool any = false;
  bool tied = true;
  std::vector<bool> seen(program_.size() * 2, false);
  std::vector<std::pair<std::uint32_t, bool>> stack = {{0, false}};
  while (!stack.empty()) {
    const auto [at, begun] = stack.back();
    stack.pop_back();
    if (seen[at * 2 + (begun ? 1U : 0U)]) continue;
    seen[at * 2 + (begun ? 1U : 0U)] = true;
    const Instruction& instruction = program_[at];
    switch (instruction.step) {
      case Step::kCharacter: {
        tied = tied && begun;
        const CharacterClass& one = classes_[instruction.to];
        for (std::size_t c = 0; c < 128; ++c) bytes.set(c, bytes.test(c) || one.ascii.test(c));
        for (std::size_t c = 128; c < 256; ++c) bytes.set(c, bytes.test(c) || !one.others.empty());
        break;
      }
      case Step::kMatch:
        tied = tied && begun;
        any = true;
        break;
      case Step::kSplit:
        stack.emplace_back(instruction.other, begun);
        stack.emplace_back(instruction.to, begun);
        break;
      case Step::kJump:
        stack.emplace_back(instruction.to, begun);
        break;
      case Step::kSave:
        stack.emplace_back(at + 1, begun);
        break;
      case Step::kAssert:
        stack.emplace_back(at + 1, begun || (instruction.places & kTextBegin) != 0);
        break;
    }
  }
  anchored_ = tied;
  if (!any) first_bytes_ = bytes;
}

bool Pattern::matches(std::string_view text) const {
  return Matcher(*this, text, 0).run();
}

std::optional<Pattern::Groups> Pattern::find(std::string_view text, std::size_t from) const {
  Matcher matcher(*this, text, (groups_ + 1) * 2);
  if (!matcher.run(from)) return std::nullopt;
  const std::vector<std::size_t>& places = matcher.places();
  Groups groups(groups_ + 1);
  for (std::size_t i = 0; i <= groups_; ++i) {
    if (places[i * 2] == kNowhere || places[i * 2 + 1] == kNowhere) continue;
    groups[i] = text.substr(places[i * 2], places[i * 2 + 1] - places[i * 2]);
  }
  return groups;
}

Result<> check_replacement(std::string_view text, std::size_t count) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') continue;
    const char c = ++i < text.size() ? text[i] : '\0';
    if (c == '\\') continue;
    if (c < '0' || c > '9')
      return fail(Code::kBadValue, "after a backslash comes the number of a group, or another one");
    if (static_cast<std::size_t>(c - '0') > count) {
      return fail(Code::kBadValue, "the pattern has no group " + std::string(1, c));
    }
  }
  return {};
}

std::string expand_replacement(std::string_view text, const Pattern::Groups& groups) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    const auto group = static_cast<std::size_t>(c - '0');
    if (c < '0' || c > '9') {
      out += c;
    } else if (group < groups.size() && groups[group]) {
      out += *groups[group];
    }
  }
  return out;
}

}  // namespace plumb
