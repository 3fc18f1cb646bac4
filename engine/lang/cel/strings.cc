// The standard's string tests and the strings extension, but for format(). Positions count characters.
#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/lang/cel/library.h"
#include "engine/lang/cel/utf8.h"

namespace plumb::cel {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

Value make_text(Call& call, std::string_view text) {
  return call.budget.allocate(text.size()) ? Value::string(text) : cost_exceeded();
}

Value index_error(std::int64_t index) {
  return fail("index out of range: " + std::to_string(index));
}

// What functions cost that look for one text in another.
bool search_cost(Call& call) {
  return call.budget.read(call.text(0).size() + call.text(1).size());
}

Value contains(Call& call) {
  if (!search_cost(call)) return cost_exceeded();
  return Value::boolean(call.text(0).find(call.text(1)) != kNone);
}
Value starts_with(Call& call) {
  if (!search_cost(call)) return cost_exceeded();
  return Value::boolean(call.text(0).starts_with(call.text(1)));
}
Value ends_with(Call& call) {
  if (!search_cost(call)) return cost_exceeded();
  return Value::boolean(call.text(0).ends_with(call.text(1)));
}

Value char_at(Call& call) {
  if (!call.budget.read(call.text(0).size())) return cost_exceeded();
  const std::int64_t index = call[1].as_int();
  const std::size_t begin = index < 0 ? kNone : byte_of(call.text(0), static_cast<std::size_t>(index));
  if (begin == kNone) return index_error(index);
  const std::string_view rest = call.text(0).substr(begin);
  return Value::string(rest.substr(0, std::min(byte_of(rest, 1), rest.size())));
}

Value position(std::string_view text, std::size_t byte) {
  return Value::integer(byte == kNone ? -1 : static_cast<std::int64_t>(count_code_points(text.substr(0, byte))));
}

Value index_of(Call& call) {
  if (!search_cost(call)) return cost_exceeded();
  const std::string_view text = call.text(0);
  const std::string_view wanted = call.text(1);
  const std::int64_t from = call.size() == 3 ? call[2].as_int() : 0;
  if (from < 0) return index_error(from);
  const std::size_t begin = byte_of(text, static_cast<std::size_t>(from));
  if (begin == kNone) return index_error(from);
  return position(text, text.find(wanted, begin));
}

Value last_index_of(Call& call) {
  if (!search_cost(call)) return cost_exceeded();
  const std::string_view text = call.text(0);
  std::size_t last = text.size();
  if (call.size() == 3) {
    const std::int64_t limit = call[2].as_int();
    if (limit < 0) return index_error(limit);
    last = byte_of(text, static_cast<std::size_t>(limit));
    if (last == kNone) return index_error(limit);
  }
  return position(text, text.rfind(call.text(1), last));
}

template <char (*Convert)(char)>
Value map_ascii(Call& call) {
  if (!call.budget.allocate(call.text(0).size())) return cost_exceeded();
  std::string text(call.text(0));
  std::transform(text.begin(), text.end(), text.begin(), Convert);
  return Value::string(text);
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// The byte behind the character at `begin`.
std::size_t behind_character(std::string_view text, std::size_t begin) {
  next_code_point(text, begin);
  return begin;
}

// An empty search text stands before each character and at the end.
Value replace(Call& call) {
  const std::string_view text = call.text(0);
  const std::string_view wanted = call.text(1);
  const std::string_view other = call.text(2);
  std::int64_t left = call.size() == 4 ? call[3].as_int() : -1;
  if (!call.budget.read(text.size())) return cost_exceeded();
  std::string result;
  std::size_t done = 0;
  std::size_t from = 0;
  while (left != 0) {
    const std::size_t found = text.find(wanted, from);
    if (found == kNone) break;
    if (!call.budget.allocate(found - done + other.size())) return cost_exceeded();
    result += text.substr(done, found - done);
    result += other;
    done = found + wanted.size();
    --left;
    if (wanted.empty() && found >= text.size()) break;
    from = wanted.empty() ? behind_character(text, found) : done;
  }
  if (!call.budget.allocate(result.size() + text.size())) return cost_exceeded();
  result += text.substr(done);
  return Value::string(result);
}

Value split(Call& call) {
  const std::string_view text = call.text(0);
  const std::string_view separator = call.text(1);
  std::int64_t left = call.size() == 3 ? call[2].as_int() : -1;
  std::vector<Value> parts;
  if (left == 0) return Value::list({});
  std::size_t begin = 0;
  const auto add = [&](std::size_t end) {
    if (!call.budget.allocate(end - begin + 2 * sizeof(Value))) return false;
    parts.push_back(Value::string(text.substr(begin, end - begin)));
    return true;
  };
  while (left != 1) {
    // Without a separator the parts are the characters.
    std::size_t end =
        separator.empty() ? (begin < text.size() ? behind_character(text, begin) : kNone) : text.find(separator, begin);
    if (separator.empty() && end != kNone && end >= text.size()) end = kNone;
    if (end == kNone) break;
    if (!add(end)) return cost_exceeded();
    begin = end + separator.size();
    --left;
  }
  if (separator.empty() && text.empty()) return Value::list({});
  if (!add(text.size())) return cost_exceeded();
  return Value::list(std::move(parts));
}

Value substring(Call& call) {
  const std::string_view text = call.text(0);
  if (!call.budget.read(text.size())) return cost_exceeded();
  const std::int64_t start = call[1].as_int();
  const std::size_t begin = start < 0 ? kNone : byte_of(text, static_cast<std::size_t>(start));
  if (begin == kNone) return index_error(start);
  if (call.size() == 2) return make_text(call, text.substr(begin));
  const std::int64_t stop = call[2].as_int();
  const std::size_t end = stop < 0 ? kNone : byte_of(text, static_cast<std::size_t>(stop));
  if (end == kNone) return index_error(stop);
  if (end < begin) {
    return fail("invalid substring range. start: " + std::to_string(start) + ", end: " + std::to_string(stop));
  }
  return make_text(call, text.substr(begin, end - begin));
}

Value trim(Call& call) {
  const std::string_view text = call.text(0);
  if (!call.budget.read(text.size())) return cost_exceeded();
  std::size_t begin = text.size();
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    if (is_white_space(next_code_point(text, at))) continue;
    begin = std::min(begin, start);
    end = at;
  }
  return make_text(call, begin < end ? text.substr(begin, end - begin) : "");
}

Value reverse_text(Call& call) {
  const std::string_view text = call.text(0);
  if (!call.budget.allocate(text.size())) return cost_exceeded();
  std::string reversed;
  reversed.reserve(text.size());
  for (std::size_t end = text.size(); end > 0;) {
    std::size_t begin = end - 1;
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U) --begin;
    reversed += text.substr(begin, end - begin);
    end = begin;
  }
  return Value::string(reversed);
}

Value join(Call& call) {
  const std::string_view separator = call.size() == 2 ? call.text(1) : "";
  std::string text;
  for (const Value& item : call[0].as_list()) {
    if (!item.is_text()) return no_such_overload();
    if (!call.budget.allocate(item.as_text().size() + separator.size())) return cost_exceeded();
    if (&item != call[0].as_list().data()) text += separator;
    text += item.as_text();
  }
  return Value::string(text);
}

Value quote(Call& call) {
  if (!call.budget.allocate(2 * call.text(0).size())) return cost_exceeded();
  constexpr std::string_view kSpecial = "\a\b\f\n\r\t\v\\\"";
  constexpr std::string_view kLetters = "abfnrtv\\\"";
  std::string text = "\"";
  for (const char c : repair_utf8(call.text(0))) {
    const std::size_t found = kSpecial.find(c);
    if (found == kNone) {
      text += c;
    } else {
      text += '\\';
      text += kLetters[found];
    }
  }
  return Value::string(text + "\"");
}

}  // namespace

void add_strings(FunctionTable& table) {
  table.add("string.contains(string) -> bool", contains, "Whether a text holds another");
  table.add("string.startsWith(string) -> bool", starts_with, "Whether a text begins with another");
  table.add("string.endsWith(string) -> bool", ends_with, "Whether a text ends with another");
  table.add("string.charAt(int) -> string", char_at, "The character at a position from 0; '' at the end");
  table.add("string.indexOf(string) -> int", index_of, "Where a text first stands, from a position on; -1 for nowhere");
  table.add("string.indexOf(string, int) -> int", index_of);
  table.add("string.lastIndexOf(string) -> int", last_index_of,
            "Where a text last stands, up to a position; -1 for nowhere");
  table.add("string.lastIndexOf(string, int) -> int", last_index_of);
  table.add("string.lowerAscii() -> string", map_ascii<lowered>, "The text with A-Z in small letters");
  table.add("string.upperAscii() -> string", map_ascii<upper>, "The text with a-z in capitals");
  table.add("string.replace(string, string) -> string", replace,
            "The text with one text in place of another, at most so often");
  table.add("string.replace(string, string, int) -> string", replace);
  table.add("string.split(string) -> list(string)", split, "The parts between separators, at most so many");
  table.add("string.split(string, int) -> list(string)", split);
  table.add("string.substring(int) -> string", substring, "The characters from a position on, up to another one");
  table.add("string.substring(int, int) -> string", substring);
  table.add("string.trim() -> string", trim, "The text without white space at its ends");
  table.add("string.reverse() -> string", reverse_text, "The characters in reverse order");
  table.add("list(string).join() -> string", join, "The texts of a list, with a separator between them");
  table.add("list(string).join(string) -> string", join);
  table.add("strings.quote(string) -> string", quote, "The text in double quotes, with escapes");
}

}  // namespace plumb::cel
