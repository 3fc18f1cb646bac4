#include "engine/import/import.h"

#include <algorithm>
#include <memory>
#include <set>

#include "engine/import/hosts.h"
#include "engine/import/layout.h"
#include "engine/import/names.h"
#include "engine/import/plays.h"
#include "engine/import/settle.h"
#include "engine/import/units.h"

namespace plumb::imports {
namespace {

using lang::Node;

class Import {
 public:
  explicit Import(const ImportOptions& options) : options_(options) {}

  Result<Imported> run() {
    result_.report.source = options_.path.empty() ? "." : options_.path;
    PLUMB_TRY(read());
    add_parts();
    inventory_ = read_hosts(folder_at(options_.folder, base_), base_, units_.root->patterns(), result_.report);
    translate();
    settle(units_, inventory_, options_.check, result_);
    return std::move(result_);
  }

 private:
  Result<> read();
  void add_role(const std::string& name, const std::string& path);
  Unit& add_module(const std::string& own, const std::string& path, const Unit::Parts& parts);
  void add_siblings();
  void add_parts();
  void stand_on(Unit& unit, const Unit& from, int depth);
  void translate();
  void hand_inputs(const RoleUse& use);
  void note_fixed(const RoleUse& use, const std::vector<std::string>& inputs);

  const ImportOptions& options_;
  Imported result_;
  std::string base_;  // the folder that is looked at, below that of the options
  Units units_;
  Hosts inventory_;
};

// What lies there: the units, and the plays that use them.
Result<> Import::read() {
  const auto status = options_.folder.status(options_.path);
  if (!status) return fail(Code::kFileUnreadable, "there is nothing at " + options_.path);
  const bool is_file = status->type == EntryType::kFile;
  const std::filesystem::path path(options_.path);
  base_ = is_file ? path.parent_path().generic_string() : options_.path;
  std::filesystem::path named = is_file ? path.stem() : (options_.folder.path() / path).lexically_normal();
  if (!is_file && !named.has_filename()) named = named.parent_path();
  const std::string name = module_word(named.filename().string());

  units_.root = std::make_unique<Unit>(folder_at(options_.folder, base_), "", name, result_.report);
  units_.root->write_into("plumb.yaml");
  units_.root->begin_with("plumb: v1\nproject: " + name);
  Plays plays(folder_at(options_.folder, base_), base_, units_, result_.report);
  if (!is_file && is_role(options_.folder, base_)) {
    std::string role = name;
    for (const std::string_view lead : {"ansible-role-", "ansible-"}) {
      if (role.starts_with(lead) && role.size() > lead.size()) role = role.substr(lead.size());
    }
    add_role(role, base_);
    add_siblings();
  } else {
    for (const FoundRole& role : roles_below(options_.folder, base_)) add_role(role.name, role.path);
    if (is_file) {
      plays.read(path.filename().string());
    } else {
      for (const std::string& playbook : playbooks_below(options_.folder, base_)) plays.read(playbook);
    }
  }
  if (units_.roles.empty() && !plays.any()) {
    std::string places;
    for (const std::string& place : projects_below(options_.folder, base_))
      places += (places.empty() ? "" : ", ") + place;
    return fail(Code::kUsage, options_.path + " holds no role, no playbook and no folder of roles")
        .hint("name a role (a folder with tasks/main.yml), a playbook, or a folder with roles" +
              (places.empty() ? std::string() : "; below it there is something in " + places));
  }
  if (!is_file && !plays.any()) {
    std::vector<std::string> whole = is_role(options_.folder, base_) ? std::vector{units_.order.front()} : units_.order;
    std::erase_if(whole, [&](const auto& role) { return !is_role(options_.folder, units_.paths.at(role)); });
    plays.use_all(whole);
  }
  return {};
}

// What a role of a collection takes from others beside it.
void Import::add_siblings() {
  const std::string around = std::filesystem::path(base_).parent_path().generic_string();
  if (base_.empty() || base_ == ".") return;
  for (std::size_t at = 0; at < units_.order.size(); ++at) {
    const std::vector<std::string> wanted = units_.roles.at(units_.order[at])->wanted_roles();
    for (const std::string& role : wanted) {
      const std::string path = joined_path(around, role);
      if (path != base_ && holds_parts(options_.folder, path)) add_role(role, path);
    }
  }
}

// What of the role at `path` becomes the module `own`.
Unit& Import::add_module(const std::string& own, const std::string& path, const Unit::Parts& parts) {
  auto unit = std::make_unique<Unit>(folder_at(options_.folder, path), path == "." ? "" : path, own, result_.report);
  unit->read_role(parts);
  units_.order.push_back(own);
  return *(units_.roles[own] = std::move(unit));
}

void Import::add_role(const std::string& name, const std::string& path) {
  const std::string own = module_word(name);
  if (units_.roles.contains(own)) return;
  add_module(own, path, {});
  units_.paths[own] = path;
}

// Parts of roles that others include are modules of their own.
void Import::add_parts() {
  constexpr std::size_t kMostModules = 2000;
  std::vector<Unit*> units{units_.root.get()};
  for (const std::string& name : units_.order) units.push_back(units_.roles.at(name).get());
  for (std::size_t at = 0; at < units.size() && units.size() < kMostModules; ++at) {
    for (const auto& [role, parts] : units[at]->included_parts()) {
      const std::string own = role + parts.suffix();
      const auto path = units_.paths.find(role);
      if (path == units_.paths.end() || units_.roles.contains(own)) continue;
      units.push_back(&add_module(own, path->second, parts));
    }
  }
}

// What a role stands on has its names as well.
void Import::stand_on(Unit& unit, const Unit& from, int depth) {
  constexpr int kDeepest = 12;
  if (depth > kDeepest) return;
  for (const Node* one : from.role_dependencies()) {
    const auto other = units_.roles.find(units_.role_named(*one));
    if (other == units_.roles.end() || other->second.get() == &unit || other->second.get() == &from) continue;
    unit.stand_on(*other->second);
    stand_on(unit, *other->second, depth + 1);
  }
}

void Import::translate() {
  std::set<std::string> names;
  for (const auto& [name, unit] : units_.roles) names.insert(name);
  for (const std::string& name : units_.order) stand_on(*units_.roles.at(name), *units_.roles.at(name), 0);
  for (const std::string& name : units_.order) {
    Unit& unit = *units_.roles.at(name);
    for (const auto& [variable, value] : inventory_.values) unit.know_value(variable, *value);
    unit.know_roles(names);
    unit.translate();
  }
  units_.root->know_roles(names);
  for (const auto& [variable, value] : inventory_.values) units_.root->know_value(variable, *value);
  for (const RoleUse& use : units_.uses) hand_inputs(use);
  units_.root->translate();
  const auto find = [&](const std::string& use) -> const Unit* {
    const auto found = units_.roles.find(use.substr(use.rfind('/') + 1));
    return found == units_.roles.end() ? nullptr : found->second.get();
  };
  for (const std::string& name : units_.order) units_.roles.at(name)->trim_uses(find);
  units_.root->trim_uses(find);
}

// What the inventory says goes through the project's inputs.
void Import::hand_inputs(const RoleUse& use) {
  Unit& unit = *units_.roles.at(use.role);
  const std::vector<std::string> inputs = unit.input_names();
  note_fixed(use, inputs);
  WrittenMap with;
  for (const std::string& input : inputs) {
    const auto given = use.with.find(input);
    if (given != use.with.end()) {
      try {
        with.emplace_back(safe_name(input), units_.root->literal_value(*given->second));
      } catch (const Untranslatable& problem) {
        result_.report.notes.push_back("`" + input + "` of the role `" + use.role + "` is by hand: " + problem.reason);
      }
    } else if (inventory_.variables.contains(input)) {
      const bool is_secret = inventory_.secret.contains(input);
      if (is_secret) unit.mark_sensitive(input);
      units_.root->adopt(input, unit);
      if (is_secret) units_.root->mark_sensitive(input);
      with.emplace_back(safe_name(input), Written::of_text("${inputs." + safe_name(input) + "}"));
    }
  }
  if (!with.empty()) use.item->put("with", Written::of_map(std::move(with)));
}

// What a use hands to a role whose module has a fixed value there.
void Import::note_fixed(const RoleUse& use, const std::vector<std::string>& inputs) {
  for (const auto& [name, unused] : use.own) {
    const Symbol* symbol = units_.roles.at(use.role)->symbol(name);
    if (symbol == nullptr || symbol->is_input || symbol->fixed == nullptr ||
        std::find(inputs.begin(), inputs.end(), name) != inputs.end())
      continue;
    result_.report.notes.push_back("`" + name + "`, which is handed to the role `" + use.role +
                                   "`, is a value of its `vars` here: make it an input of its module");
  }
}

}  // namespace

Result<Imported> import_ansible(const ImportOptions& options) {
  try {
    return Import(options).run();
  } catch (const Untranslatable& problem) {
    return fail(Code::kUsage, "the import of " + options.path + " ended: " + problem.reason)
        .hint("import its roles one by one");
  }
}

}  // namespace plumb::imports
