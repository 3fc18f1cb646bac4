#include "engine/import/written.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "engine/base/ascii.h"
#include "engine/base/outside_text.h"
#include "engine/base/quoted_text.h"

namespace plumb::imports {
namespace {

constexpr std::size_t kWidth = 118;

bool plain_is_safe(const std::string& text, bool in_flow) {
  static constexpr std::array<std::string_view, 14> kWords = {"true", "false", "null", "~",   "yes", "no",  "on",
                                                              "off",  "y",     "n",    "nan", "inf", "---", "..."};
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  const std::string lower = lowered(text);
  if (std::find(kWords.begin(), kWords.end(), lower) != kWords.end()) return false;
  // Numbers, dates and what looks like them.
  const char first = text.front();
  if ((first >= '0' && first <= '9') || first == '+') return false;
  if (first == '.' && !text.starts_with("./") && !text.starts_with("../")) return false;
  if (std::string_view("-?:,[]{}#&*!|>'\"%@`=<").find(first) != std::string_view::npos) return false;
  if (text.find(": ") != std::string::npos || text.find(" #") != std::string::npos) return false;
  const bool odd = std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (odd) return false;
  // A `?` ends a text between brackets for readers that are not the standard's.
  return !in_flow || text.find_first_of(",?[]{}\"") == std::string::npos;
}

bool literal_is_safe(const std::string& text) {
  if (text.find('\n') == std::string::npos || text.front() == '\n' || text.front() == ' ') return false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\t' || (byte < 0x20 && c != '\n') || byte == 0x7f) return false;
  }
  // Lines of blanks alone do not survive everywhere.
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
    if (at > 0 && text[at - 1] == ' ') {
      const std::size_t start = text.rfind('\n', at - 1);
      const std::size_t from = start == std::string::npos ? 0 : start + 1;
      if (text.find_first_not_of(' ', from) >= at) return false;
    }
  }
  return true;
}

// On one line; empty where that cannot be.
std::string flow(const Written& value) {
  if (value.is_scalar()) return value.plain ? value.text : yaml_scalar(value.text, true);
  std::string out;
  if (value.is_list()) {
    for (const Written& item : value.items) out += (out.empty() ? "" : ", ") + flow(item);
    return "[" + out + "]";
  }
  for (const auto& [key, item] : value.entries) out += (out.empty() ? "" : ", ") + yaml_key(key) + ": " + flow(item);
  return "{" + out + "}";
}

bool several_lines(const Written& value) {
  if (value.is_scalar()) return literal_is_safe(value.text);
  return std::any_of(value.items.begin(), value.items.end(), several_lines) ||
         std::any_of(value.entries.begin(), value.entries.end(),
                     [](const auto& entry) { return several_lines(entry.value); });
}

}  // namespace

Written Written::of_text(std::string text) {
  Written value;
  value.text = std::move(text);
  return value;
}
Written Written::of_plain(std::string text) {
  Written value;
  value.text = std::move(text);
  value.plain = true;
  return value;
}
Written Written::of_list(std::vector<Written> items) {
  Written value;
  value.kind = Kind::kList;
  value.items = std::move(items);
  return value;
}
Written Written::of_map(WrittenMap entries) {
  Written value;
  value.kind = Kind::kMap;
  value.entries = std::move(entries);
  return value;
}
Written Written::of_texts(const std::vector<std::string>& texts) {
  std::vector<Written> items;
  for (const std::string& text : texts) items.push_back(of_text(text));
  return of_list(std::move(items));
}

std::string yaml_key(const std::string& text) {
  // `on` is a key like others here.
  const bool word =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return word && text != "true" && text != "false" && text != "null" ? text : yaml_scalar(text, true);
}

std::string yaml_scalar(const std::string& text, bool in_flow) {
  if (plain_is_safe(text, in_flow)) return text;
  const bool odd = std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  const bool single = !odd && (text.find('"') != std::string::npos || text.find('\\') != std::string::npos) &&
                      text.find('\'') == std::string::npos;
  return single ? "'" + text + "'" : quoted_text(text, '"');
}

void Lines::add(const std::string& line) {
  text_ += line;
  text_ += '\n';
  lines_ += 1 + static_cast<int>(std::count(line.begin(), line.end(), '\n'));
}

void Lines::add_comment(std::size_t indent, std::string_view text) {
  const std::string lead(indent, ' ');
  for (std::size_t at = 0; at <= text.size();) {
    std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    std::string line(text.substr(at, end - at));
    for (char& c : line) {
      if (static_cast<unsigned char>(c) < 0x20) c = ' ';
    }
    line = visible(line);
    while (!line.empty() && line.back() == ' ') line.pop_back();
    add(line.empty() ? lead + "#" : lead + "# " + line);
    at = end + 1;
  }
}

void Lines::add_value(const std::string& lead, std::size_t indent, const std::string& key, const Written& value) {
  const std::string name = key.empty() ? lead : lead + yaml_key(key) + ":";
  const std::string gap = key.empty() ? "" : " ";
  if (value.is_scalar()) {
    if (!value.plain && literal_is_safe(value.text)) {
      const std::string& text = value.text;
      const bool ended = text.back() == '\n';
      const bool more = ended && text.size() > 1 && text[text.size() - 2] == '\n';
      add(name + gap + (more ? "|+" : ended ? "|" : "|-"));
      const std::string body = ended ? text.substr(0, text.size() - 1) : text;
      const std::string inner(key.empty() ? indent : indent + 2, ' ');
      for (std::size_t at = 0; at <= body.size();) {
        std::size_t end = body.find('\n', at);
        if (end == std::string::npos) end = body.size();
        add(end == at ? "" : inner + body.substr(at, end - at));
        at = end + 1;
      }
      return;
    }
    add(name + gap + (value.plain ? value.text : yaml_scalar(value.text, false)));
    return;
  }
  const std::string one = flow(value);
  const bool empty = value.items.empty() && value.entries.empty();
  if (empty || (!several_lines(value) && name.size() + one.size() < kWidth)) {
    add(name + gap + one);
    return;
  }
  const std::size_t column = key.empty() ? indent : indent + 2;
  const std::string inner(column, ' ');
  bool first = key.empty();
  if (!first) add(name);
  for (const Written& item : value.items) {
    add_value((first ? lead : inner) + "- ", column + 2, "", item);
    first = false;
  }
  for (const auto& [entry, item] : value.entries) {
    add_value(first ? lead : inner, column, entry, item);
    first = false;
  }
}

}  // namespace plumb::imports
