#include "engine/config/reading_formats.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/base/integer_text.h"
#include "engine/base/trimmed.h"
#include "engine/config/formats.h"
#include "engine/lang/cel/convert.h"
#include "engine/lang/cel/program.h"
#include "engine/lang/json_tree.h"
#include "engine/lang/yaml_core.h"

namespace plumb::config {
namespace {

using lang::Node;

Node scalar(std::string_view text) {
  Node node;
  node.kind = Node::Kind::kScalar;
  // A type decides what it is: `null` and `~` are texts like others, and so are words that are numbers in YAML alone.
  const bool simple = text == "true" || text == "false" || parse_integer(text) || parse_number(text);
  const bool only_in_yaml = !simple && lang::core_scalar(text).type != lang::CoreScalar::Type::kText;
  node.style = only_in_yaml ? lang::Style::kDoubleQuoted : lang::Style::kPlain;
  node.text = text;
  return node;
}

// A line of a text that has no file.
SourceSpan line_of(std::size_t number) {
  const int line = static_cast<int>(number);
  return {"", line, 1, line, 1};
}

Error no_such_text(std::string_view format, std::size_t line, const std::string& why) {
  return Error(Diagnostic(Code::kCannotObserve,
                          "what it told is no " + std::string(format) + ": line " + std::to_string(line) + ": " + why)
                   .at(line_of(line), why));
}

// Calls `take` with each line and its number until it gives an error.
template <class Take>
Result<> each_line(std::string_view text, Take take) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    PLUMB_TRY(take(trimmed(text.substr(0, end)), number));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

// The last one of a name stays, as for whoever reads such files.
void set(Node& map, std::string_view key, Node value, std::size_t line) {
  const SourceSpan place = line_of(line);
  value.span = place;
  const auto found =
      std::find_if(map.entries.begin(), map.entries.end(), [&](const lang::Entry& entry) { return entry.key == key; });
  if (found != map.entries.end()) {
    found->value = std::move(value);
  } else {
    map.entries.push_back({std::string(key), place, std::move(value)});
  }
}

Node empty_map() {
  Node map;
  map.kind = Node::Kind::kMap;
  return map;
}

Node lines_of(std::string_view text) {
  Node list;
  list.kind = Node::Kind::kSequence;
  (void)each_line(text, [&](std::string_view line, std::size_t) -> Result<> {
    if (!line.empty()) list.items.push_back(scalar(line));
    return {};
  });
  return list;
}

Result<Node> read_ini(std::string_view text) {
  Node root = empty_map();
  std::string section;
  PLUMB_TRY(each_line(text, [&](std::string_view line, std::size_t number) -> Result<> {
    if (line.empty() || line[0] == '#' || line[0] == ';') return {};
    if (line[0] == '[') {
      if (line.back() != ']') return no_such_text("INI", number, "a section's name does not end");
      section = trimmed(line.substr(1, line.size() - 2));
      if (section.empty()) return no_such_text("INI", number, "the section has no name");
      const lang::Entry* known = root.find(section);
      if (known != nullptr && !known->value.is_map())
        return no_such_text("INI", number, "`" + section + "` is a key before the first section, too");
      if (known == nullptr) set(root, section, empty_map(), number);
      return {};
    }
    const std::size_t equals = line.find_first_of("=:");
    const std::string_view key = trimmed(line.substr(0, equals));
    if (key.empty()) return no_such_text("INI", number, "the key has no name");
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : trimmed(line.substr(equals + 1));
    if (section.empty()) {
      set(root, key, scalar(value), number);
    } else {
      const auto own = std::find_if(root.entries.begin(), root.entries.end(),
                                    [&](const lang::Entry& entry) { return entry.key == section; });
      set(own->value, key, scalar(value), number);
    }
    return {};
  }));
  return root;
}

constexpr std::string_view kEscapedInQuotes = "\"\\$`";

bool begins_escape(std::string_view word, std::size_t at, char quote) {
  if (word[at] != '\\' || at + 1 == word.size()) return false;
  return quote == '\0' || (quote == '"' && kEscapedInQuotes.find(word[at + 1]) != std::string_view::npos);
}

bool ends(std::string_view word, std::size_t quote) {
  for (std::size_t i = quote + 1; i < word.size(); ++i) {
    if (word[i] == word[quote]) return true;
    if (begins_escape(word, i, word[quote])) ++i;
  }
  return false;
}

// Also in the middle of other scripts' words.
bool is_of_a_word(char c) {
  return is_digit(c) || is_letter(c) || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

// Whether a quote inside of a value is a character like others: an apostrophe, or what has no other end.
bool is_apostrophe(std::string_view word, std::size_t at) {
  return at > 0 && ((word[at] == '\'' && is_of_a_word(word[at - 1])) || !ends(word, at));
}

// As a shell reads the word: single quotes keep all, outside of quotes a backslash takes the next character, and in
// double quotes where that means something there. A quote that begins the word has to end, an apostrophe stays, and a
// `#` behind a blank begins a remark. `text` is all that stands behind the `=`.
std::optional<std::string> unquoted(std::string_view text) {
  const std::string_view word = trimmed(text);
  std::string out;
  std::size_t size = 0;  // without blanks that no quotes hold at the end
  char quote = '\0';
  bool apart = text.size() > word.size();
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    if (c == '#' && apart) break;
    apart = quote == '\0' && (c == ' ' || c == '\t');
    if (quote != '\0' && c == quote) {
      quote = '\0';
    } else if (quote == '\0' && (c == '\'' || c == '"') && !is_apostrophe(word, i)) {
      quote = c;
    } else {
      if (begins_escape(word, i, quote)) ++i;
      out += word[i];
    }
    if (!apart) size = out.size();
  }
  out.resize(size);
  if (quote != '\0') return std::nullopt;
  return out;
}

Result<Node> read_env(std::string_view text) {
  Node root = empty_map();
  PLUMB_TRY(each_line(text, [&](std::string_view line, std::size_t number) -> Result<> {
    if (line.empty() || line[0] == '#') return {};
    if (line.starts_with("export ")) line = trimmed(line.substr(7));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return no_such_text("file of NAME=value lines", number, "there is no NAME=");
    const std::optional<std::string> value = unquoted(line.substr(equals + 1));
    if (!value) return no_such_text("file of NAME=value lines", number, "the quote does not end on its line");
    set(root, trimmed(line.substr(0, equals)), scalar(*value), number);
    return {};
  }));
  return root;
}

Error first_of(const Diagnostics& found, std::string_view format) {
  const Diagnostic first = found.sorted().front();
  return no_such_text(format, first.span ? static_cast<std::size_t>(first.span->line) : 1, first.summary);
}

Result<Node> read_json(std::string_view text) {
  Diagnostics found;
  std::optional<Node> node = lang::read_json("", text, Code::kCannotObserve, found);
  if (!node) return first_of(found, "JSON");
  return std::move(*node);
}

Result<Node> read_yaml(std::string_view text) {
  Diagnostics found;
  std::optional<Node> node = lang::read_yaml("", text, found);
  if (!node) return first_of(found, "YAML");
  return std::move(*node);
}

// Expressions have a function for it.
Result<Node> read_toml(std::string_view text) {
  static const cel::Program kDecode = [] {
    cel::Environment environment;
    environment.add_variable("text", cel::Type(cel::Type::Kind::kString));
    return *cel::compile("toml.decode(text)", environment);
  }();
  const std::array slots = {cel::Value::string(text)};
  const auto value = kDecode.evaluate({slots});
  if (!value) return fail(Code::kCannotObserve, "what it told is no TOML: " + value.error().summary);
  Json json;
  cel::Budget budget;
  if (const cel::Value problem = cel::to_json(*value, json, budget); problem.is_error())
    return fail(Code::kCannotObserve, "what it told has no form here: " + problem.as_error().message);
  return read_json(canonical(json));
}

}  // namespace

ReadingFormat reading_format(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, ReadingFormat>, 6> kNames = {{{"lines", ReadingFormat::kLines},
                                                                                 {"json", ReadingFormat::kJson},
                                                                                 {"yaml", ReadingFormat::kYaml},
                                                                                 {"toml", ReadingFormat::kToml},
                                                                                 {"ini", ReadingFormat::kIni},
                                                                                 {"env", ReadingFormat::kEnv}}};
  const auto* const found =
      std::find_if(kNames.begin(), kNames.end(), [&](const auto& known) { return known.first == name; });
  return found == kNames.end() ? ReadingFormat::kText : found->second;
}

Result<Node> read_told_text(ReadingFormat format, std::string_view text) {
  switch (format) {
    case ReadingFormat::kText:
      return scalar(trimmed(text));
    case ReadingFormat::kLines:
      return lines_of(text);
    case ReadingFormat::kJson:
      return read_json(text);
    case ReadingFormat::kYaml:
      return read_yaml(text);
    case ReadingFormat::kToml:
      return read_toml(text);
    case ReadingFormat::kIni:
      return read_ini(text);
    case ReadingFormat::kEnv:
      return read_env(text);
  }
  return scalar(trimmed(text));
}

}  // namespace plumb::config
