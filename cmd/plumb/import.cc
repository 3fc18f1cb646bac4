// plumb import ansible PATH -o DIR: a project of Ansible's, written as one of plumb's.

#include "engine/import/import.h"

#include <filesystem>
#include <memory>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/terminal.h"
#include "engine/base/file.h"
#include "engine/base/shell_word.h"
#include "engine/history/sqlite_history.h"
#include "engine/run/offline.h"
#include "engine/run/workspace.h"

namespace plumb::cmd {
namespace {

struct ImportArguments {
  std::string path;
  std::string folder;
  std::string report;
  bool force = false;
};

// As `plumb validate` checks it, for all of its hosts.
Diagnostics check_project(const Folder& folder, const Registry& kinds) {
  run::WorkspaceRequest request;
  request.folder = folder;
  request.sources = {.freshness = inventory::Freshness::kKept, .answers = {}};
  request.needs_key = false;
  Diagnostics found;
  lang::SourceMap sources;
  const history::SqliteHistory nothing(std::filesystem::path("/nonexistent") / "history.db");
  const auto loaded = run::Workspace::load(request, kinds, nothing, found, sources);
  if (loaded == nullptr || found.has_errors()) return found;
  const Result<run::KeyState> key = loaded->find_key();
  if (!key) return found;
  Diagnostics of_hosts = run::validate_offline(loaded->compiler_input(), loaded->hosts(), 1);
  found.extend(std::move(of_hosts));
  return found;
}

Result<> write_report(const imports::Report& report, const std::string& file) {
  const bool html = file.ends_with(".html") || file.ends_with(".htm");
  return write_file(file, html ? imports::report_html(report) : imports::report_text(report));
}

Json report_json(const imports::Report& report, bool valid) {
  Json tasks = Json::array();
  for (const imports::TaskOutcome& task : report.tasks)
    tasks.push_back({{"file", task.file},
                     {"line", task.line},
                     {"name", task.name},
                     {"module", task.module},
                     {"outcome", imports::words_for(task.outcome)},
                     {"resource", task.is_resource},
                     {"effort", task.effort},
                     {"notes", task.notes}});
  return {{"tasks", tasks},
          {"notes", report.notes},
          {"share", report.share() / 10.0},
          {"share_of_resources", report.share(true) / 10.0},
          {"valid", valid}};
}

int import_ansible(Program& program, const ImportArguments& given) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  const auto complain = [&](const Error& error) {
    terminal.diagnose({error.diagnostic()}, {});
    return kFailed;
  };
  const std::filesystem::path target(given.folder);
  std::error_code ignored;
  if (!given.force && std::filesystem::exists(target / "plumb.yaml", ignored))
    return complain(fail(Code::kExists, (target / "plumb.yaml").string() + " is there already")
                        .hint("name another folder, or --force to write over what is there"));
  if (!std::filesystem::exists(given.path, ignored))
    return complain(fail(Code::kFileUnreadable, "there is nothing at " + given.path)
                        .hint("name a role, a playbook, or a folder with roles and playbooks"));
  const std::filesystem::path source = std::filesystem::absolute(given.path, ignored).lexically_normal();
  const bool file = std::filesystem::is_regular_file(source, ignored);
  // A role of a collection may take parts of those beside it.
  const std::filesystem::path role = source.has_filename() ? source : source.parent_path();
  const bool beside = !file && role.parent_path().filename() == "roles";
  imports::ImportOptions options{
      .folder = Folder(file || beside ? role.parent_path() : source),
      .path = file || beside ? role.filename().string() : std::string("."),
      .check = [&](const Folder& folder) { return check_project(folder, program.options.kinds); }};
  const Result<imports::Imported> imported = imports::import_ansible(options);
  if (!imported) return complain(imported.error());
  for (const auto& [name, text] : imported->files) {
    const std::filesystem::path path = target / name;
    std::filesystem::create_directories(path.parent_path(), ignored);
    if (Result<> written = write_file(path, text); !written) return complain(written.error());
  }
  imports::Report report = imported->report;
  report.source = given.path;
  if (!given.report.empty()) {
    if (Result<> written = write_report(report, given.report); !written) return complain(written.error());
  }
  if (terminal.json()) {
    terminal.print(report_json(report, !imported->left.has_errors()).dump() + "\n");
  } else {
    terminal.print(imports::report_text(report));
    terminal.print("\nWritten to " + given.folder + "; `plumb -C " + typed_word(given.folder) +
                   " plan` shows what it would change.\n");
  }
  if (imported->left.has_errors()) {
    terminal.diagnose(imported->left.sorted(), {});
    return kInvalidConfiguration;
  }
  return kDone;
}

}  // namespace

void add_import(Program& program) {
  CLI::App* command =
      program.app.add_subcommand("import", "Write what another tool has as plumb's own: a project, an inventory");
  command->require_subcommand(1);
  auto given = std::make_shared<ImportArguments>();
  CLI::App* ansible =
      command->add_subcommand("ansible", "From a role, a playbook, or a folder with roles and playbooks");
  ansible->add_option("PATH", given->path, "The role, playbook or folder")->required();
  ansible->add_option("-o,--out", given->folder, "The folder that the project is written to")
      ->required()
      ->type_name("DIR");
  ansible->add_option("--report", given->report, "Write the report to FILE: HTML where its name ends so, else text")
      ->type_name("FILE");
  ansible->add_flag("--force", given->force, "Write over a project that is there");
  ansible->callback([&program, given] { program.exit_code = import_ansible(program, *given); });
  add_import_inventory(program, *command);
}

}  // namespace plumb::cmd
