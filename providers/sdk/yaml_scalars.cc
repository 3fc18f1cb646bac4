#include "providers/sdk/yaml_scalars.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/base/joined.h"
#include "engine/base/pattern.h"
#include "engine/base/utf8.h"

namespace plumb {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::size_t digits_from(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

// As JSON writes it, and with a fraction before an exponent and a sign in it: so all readers take it for a number.
bool is_number_to_all(std::string_view text) {
  const std::size_t begin = text.starts_with('-') ? 1 : 0;
  std::size_t at = digits_from(text, begin);
  if (at == begin || (text[begin] == '0' && at > begin + 1)) return false;
  if (at == text.size()) return text != "-0";
  if (text[at] != '.') return false;
  const std::size_t fraction = at + 1;
  at = digits_from(text, fraction);
  if (at == fraction) return false;
  if (at == text.size()) return true;
  if (text[at] != 'e' || at + 1 == text.size() || (text[at + 1] != '+' && text[at + 1] != '-')) return false;
  return at + 2 < text.size() && digits_from(text, at + 2) == text.size();
}

// What some reader takes for something other than a text.
bool is_no_text_to_some(std::string_view text) {
  const std::string lower = lowered(text);
  if (is_one_of(lower, {"", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<", ".nan"}))
    return true;
  // Most texts begin otherwise.
  if (!is_digit(text[0]) && text[0] != '-' && text[0] != '+' && text[0] != '.') return false;
  const auto pattern = Pattern::parse(
      "^(?:[-+]?(?:[0-9_]+|0x[0-9a-f_]+|0o[0-7_]+|[0-9_]*\\.[0-9_]*(?:e[-+]?[0-9]+)?|[0-9_]+e[-+]?[0-9]+"
      "|[0-9_]+(?::[0-5]?[0-9])+(?:\\.[0-9_]*)?|\\.inf|0b[01_]+)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[t \\t].*)?)$");
  return !pattern || pattern->matches(lower);
}

// Line breaks from `at` on, with the blanks around them: one is a blank, more are one less. `at` is then at what
// follows.
std::string folded_breaks(std::string_view text, std::size_t& at) {
  std::size_t breaks = 0;
  for (; at < text.size() && std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos; ++at) {
    if (text[at] == '\n') ++breaks;
  }
  return breaks == 1 ? " " : std::string(breaks - 1, '\n');
}

// The escape at `at`, behind its backslash.
Result<> read_escape(std::string_view text, std::size_t& at, std::string& out) {
  static constexpr std::string_view kPlain = "0abtnvfre \"/\\\t";
  static constexpr std::string_view kMeant("\0\a\b\t\n\v\f\r\x1b \"/\\\t", 14);
  const char c = at < text.size() ? text[at] : 'z';
  ++at;
  if (const std::size_t found = kPlain.find(c); found != std::string_view::npos) {
    out += kMeant[found];
    return {};
  }
  for (const auto& [sign, code] : {std::pair{'N', 0x85U}, {'_', 0xa0U}, {'L', 0x2028U}, {'P', 0x2029U}}) {
    if (c != sign) continue;
    append_utf8(out, code);
    return {};
  }
  const std::size_t width = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  std::uint32_t code = 0;
  bool good = width != 0 && text.size() - at >= width;
  for (std::size_t i = 0; good && i < width; ++i) {
    const std::size_t digit = std::string_view("0123456789abcdefABCDEF").find(text[at + i]);
    good = digit != std::string_view::npos;
    code = code * 16 + static_cast<std::uint32_t>(digit < 16 ? digit : digit - 6);
  }
  if (!good || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
    return yaml_error(text, at - 1, "an escape that there is not");
  at += width;
  append_utf8(out, code);
  return {};
}

// With every escape that is needed somewhere: what readers take for the end of a line is not left as it is.
std::string escaped_text(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::string_view rest = text.substr(i);
    if (byte == '"' || byte == '\\') {
      out += {'\\', text[i]};
    } else if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
    } else if (byte == 0xc2 && rest.size() > 1 && static_cast<unsigned char>(rest[1]) < 0xa0) {
      const auto second = static_cast<unsigned char>(rest[1]);
      out += {'\\', 'x', kHex[second >> 4U], kHex[second & 15U]};
      ++i;
    } else if (rest.starts_with("\xe2\x80\xa8") || rest.starts_with("\xe2\x80\xa9")) {
      out += rest[2] == '\xa8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else if (rest.starts_with("\xef\xbb\xbf")) {
      out += "\\uFEFF";
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out + '"';
}

// Nothing in it means anything but itself, wherever it stands.
bool is_plain(std::string_view text) {
  if (text.empty() || is_no_text_to_some(text) || text.back() == ' ' || text.back() == ':') return false;
  const auto letter = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '_';
  };
  if (!letter(text[0])) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) {
                       return letter(c) || std::string_view(" .-+:;@=()~^$<>%").find(c) != std::string_view::npos;
                     }) &&
         text.find(": ") == std::string_view::npos;
}

}  // namespace

Error yaml_error(std::string_view text, std::size_t at, const std::string& why) {
  const std::string_view before = text.substr(0, std::min(at, text.size()));
  return fail(Code::kRefusedByState, "line " + std::to_string(1 + std::count(before.begin(), before.end(), '\n')) +
                                         " is not understood as YAML: " + why);
}

TreeValue resolve_yaml_plain(std::string_view text) {
  if (text.empty() || is_one_of(text, {"~", "null"})) return {nullptr};
  if (text == "true" || text == "false") return {text == "true"};
  if (is_number_to_all(text)) {
    Result<Json> number = parse_json(text, Code::kRefusedByState);
    // One that is beyond all numbers is left alone.
    if (number) return {std::move(*number), true};
  }
  return {std::string(text), !is_no_text_to_some(text)};
}

Result<std::string> read_yaml_quoted(std::string_view text, std::size_t& at) {
  const std::size_t begin = at;
  const char quote = text[at++];
  std::string out;
  std::size_t kept = 0;  // what was escaped is not taken for blanks before the end of a line
  while (at < text.size()) {
    const char c = text[at];
    if (c == quote && quote == '\'' && at + 1 < text.size() && text[at + 1] == quote) {
      out += quote;
      at += 2;
    } else if (c == quote) {
      ++at;
      return out;
    } else if (c == '\n' || (c == '\r' && at + 1 < text.size() && text[at + 1] == '\n')) {
      while (out.size() > kept && (out.back() == ' ' || out.back() == '\t')) out.pop_back();
      out += folded_breaks(text, at);
      kept = out.size();
      const bool line_begin = at > 0 && text[at - 1] == '\n';
      if (line_begin && (text.substr(at).starts_with("---") || text.substr(at).starts_with("..."))) break;
    } else if (c == '\\' && quote == '"') {
      ++at;
      if (text.substr(at).starts_with('\n') || text.substr(at).starts_with("\r\n")) {
        const std::string breaks = folded_breaks(text, at);
        if (breaks != " ") out += breaks;
      } else {
        PLUMB_TRY(read_escape(text, at, out));
      }
      kept = out.size();
    } else {
      out += c;
      ++at;
    }
  }
  return yaml_error(text, begin, "a quote is not closed");
}

std::string yaml_block_text(const std::vector<std::string_view>& lines, char style, char chomp) {
  std::size_t count = lines.size();
  while (count > 0 && lines[count - 1].empty()) --count;
  std::string out;
  std::size_t breaks = 0;  // since the last line with something in it
  bool deep = false;       // that line is indented deeper, so nothing around it is folded
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view line = lines[i];
    if (line.empty()) {
      ++breaks;
      continue;
    }
    const bool deeper = line[0] == ' ' || line[0] == '\t';
    const bool first = i == breaks;
    if (first) {
      out.append(breaks, '\n');
    } else if (style == '>' && !deep && !deeper) {
      out += breaks == 0 ? " " : std::string(breaks, '\n');
    } else {
      out.append(breaks + 1, '\n');
    }
    out += line;
    breaks = 0;
    deep = deeper;
  }
  if (chomp == '+') {
    out.append(lines.size() - count + (count > 0 ? 1 : 0), '\n');
  } else if (chomp != '-' && count > 0) {
    out += '\n';
  }
  return out;
}

std::string yaml_scalar_text(const Json& value) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return is_plain(text) ? text : escaped_text(text);
  }
  std::string text = value.dump();
  // Some readers see no number where an exponent has no fraction before it.
  if (const std::size_t exponent = text.find('e');
      value.is_number() && exponent != std::string::npos && text.find('.') == std::string::npos)
    text.insert(exponent, ".0");
  return text;
}

std::string yaml_flow_text(const Json& value) {
  std::string out;
  if (value.is_array()) {
    for (const Json& item : value) append_item(out, yaml_flow_text(item));
    return '[' + out + ']';
  }
  if (!value.is_object())
    return value.is_string() ? escaped_text(value.get_ref<const std::string&>()) : yaml_scalar_text(value);
  for (const auto& [name, item] : value.items()) append_item(out, escaped_text(name) + ": " + yaml_flow_text(item));
  return '{' + out + '}';
}

bool is_yaml_literal(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  const std::size_t last = text.find_last_not_of('\n');
  if (last == std::string::npos || text.find('\n') > last || text.size() - last > 2) return false;
  if (text[0] == ' ' || text[0] == '\n') return false;
  // What else is no letter would need an escape.
  const std::string shown = escaped_text(text);
  for (std::size_t i = 1; i + 1 < shown.size(); ++i) {
    if (shown[i] != '\\') continue;
    if (std::string_view("n\"\\").find(shown[++i]) == std::string_view::npos) return false;
  }
  return text.find(" \n") == std::string::npos && text.back() != ' ';
}

}  // namespace plumb
