#include "engine/config/text_pattern.h"

#include <algorithm>
#include <locale>
#include <map>

namespace plumb::config {
namespace {

std::size_t index_of(char c) {
  return static_cast<unsigned char>(c);
}

// `[a-z_]` at the front of `rest`, which moves past it; nothing where it is anything more than characters and ranges.
std::optional<std::bitset<256>> take_set(std::string_view& rest) {
  const std::size_t end = rest.find(']');
  if (!rest.starts_with('[') || end == std::string_view::npos) return std::nullopt;
  const std::string_view inner = rest.substr(1, end - 1);
  if (inner.empty() || inner.find_first_of("\\[^") != std::string_view::npos) return std::nullopt;
  std::bitset<256> set;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    const char c = inner[i];
    if (c == '-' || index_of(c) >= 0x80) return std::nullopt;
    const bool range = i + 2 < inner.size() && inner[i + 1] == '-';
    const std::size_t last = index_of(range ? inner[i + 2] : c);
    if (last < index_of(c) || last >= 0x80) return std::nullopt;
    for (std::size_t one = index_of(c); one <= last; ++one) set.set(one);
    if (range) i += 2;
  }
  rest.remove_prefix(end + 1);
  return set;
}

// Of `^[^…]*$`, where characters and \n, \r and \t stand between.
std::optional<std::bitset<256>> read_others(std::string_view pattern) {
  if (!pattern.starts_with("^[^") || !pattern.ends_with("]*$") || pattern.size() < 7) return std::nullopt;
  const std::string_view inner = pattern.substr(3, pattern.size() - 6);
  std::bitset<256> set;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    char c = inner[i];
    if (std::string_view("[]^-").find(c) != std::string_view::npos || index_of(c) >= 0x80) return std::nullopt;
    if (c == '\\') {
      const char next = ++i < inner.size() ? inner[i] : '\0';
      if (next != 'n' && next != 'r' && next != 't') return std::nullopt;
      c = next == 'n' ? '\n' : next == 'r' ? '\r' : '\t';
    }
    set.set(index_of(c));
  }
  return set;
}

bool is_plain(std::string_view pattern) {
  return !pattern.empty() && pattern.find_first_of("^$\\.*+?()[]{}|") == std::string_view::npos;
}

// The library fills this table character by character as it compiles, without a lock, and all threads share it. Once it
// is full it is only read.
void fill_narrowing_table() {
  static const bool kFilled = [] {
    const auto& characters = std::use_facet<std::ctype<char>>(std::locale());
    (void)characters.widen('a');
    for (int c = 1; c < 256; ++c) (void)characters.narrow(static_cast<char>(c), '\0');
    return true;
  }();
  (void)kFilled;
}

// With repetitions one in another or beside another, or of alternatives, the library's usual way may try exponentially
// many times, as of `^(a|a)*$`. Its other way never does, and is slower for all that is plain. It takes no references
// back to a group.
std::regex::flag_type flags_for(const std::string& pattern) {
#ifdef __GLIBCXX__
  const auto repetitions = std::count_if(pattern.begin(), pattern.end(), [](char c) {
    return std::string_view("*+?{").find(c) != std::string_view::npos;
  });
  if (repetitions > 1 || (repetitions == 1 && pattern.find('(') != std::string::npos))
    return std::regex::ECMAScript | std::regex_constants::__polynomial;
#else
  (void)pattern;
#endif
  return std::regex::ECMAScript;
}

}  // namespace

std::optional<TextPattern::Name> TextPattern::read_name(std::string_view pattern) {
  if (!pattern.starts_with('^')) return std::nullopt;
  pattern.remove_prefix(1);
  const auto first = take_set(pattern);
  const auto rest = first ? take_set(pattern) : std::nullopt;
  if (!rest || pattern != "*$") return std::nullopt;
  return Name{*first, *rest};
}

TextPattern::TextPattern(const std::string& pattern) : others_(read_others(pattern)), name_(read_name(pattern)) {
  if (is_plain(pattern)) plain_ = pattern;
  if (plain_ || others_ || name_) return;
  fill_narrowing_table();
  try {
    regex_.emplace(pattern, flags_for(pattern));
  } catch (const std::regex_error&) {
    regex_.reset();
  }
}

bool TextPattern::matches(const std::string& text) const {
  if (plain_) return text.find(*plain_) != std::string::npos;
  if (others_) return std::none_of(text.begin(), text.end(), [&](char c) { return others_->test(index_of(c)); });
  if (text.size() > kLongestText) return false;
  if (name_) {
    return !text.empty() && name_->first[index_of(text[0])] &&
           std::all_of(text.begin() + 1, text.end(), [&](char c) { return name_->rest[index_of(c)]; });
  }
  try {
    return regex_ && std::regex_search(text, *regex_);
  } catch (const std::regex_error&) {
    return false;
  }
}

// Compiling one costs more than a thousand matches, and a few patterns are asked for again and again.
const TextPattern& compiled_pattern(const std::string& pattern) {
  constexpr std::size_t kMostKept = 256;
  thread_local std::map<std::string, TextPattern> kept;
  const auto known = kept.find(pattern);
  if (known != kept.end()) return known->second;
  if (kept.size() >= kMostKept) kept.clear();
  return kept.try_emplace(pattern, pattern).first->second;
}

}  // namespace plumb::config
