// matches() and the regex extension, on RE2: linear in the text, whatever the pattern.
#include <memory>

#include <re2/re2.h>

#include "engine/lang/cel/library.h"
#include "engine/lang/cel/utf8.h"

namespace plumb::cel {
namespace {

constexpr std::size_t kLongestPattern = 10'000;
constexpr std::int64_t kPatternMemory = std::int64_t{1} << 20;

std::shared_ptr<re2::RE2> compile_pattern(std::string_view pattern) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kPatternMemory);
  return std::make_shared<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
}

std::shared_ptr<const void> prepare(const Value& pattern) {
  if (!pattern.is_text() || pattern.as_text().size() > kLongestPattern) return nullptr;
  auto regex = compile_pattern(pattern.as_text());
  return regex->ok() ? regex : nullptr;
}

// The pattern of a call: made ready beforehand where it is a constant, else now.
class Pattern {
 public:
  Pattern(Call& call, Value& error) : regex_(static_cast<const re2::RE2*>(call.prepared)) {
    if (regex_) return;
    const std::string_view pattern = call.text(1);
    if (pattern.size() > kLongestPattern) {
      error = fail("the regular expression is longer than " + std::to_string(kLongestPattern) + " bytes");
      return;
    }
    if (!call.budget.step(100 + 20 * pattern.size())) {
      error = cost_exceeded();
      return;
    }
    own_ = compile_pattern(pattern);
    regex_ = own_.get();
    if (regex_->ok()) return;
    error = fail("`" + std::string(pattern.substr(0, 60)) + "` is no regular expression: " + regex_->error(),
                 "the syntax is RE2's: https://github.com/google/re2/wiki/Syntax");
    regex_ = nullptr;
  }

  explicit operator bool() const { return regex_ != nullptr; }
  const re2::RE2& operator*() const { return *regex_; }
  const re2::RE2* operator->() const { return regex_; }

 private:
  std::shared_ptr<re2::RE2> own_;
  const re2::RE2* regex_;
};

// Matching is linear in the text, times the compiled pattern at worst.
bool match_cost(const re2::RE2& regex, std::string_view text, Budget& budget) {
  return budget.step((1 + text.size() / 8) * (1 + static_cast<std::size_t>(regex.ProgramSize()) / 16));
}

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}
std::string_view view(const re2::StringPiece& text) {
  return {text.data(), text.size()};
}

Value matches(Call& call) {
  Value error;
  const Pattern regex(call, error);
  if (regex && !match_cost(*regex, call.text(0), call.budget)) return cost_exceeded();
  return regex ? Value::boolean(re2::RE2::PartialMatch(piece(call.text(0)), *regex)) : error;
}

// Walks over the matches of a pattern that do not overlap.
class Matches {
 public:
  Matches(std::string_view text, const re2::RE2& regex, Budget& budget)
      : text_(text),
        regex_(regex),
        budget_(budget),
        groups_(static_cast<std::size_t>(regex.NumberOfCapturingGroups()) + 1) {}

  // False at the end, and with an exhausted budget.
  bool next() {
    if (position_ == 0 && !match_cost(regex_, text_, budget_)) return false;
    while (position_ <= text_.size()) {
      // A search may look at all that is left, to find a match close by.
      if (!budget_.step(1 + (text_.size() - position_) / 256)) return false;
      if (!regex_.Match(piece(text_), position_, text_.size(), re2::RE2::UNANCHORED, groups_.data(),
                        static_cast<int>(groups_.size()))) {
        return false;
      }
      const std::size_t begin = static_cast<std::size_t>(groups_[0].data() - text_.data());
      const std::size_t end = begin + groups_[0].size();
      const bool empty = begin == end;
      // An empty match right behind the last one is none.
      const bool counts = !empty || begin != last_end_;
      position_ = end;
      if (empty) {
        if (position_ < text_.size()) {
          next_code_point(text_, position_);
        } else {
          ++position_;
        }
      }
      if (!counts) continue;
      last_end_ = end;
      begin_ = begin;
      end_ = end;
      return true;
    }
    return false;
  }

  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }
  const std::vector<re2::StringPiece>& groups() const { return groups_; }

 private:
  std::string_view text_;
  const re2::RE2& regex_;
  Budget& budget_;
  std::vector<re2::StringPiece> groups_;
  std::size_t position_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t last_end_ = std::string_view::npos;
};

// `\1` to `\9` stand for groups, `\0` for the whole match, `\\` for a backslash.
Value append_replacement(std::string& out, std::string_view replacement, const std::vector<re2::StringPiece>& groups,
                         Budget& budget) {
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] != '\\') {
      out += replacement[i];
      continue;
    }
    const char c = ++i < replacement.size() ? replacement[i] : '\0';
    if (c == '\\') {
      out += '\\';
      continue;
    }
    if (c < '0' || c > '9') {
      return fail("invalid replacement string: a backslash must be followed by a digit or a backslash",
                  R"(write \\ for a backslash; in r'…' the backslash of \1 needs no second one)");
    }
    const auto group = static_cast<std::size_t>(c - '0');
    if (group >= groups.size()) {
      return fail("the replacement asks for group " + std::to_string(group) + ", and the pattern has " +
                  std::to_string(groups.size() - 1));
    }
    if (!budget.allocate(groups[group].size())) return cost_exceeded();
    out += view(groups[group]);
  }
  return {};
}

Value regex_replace(Call& call) {
  const std::string_view text = call.text(0);
  std::int64_t left = call.size() == 4 ? call[3].as_int() : -1;
  Value error;
  const Pattern regex(call, error);
  if (!regex) return error;
  std::string result;
  std::size_t done = 0;
  for (Matches found(text, *regex, call.budget); left != 0 && found.next(); --left) {
    if (!call.budget.allocate(found.begin() - done + call.text(2).size())) {
      return cost_exceeded();
    }
    result += text.substr(done, found.begin() - done);
    error = append_replacement(result, call.text(2), found.groups(), call.budget);
    if (error.is_error()) return error;
    done = found.end();
  }
  if (!call.budget.allocate(result.size() + text.size() - done)) return cost_exceeded();
  result += text.substr(done);
  return Value::string(result);
}

bool has_one_group(const Pattern& regex, Value& error) {
  if (!regex || regex->NumberOfCapturingGroups() <= 1) return static_cast<bool>(regex);
  error =
      fail("the regular expression has more than one capturing group", "write (?:…) for groups that capture nothing");
  return false;
}

// The group, or the whole match where the pattern has none; an empty group counts as no match.
bool extracted(const Matches& found, std::string_view& part) {
  const auto& groups = found.groups();
  part = view(groups.back());
  return groups.size() == 1 || !part.empty();
}

Value extract(Call& call) {
  if (!call.budget.allocate(call.text(0).size())) return cost_exceeded();
  Value error;
  const Pattern regex(call, error);
  if (!has_one_group(regex, error)) return error;
  Matches found(call.text(0), *regex, call.budget);
  std::string_view part;
  if (!found.next() || !extracted(found, part)) return Value::none();
  return Value::optional(Value::string(part));
}

Value extract_all(Call& call) {
  Value error;
  const Pattern regex(call, error);
  if (!has_one_group(regex, error)) return error;
  std::vector<Value> parts;
  for (Matches found(call.text(0), *regex, call.budget); found.next();) {
    std::string_view part;
    if (!extracted(found, part)) continue;
    if (!call.budget.allocate(part.size() + 2 * sizeof(Value))) return cost_exceeded();
    parts.push_back(Value::string(part));
  }
  return Value::list(std::move(parts));
}

}  // namespace

void add_regex(FunctionTable& table) {
  table.add("matches(string, string) -> bool", matches,
            "Whether a regular expression (RE2) matches anywhere in the text", prepare);
  table.add("string.matches(string) -> bool", matches, {}, prepare);
  table.add("regex.replace(string, string, string) -> string", regex_replace,
            R"(The text with matches replaced, at most so many; \1 stands for a group)", prepare);
  table.add("regex.replace(string, string, string, int) -> string", regex_replace, {}, prepare);
  table.add("regex.extract(string, string) -> optional_type(string)", extract, "The first match, or its group",
            prepare);
  table.add("regex.extractAll(string, string) -> list(string)", extract_all, "All matches, or their group", prepare);
}

}  // namespace plumb::cel
