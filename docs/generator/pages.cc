#include "docs/generator/pages.h"

#include <algorithm>
#include <vector>

#include "docs/generator/schema_text.h"
#include "engine/base/file.h"
#include "engine/lang/cel/function.h"

namespace plumb::docs {
namespace {

constexpr std::size_t kLimit = 4 << 20;
constexpr const char* kMade = "<!-- Made by `make docs` from the schemas; edit those. -->\n\n";

Result<Schema> read_schema(const std::filesystem::path& file) {
  PLUMB_TRY_ASSIGN(const std::string text, read_file(file, kLimit));
  Schema schema = Schema::parse(text, nullptr, false);
  if (!schema.is_object()) return fail(Code::kFileUnreadable, file.string() + " is not a JSON object");
  return schema;
}

std::string first_sentence(const std::string& text) {
  const std::size_t end = text.find(". ");
  return end == std::string::npos ? text : text.substr(0, end + 1);
}

// A resource that uses the first example of each key that adds to it.
std::string example(const std::string& kind, const Schema& schema) {
  const std::string identity = schema.value("x-identity", "");
  std::vector<std::string> left_out;
  if (schema.contains("x-exclusive")) {
    for (const Schema& group : schema["x-exclusive"]) {
      for (std::size_t i = 1; i < group.size(); ++i) left_out.push_back(group[i]);
    }
  }
  std::string text = "```yaml\nresources:\n";
  const auto examples_of = [&](const std::string& key) -> const Schema* {
    const Schema& part = resolved(schema, schema["properties"][key]);
    return part.contains("examples") && !part["examples"].empty() ? &part["examples"] : nullptr;
  };
  const Schema* name = identity.empty() ? nullptr : examples_of(identity);
  text += "  - " + kind + ": " + (name != nullptr ? yaml_text((*name)[0]) : "NAME") + "\n";
  int keys = 0;
  for (const auto& [key, part] : schema["properties"].items()) {
    const bool skipped = key == identity || key == "state" || part.contains("x-sensitive") ||
                         std::find(left_out.begin(), left_out.end(), key) != left_out.end();
    if (skipped || examples_of(key) == nullptr || keys == 4) continue;
    text += "    " + key + ": " + yaml_text((*examples_of(key))[0]) + "\n";
    ++keys;
  }
  return text + "```\n\n";
}

std::string kind_page(const std::string& kind, const Schema& schema) {
  std::string page = kMade;
  page += "# " + kind + "\n\n" + schema.value("description", "") + "\n\n" + example(kind, schema);
  const std::string identity = schema.value("x-identity", "");
  if (!identity.empty()) page += "The identity is `" + identity + "`.\n\n";
  page += key_table(schema, schema);
  std::string rules;
  if (schema.contains("x-exclusive")) {
    for (const Schema& group : schema["x-exclusive"]) {
      rules += "- At most one of ";
      for (std::size_t i = 0; i < group.size(); ++i) {
        rules += (i == 0 ? "`" : i + 1 == group.size() ? "` and `" : "`, `") + group[i].get<std::string>();
      }
      rules += "` may be given.\n";
    }
  }
  if (!rules.empty()) page += "\n" + rules;
  return page + "\nKeys that every kind takes: [resources](../project.md#resource).\n";
}

// Sections for the document and for each definition that is a map with keys of its own.
std::string document_page(const std::string& name, const Schema& schema) {
  std::string page = kMade;
  page += "# " + name + "\n\n" + schema.value("description", "") + "\n\n" + key_table(schema, schema);
  const Schema definitions = schema.value("definitions", Schema::object());
  for (const auto& [key, definition] : definitions.items()) {
    if (!definition.is_object() || !definition.contains("properties")) continue;
    page += "\n## " + definition.value("title", key) + "\n\n";
    const std::string words = definition.value("description", "");
    if (!words.empty()) page += words + "\n\n";
    page += key_table(schema, definition);
  }
  return page;
}

std::string codes_page() {
  std::string page =
      "<!-- Made by `make docs` from engine/base/codes.def; edit that. -->\n\n# Codes\n\n"
      "What each diagnostic code means. `plumb explain CODE` prints the same.\n";
  for (const CodeInfo& info : all_codes()) {
    page +=
        "\n## " + code_name(info.code) + "\n\n**" + std::string(info.title) + ".** " + std::string(info.text) + "\n";
  }
  return page;
}

std::string functions_page() {
  std::string page =
      "<!-- Made by `make docs` from the table of functions in engine/lang/cel; edit that. -->\n\n# Functions\n\n"
      "What expressions can call, besides CEL's operators. `host`, `hosts`, `file` and `managedNote` are described in\n"
      "[the language](../guide/language.md#names). Each example is true. [From Jinja](../guide/from-jinja.md) says "
      "which one\n"
      "stands for which filter.\n";
  for (const cel::FunctionDoc& one : cel::documentation(cel::standard_functions())) {
    page += "\n## " + one.name + "\n\n" + (one.doc.empty() ? "" : one.doc + ".\n\n") + "```\n";
    for (const std::string& signature : one.signatures) page += signature + "\n";
    page += "```\n";
    if (!one.example.empty()) page += "\n```cel\n" + one.example + "\n```\n";
  }
  return page;
}

void add_facts(const Schema& schema, const std::string& path, std::string& rows) {
  for (const auto& [name, part] : schema["properties"].items()) {
    if (part.contains("properties")) {
      add_facts(part, path + name + ".", rows);
      continue;
    }
    const bool examples = part.contains("examples") && !part["examples"].empty();
    rows += "| `" + path + name + "` | " + part.value("type", "") + " | " + part.value("description", "") + " | " +
            (examples ? "`" + yaml_text(part["examples"][0]) + "`" : "") + " |\n";
  }
}

std::string facts_page(const Schema& schema) {
  std::string rows;
  add_facts(schema, "facts.", rows);
  return kMade + std::string("# facts\n\n") + schema.value("description", "") +
         "\n\n| fact | type | | such as |\n|---|---|---|---|\n" + rows;
}

Result<std::vector<std::string>> kinds(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem());
  }
  if (failure) return fail(Code::kFileUnreadable, "cannot read " + folder.string() + ": " + failure.message());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Result<std::map<std::string, std::string>> make_pages(const std::filesystem::path& root) {
  const std::filesystem::path schemas = root / "schemas";
  std::map<std::string, std::string> pages;
  std::string index =
      std::string(kMade) +
      "# Reference\n\n- [project](project.md): plumb.yaml\n"
      "- [inventory](inventory.md): hosts.yaml\n- [tests](tests.md): test cases\n"
      "- [policy](policy.md): rules that judge plans, and [their cases](policy_tests.md)\n"
      "- [provider](provider.md): provider.yaml of a provider from outside, and [what it "
      "speaks](provider-protocol.md)\n"
      "- [the cases of a provider from outside](provider_tests.md), by which `plumb provider test` judges it\n"
      "- [conformance](conformance.md): what every kind has to keep, how often that was judged, exceptions\n"
      "- [profile](profile.md): controls, and what meets them, for `plumb compliance`\n"
      "- [the trust of a machine](machine_trust.md): who has to stand behind what is applied from it\n"
      "- [functions](functions.md) and [facts](facts.md): what expressions can use\n"
      "- [codes](codes.md): what a diagnostic means\n\n"
      "## Kinds\n\n| kind | |\n|---|---|\n";
  PLUMB_TRY_ASSIGN(const std::vector<std::string> names, kinds(schemas / "resources"));
  for (const std::string& kind : names) {
    PLUMB_TRY_ASSIGN(const Schema schema, read_schema(schemas / "resources" / (kind + ".json")));
    pages["kinds/" + kind + ".md"] = kind_page(kind, schema);
    index += "| [" + kind + "](kinds/" + kind + ".md) | " + first_sentence(schema.value("description", "")) + " |\n";
  }
  for (const std::string name : {"project", "inventory", "tests", "policy", "policy_tests", "provider",
                                 "provider_tests", "profile", "machine_trust"}) {
    PLUMB_TRY_ASSIGN(const Schema schema, read_schema(schemas / (name + ".json")));
    pages[name + ".md"] = document_page(name, schema);
  }
  PLUMB_TRY_ASSIGN(const Schema facts, read_schema(schemas / "facts.json"));
  pages["facts.md"] = facts_page(facts);
  pages["functions.md"] = functions_page();
  pages["codes.md"] = codes_page();
  pages["README.md"] = index;
  return pages;
}

}  // namespace plumb::docs
