// plumb module fetch|list|update: the modules that come from git, and plumb.lock.

#include "cmd/plumb/commands.h"
#include "cmd/plumb/workspace.h"
#include "engine/config/module_update.h"
#include "engine/config/project_files.h"

namespace plumb::cmd {
namespace {

using config::GitSource;
using config::LockedModule;

std::string state_words(config::ModuleState state) {
  switch (state) {
    case config::ModuleState::kReady:
      return "ready";
    case config::ModuleState::kUnlocked:
      return "not locked";
    case config::ModuleState::kMissing:
      return "not fetched";
    case config::ModuleState::kChanged:
      return "changed";
  }
  return {};
}

std::string short_commit(const std::string& commit) {
  return commit.substr(0, 12);
}

std::string place(const GitSource& source) {
  return source.url + (source.path.empty() ? "" : ", " + source.path) + (source.ref.empty() ? "" : ", " + source.ref);
}

Json source_json(const GitSource& source) {
  Json json = {{"name", source.name()}, {"git", source.url}};
  if (!source.path.empty()) json["path"] = source.path;
  if (!source.ref.empty()) json["ref"] = source.ref;
  if (!source.commit.empty()) json["commit"] = source.commit;
  return json;
}

Json locked_json(const GitSource& source, const LockedModule& locked) {
  Json json = source_json(source);
  json["commit"] = locked.commit;
  json["digest"] = locked.digest;
  return json;
}

class ModuleCommand {
 public:
  explicit ModuleCommand(Program& program)
      : folder_(program.options.folder),
        kinds_(program.options.kinds),
        terminal_(program.options.no_color),
        workspace_(program.options, terminal_) {
    terminal_.set_json(program.options.output == "json");
  }

  int list() {
    if (!has_project()) return kInvalidConfiguration;
    const auto modules = config::list_modules(folder_, kinds_, diagnostics_, workspace_.sources());
    if (!modules) return complain(kInvalidConfiguration);
    Json all = Json::array();
    for (const config::ListedModule& module : *modules) {
      if (terminal_.json()) {
        Json json = module.locked ? locked_json(module.source, *module.locked) : source_json(module.source);
        json["state"] = state_words(module.state);
        json["used_at"] = Json::array();
        for (const SourceSpan& span : module.used_at) json["used_at"].push_back(span.str());
        all.push_back(std::move(json));
      } else {
        print_listed(module);
      }
    }
    if (terminal_.json()) {
      terminal_.print(all.dump(2) + "\n");
    } else if (modules->empty()) {
      terminal_.print("No modules from git.\n");
    }
    return kDone;
  }

  int fetch() {
    if (!has_project()) return kInvalidConfiguration;
    const auto lock = config::read_module_lock(folder_, diagnostics_, workspace_.sources());
    if (!lock) return complain(kInvalidConfiguration);
    const std::vector<config::FetchedModule> fetched = config::fetch_modules(folder_, *lock, diagnostics_);
    Json all = Json::array();
    for (const config::FetchedModule& module : fetched) {
      if (terminal_.json()) {
        Json json = locked_json(module.source, module.locked);
        json["fetched"] = module.brought;
        all.push_back(std::move(json));
      } else {
        terminal_.print(module.source.name() + "  " + short_commit(module.locked.commit) +
                        (module.brought ? "  fetched\n" : "  is there\n"));
      }
    }
    if (terminal_.json()) {
      terminal_.print(all.dump(2) + "\n");
    } else if (lock->empty()) {
      terminal_.print("plumb.lock holds no modules; `plumb module update` locks what the project uses.\n");
    }
    return complain(kFailed);
  }

  int update(const std::vector<std::string>& names) {
    if (!has_project()) return kInvalidConfiguration;
    const auto updated = config::update_modules(folder_, names, kinds_, diagnostics_, workspace_.sources());
    if (!updated) return complain(kFailed);
    Json all = Json::array();
    for (const config::UpdatedModule& module : *updated) {
      if (terminal_.json()) {
        Json json = source_json(module.source);
        json["before"] = module.before ? locked_json(module.source, *module.before) : Json(nullptr);
        json["after"] = module.after ? locked_json(module.source, *module.after) : Json(nullptr);
        all.push_back(std::move(json));
      } else {
        terminal_.print(module.source.name() + "  " + change_words(module) + "\n");
      }
    }
    if (terminal_.json()) {
      terminal_.print(all.dump(2) + "\n");
    } else if (updated->empty()) {
      terminal_.print("The project uses no modules from git.\n");
    }
    return complain(kInvalidConfiguration);
  }

 private:
  bool has_project() {
    const Result<> there = config::expect_project(folder_);
    if (!there) workspace_.diagnose(there.error());
    return there.has_value();
  }

  // `code` where there are errors to tell.
  int complain(ExitCode code) {
    workspace_.diagnose(diagnostics_);
    return diagnostics_.has_errors() ? code : kDone;
  }

  void print_listed(const config::ListedModule& module) {
    const std::string& commit = module.locked ? module.locked->commit : module.source.commit;
    std::string text = module.source.name() + "  " + (commit.empty() ? "-" : short_commit(commit)) + "  " +
                       state_words(module.state) + "\n  from   " + place(module.source) + "\n";
    if (module.locked) text += "  digest " + module.locked->digest + "\n";
    for (const SourceSpan& span : module.used_at) text += "  used   " + span.str() + "\n";
    if (module.used_at.empty()) text += "  used   nowhere\n";
    terminal_.print(text);
  }

  static std::string change_words(const config::UpdatedModule& module) {
    if (!module.after) return short_commit(module.before->commit) + "  no longer used";
    const std::string now = short_commit(module.after->commit);
    if (!module.before) return now + "  locked";
    if (*module.before == *module.after) return now + "  as it was";
    return short_commit(module.before->commit) + " → " + now;
  }

  std::filesystem::path folder_;
  const Registry& kinds_;
  Terminal terminal_;
  Workspace workspace_;
  Diagnostics diagnostics_;
};

}  // namespace

void add_module(Program& program) {
  CLI::App* command = program.app.add_subcommand("module", "Modules from git: what plumb.lock holds, and bringing it");
  command->require_subcommand(1);

  CLI::App* list =
      command->add_subcommand("list", "Show each module from git, where it is used and whether it is here");
  list->callback([&program] { program.exit_code = ModuleCommand(program).list(); });

  CLI::App* fetch = command->add_subcommand("fetch", "Bring what plumb.lock holds");
  fetch->callback([&program] { program.exit_code = ModuleCommand(program).fetch(); });

  auto names = std::make_shared<std::vector<std::string>>();
  CLI::App* update =
      command->add_subcommand("update", "Lock what the project uses; follow refs to their newest commits");
  update->add_option("NAME", *names, "Modules whose refs to follow (default: all)");
  update->callback([&program, names] { program.exit_code = ModuleCommand(program).update(*names); });
}

}  // namespace plumb::cmd
