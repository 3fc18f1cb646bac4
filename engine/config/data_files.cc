#include "engine/config/data_files.h"

#include <algorithm>
#include <filesystem>

#include "engine/config/csv.h"
#include "engine/config/file_choice.h"
#include "engine/config/input.h"
#include "engine/config/module_file.h"
#include "engine/config/reading_formats.h"
#include "engine/config/untyped.h"
#include "engine/config/validate.h"
#include "engine/lang/cel/convert.h"
#include "engine/lang/json_tree.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

void tell_data(Code code, std::string summary, const SourceSpan& span, std::string label, Diagnostics& diagnostics) {
  diagnostics.add(Diagnostic(code, std::move(summary)).at(span, std::move(label)));
}

// Places are those of the file as a whole: the reader of TOML tells none.
void place_all(Node& node, const SourceSpan& span) {
  node.span = span;
  for (Node& item : node.items) place_all(item, span);
  for (Entry& entry : node.entries) {
    entry.key_span = span;
    place_all(entry.value, span);
  }
}

void name_file(Node& node, const std::string& name) {
  node.span.file = name;
  if (node.span.line == 0) node.span = {name, 1, 1, 1, 1};
  for (Entry& entry : node.entries) {
    entry.key_span.file = name;
    name_file(entry.value, name);
  }
}

// Nothing in such a file says of what type a value is.
void keep_as_texts(Node& node) {
  if (node.is_scalar()) node.style = lang::Style::kDoubleQuoted;
  for (Entry& entry : node.entries) keep_as_texts(entry.value);
}

std::optional<Node> read_toml(const std::string& name, const std::string& text, Diagnostics& diagnostics) {
  cel::Environment environment;
  environment.add_variable("text", cel::Type(cel::Type::Kind::kString));
  const auto program = cel::compile("toml.decode(text)", environment);
  const std::vector<cel::Value> slots = {cel::Value::string(text)};
  cel::Budget budget;
  const SourceSpan place{name, 1, 1, 1, 1};
  const auto value = program->evaluate({slots, nullptr}, budget);
  Json json;
  const cel::Value problem = value ? cel::to_json(*value, json, budget) : cel::Value();
  if (!value || problem.is_error()) {
    const std::string why = value ? problem.as_error().message : value.error().summary;
    diagnostics.add(Diagnostic(Code::kYamlSyntax, "the file cannot be read as TOML: " + why)
                        .at(place)
                        .with_hint(value ? "write dates and times as texts, in quotes" : ""));
    return std::nullopt;
  }
  auto node = lang::read_json(name, json.dump(), Code::kInternal, diagnostics);
  if (node) place_all(*node, place);
  return node;
}

// INI, or NAME=value lines.
std::optional<Node> read_settings(ReadingFormat format, const std::string& name, const std::string& text,
                                  Diagnostics& diagnostics) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const bool marked = text.starts_with(kByteOrderMark);
  Result<Node> root = read_told_text(format, std::string_view(text).substr(marked ? kByteOrderMark.size() : 0));
  if (!root) {
    Diagnostic problem = root.error().diagnostic();
    problem.code = Code::kYamlSyntax;
    problem.summary = format == ReadingFormat::kIni ? "the text is not INI" : "the text is not lines of NAME=value";
    problem.span->file = name;
    diagnostics.add(std::move(problem));
    return std::nullopt;
  }
  name_file(*root, name);
  keep_as_texts(*root);
  return std::move(*root);
}

// The values of a table, or of an INI file, are texts until a schema says otherwise; then each is what its type makes
// of it, as in YAML.
void leave_to_schema(Node& node) {
  const bool text = node.text.empty() || node.text == "null" || node.text == "~";
  if (node.is_scalar()) node.style = text ? lang::Style::kLiteral : lang::Style::kPlain;
  for (Node& item : node.items) leave_to_schema(item);
  for (Entry& entry : node.entries) leave_to_schema(entry.value);
}

// The end of its name: ".yaml". That of a file `.env` is its name.
std::string kind_of_file(const std::string& file) {
  const std::filesystem::path path(file);
  return path.has_extension() ? path.extension().string() : path.filename().string();
}

bool has_only_texts(const std::string& file) {
  const std::string kind = kind_of_file(file);
  return kind == ".csv" || kind == ".ini" || kind == ".env";
}

// The tree of a file by the end of its name.
std::optional<Node> read_tree(const std::string& file, const SourceSpan& asked_at, const ModuleFolder& folder,
                              Diagnostics& diagnostics, lang::SourceMap& sources) {
  const std::string kind = kind_of_file(file);
  const std::string name = folder.in_project(file);
  Result<std::string> text = folder.own().read(file, lang::kMaxYamlBytes);
  if (!text) {
    Diagnostic problem = text.error().diagnostic();
    problem.span = asked_at;
    diagnostics.add(std::move(problem));
    return std::nullopt;
  }
  sources.add(name, *text);
  if (kind == ".yaml" || kind == ".yml") return lang::read_yaml(name, *text, diagnostics);
  if (kind == ".json") return lang::read_json(name, *text, Code::kYamlSyntax, diagnostics);
  if (kind == ".csv") return read_csv(name, *text, diagnostics);
  if (kind == ".ini" || kind == ".env") {
    const ReadingFormat format = kind == ".ini" ? ReadingFormat::kIni : ReadingFormat::kEnv;
    if (valid_utf8(*text)) return read_settings(format, name, *text, diagnostics);
    tell_data(Code::kYamlEncoding, "a file of data must be clean UTF-8", asked_at, file + " is not", diagnostics);
    return std::nullopt;
  }
  if (kind == ".toml") {
    if (valid_utf8(*text)) return read_toml(name, *text, diagnostics);
    tell_data(Code::kYamlEncoding, "a file of data must be clean UTF-8", asked_at, file + " is not", diagnostics);
    return std::nullopt;
  }
  diagnostics.add(Diagnostic(Code::kBadValue, "nothing is known of files that end like " + file)
                      .at(asked_at, "names it")
                      .with_hint("files of data end with .yaml, .yml, .json, .toml, .csv, .ini or .env"));
  return std::nullopt;
}

// One file without expressions in its name is a choice of one.
ParsedChoice files_of(const Node& value, const ModuleFolder& folder, const std::string& what,
                      Diagnostics& diagnostics) {
  const bool is_path = value.is_scalar() || value.find("first_of") != nullptr;
  if (is_path) return read_choice(value, folder.own(), what, diagnostics);
  tell_data(Code::kWrongType, what + " must be a path, or first_of with a list of them", value.span, "expected a path",
            diagnostics);
  return {};
}

// The schema of what the files hold; null where it is broken, after that was told.
std::optional<Input> read_schema(const Entry& entry, Diagnostics& diagnostics) {
  ValidateOptions options;
  options.root = &file_schema();
  options.keep_untyped = false;
  auto typed =
      validate(entry.value, file_schema()["definitions"]["input"], "`schema`", entry.key_span, options, diagnostics);
  if (!typed) return std::nullopt;
  if (const Entry* value = entry.value.find("default")) {
    tell_data(Code::kUnknownKey, "a file of data has no `default`", value->key_span, "remove this", diagnostics);
    return std::nullopt;
  }
  return read_input(entry, std::move(*typed), diagnostics);
}

}  // namespace

ParsedData read_data(const Entry& entry, const ModuleFolder& folder, Diagnostics& diagnostics,
                     lang::SourceMap& sources) {
  ParsedData data;
  data.span = entry.key_span;
  const std::size_t before = diagnostics.error_count();
  Node files = entry.value;
  if (files.is_map()) {
    if (const Entry* schema = entry.value.find("schema")) {
      if (auto input = read_schema(*schema, diagnostics)) {
        data.schema = std::move(input->schema);
        data.sensitive = input->sensitive;
      }
      std::erase_if(files.entries, [](const Entry& one) { return one.key == "schema"; });
    }
    // What else stands beside it is told with the whole file.
    const auto file =
        std::find_if(files.entries.begin(), files.entries.end(), [](const Entry& one) { return one.key == "file"; });
    if (file != files.entries.end() && files.find("first_of") == nullptr) files = Node(file->value);
  }
  data.choice = files_of(files, folder, "`" + entry.key + "`", diagnostics);
  data.choice.span = entry.value.span;
  for (const std::string& file : data.choice.files) {
    if (data.sensitive) sources.hide_file(folder.in_project(file));
    auto node = read_tree(file, entry.value.span, folder, diagnostics, sources);
    if (!node) continue;
    if (!data.schema.is_null() && has_only_texts(file)) leave_to_schema(*node);
    ValidateOptions options;
    options.sensitive = data.sensitive;
    std::optional<Json> value =
        data.schema.is_null() ? untyped(*node)
                              : validate(*node, data.schema, folder.in_project(file), node->span, options, diagnostics);
    if (value) data.values.emplace(file, std::move(*value));
  }
  data.broken = diagnostics.error_count() != before;
  return data;
}

void read_values_from(const Node& node, const ModuleFolder& folder, std::vector<ParsedValuesFrom>& into,
                      Diagnostics& diagnostics, lang::SourceMap& sources) {
  std::vector<const Node*> all;
  if (node.is_sequence()) {
    for (const Node& item : node.items) all.push_back(&item);
  } else {
    all.push_back(&node);
  }
  for (const Node* one : all) {
    const std::size_t before = diagnostics.error_count();
    ParsedValuesFrom from;
    from.choice = files_of(*one, folder, "`values_from`", diagnostics);
    for (const std::string& file : from.choice.files) {
      const auto tree = read_tree(file, one->span, folder, diagnostics, sources);
      if (!tree) continue;
      if (!tree->is_map()) {
        tell_data(Code::kWrongType, "a file of values must be a map", tree->is_null() ? one->span : tree->span,
                  "expected a name and a value a line", diagnostics);
        continue;
      }
      std::map<std::string, ParsedValue>& values = from.values[file];
      for (const Entry& entry : tree->entries)
        values.emplace(entry.key, ParsedValue{entry.key_span, std::make_shared<const Node>(entry.value)});
    }
    from.broken = diagnostics.error_count() != before;
    into.push_back(std::move(from));
  }
}

}  // namespace plumb::config
