#include "engine/inventory/host_names.h"

#include <algorithm>
#include <optional>

namespace plumb::inventory {
namespace {

struct Range {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t step = 1;
  std::size_t width = 0;
  bool letters = false;

  std::string item(std::int64_t value) const {
    if (letters) return std::string(1, static_cast<char>(value));
    std::string digits = std::to_string(value);
    return std::string(width - std::min(width, digits.size()), '0') + digits;
  }
};

bool digits_only(std::string_view text) {
  return !text.empty() && text.size() <= 9 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::int64_t to_number(std::string_view text) {
  std::int64_t value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value;
}

Error bad_range(std::string why) {
  return fail(Code::kBadHostRange, std::move(why));
}

Result<Range> parse_range(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  const std::string shown = "[" + std::string(text) + "]";
  if (parts.size() < 2 || parts.size() > 3) return bad_range("the range " + shown + " needs a first and a last");
  Range range;
  const auto letter = [](std::string_view part) {
    return part.size() == 1 && ((part[0] >= 'a' && part[0] <= 'z') || (part[0] >= 'A' && part[0] <= 'Z'));
  };
  if (letter(parts[0]) && letter(parts[1])) {
    range.letters = true;
    range.first = static_cast<unsigned char>(parts[0][0]);
    range.last = static_cast<unsigned char>(parts[1][0]);
    if ((range.first >= 'a') != (range.last >= 'a'))
      return bad_range("the range " + shown + " mixes small and capital letters");
  } else if (digits_only(parts[0]) && digits_only(parts[1])) {
    range.first = to_number(parts[0]);
    range.last = to_number(parts[1]);
    if (parts[0].size() > 1 && parts[0][0] == '0') {
      if (parts[0].size() != parts[1].size())
        return bad_range("the ends of " + shown + " differ in their number of digits");
      range.width = parts[0].size();
    }
  } else {
    return bad_range("the range " + shown + " is not two numbers or two letters");
  }
  if (parts.size() == 3) {
    if (!digits_only(parts[2]) || to_number(parts[2]) == 0)
      return bad_range("the step of " + shown + " is not a number from 1");
    range.step = to_number(parts[2]);
  }
  if (range.first > range.last) return bad_range("the range " + shown + " ends before it begins");
  return range;
}

}  // namespace

bool has_range(std::string_view text) {
  const std::size_t open = text.find('[');
  if (open == std::string_view::npos) return false;
  const std::size_t close = text.find(']', open);
  return close != std::string_view::npos && text.substr(open, close - open).find(':') != std::string_view::npos;
}

bool is_host_name(std::string_view text) {
  constexpr std::size_t kLongest = 253;
  const auto word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.size() <= kLongest && word(text[0]) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return word(c) || c == '-' || c == '.'; });
}

Result<std::vector<std::string>> expand_hosts(std::string_view name) {
  std::vector<std::string> names{""};
  while (!name.empty()) {
    const std::size_t open = std::min(name.find('['), name.size());
    for (std::string& one : names) one += name.substr(0, open);
    if (open == name.size()) break;
    const std::size_t close = name.find(']', open);
    if (close == std::string_view::npos) return bad_range("a range is not closed with `]`");
    PLUMB_TRY_ASSIGN(const Range range, parse_range(name.substr(open + 1, close - open - 1)));
    const auto count = static_cast<std::size_t>((range.last - range.first) / range.step + 1);
    if (count > kMostHosts || names.size() * count > kMostHosts) {
      return fail(Code::kTooManyHosts, "this range names more than 100,000 hosts");
    }
    std::vector<std::string> longer;
    longer.reserve(names.size() * count);
    for (const std::string& one : names) {
      for (std::int64_t value = range.first; value <= range.last; value += range.step) {
        longer.push_back(one + range.item(value));
      }
    }
    names = std::move(longer);
    name.remove_prefix(close + 1);
  }
  return names;
}

Result<std::vector<PatternTerm>> split_host_pattern(std::string_view pattern) {
  const auto bad = [&](std::string_view why) {
    return fail(Code::kBadPattern, "the host pattern `" + std::string(pattern) + "` " + std::string(why));
  };
  std::vector<PatternTerm> terms;
  std::string current;
  int depth = 0;
  const auto finish = [&]() -> Result<> {
    while (!current.empty() && current.back() == ' ') current.pop_back();
    current.erase(0, std::min(current.find_first_not_of(' '), current.size()));
    PatternTerm term{'\0', current};
    if (!current.empty() && (current[0] == '&' || current[0] == '!')) term = {current[0], current.substr(1)};
    current.clear();
    if (term.text.empty()) return bad("has an empty part");
    if (term.text[0] == '~') return bad("holds a regular expression; use a glob");
    for (const char c : term.text) {
      const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                        std::string_view("_-.*?[]:!^").find(c) != std::string_view::npos;
      if (!good) {
        return bad("holds a character that no host name has")
            .hint(
                "groups and hosts are joined by `:` for all of both, `:&` for those in both, `:!` for those not in the "
                "other");
      }
    }
    terms.push_back(std::move(term));
    return {};
  };
  for (const char c : pattern) {
    if (c == '[') ++depth;
    if (c == ']') --depth;
    if (depth < 0 || depth > 1) return bad("has brackets that do not pair");
    if ((c == ':' || c == ',') && depth == 0) {
      PLUMB_TRY(finish());
    } else {
      current += c;
    }
  }
  if (depth != 0) return bad("has brackets that do not pair");
  PLUMB_TRY(finish());
  return terms;
}

}  // namespace plumb::inventory
