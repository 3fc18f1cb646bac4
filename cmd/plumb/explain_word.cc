#include "cmd/plumb/explain_word.h"

#include <algorithm>
#include <functional>

#include "cmd/plumb/other_tools.h"
#include "engine/base/joined.h"
#include "engine/config/resource.h"
#include "engine/config/schema.h"
#include "engine/config/types.h"
#include "engine/lang/cel/function.h"
#include "engine/report/glossary.h"

namespace plumb::cmd {
namespace {

std::string in_quotes(const std::string& text) {
  return "`" + text + "`";
}

std::string first_sentence(const std::string& text) {
  const std::size_t end = text.find(". ");
  return end == std::string::npos ? text : text.substr(0, end + 1);
}

void add_kind(const std::string& word, const Registry& kinds, std::vector<Meaning>& found) {
  const std::size_t dot = word.find('.');
  const Kind* kind = kinds.find(word.substr(0, dot));
  if (kind == nullptr) return;
  const Json& schema = kind->schema.json();
  if (dot == std::string::npos) {
    found.push_back({"kind", word + ": " + first_sentence(schema.value("description", "")) +
                                 "\n  `plumb explain kind " + word + "` says each attribute, `plumb schema " + word +
                                 "` prints its schema\n"});
  } else if (const std::string name = word.substr(dot + 1); schema["properties"].contains(name)) {
    found.push_back({"attribute", part_text(schema, schema["properties"][name], word)});
  }
}

// One that has the same words everywhere is told once.
void add_attribute(const std::string& word, const Registry& kinds, std::vector<Meaning>& found) {
  std::string owners;
  std::string last;
  std::size_t count = 0;
  for (const Kind& kind : kinds.all()) {
    if (!kind.schema.json()["properties"].contains(word)) continue;
    append_item(owners, kind.name);
    last = kind.name;
    ++count;
  }
  if (count == 1) {
    const Json& schema = kinds.find(last)->schema.json();
    found.push_back({"attribute", part_text(schema, schema["properties"][word], last + "." + word)});
  } else if (count > 1) {
    found.push_back({"attribute", word + ": an attribute of " + owners + "\n  `plumb explain " + last + "." + word +
                                      "` says what it is there\n"});
  }
}

// What a part of a schema says of itself, or else what it refers to does.
std::string description_of(const Json& root, const Json& part) {
  if (part.contains("description") || !part.contains("$ref")) return part.value("description", std::string());
  return description_of(root, root.at(Json::json_pointer(part["$ref"].get<std::string>().substr(1))));
}

// Keys that go with every kind, and those of the project and its inventory.
void add_key(const std::string& word, std::vector<Meaning>& found) {
  const Json& project = config::builtin_schema("project");
  const Json& inventory = config::builtin_schema("inventory");
  const auto add = [&](const Json& root, const Json& owner, const char* of) {
    if (owner["properties"].contains(word))
      found.push_back(
          {"attribute", word + ": a key of " + of + ". " + description_of(root, owner["properties"][word]) + "\n"});
  };
  add(project, project["definitions"]["resource"], "every resource");
  add(project, project, "the project");
  add(inventory, inventory, "the inventory");
  add(inventory, inventory["definitions"]["host"], "a host in the inventory");
}

// Words of other tools, which may mean something else here.
void add_elsewhere(const std::string& word, const Registry& kinds, std::vector<Meaning>& found) {
  const Json& project = config::builtin_schema("project");
  for (const Json* words : {&project["definitions"]["resource"], &project, &config::builtin_schema("inventory")}) {
    if (!words->contains("x-elsewhere") || !(*words)["x-elsewhere"].contains(word)) continue;
    found.push_back({"elsewhere", in_quotes(word) + (found.empty() ? " is no word of plumb's: " : " of other tools: ") +
                                      (*words)["x-elsewhere"][word].get<std::string>() + "\n"});
    return;
  }
  if (!found.empty()) return;
  for (const Kind& kind : kinds.all()) {
    const Json& schema = kind.schema.json();
    if (!schema.contains("x-elsewhere") || !schema["x-elsewhere"].contains(word)) continue;
    found.push_back({"elsewhere", in_quotes(word) + " is no word of plumb's; in place of a word of " +
                                      in_quotes(kind.name) + ": " + schema["x-elsewhere"][word].get<std::string>() +
                                      "\n"});
  }
}

}  // namespace

std::string part_text(const Json& root, const Json& part, const std::string& name) {
  std::string line =
      name + ": " + config::words_for(config::type_of_schema(part, root, name)) + ". " + description_of(root, part);
  if (part.contains("examples")) line += " Such as " + part["examples"][0].dump() + ".";
  return line + "\n";
}

std::string facts_text(const Json& schema, const std::string& path) {
  if (!schema.contains("properties")) return part_text(schema, schema, path);
  std::string text;
  for (const auto& [name, part] : schema["properties"].items()) text += facts_text(part, path + "." + name);
  return text;
}

std::vector<Meaning> meanings_of(const std::string& word, const Registry& kinds,
                                 const std::map<std::string, std::string>& commands) {
  std::vector<Meaning> found;
  for (const report::GlossaryWord& one : report::glossary()) {
    if (one.word == word)
      found.push_back({"word", word + ": " + one.meaning + (one.page.empty() ? "" : "\n  more in " + one.page) + "\n"});
  }
  add_kind(word, kinds, found);
  if (const FactFound fact = fact_at(word); fact.schema != nullptr && !word.empty())
    found.push_back({"fact", facts_text(*fact.schema, "facts." + fact.path)});
  for (const cel::FunctionDoc& one : cel::documentation(cel::standard_functions())) {
    if (one.name == word)
      found.push_back({"function", word + ": a function, " + one.doc + "\n  `plumb explain function " + word +
                                       "` says how it is called\n"});
  }
  if (const auto command = commands.find(word); command != commands.end())
    found.push_back({"command", "plumb " + word + ": " + command->second + "\n  `plumb " + word +
                                    " --help` says how it is called\n"});
  add_attribute(word, kinds, found);
  add_key(word, found);
  // `handler` for `handlers`; what is a command there. An attribute of some kind may be another's word for much more.
  const bool is_attribute =
      std::all_of(found.begin(), found.end(), [](const Meaning& one) { return one.what == "attribute"; });
  const std::size_t own = found.size();
  if (is_attribute) add_elsewhere(word, kinds, found);
  if (is_attribute && found.size() == own) add_elsewhere(word + "s", kinds, found);
  if (const std::string instead = instead_of_command(word); found.empty() && !instead.empty())
    found.push_back({"elsewhere", in_quotes(word) + " is no word of plumb's: " + instead + "\n"});
  return found;
}

FactFound fact_at(std::string path) {
  if (path.starts_with("facts.")) path.erase(0, 6);
  FactFound found{&config::builtin_schema("facts"), ""};
  for (std::size_t begin = 0; begin <= path.size() && !path.empty();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    const std::string above = found.path.empty() ? "" : found.path + ".";
    const Json known = found.schema->value("properties", Json::object());
    if (!known.contains(part)) {
      for (const auto& [name, unused] : known.items()) found.beside.push_back(above + name);
      found.schema = nullptr;
      return found;
    }
    found.schema = &(*found.schema)["properties"][part];
    found.path = above + part;
    begin = end + 1;
  }
  return found;
}

std::vector<std::string> known_words(const Registry& kinds) {
  std::vector<std::string> words = kinds.names();
  for (const CodeInfo& code : all_codes()) words.push_back(code_name(code.code));
  for (const report::GlossaryWord& one : report::glossary()) words.push_back(one.word);
  for (const cel::FunctionDoc& one : cel::documentation(cel::standard_functions())) words.push_back(one.name);
  for (const Kind& kind : kinds.all()) {
    for (const auto& [name, unused] : kind.schema.json()["properties"].items()) words.push_back(name);
  }
  const Json& project = config::builtin_schema("project");
  const Json& inventory = config::builtin_schema("inventory");
  for (const Json* owner :
       {&project["definitions"]["resource"], &project, &inventory, &inventory["definitions"]["host"]}) {
    for (const auto& [name, unused] : (*owner)["properties"].items()) words.push_back(name);
  }
  const std::function<void(const Json&, const std::string&)> add_facts = [&](const Json& schema,
                                                                             const std::string& path) {
    if (!schema.contains("properties")) return words.push_back(path);
    for (const auto& [name, part] : schema["properties"].items()) add_facts(part, path + "." + name);
  };
  add_facts(config::builtin_schema("facts"), "facts");
  return words;
}

}  // namespace plumb::cmd
