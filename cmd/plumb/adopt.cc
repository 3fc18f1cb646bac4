// plumb adopt HOST [KIND…]: writes a project of how a host differs from what its distribution brought, so that a plan
// of it changes nothing there.

#include <algorithm>
#include <charconv>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/adopt/settle.h"
#include "engine/adopt/written_project.h"
#include "engine/base/ascii.h"
#include "engine/base/file.h"
#include "engine/base/joined.h"
#include "engine/base/memory_files.h"
#include "engine/base/outside_text.h"
#include "engine/base/shell_word.h"
#include "engine/config/connection.h"
#include "engine/config/document.h"
#include "engine/run/planning.h"

namespace plumb::cmd {
namespace {

constexpr const char* kWithoutProject = "localhost";

struct AdoptArguments {
  std::string host;
  std::vector<std::string> kinds;
  std::string folder;
  std::string become;
  bool print = false;
};

// "deploy@web1.example.com:2222", "[2001:db8::5]:22"
Result<Json> connection_in(const std::string& word, std::string& name) {
  if (word == kWithoutProject) {
    name = word;
    return Json{{"connection", "local"}};
  }
  Json settings = Json::object();
  std::string rest = word;
  if (const std::size_t at = rest.rfind('@'); at != std::string::npos) {
    settings["user"] = rest.substr(0, at);
    rest.erase(0, at + 1);
  }
  const bool bracketed = rest.starts_with('[');
  const std::size_t end = bracketed ? rest.find(']') : rest.find(':');
  std::string port;
  if (bracketed && end != std::string::npos) {
    port = rest.substr(end + 1);
    rest = rest.substr(1, end - 1);
  } else if (end != std::string::npos && rest.find(':', end + 1) == std::string::npos) {
    port = rest.substr(end);
    rest.resize(end);
  }
  if (!port.empty()) {
    int number = 0;
    const auto [last, problem] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
    if (problem != std::errc() || last != port.data() + port.size() || !port.starts_with(':'))
      return fail(Code::kUsage, "`" + word + "` is no host").hint("write HOST, USER@HOST or USER@HOST:PORT");
    settings["port"] = number;
  }
  if (rest.empty())
    return fail(Code::kUsage, "`" + word + "` is no host").hint("write HOST, USER@HOST or USER@HOST:PORT");
  name = rest;
  // What is no plain name is an address of one.
  for (char& c : name) c = c == ':' || c == '%' ? '-' : c;
  if (name != rest) settings["address"] = rest;
  return settings;
}

std::string attributes_in(const plan::Action& action) {
  std::string names;
  for (const auto& [name, unused] : action.after.items()) append_item(names, name);
  return names;
}

class AdoptCommand {
 public:
  AdoptCommand(Program& program, AdoptArguments given)
      : kinds_(program.options.kinds),
        folder_(program.options.folder),
        options_(program.options),
        given_(std::move(given)),
        terminal_(options_.no_color),
        target_(std::filesystem::absolute(given_.folder.empty() ? options_.folder : given_.folder).lexically_normal()) {
    terminal_.set_json(options_.output == "json");
  }

  int run() {
    if (const Result<> fine = check_arguments(); !fine) return refuse(fine.error());
    const bool has_project = config::has_document(std::filesystem::path(options_.folder), "plumb");
    if (const Result<> fine = check_target(has_project); !fine) return refuse(fine.error());
    const bool has_hosts = has_project || !options_.inventory.empty();
    if (const Result<> fine = name_host(has_project, has_hosts); !fine) return refuse(fine.error());
    options_.on = has_hosts ? given_.host : names_.host;
    options_.limit.clear();
    Workspace workspace(options_, terminal_);
    const SignalWatch signals([&] { workspace.control().request_stop(); });
    workspace.only_name();
    if (!(has_project ? workspace.load() : workspace.load(files_))) return kInvalidConfiguration;
    if (workspace.hosts().size() != 1)
      return refuse(fail(Code::kUsage, "`" + given_.host + "` means " + std::to_string(workspace.hosts().size()) +
                                           " hosts; one is adopted at a time"));
    if (has_hosts) {
      names_.host = *workspace.hosts().begin();
      names_.connection = config::layer_of(workspace.inventory().hosts.at(names_.host).connection, names_.host);
    }
    names_.project = adopt::project_name(names_.host);
    Progress progress(terminal_, options_);
    const std::optional<run::RunContext> context = workspace.context(progress.observer());
    if (!context) return kInvalidConfiguration;
    if (const int code = survey(workspace, *context, progress); code != kDone) return code;
    if (given_.print) return print();
    std::error_code problem;
    std::filesystem::create_directories(target_, problem);
    if (problem)
      return refuse(fail(Code::kWriteFailed, "cannot make " + target_.string() + ": " + problem.message()), kFailed);
    if (const int code = settle(*context); code != kDone) {
      progress.clear();
      return code;
    }
    progress.clear();
    // Once more: somebody else may have written there meanwhile.
    if (const Result<> fine = check_target(has_project); !fine) return refuse(fine.error(), kFailed);
    if (const Result<> written = write(); !written) return refuse(written.error(), kFailed);
    report();
    return kDone;
  }

 private:
  int refuse(const Error& error, int code = kInvalidConfiguration) {
    terminal_.diagnose({error.diagnostic()}, {});
    return code;
  }

  Result<> check_arguments() const {
    for (const std::string& name : given_.kinds) {
      const Kind* kind = kinds_.find(name);
      if (kind != nullptr && kind->adoption.look != nullptr) continue;
      std::string known;
      for (const Kind& one : kinds_.all()) {
        if (one.adoption.look != nullptr) append_item(known, one.name);
      }
      return fail(Code::kUsage, kind == nullptr ? "`" + name + "` is no kind of resource"
                                                : "nothing looks on a host for resources of the kind `" + name + "`")
          .hint("those that are looked for are " + known);
    }
    if (given_.print && given_.kinds.size() != 1)
      return fail(Code::kUsage, "`plumb adopt --print` wants a host and one kind")
          .hint("plumb adopt --print HOST KIND");
    return {};
  }

  Result<> check_target(bool has_project) const {
    if (given_.print) return {};
    if (given_.folder.empty() && has_project)
      return fail(Code::kUsage, "there is a project here already").hint("name a folder for the new one: -o DIR");
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(target_, ignored)) {
      const std::string name = entry.path().filename().string();
      if (name == ".git" || name == ".plumb") continue;
      return fail(Code::kExists, target_.string() + " holds `" + name + "` already")
          .hint("an adopted host goes into a folder of its own: -o DIR");
    }
    return {};
  }

  // Where there is no project, one without resources stands in memory, so that the host can be reached.
  Result<> name_host(bool has_project, bool has_hosts) {
    if (!has_hosts) {
      PLUMB_TRY_ASSIGN(names_.connection, connection_in(given_.host, names_.host));
      if (!given_.become.empty()) names_.connection["become"] = given_.become;
    }
    if (has_project) return {};
    options_.folder = target_.string();
    if (has_hosts) options_.inventory = std::filesystem::absolute(options_.inventory).string();
    adopt::ProjectNames names = names_;
    if (has_hosts) names.host = kWithoutProject;
    names.project = adopt::project_name(names.host);
    add_files(adopt::write_project({}, kinds_, names));
    return {};
  }

  void add_files(const adopt::WrittenProject& project) {
    for (const auto& [path, bytes] : project.files) files_.add(target_ / path, bytes);
  }

  int survey(Workspace& workspace, const run::RunContext& context, Progress& progress) {
    std::vector<std::string> kinds = given_.kinds;
    if (kinds.empty()) {
      for (const Kind& kind : kinds_.all()) {
        if (kind.adoption.look != nullptr) kinds.push_back(kind.name);
      }
    }
    const std::unique_ptr<run::Fleet> fleet = run::make_fleet(workspace.loaded(), context);
    fleet->join(workspace.hosts());
    progress.begin(run::Phase::kSurvey, 1);
    std::string lines;
    const run::HostResults results =
        fleet->survey(kinds, [&](const std::string&, std::string told) { lines = std::move(told); });
    progress.clear();
    workspace.diagnose(run::findings_of(results));
    if (const ExitCode code = exit_code_of(results); code != kDone) return code;
    Result<adopt::Told> told = adopt::read_survey(lines, kinds_);
    if (!told) return refuse(told.error(), kFailed);
    told_ = std::move(*told);
    return kDone;
  }

  // Plans what is written, until the plan changes nothing.
  int settle(const run::RunContext& context) {
    adopt::Settled settled = adopt::settle(
        told_, kinds_, names_, [&](const adopt::WrittenProject& project) { return plan_once(project, context); });
    written_ = std::move(settled.project);
    switch (settled.outcome) {
      case adopt::Settled::Outcome::kEmpty:
        return kDone;
      case adopt::Settled::Outcome::kStopped:
        return kInterrupted;
      case adopt::Settled::Outcome::kBroken:
        terminal_.diagnose(settled.left.sorted(), {});
        return kFailed;
      case adopt::Settled::Outcome::kStuck:
        break;
    }
    return refuse(fail(Code::kInternal, "what was found on " + names_.host + " comes to no plan that is empty"),
                  kFailed);
  }

  adopt::Attempt plan_once(const adopt::WrittenProject& project, const run::RunContext& context) {
    MemoryFiles files;
    for (const auto& [path, bytes] : project.files) files.add(target_ / path, bytes);
    adopt::Attempt attempt;
    run::RunContext quiet = context;
    quiet.findings = [&attempt](const Diagnostics& some) { attempt.found.extend(some); };
    plan_files(files, quiet, attempt);
    attempt.stopped = quiet.control.level() != run::StopLevel::kNone;
    return attempt;
  }

  void plan_files(const MemoryFiles& files, const run::RunContext& context, adopt::Attempt& attempt) {
    run::WorkspaceRequest request;
    request.folder = Folder(files, target_);
    request.on = names_.host;
    request.needs_key = false;
    request.missing_secrets = ir::MissingSecrets::kLeftOut;
    lang::SourceMap sources;
    const std::unique_ptr<run::Workspace> loaded =
        run::Workspace::load(request, kinds_, context.store, attempt.found, sources);
    if (loaded == nullptr || attempt.found.has_errors()) return;
    if (const Result<run::KeyState> key = loaded->find_key(); !key) {
      attempt.found.add(key.error().diagnostic());
      return;
    }
    const std::optional<run::Planned> planned = run::make_plan(*loaded, {}, context);
    if (!planned) return;
    attempt.found.extend(run::findings_of(planned->hosts));
    const auto host = planned->plan.hosts.find(names_.host);
    if (host == planned->plan.hosts.end()) return;
    attempt.planned = true;
    const std::shared_ptr<const plan::Actions> actions = host->second.actions.get();
    for (const plan::Action& action : *actions)
      attempt.changes.push_back({action.source, action.desired.address.str(), attributes_in(action)});
  }

  Result<> write() const {
    std::error_code problem;
    for (const auto& [name, bytes] : written_.files) {
      const std::filesystem::path path = target_ / name;
      std::filesystem::create_directories(path.parent_path(), problem);
      if (problem)
        return fail(Code::kWriteFailed, "cannot make " + path.parent_path().string() + ": " + problem.message());
      PLUMB_TRY(write_file(path, bytes));
    }
    return {};
  }

  int print() {
    terminal_.print(adopt::write_resources(told_, kinds_, given_.kinds.front()));
    for (const adopt::NotTaken& one : told_.left_out) terminal_.tell("note: " + one.what + ": " + one.why + "\n");
    return kDone;
  }

  void report() {
    std::size_t resources = 0;
    for (const auto& [kind, count] : written_.taken) resources += count;
    const std::vector<adopt::NotTaken> left = adopt::not_taken(told_, kinds_);
    if (terminal_.json()) {
      Json out = {
          {"host", names_.host}, {"resources", resources}, {"taken", written_.taken}, {"left_out", Json::array()}};
      for (const auto& [path, unused] : written_.files) out["files"].push_back(path);
      for (const adopt::NotTaken& one : left)
        out["left_out"].push_back({{"kind", one.kind}, {"what", one.what}, {"why", one.why}});
      terminal_.print(out.dump(2) + "\n");
      return;
    }
    terminal_.print("Taken from " + names_.host + ": " + std::to_string(resources) +
                    (resources == 1 ? " resource of " : " resources of ") + std::to_string(written_.taken.size()) +
                    (written_.taken.size() == 1 ? " kind\n" : " kinds\n"));
    for (const auto& [kind, count] : written_.taken)
      terminal_.print("  " + kind + std::string(kind.size() < 20 ? 20 - kind.size() : 1, ' ') + std::to_string(count) +
                      "\n");
    if (!left.empty()) terminal_.print("\nLeft out: " + std::to_string(left.size()) + "\n");
    for (const adopt::NotTaken& one : left)
      terminal_.print("  " + one.kind + " " + outside_line(one.what, kWhole) + ": " + outside_line(one.why, kWhole) +
                      "\n");
    const bool here = given_folder() == ".";
    const std::string in = here ? "" : " -C " + typed_word(given_folder());
    terminal_.print("\nWritten to " + (here ? std::string("this folder") : given_folder()) + "; `plumb" + in +
                    " plan` changes nothing on " + names_.host + ".\n");
  }

  std::string given_folder() const { return given_.folder.empty() ? folder_ : given_.folder; }

  const Registry& kinds_;
  const std::string folder_;  // -C
  Options options_;
  AdoptArguments given_;
  Terminal terminal_;
  std::filesystem::path target_;
  adopt::ProjectNames names_;
  MemoryFiles files_{disk_files()};
  adopt::Told told_;
  adopt::WrittenProject written_;
};

}  // namespace

void add_adopt(Program& program) {
  auto given = std::make_shared<AdoptArguments>();
  CLI::App* command = program.app.add_subcommand(
      "adopt", "Write a project of how a host differs from what its distribution brought; its plan changes nothing");
  command->add_option("HOST", given->host, "A host of the project, or where there is none here, [USER@]HOST[:PORT]")
      ->required()
      ->type_name("HOST");
  command->add_option("KIND", given->kinds, "Resources of these kinds alone")->type_name("KIND");
  command->add_option("-o,--out", given->folder, "The folder that the project is written to; else this one")
      ->type_name("DIR");
  command->add_option("--become", given->become, "Of a host without a project: how to become root there")
      ->check(CLI::IsMember({"sudo", "doas", "su"}));
  command->add_flag("--print", given->print, "Only print the resources of one kind, to paste them");
  command->callback([&program, given] { program.exit_code = AdoptCommand(program, *given).run(); });
}

}  // namespace plumb::cmd
