#include "engine/config/reading.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "engine/config/input.h"
#include "engine/config/reading_formats.h"
#include "engine/config/schema.h"
#include "engine/config/types.h"
#include "engine/config/validate.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

// Keys that say what is asked; in the first of them expressions may stand.
constexpr std::array<std::string_view, 6> kOpen = {"command", "file", "path", "package", "unit", "url"};
constexpr std::array<std::string_view, 4> kClosed = {"follow", "gives", "timeout", "match"};
constexpr std::array<std::string_view, 4> kNotOfOwnTypes = {"type", "absent", "match", "format"};

bool is_one_of(const auto& names, std::string_view key) {
  return std::find(names.begin(), names.end(), key) != names.end();
}

const Json& reading_schema() {
  return builtin_schema("project")["definitions"]["reading"];
}

// What lies at a path.
const Json& path_schema() {
  static const Json kSchema = {{"type", "object"},
                               {"required", {"exists", "type"}},
                               {"additionalProperties", false},
                               {"properties",
                                {{"exists", {{"type", "boolean"}}},
                                 {"type", {{"type", "string"}}},
                                 {"mode", {{"type", "string"}}},
                                 {"owner", {{"type", "string"}}},
                                 {"group", {{"type", "string"}}},
                                 {"size", {{"type", "integer"}}},
                                 {"modified", {{"type", "string"}}}}}};
  return kSchema;
}

// How a unit is.
const Json& unit_schema() {
  static const Json kSchema = {{"type", "object"},
                               {"required", {"exists", "active", "enabled", "masked", "state"}},
                               {"additionalProperties", false},
                               {"properties",
                                {{"exists", {{"type", "boolean"}}},
                                 {"active", {{"type", "boolean"}}},
                                 {"enabled", {{"type", "boolean"}}},
                                 {"masked", {{"type", "boolean"}}},
                                 {"state", {{"type", "string"}}}}}};
  return kSchema;
}

// A source whose type nobody declares, and what it tells where nothing is there.
struct OwnType {
  const char* key;
  const Json& (*schema)();
  Json nothing;
};

const std::array<OwnType, 2>& own_types() {
  static const std::array<OwnType, 2> kTypes = {
      {{"path", path_schema, {{"exists", false}, {"type", "absent"}}},
       {"unit",
        unit_schema,
        {{"exists", false}, {"active", false}, {"enabled", false}, {"masked", false}, {"state", "absent"}}}}};
  return kTypes;
}

class ReadingReader {
 public:
  ReadingReader(const Entry& entry, Diagnostics& diagnostics) : entry_(entry), diagnostics_(diagnostics) {
    result_.value = {entry.key, true, false, std::nullopt, entry.key_span, true};
  }

  ParsedReading read() {
    const std::size_t before = diagnostics_.error_count();
    take_keys();
    const std::optional<Json> typed = check_keys();
    if (!typed || diagnostics_.error_count() != before || !read_type(*typed)) return std::move(result_);
    result_.format = typed->value("format", "text");
    result_.after = typed->value("after", std::vector<std::string>());
    result_.source = std::make_shared<const Node>(std::move(source_));
    return std::move(result_);
  }

 private:
  void take_keys() {
    const auto own = std::find_if(own_types().begin(), own_types().end(),
                                  [this](const OwnType& one) { return entry_.value.find(one.key) != nullptr; });
    for (Node* part : {&literal_, &source_, &type_}) {
      part->kind = Node::Kind::kMap;
      part->span = entry_.value.span.file.empty() ? entry_.key_span : entry_.value.span;
    }
    for (Entry one : entry_.value.entries) {
      if (own != own_types().end() && is_one_of(kNotOfOwnTypes, one.key)) {
        tell_of_own_type(*own, one);
        continue;
      }
      const bool open = is_one_of(kOpen, one.key);
      if (!open) resolve_literals(one.value, diagnostics_);
      literal_.entries.push_back(open && may_be_dynamic(one.value) ? in_place_of(one) : one);
      if (open || is_one_of(kClosed, one.key)) {
        source_.entries.push_back(std::move(one));
      } else if (one.key != "format" && one.key != "after" && one.key != "absent") {
        type_.entries.push_back(std::move(one));
      }
    }
  }

  // A schema can only say that it does not go together.
  void tell_of_own_type(const OwnType& own, const Entry& key) {
    std::string parts;
    for (const auto& [name, unused] : own.schema()["properties"].items())
      parts += (parts.empty() ? "`." : ", `.") + name + "`";
    diagnostics_.add(Diagnostic(Code::kExclusiveKeys, std::string("a ") + own.key + " takes no `" + key.key +
                                                          "`: what it tells has a type of its own, and is never absent")
                         .at(key.key_span, "remove this")
                         .with_hint("it tells " + parts));
  }

  // What is worked out later is checked then; that it is there counts now.
  static Entry in_place_of(const Entry& open) {
    Entry literal{open.key, open.key_span, {}};
    literal.value.kind = Node::Kind::kScalar;
    literal.value.span = open.value.span;
    literal.value.text = open.key == "url" ? "https://worked-out.later/" : "/worked-out-later";
    if (open.key == "package" || open.key == "unit") literal.value.text = "worked-out-later";
    return literal;
  }

  std::optional<Json> check_keys() {
    ValidateOptions options;
    options.root = &builtin_schema("project");
    return validate(literal_, reading_schema(), "`" + entry_.key + "`", entry_.key_span, options, diagnostics_);
  }

  // A type is declared as that of an input.
  bool read_type(const Json& typed) {
    for (const OwnType& own : own_types()) {
      if (entry_.value.find(own.key) == nullptr) continue;
      result_.nothing = own.nothing;
      result_.value = {entry_.key, own.schema(), typed.value("sensitive", false), std::nullopt, entry_.key_span};
      return true;
    }
    ValidateOptions options;
    options.root = &builtin_schema("project");
    const Entry as_input{entry_.key, entry_.key_span, type_};
    std::optional<Json> schema = validate(type_, (*options.root)["definitions"]["input"], "`" + entry_.key + "`",
                                          entry_.key_span, options, diagnostics_);
    std::optional<Input> input = schema ? read_input(as_input, std::move(*schema), diagnostics_) : std::nullopt;
    if (!input || !check_exit_code(typed, *input) || !check_format(typed, *input) || !read_absent(*input)) return false;
    result_.value = std::move(*input);
    return true;
  }

  bool read_absent(Input& input) {
    const Entry* absent = literal_.find("absent");
    if (absent == nullptr) return true;
    ValidateOptions options;
    options.sensitive = input.sensitive;
    auto typed = validate(absent->value, input.schema, "`absent`", absent->key_span, options, diagnostics_);
    if (typed) input.default_value = Located{std::move(*typed), absent->value.span};
    return typed.has_value();
  }

  bool check_exit_code(const Json& typed, const Input& input) {
    if (typed.value("gives", "output") != "exit_code" || input.schema["type"] == Json("integer")) return true;
    diagnostics_.add(Diagnostic(Code::kBadValue, "an exit code is a whole number")
                         .at(entry_.value.find("type")->value.span, "expected `integer`"));
    return false;
  }

  // What is told as a text is no list and no map.
  bool check_format(const Json& typed, const Input& input) {
    const bool structured = input.schema["type"] == Json("array") || input.schema["type"] == Json("object");
    if (!structured || typed.value("format", "text") != "text") return true;
    const bool list = input.schema["type"] == Json("array");
    diagnostics_.add(Diagnostic(Code::kBadValue, std::string("a text is no ") + (list ? "list" : "map"))
                         .at(entry_.value.find("type")->value.span, "what is told is taken for a text")
                         .with_hint(list ? "say what it is: `format: lines` for its lines, or json, yaml, toml"
                                         : "say what it is: `format` json, yaml, toml, ini or env"));
    return false;
  }

  const Entry& entry_;
  Diagnostics& diagnostics_;
  ParsedReading result_;
  Node literal_;  // all of it, without expressions
  Node source_;
  Node type_;
};

std::string local_fact_file(const std::string& name) {
  return "/etc/plumb/facts.d/" + name + ".json";
}

// Where a program would write more, it is no fact any more, and a reading can be declared of it.
constexpr std::size_t kLargestLocalFact = std::size_t{64} << 10;

Error failed(const ParsedReading& reading, const std::string& name, const std::string& why, std::string hint) {
  const Code code = reading.local ? Code::kLocalFact : Code::kCannotObserve;
  const std::string what = reading.local ? local_fact_file(reading.value.name) : "the reading `" + name + "`";
  return Error(Diagnostic(code, what + ": " + why).at(reading.value.span, "declared here").with_hint(std::move(hint)));
}

// A scalar stands for a list or map of its own; JSON of the wire needs no text.
Node node_of(const Json& value) {
  Node node;
  if (value.is_object()) {
    node.kind = Node::Kind::kMap;
    for (const auto& [key, member] : value.items()) node.entries.push_back({key, {}, node_of(member)});
  } else {
    node.kind = Node::Kind::kScalar;
    node.text = value.is_string() ? value.get<std::string>() : canonical(value);
    if (value.is_string()) node.style = lang::Style::kDoubleQuoted;
  }
  return node;
}

}  // namespace

ParsedReading read_reading(const Entry& entry, Diagnostics& diagnostics) {
  return ReadingReader(entry, diagnostics).read();
}

ParsedReading read_local_fact(const Entry& entry, Diagnostics& diagnostics) {
  Entry reading = entry;
  const auto add = [&](const char* key, std::string text) {
    Node value;
    value.kind = Node::Kind::kScalar;
    value.style = lang::Style::kDoubleQuoted;
    value.span = entry.key_span;
    value.text = std::move(text);
    reading.value.entries.push_back({key, entry.key_span, std::move(value)});
  };
  const std::size_t before = diagnostics.error_count();
  ValidateOptions options;
  options.root = &builtin_schema("project");
  (void)validate(entry.value, (*options.root)["definitions"]["local_fact"], "`" + entry.key + "`", entry.key_span,
                 options, diagnostics);
  add("file", local_fact_file(entry.key));
  add("format", "json");
  Diagnostics told_already;
  const bool good = diagnostics.error_count() == before;
  ParsedReading fact = read_reading(reading, good ? diagnostics : told_already);
  if (!good) fact.source = nullptr;
  fact.local = true;
  return fact;
}

const Json& source_schema() {
  static const Json kSchema = {{"type", "object"}, {"properties", reading_schema()["properties"]}};
  return kSchema;
}

cel::Type type_of(const ParsedReading& reading) {
  if (reading.broken()) return {};
  return type_of_schema(reading.value.schema, reading.value.schema, reading.value.name);
}

std::string turn_type_of(const ParsedReading& reading) {
  if (reading.broken() || reading.local || reading.value.sensitive) return {};
  if (reading.nothing) return "map";
  const Json& schema = reading.value.schema;
  const bool plain = std::all_of(schema.items().begin(), schema.items().end(),
                                 [](const auto& word) { return word.key() == "type" || word.key() == "description"; });
  if (!plain || reading.format != "text" || !schema["type"].is_string()) return {};
  const auto type = schema["type"].get<std::string>();
  return type == "string" || type == "integer" || type == "boolean" ? type : std::string();
}

std::optional<ReadingSource> source_of(const ParsedReading& reading, const Node& resolved, Diagnostics& diagnostics) {
  ValidateOptions options;
  options.root = &builtin_schema("project");
  const std::optional<Json> typed = validate(resolved, source_schema(), "the reading `" + reading.value.name + "`",
                                             reading.value.span, options, diagnostics);
  if (!typed) return std::nullopt;
  // The schema's defaults are of all sources.
  ReadingSource source;
  if (typed->contains("command")) {
    CommandSource command;
    const Json& what = (*typed)["command"];
    if (what.is_string()) {
      command.script = what.get<std::string>();
    } else {
      command.argv = what.get<std::vector<std::string>>();
    }
    command.exit_code = typed->value("gives", "output") == "exit_code";
    command.timeout_seconds = typed->value("timeout", command.timeout_seconds);
    source.what = std::move(command);
  } else if (typed->contains("file")) {
    source.what = FileSource{(*typed)["file"].get<std::string>()};
  } else if (typed->contains("path")) {
    source.what = PathSource{(*typed)["path"].get<std::string>(), typed->value("follow", false)};
  } else if (typed->contains("package")) {
    source.what = PackageSource{(*typed)["package"].get<std::string>()};
  } else if (typed->contains("unit")) {
    source.what = UnitSource{(*typed)["unit"].get<std::string>()};
  } else {
    UrlSource url{(*typed)["url"].get<std::string>()};
    url.timeout_seconds = typed->value("timeout", url.timeout_seconds);
    source.what = std::move(url);
  }
  source.match = typed->value("match", "");
  source.sensitive = reading.value.sensitive;
  return source;
}

Result<Json> value_of(const ParsedReading& reading, const std::string& name, const ToldReading& told) {
  if (!told.absent.empty()) {
    if (reading.value.default_value) return reading.value.default_value->value;
    return failed(reading, name, reading.local ? "it is not there" : told.absent,
                  "say with `absent` what stands for what is not there");
  }
  if (reading.local && told.value.is_string() && told.value.get_ref<const std::string&>().size() > kLargestLocalFact) {
    return failed(reading, name, "it holds more than " + std::to_string(kLargestLocalFact >> 10) + " KiB",
                  "what is larger is told by a reading");
  }
  Node node;
  if (told.value.is_string()) {
    Result<Node> read = read_told_text(reading_format(reading.format), told.value.get_ref<const std::string&>());
    if (!read) {
      const bool hidden = reading.value.sensitive;
      return failed(reading, name, hidden ? "what it told is not of its format" : read.error().summary(), "");
    }
    node = std::move(*read);
  } else {
    node = node_of(told.value);
  }
  Diagnostics found;
  ValidateOptions options;
  options.sensitive = reading.value.sensitive;
  std::optional<Json> typed = validate(node, reading.value.schema, "what it told", reading.value.span, options, found);
  if (typed) return std::move(*typed);
  const Diagnostic first = found.sorted().front();
  return failed(reading, name, first.summary + (first.label.empty() ? "" : ": " + first.label), first.hint);
}

Error reading_error(const ParsedReading& reading, const std::string& name, const Diagnostic& problem) {
  const Error error = failed(reading, name, problem.summary, problem.hint);
  if (problem.code != Code::kNotCovered || reading.local) return error;
  Diagnostic refused = error.diagnostic();
  refused.code = problem.code;
  if (refused.hint.empty()) refused.hint = "a strict host is asked by files, paths, packages and units alone";
  return Error(std::move(refused));
}

}  // namespace plumb::config
