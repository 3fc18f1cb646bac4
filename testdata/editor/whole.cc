#include "testdata/editor/whole.h"

#include <filesystem>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/config/schema.h"
#include "engine/config/untyped.h"
#include "engine/config/validate.h"
#include "engine/testing/case_file.h"
#include "testdata/config/judged.h"

namespace plumb::editor {
namespace {

using config::builtin_schema;
using config::Judged;

Json project_with(const std::string& key, Json value) {
  return {{"plumb", "v1"}, {"project", "a"}, {key, std::move(value)}};
}

Json with_resource(Json resource) {
  return project_with("resources", Json::array({std::move(resource)}));
}

// `root` is what the schema's references start from.
bool accepts(const Json& root, const Json& schema, const Json& value) {
  Diagnostics diagnostics;
  const auto node = lang::read_yaml("t.yaml", canonical(value), diagnostics);
  if (!node) return false;
  config::ValidateOptions options;
  options.root = &root;
  return config::validate(*node, schema, "the example", node->span, options, diagnostics) && !diagnostics.has_errors();
}

// A smallest map that holds this key: what is required, and one or two more where the schema asks for them.
std::optional<Json> around(const Json& root, const Json& schema, const std::string& attribute, const Json& example) {
  Json smallest = Json::object();
  for (const Json& required : schema.value("required", Json::array())) {
    const auto key = required.get<std::string>();
    if (key != attribute) smallest[key] = schema["properties"][key]["examples"][0];
  }
  smallest[attribute] = example;
  if (accepts(root, schema, smallest)) return smallest;
  for (const auto& [other, part] : schema["properties"].items()) {
    if (!part.contains("examples")) continue;
    Json with_other = smallest;
    with_other.emplace(other, part["examples"][0]);
    if (accepts(root, schema, with_other)) return with_other;
    for (const auto& [third, its_part] : schema["properties"].items()) {
      if (!its_part.contains("examples")) continue;
      Json with_both = with_other;
      with_both.emplace(third, its_part["examples"][0]);
      if (accepts(root, schema, with_both)) return with_both;
    }
  }
  return std::nullopt;
}

// A resource as a file has it: the kind's key in the place of the identity.
Json resource(const std::string& kind, const Json& attributes) {
  const std::string identity = config::kinds().find(kind)->schema.json().at("x-identity").get<std::string>();
  Json resource = attributes;
  if (resource.is_object() && resource.contains(identity)) {
    Json value = std::move(resource[identity]);
    resource.erase(identity);
    resource[kind] = std::move(value);
  }
  return with_resource(std::move(resource));
}

std::vector<std::string> steps(const std::string& pointer) {
  std::vector<std::string> all;
  std::istringstream in(pointer.substr(1));
  for (std::string step; std::getline(in, step, '/');) all.push_back(step);
  return all;
}

// Which keys belong to a store of secrets hangs on its type.
Json store_with(const std::string& key, const Json& example) {
  if (key == "type" || key == "folder") return {{"type", "sops"}, {"folder", "a"}, {key, example}};
  if (key == "prefix") return {{"type", "environment"}, {key, example}};
  if (key == "identity") return {{"type", "age"}, {"folder", "a"}, {key, example}};
  if (key == "keyring") return {{"type", "keyring"}, {key, example}};
  static const std::set<std::string> of_vault = {"url", "mount", "kv", "namespace", "ca", "token", "approle"};
  if (of_vault.contains(key)) return {{"type", "vault"}, {key, example}};
  return {{"type", "command"}, {"run", {"a", "{path}"}}, {key, example}};
}

std::optional<Whole> in_project(const std::vector<std::string>& path, const Json& example) {
  const std::string& name = path.at(1);
  if (path[0] == "properties") {
    if (path.size() != 4 && path.size() != 6) return Whole{"project", "", project_with(name, example), true};
    const Json& root = builtin_schema("project");
    const Json& key = root["properties"][name];
    std::optional<Json> own = example;  // of a key's own key, or of a key of that
    if (path.size() == 6) own = around(root, key["properties"][path[3]], path[5], example);
    const auto part = own ? around(root, key, path[3], *own) : std::nullopt;
    return part ? std::optional(Whole{"project", "", project_with(name, *part), true}) : std::nullopt;
  }
  if (path.size() == 4 && name == "module") return Whole{"module", "", {{"plumb", "v1"}, {path[3], example}}, true};
  if (path.size() == 4 && (name == "probe" || name == "window")) {
    const Json& root = builtin_schema("project");
    const auto part = around(root, root["definitions"][name], path[3], example);
    if (!part) return std::nullopt;
    if (name == "window") return Whole{"project", "", project_with("rollout", {{name, *part}}), true};
    return Whole{"project", "", with_resource({{"file", "/a"}, {"verify", *part}}), true};
  }
  if (path.size() == 4 && name == "around") {
    Json one = {{"on", "lb"}, {"before", Json::array({{{"command", "a"}, {"run", "a"}}})}};
    one[path[3]] = example;
    return Whole{"project", "", project_with("rollout", {{"around", Json::array({std::move(one)})}}), true};
  }
  if (path.size() == 4 && (name == "use" || name == "resource")) {
    Json one = name == "use" ? Json{{"use", "./a"}} : Json{{"file", "/a"}};
    one[path[3]] = example;
    return Whole{"project", "", with_resource(std::move(one)), true};
  }
  if (path.size() == 4 && name == "block") {
    const Json inside = Json::array({{{"command", "a"}, {"run", {"a"}}, {"creates", "/a"}}});
    return Whole{"project", "", with_resource({{path[3], example}, {"resources", inside}}), true};
  }
  if (name == "for_each" || name == "tags")
    return Whole{"project", "", with_resource({{"file", "/a"}, {name, example}}), true};
  if (name == "first_of") return Whole{"project", "", project_with("values_from", {{name, example}}), true};
  if (path.size() == 4 && name == "reading") {
    static const std::set<std::string> sources = {"command", "file", "path", "package", "unit", "url"};
    Json reading = {{path[3], example}};
    if (path[3] != "path" && path[3] != "unit") reading.emplace("type", "string");
    if (!sources.contains(path[3])) reading.emplace("command", "true");
    return Whole{"project", "", project_with("readings", {{"a", reading}}), true};
  }
  if (path.size() == 2 && name == "local_facts") return Whole{"project", "", project_with("facts", example), true};
  if (path.size() == 4 && name == "local_fact") {
    Json fact = {{"type", "string"}};
    fact[path[3]] = example;
    return Whole{"project", "", project_with("facts", {{"a", std::move(fact)}}), true};
  }
  if (name == "secret_store") {
    const Json store = path.size() == 2 ? example : store_with(path[3], example);
    return Whole{"project", "", project_with("secrets", {{"a", store}}), true};
  }
  if (path.size() == 4 && (name == "check" || name == "retry")) {
    const Json& root = builtin_schema("project");
    const auto part = around(root, root["definitions"][name], path[3], example);
    if (!part) return std::nullopt;
    if (name == "check") return Whole{"project", "", project_with("checks", Json::array({*part})), true};
    return Whole{"project", "", with_resource({{"package", "a"}, {name, *part}}), true};
  }
  if (name == "retry" || name == "on_failure" || name == "timeout")
    return Whole{"project", "", with_resource({{"package", "a"}, {name, example}}), true};
  if (name == "version") return Whole{"project", "", {{"plumb", example}, {"project", "a"}}, true};
  if (path.size() == 2) return Whole{"project", "", project_with(name, example), true};
  return std::nullopt;
}

std::optional<Whole> in_inventory(const std::vector<std::string>& path, const Json& example) {
  const std::string& name = path.at(1);
  if (path[0] == "properties") return Whole{"inventory", "", {{"plumb", "v1"}, {name, example}}, true};
  const auto with_source = [](Json source) {
    return Whole{"inventory", "", {{"plumb", "v1"}, {"sources", Json::array({std::move(source)})}}, true};
  };
  if (path.size() == 4 && name == "source") return with_source({{path[3], example}});
  if (path.size() == 4 && name == "resource") {
    Json resource = {{"type", "a"}};
    resource[path[3]] = example;
    return with_source({{"terraform", "a"}, {"resources", Json::array({std::move(resource)})}});
  }
  const bool of_group = path.size() == 4 && name == "group";
  const std::string key = path.back();
  const Json one = {{key, example}};
  return Whole{"inventory", "", {{"plumb", "v1"}, {of_group ? "groups" : "hosts", {{"a", one}}}}, true};
}

std::optional<Whole> whole(const Judged& one, Json value) {
  const bool of_kind = one.schema.starts_with("resources/");
  const std::string kind = of_kind ? one.schema.substr(one.schema.find('/') + 1) : "";
  if (one.pointer.empty())
    return of_kind ? Whole{"project", "", resource(kind, value), one.good}
                   : Whole{one.schema, "", std::move(value), one.good};
  const std::vector<std::string> path = steps(one.pointer);
  if (one.schema == "project") return in_project(path, value);
  if (one.schema == "inventory") return in_inventory(path, value);
  const Json& root = config::schema_of(one.schema);
  if (path.size() == 4 && path[0] == "properties" && path[2] == "properties") {  // of an attribute's own keys
    const auto part = around(root, root["properties"][path[1]], path[3], value);
    if (!part) return std::nullopt;
    value = *part;
  } else if (path.size() != 2) {
    return std::nullopt;
  }
  const auto attributes = around(root, root, path.at(1), value);
  if (!attributes) return std::nullopt;
  return Whole{"project", "", resource(kind, *attributes), true};
}

// The text between "```yaml" and "```".
std::vector<std::string> yaml_blocks(const std::string& text) {
  std::vector<std::string> all;
  const std::string begin = "```yaml\n";
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    all.push_back(text.substr(at, text.find("```", at) - at));
  }
  return all;
}

}  // namespace

std::vector<Whole> judged_documents() {
  std::vector<Whole> all;
  for (const Judged& one : config::all_judged()) {
    const auto node = config::tree(one);
    if (!node) continue;
    std::optional<Whole> document = whole(one, config::untyped(*node));
    EXPECT_TRUE(document) << one.name;
    if (!document) continue;
    document->name = one.name;
    all.push_back(std::move(*document));
  }
  return all;
}

std::vector<Whole> editor_documents() {
  std::vector<Whole> all;
  for (const auto& path : testing::find_cases(std::string(PLUMB_SOURCE_DIR) + "/testdata/editor/documents")) {
    auto file = testing::CaseFile::read(path);
    EXPECT_TRUE(file) << path;
    if (!file) continue;
    const std::string document = path.stem().string();
    for (const std::string& section : file->sections()) {
      const auto node = config::tree({document, "", document + ": " + section, file->text(section)});
      if (node)
        all.push_back({document, document + ": " + section, config::untyped(*node), section.starts_with("good ")});
    }
  }
  return all;
}

namespace {

// Pages of kinds show resources alone.
void add_kind_pages(std::vector<Whole>& all) {
  for (const auto& folder : std::filesystem::directory_iterator(std::string(PLUMB_SOURCE_DIR) + "/providers")) {
    const auto text = read_file(folder.path() / "README.md", std::size_t{1} << 20);
    if (!text) continue;
    for (const std::string& block : yaml_blocks(*text)) {
      Diagnostics diagnostics;
      const auto node = lang::read_yaml("t.yaml", block, diagnostics);
      EXPECT_TRUE(node && node->is_map()) << folder.path();
      if (!node || !node->is_map()) continue;
      const std::string name = folder.path().filename().string() + "/README.md:\n" + block;
      all.push_back({"project", name, project_with("resources", config::untyped(*node)["resources"]), true});
    }
  }
}

}  // namespace

std::vector<Whole> guide_documents() {
  std::vector<Whole> all;
  add_kind_pages(all);
  for (const std::filesystem::path& file : testing::find_cases(std::string(PLUMB_SOURCE_DIR) + "/docs/guide", ".md")) {
    const auto text = read_file(file, std::size_t{1} << 20);
    EXPECT_TRUE(text) << file;
    if (!text) continue;
    for (const std::string& block : yaml_blocks(*text)) {
      Diagnostics diagnostics;
      const auto node = lang::read_yaml("t.yaml", block, diagnostics);
      if (!node || !node->is_map()) continue;
      Json value = config::untyped(*node);
      if (!value.contains("plumb")) continue;
      const char* document = value.contains("project")   ? "project"
                             : value.contains("hosts")   ? "inventory"
                             : value.contains("profile") ? "profile"
                             : value.contains("rules") || value.contains("waivers") || value.contains("programs")
                                 ? "policy"
                             : value.contains("kinds")                                       ? "provider"
                             : value.contains("allowed_signers") || value.contains("vaults") ? "machine_trust"
                             : value.contains("tests") ? value["tests"][0].contains("fires")      ? "policy_tests"
                                                         : value["tests"][0].contains("resource") ? "provider_tests"
                                                                                                  : "tests"
                                                       : "module";
      all.push_back({document, file.filename().string() + ":\n" + block, std::move(value), true});
    }
  }
  return all;
}

}  // namespace plumb::editor
