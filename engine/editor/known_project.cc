#include "engine/editor/known_project.h"

#include <set>

#include "engine/config/include.h"
#include "engine/config/module_reader.h"
#include "engine/config/words.h"

namespace plumb::editor {
namespace {

bool may_be_null(const Json& schema) {
  return config::types_of(schema).contains("null");
}

KnownInputs inputs_of(const config::Module& module) {
  KnownInputs inputs;
  for (const auto& [name, input] : module.inputs) {
    // What is broken takes anything.
    if (!input.schema.is_object()) {
      inputs.emplace(name, KnownInput{Json::object(), false});
      continue;
    }
    KnownInput known{input.schema, !input.default_value && !may_be_null(input.schema)};
    if (input.default_value && !input.sensitive) known.schema["default"] = input.default_value->value;
    inputs.emplace(name, std::move(known));
  }
  return inputs;
}

}  // namespace

KnownProject read_known_project(const Folder& folder, const Registry& kinds) {
  Diagnostics told_by_validate;
  lang::SourceMap sources;
  config::ModuleReader reader(folder, kinds, told_by_validate, sources);
  KnownProject known;
  config::Module root;
  std::string name;
  if (reader.read_root(root, name)) known.inputs = inputs_of(root);
  std::set<std::string> folders;
  for (const char* pattern : {"**/module.yaml", "**/module.cue"}) {
    const auto files = config::find_included(folder, pattern);
    if (!files) continue;
    for (const std::string& file : *files) folders.insert(std::filesystem::path(file).parent_path().generic_string());
  }
  folders.erase("");
  for (const std::string& one : folders) {
    const auto module = reader.module(one);
    if (module != nullptr) known.modules.push_back({one, module->description, inputs_of(*module)});
  }
  std::set<config::GitSource> known_sources;
  const std::vector<config::GitUse> uses = reader.git_uses();
  for (const config::GitUse& use : uses) {
    if (use.folder.empty() || !known_sources.insert(use.source).second) continue;
    const auto module = reader.module(use.folder);
    if (module != nullptr)
      known.git_modules.push_back({use.source, {use.folder, module->description, inputs_of(*module)}});
  }
  return known;
}

}  // namespace plumb::editor
