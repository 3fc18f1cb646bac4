#include "engine/config/project.h"

#include <array>
#include <utility>

#include "engine/base/digest.h"
#include "engine/base/json_member.h"
#include "engine/config/certain.h"
#include "engine/config/layers.h"
#include "engine/config/manner.h"
#include "engine/config/module_reader.h"
#include "engine/config/project_files.h"
#include "engine/config/schema.h"
#include "engine/config/source_folder.h"
#include "engine/config/template_files.h"

namespace plumb::config {
namespace {

namespace fs = std::filesystem;

// The configuration as data, without its layout, comments and sensitive values.
class Normalised {
 public:
  Json module(const Module& module) {
    const std::string around = std::exchange(folder_, module.folder);
    Json inputs = Json::object();
    for (const auto& [name, input] : module.inputs) {
      Json& entry = inputs[name];
      entry["schema"] = input.schema;
      entry["sensitive"] = input.sensitive;
      if (input.default_value && !input.sensitive) entry["default"] = input.default_value->value;
    }
    Json body = Json::array();
    for (const auto& entry : module.body) {
      const BlockIndex block = std::visit([](const auto& one) { return one.written->block; }, entry);
      Json& document = body.emplace_back(std::visit([&](const auto& one) { return part(one); }, entry));
      if (block) document["block"] = *block;
    }
    Json blocks = Json::array();
    for (const Block& block : module.blocks) {
      Json& document = blocks.emplace_back(placement(block.written.placement));
      if (block.written.around) document["block"] = *block.written.around;
      if (block.written.rescues) document["rescues"] = true;
      manner(block.written.manner, block.written.env, document);
    }
    Json document = Json::object();
    document["inputs"] = std::move(inputs);
    document["values"] = values(module.values);
    if (!module.readings.empty()) document["readings"] = readings(module.readings);
    if (module.env) document["env"] = written(*module.env->written.value);
    for (const auto& [name, data] : module.data) document["data"][name] = part(data.written);
    for (const ValuesFrom& from : module.values_from) document["values_from"].push_back(part(from.written));
    if (!module.outputs.empty()) document["outputs"] = outputs(module.outputs);
    for (const Check& check : module.checks) document["checks"].push_back(part(check));
    document["body"] = std::move(body);
    for (const Steps& steps : module.around) {
      Json& one = document["around"].emplace_back(Json{{"on", steps.on.text}, {"after", steps.after}});
      if (steps.of) one["of"] = steps.of->text;
      for (const Declaration& step : steps.steps) one["steps"].push_back(part(step));
    }
    if (!blocks.empty()) document["blocks"] = std::move(blocks);
    folder_ = around;
    return document;
  }

  // Project files whose bytes count too.
  const std::set<std::string>& sources() const { return sources_; }

 private:
  static Json written(const lang::Node& node) {
    if (node.is_sequence()) {
      Json list = Json::array();
      for (const lang::Node& item : node.items) list.push_back(written(item));
      return list;
    }
    if (node.is_map()) {
      Json map = Json::object();
      for (const lang::Entry& entry : node.entries) map[entry.key] = written(entry.value);
      return map;
    }
    return node.is_null() ? Json(nullptr) : Json(node.text);
  }

  static Json values(const std::map<std::string, NamedValue>& values) {
    Json document = Json::object();
    for (const auto& [name, value] : values) document[name] = written(*value.written.value);
    return document;
  }

  static Json readings(const std::map<std::string, Reading>& readings) {
    Json document = Json::object();
    for (const auto& [name, reading] : readings) {
      const ParsedReading& written_one = reading.written;
      if (written_one.broken()) continue;
      Json& entry = document[name];
      entry = {{"source", written(*written_one.source)},
               {"schema", written_one.value.schema},
               {"format", written_one.format},
               {"sensitive", written_one.value.sensitive}};
      if (!written_one.after.empty()) entry["after"] = written_one.after;
      if (written_one.value.default_value) entry["absent"] = written_one.value.default_value->value;
    }
    return document;
  }

  static Json outputs(const std::map<std::string, Output>& outputs) {
    Json document = Json::object();
    for (const auto& [name, output] : outputs) {
      Json& one = document[name];
      one = written(*output.written.value);
      if (!output.schema.is_null()) one = {{"value", std::move(one)}, {"schema", output.schema}};
    }
    return document;
  }

  static Json part(const Check& check) {
    Json document = {{"severity", name(check.written.severity)}};
    if (check.written.condition) document["condition"] = written(*check.written.condition);
    if (check.written.message) document["message"] = written(*check.written.message);
    return document;
  }

  static Json list(const std::vector<WrittenValue>& all) {
    Json document = Json::array();
    for (const WrittenValue& one : all) document.push_back(written(*one));
    return document;
  }

  // A list in braces would copy what is in it, here and for every declaration below.
  static Json placement(const ParsedPlacement& placement) {
    Json document = Json::object();
    document["on"] = placement.on ? Json(placement.on->text) : Json(nullptr);
    document["after"] = list(placement.after);
    document["before"] = list(placement.before);
    if (placement.when) document["when"] = placement.when->text;
    if (placement.id) document["id"] = written(*placement.id);
    for (const ParsedLoop& loop : placement.loops) {
      document["for_each"].push_back({{"names", loop.names}, {"over", written(*loop.over)}});
    }
    return document;
  }

  static void manner(const WrittenManner& manner, const WrittenValue& env, Json& document) {
    if (Json own = to_json(manner); !own.empty()) document["manner"] = std::move(own);
    if (env) document["env"] = written(*env);
  }

  Json part(const Declaration& checked) {
    const ParsedDeclaration& declaration = *checked.written;
    const Json& properties = declaration.spec->schema.json().at("properties");
    Json attributes = Json::object();
    for (const auto& [name, located] : declaration.literals) {
      const Json& format = member_of(properties[name], "x-format");
      if (format.is_string() && format.get_ref<const std::string&>().starts_with("source")) {
        for (const std::string& source : texts_in(located.value)) sources_.insert(source);
      }
      if (!checked.sensitive.contains(name)) attributes[name] = located.value;
    }
    for (const auto& [name, value] : declaration.expressions) attributes[name] = {{"expression", written(*value)}};
    for (const auto& [name, text] : declaration.templates) attributes[name] = {{"template", digest_of(text)}};
    for (const auto& [name, one] : declaration.choices) {
      attributes[name] = part(one);
      if (one.is_template) continue;
      for (const std::string& file : one.choice.files) sources_.insert(folder_.empty() ? file : folder_ + "/" + file);
    }
    Json document = Json::object();
    document["kind"] = declaration.kind;
    document["placement"] = placement(declaration.placement);
    document["attributes"] = std::move(attributes);
    document["ignore"] = declaration.ignore;
    document["sensitive"] = checked.sensitive;
    document["prevent_destroy"] = declaration.prevent_destroy;
    if (declaration.confirm_within > 0) document["confirm_within"] = declaration.confirm_within;
    if (declaration.allow_lock_out) document["allow_lock_out"] = true;
    manner(declaration.manner, declaration.env, document);
    if (!declaration.tags.empty()) document["tags"] = declaration.tags;
    if (!declaration.verify.empty()) document["verify"] = declaration.verify;
    if (declaration.verify_expression) document["verify"] = {{"expression", written(*declaration.verify_expression)}};
    return document;
  }

  Json part(const ParsedFileChoice& one) {
    Json document = choice(one.choice);
    for (const auto& [file, text] : one.templates) document["templates"][file] = digest_of(text);
    return document;
  }

  static Json part(const ParsedData& data) {
    Json document = choice(data.choice);
    if (!data.schema.is_null()) document["schema"] = data.schema;
    if (data.sensitive) return document;
    for (const auto& [file, value] : data.values) document["values"][file] = digest(canonical(value));
    return document;
  }

  static Json part(const ParsedValuesFrom& from) {
    Json document = choice(from.choice);
    for (const auto& [file, values] : from.values) {
      Json& own = document["values"][file] = Json::object();
      for (const auto& [name, value] : values) own[name] = written(*value.value);
    }
    return document;
  }

  // Of one whose files are no templates their bytes count.
  static Json choice(const ParsedChoice& choice) { return {{"first_of", list(choice.paths)}, {"files", choice.files}}; }

  static std::string digest_of(const ParsedTemplate& text) {
    std::string joined;
    return digest(texts_of(text, joined).text);
  }

  Json part(const ModuleCall& checked) {
    const ParsedCall& call = *checked.written;
    Json with = Json::object();
    for (const auto& [name, given] : call.with) with[name] = written(*given.value);
    Json document = Json::object();
    document["use"] = call.name;
    document["placement"] = placement(call.placement);
    document["with"] = std::move(with);
    if (!call.tags.empty()) document["tags"] = call.tags;
    document["module"] = call.module == nullptr ? Json(nullptr) : module(*call.module);
    return document;
  }

  std::set<std::string> sources_;
  std::string folder_;  // of the module at hand
};

Result<std::string> file_digest(const Files& files, const fs::path& path, const std::function<bool()>& stopped) {
  PLUMB_TRY_ASSIGN(const std::unique_ptr<FileStream> file, files.open(path));
  Sha256 sum;
  std::array<char, 1 << 16> chunk{};
  while (true) {
    if (stopped && stopped()) return fail(Code::kInterrupted, "stopped while " + path.string() + " was read");
    PLUMB_TRY_ASSIGN(const std::size_t count, file->read(chunk.data(), chunk.size()));
    if (count == 0) return sum.finish();
    sum.add({chunk.data(), count});
  }
}

std::vector<LockedFolder> modules_in(const std::vector<GitUse>& uses) {
  std::vector<LockedFolder> modules;
  std::set<std::string> known;
  for (const GitUse& use : uses) {
    if (!use.digest.empty() && known.insert(use.folder).second)
      modules.push_back({use.source.name(), use.folder, use.digest, use.used_at});
  }
  return modules;
}

}  // namespace

Result<std::string> digest_of(const Project& project, const std::function<bool()>& stopped) {
  Normalised normalised;
  Json document = normalised.module(project.root);
  document["project"] = project.name;
  if (project.rollout) document["rollout"] = to_json(*project.rollout);
  if (project.trust) document["trust"] = to_json(*project.trust);
  const Folder place(*project.files, project.folder);
  std::set<std::string> sources;
  for (const std::string& source : normalised.sources()) {
    const std::optional<FileStatus> status = place.status(source);
    if (!status || status->type != EntryType::kFolder) {
      sources.insert(source);
      continue;
    }
    PLUMB_TRY_ASSIGN(const std::vector<SourceEntry> entries, read_source_folder(place, source, {}));
    for (const SourceEntry& entry : entries) {
      const std::string path = source + '/' + entry.path;
      if (entry.type == EntryType::kFile) sources.insert(path);
      if (entry.type != EntryType::kFile || entry.executable)
        document["entries"][path] = entry.executable ? "executable" : entry.target;
    }
  }
  for (const std::string& source : sources) {
    PLUMB_TRY_ASSIGN(document["sources"][source], file_digest(*project.files, project.folder / source, stopped));
  }
  return digest(canonical(document));
}

std::optional<Project> load_project(const Folder& folder, const InputArguments& arguments, const Registry& kinds,
                                    Diagnostics& diagnostics, lang::SourceMap& sources, KeptProject* kept) {
  if (const Result<> there = expect_project(folder); !there) {
    diagnostics.add(there.error().diagnostic());
    return std::nullopt;
  }
  Project project;
  project.files = &folder.files();
  project.folder = folder.path();
  Diagnostics found;
  ModuleReader reader(folder, kinds, found, sources);
  reader.keep_in(kept);
  const bool there = reader.read_root(project.root, project.name);
  project.broken_files = reader.broken_files();
  project.rollout = reader.rollout();
  project.retention = reader.retention();
  project.max_fact_age = reader.max_fact_age();
  project.trust = reader.trust();
  project.policy = reader.policy();
  project.secrets = reader.secrets();
  project.git_modules = modules_in(reader.git_uses());
  if (there) read_input_layers(project, arguments, found, sources);
  diagnostics.extend(project.broken_files.empty() ? std::move(found) : certain_of(found, project.broken_files));
  if (!there) return std::nullopt;
  return project;
}

std::optional<Project> load_module(const Folder& folder, const Registry& kinds, Diagnostics& diagnostics,
                                   lang::SourceMap& sources, KeptProject* kept) {
  ModuleReader reader(folder, kinds, diagnostics, sources);
  reader.keep_in(kept);
  const std::shared_ptr<const Module> module = reader.module("");
  if (module == nullptr) return std::nullopt;
  Project project;
  project.files = &folder.files();
  project.folder = folder.path();
  project.name = folder.real().value_or(folder.path()).filename().string();
  project.root = *module;
  return project;
}

}  // namespace plumb::config
