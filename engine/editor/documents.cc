#include "engine/editor/documents.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "engine/config/schema.h"

namespace plumb::editor {
namespace {

using config::builtin_schema;

constexpr Openness kText{.expressions = false, .numbers = true};
constexpr Openness kAttribute{.expressions = true, .numbers = true};
constexpr const char* kDraft = "http://json-schema.org/draft-07/schema#";

bool has_attribute(const Kind& kind, const std::string& name) {
  const Json& schema = kind.schema.json();
  return schema["properties"].contains(name) && schema["x-identity"] != name;
}

std::string definition_of(const std::string& kind) {
  return "kind-" + kind;
}

Json reference(const std::string& definition) {
  return {{"$ref", "#/definitions/" + definition}};
}

// References of a kind's own document lead to where it stands in the bundle.
void rebase(Json& schema, const std::string& definition) {
  if (schema.is_object() && schema.contains("$ref") && schema["$ref"].is_string())
    schema["$ref"] = "#/definitions/" + definition + schema["$ref"].get<std::string>().substr(1);
  if (!schema.is_structured()) return;
  for (Json& part : schema) rebase(part, definition);
}

std::string names_of(const Registry& kinds) {
  std::string names;
  for (const Kind& kind : kinds.all()) names += kind.name + ", ";
  return names + "use";
}

// What stands where no kind does: offers the kinds, and says once that there is none.
Json no_kind(const Registry& kinds, const Json& use) {
  Json schema = {{"properties", Json::object()}, {"anyOf", Json::array()}};
  const auto add = [&](const std::string& key, Json property) {
    schema["properties"][key] = std::move(property);
    schema["anyOf"].push_back(
        {{"required", {key}}, {"errorMessage", "a resource begins with its kind, one of: " + names_of(kinds)}});
  };
  for (const Kind& kind : kinds.all()) {
    const Json& full = kind.schema.json();
    Json property = open_value(full["properties"][full["x-identity"].get<std::string>()], kAttribute);
    property["description"] = full["description"];
    add(kind.name, std::move(property));
  }
  Json property = use["properties"]["use"];
  property["description"] = use["description"];
  add("use", std::move(property));
  return schema;
}

// True of a map with this key, and not of a line that has yet to become one.
Json has_key(const std::string& key) {
  return {{"type", "object"}, {"required", {key}}};
}

// Which schema a resource has, by the key that is there.
Json chosen_by_key(const Registry& kinds, const Json& use) {
  Json chain = {{"if", has_key("resources")}, {"then", reference("block")}, {"else", no_kind(kinds, use)}};
  std::vector<std::string> names = kinds_by_precedence(kinds);
  std::reverse(names.begin(), names.end());
  for (const std::string& kind : names)
    chain = {{"if", has_key(kind)}, {"then", reference(definition_of(kind))}, {"else", std::move(chain)}};
  return {{"if", has_key("use")}, {"then", reference("use")}, {"else", std::move(chain)}};
}

// A step is a resource of one of the kinds that can be one, and asks for less.
Json step_schema(const Kind& kind) {
  Json schema = resource_schema(kind, kAttribute);
  schema.merge_patch(kind.schema.json()["x-step"]);
  return schema;
}

Json chosen_step(const Registry& kinds) {
  Json chain = false;
  for (const Kind& kind : kinds.all()) {
    if (kind.schema.json().contains("x-step"))
      chain = {{"if", has_key(kind.name)}, {"then", reference("step-" + kind.name)}, {"else", std::move(chain)}};
  }
  return chain;
}

Json inputs_schema(const KnownInputs& inputs, Openness openness) {
  Json schema = {{"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
  for (const auto& [name, input] : inputs) schema["properties"][name] = open_value(input.schema, openness);
  return schema;
}

// What `with` takes for a module.
Json with_schema(const KnownModule& module) {
  Json schema = inputs_schema(module.inputs, kAttribute);
  if (!module.description.empty()) schema["description"] = module.description;
  for (const auto& [name, input] : module.inputs) {
    if (input.required) schema["required"].push_back(name);
  }
  return schema;
}

// How a module in `user` writes that it uses the one in `folder`.
std::string written_source(const std::string& folder, const std::string& user) {
  std::string path = std::filesystem::path(folder).lexically_relative(user.empty() ? "." : user).generic_string();
  return path.starts_with("../") ? path : "./" + path;
}

using Sources = std::map<std::string, const KnownModule*>;  // null: two modules, depending on who uses them

Sources sources_for(const std::vector<std::string>& users, const KnownProject& known) {
  Sources sources;
  for (const std::string& user : users) {
    for (const KnownModule& module : known.modules) {
      if (module.folder == user) continue;
      const auto [place, added] = sources.emplace(written_source(module.folder, user), &module);
      if (!added && place->second != &module) place->second = nullptr;
    }
  }
  std::erase_if(sources, [](const auto& source) { return source.second == nullptr; });
  return sources;
}

// Where `use` is as `source` says, `with` is as the module says.
Json of_module(Json source, const KnownModule& module) {
  Json with = with_schema(module);
  Json then = {{"properties", Json::object()}};
  if (with.contains("required")) then["required"] = {"with"};
  then["properties"]["with"] = std::move(with);
  Json condition = {{"properties", {{"use", std::move(source)}}}, {"required", {"use"}}};
  return {{"if", std::move(condition)}, {"then", std::move(then)}};
}

Json git_source_schema(const config::GitSource& source) {
  Json schema = {{"type", "object"}, {"required", {"git"}}, {"properties", {{"git", {{"const", source.url}}}}}};
  const auto also = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    schema["properties"][name] = {{"const", value}};
    schema["required"].push_back(name);
  };
  also("commit", source.commit);
  also("ref", source.ref);
  also("path", source.path);
  if (source.path.empty()) schema["not"] = {{"required", {"path"}}};
  return schema;
}

void add_git_modules(const std::vector<KnownGitModule>& modules, Json& use) {
  for (const KnownGitModule& git : modules) {
    use["allOf"].push_back(of_module(git_source_schema(git.source), git.module));
  }
}

void add_modules(const Sources& sources, Json& use) {
  if (sources.empty()) return;
  Json names = Json::array();
  for (const auto& [source, module] : sources) {
    names.push_back(source);
    use["allOf"].push_back(of_module({{"enum", {source, source + "/"}}}, *module));
  }
  Json& source = use["properties"]["use"];
  source["examples"] = names;
  source["anyOf"].insert(source["anyOf"].begin(), Json{{"type", "string"}, {"enum", std::move(names)}});
}

// Definitions of a project's files: the resources with their kinds, and the modules that `sources` names.
Json definitions(const Registry& kinds, const Sources& sources, const std::vector<KnownGitModule>& git_modules) {
  const Json& project = builtin_schema("project");
  Json all = open_document(project, kText)["definitions"];
  all["resource-keys"] = {{"properties", Json::object()}};
  for (const auto& [key, schema] : project["definitions"]["resource"]["properties"].items())
    all["resource-keys"]["properties"][key] = open_value(schema, key == "id" ? kAttribute : kText);
  all["use"]["properties"]["id"] = open_value(project["definitions"]["use"]["properties"]["id"], kAttribute);
  add_modules(sources, all["use"]);
  add_git_modules(git_modules, all["use"]);
  for (const Kind& kind : kinds.all()) all[definition_of(kind.name)] = resource_schema(kind, kAttribute);
  for (const Kind& kind : kinds.all()) {
    if (kind.schema.json().contains("x-step")) all["step-" + kind.name] = step_schema(kind);
  }
  all["step"].update(chosen_step(kinds));
  Json& resource = all["resource"];
  resource.erase("properties");
  resource.update(chosen_by_key(kinds, all["use"]));
  return all;
}

Json document(Json schema, Json all) {
  schema["$schema"] = kDraft;
  schema["definitions"] = std::move(all);
  return schema;
}

// Others stay allowed: the project may have learnt of new inputs since.
Json inventory(const KnownProject& known) {
  Json schema = open_document(builtin_schema("inventory"), kText);
  schema["definitions"]["inputs"]["properties"] = inputs_schema(known.inputs, kText)["properties"];
  schema["$schema"] = kDraft;
  return schema;
}

Json plain(const char* name) {
  Json schema = builtin_schema(name);
  schema["$schema"] = kDraft;
  return schema;
}

// One identity, or a list of them for a resource each.
Json or_list_of(Json identity) {
  Json schema = {{"description", identity["description"]}};
  if (identity.contains("examples")) schema["examples"] = identity["examples"];
  Json item = identity;
  item.erase("description");
  schema["anyOf"] = {std::move(identity), {{"type", "array"}, {"items", std::move(item)}}};
  return schema;
}

}  // namespace

std::vector<std::string> kinds_by_precedence(const Registry& kinds) {
  std::vector<std::string> left = kinds.names();
  std::vector<std::string> ordered;
  while (!left.empty()) {
    // The first that is no attribute of the others; in a circle, simply the first.
    auto next = std::find_if(left.begin(), left.end(), [&](const std::string& kind) {
      return std::none_of(left.begin(), left.end(), [&](const std::string& other) {
        return other != kind && has_attribute(*kinds.find(other), kind);
      });
    });
    if (next == left.end()) next = left.begin();
    ordered.push_back(std::move(*next));
    left.erase(next);
  }
  return ordered;
}

Json resource_schema(const Kind& kind, Openness openness) {
  const Json& given = kind.schema.json();
  const std::string identity = given["x-identity"].get<std::string>();
  Json schema = open_document(given, openness);
  rebase(schema, definition_of(kind.name));
  Json& properties = schema["properties"];
  Json own = std::move(properties[identity]);
  own["description"] = given["description"].get<std::string>() + "\n\n" + own.value("description", std::string());
  properties.erase(identity);
  if (!given.value("x-alone", false)) own = or_list_of(std::move(own));
  for (const auto& [key, unused] : builtin_schema("project")["definitions"]["resource"]["properties"].items()) {
    if (!properties.contains(key)) properties[key] = reference("resource-keys/properties/" + key);
  }
  properties[kind.name] = std::move(own);
  for (Json& key : schema["required"]) {
    if (key == identity) key = kind.name;
  }
  return schema;
}

std::map<std::string, Json> documents(const Registry& kinds, const KnownProject& known) {
  std::vector<std::string> folders;
  for (const KnownModule& module : known.modules) folders.push_back(module.folder);
  const Json root = definitions(kinds, sources_for({""}, known), known.git_modules);
  const Json inner = definitions(kinds, sources_for(folders, known), known.git_modules);

  std::map<std::string, Json> all;
  Json open = open_document(builtin_schema("project"), kText);
  all["project"] = document(std::move(open), root);
  all["included"] = document(root["included"], root);
  all["module"] = document(inner["module"], inner);
  all["inventory"] = inventory(known);
  for (const char* name :
       {"tests", "policy", "policy_tests", "provider", "provider_tests", "profile", "machine_trust", "facts", "plan"})
    all[name] = plain(name);
  return all;
}

}  // namespace plumb::editor
