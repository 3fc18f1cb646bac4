#include "engine/editor/cue.h"

#include <map>

#include "engine/config/schema.h"
#include "engine/editor/cue_text.h"
#include "engine/editor/documents.h"

namespace plumb::editor {
namespace {

using config::builtin_schema;

// CUE has types of its own, and what it exports says them: a number is no text.
constexpr Openness kCueText{};
constexpr Openness kCueAttribute{.expressions = true, .numbers = false};

std::string capital(const std::string& name) {
  bool first = true;
  std::string out;
  for (const char c : name) {
    if (c == '_' || c == '-') {
      first = true;
    } else {
      out += first && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      first = false;
    }
  }
  return out;
}

class Definitions {
 public:
  explicit Definitions(const Registry& kinds) : kinds_(kinds) {}

  std::string text() {
    add_project();
    add_kinds();
    add_document("inventory");
    add_document("tests");
    add("#Facts", open_document(builtin_schema("facts"), kCueText), [](const std::string&) { return ""; });
    std::string out =
        "// What plumb accepts. Made by `plumb schema export --format cue`.\n"
        "package plumb\n\n"
        "import (\n\t\"list\"\n\t\"strings\"\n\t\"struct\"\n)\n\n"
        "// Text that holds an expression, which may stand in the place of an attribute.\n"
        "#Expression: =~" +
        cue_string(std::string(kExpressionPattern)) + "\n";
    for (const auto& [name, definition] : all_) out += "\n" + definition;
    return out;
  }

 private:
  void add(const std::string& name, const Json& schema, CueNames names) {
    const CueWriter writer(std::move(names));
    all_[name] =
        cue_comment(schema.value("description", std::string()), "") + name + ": " + writer.value(schema, "") + "\n";
  }

  // "#/definitions/for_each" -> "#ForEach"
  static std::string last_part(const std::string& reference) {
    return "#" + capital(reference.substr(reference.rfind('/') + 1));
  }

  // A kind may have the name of a part of the document, as `block` has.
  CueNames parts_of_project() const {
    return [this](const std::string& reference) {
      const std::string part = reference.substr(reference.rfind('/') + 1);
      return (kinds_.find(part) != nullptr ? "#Project" : "#") + capital(part);
    };
  }

  void add_project() {
    const CueNames names = parts_of_project();
    const Json document = open_document(builtin_schema("project"), kCueText);
    const Json& raw = builtin_schema("project")["definitions"];
    Json root = document;
    root.erase("definitions");
    add("#Project", root, names);
    for (const auto& [name, schema] : document["definitions"].items()) {
      if (name == "resource") continue;
      Json own = schema;
      if (name == "use") own["properties"]["id"] = open_value(raw["use"]["properties"]["id"], kCueAttribute);
      add(names(name), own, names);
    }
    for (const auto& [key, schema] : raw["resource"]["properties"].items())
      add(shared_key(key), open_value(schema, key == "id" ? kCueAttribute : kCueText), names);
  }

  static std::string shared_key(const std::string& key) { return "#Key" + capital(key); }

  void add_kinds() {
    std::string choice;
    for (const Kind& kind : kinds_.all()) {
      add_kind(kind);
      choice += cue_where_given(name_of(kind.name), kind.name) + " |\n\t";
    }
    all_["#Resource"] = cue_comment(builtin_schema("project")["definitions"]["resource"].value("description", ""), "") +
                        "#Resource: " + choice + cue_where_given(parts_of_project()("block"), "resources") +
                        " |\n\t#Use\n";
  }

  static std::string name_of(const std::string& kind) { return "#" + capital(kind); }

  void add_kind(const Kind& kind) {
    const std::string own_name = name_of(kind.name);
    const auto names = [own_name](const std::string& reference) {
      if (reference.find("/resource-keys/") != std::string::npos)
        return shared_key(reference.substr(reference.rfind('/') + 1));
      return own_name + last_part(reference).substr(1);
    };
    Json schema = resource_schema(kind, kCueAttribute);
    for (const char* key : {"definitions", "$defs"}) {
      if (!schema.contains(key)) continue;
      for (const auto& [name, part] : schema[key].items()) add(own_name + capital(name), part, names);
    }
    add(own_name, schema, names);
  }

  void add_document(const std::string& document_name) {
    const std::string own = "#" + capital(document_name);
    const auto names = [own](const std::string& reference) { return own + last_part(reference).substr(1); };
    Json document = open_document(builtin_schema(document_name), kCueText);
    const Json parts = std::move(document["definitions"]);
    document.erase("definitions");
    add(own, document, names);
    for (const auto& [name, schema] : parts.items()) add(own + capital(name), schema, names);
  }

  const Registry& kinds_;
  std::map<std::string, std::string> all_;
};

}  // namespace

std::string cue_definitions(const Registry& kinds) {
  return Definitions(kinds).text();
}

}  // namespace plumb::editor
