// plumb adopt HOST [KIND…]: writes a project of how a host differs from what its distribution brought, so that a plan
// of it changes nothing there.

#include <algorithm>
#include <charconv>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/adopt/written_project.h"
#include "engine/base/ascii.h"
#include "engine/base/file.h"
#include "engine/base/memory_files.h"
#include "engine/base/outside_text.h"
#include "engine/base/plain_name.h"
#include "engine/base/secret_marks.h"
#include "engine/base/shell_word.h"
#include "engine/config/document.h"
#include "engine/run/planning.h"

namespace plumb::cmd {
namespace {

// A project of what is left gets better with each round; more than these are not needed.
constexpr int kMostRounds = 20;
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

// As an inventory would have them.
Json settings_of(const config::Host& host) {
  const config::ConnectionSettings& connection = host.connection;
  Json settings = Json::object();
  if (connection.kind == config::ConnectionKind::kLocal) settings["connection"] = "local";
  if (connection.kind == config::ConnectionKind::kOpenSsh) settings["connection"] = "openssh";
  if (connection.kind == config::ConnectionKind::kCommand) settings["connection"] = {{"command", connection.command}};
  if (!connection.address.empty() && connection.address != host.name) settings["address"] = connection.address;
  if (connection.port != 0) settings["port"] = connection.port;
  if (!connection.user.empty()) settings["user"] = connection.user;
  if (!connection.become.empty()) {
    settings["become"] = connection.become;
    if (connection.become_user != "root")
      settings["become"] = {{"method", connection.become}, {"user", connection.become_user}};
  }
  if (connection.identity_files.size() == 1) {
    settings["identity_file"] = connection.identity_files.front();
  } else if (!connection.identity_files.empty()) {
    settings["identity_files"] = connection.identity_files;
  }
  if (!connection.known_hosts_file.empty()) settings["known_hosts"] = connection.known_hosts_file;
  if (!connection.ssh_config_file.empty()) settings["ssh_config"] = connection.ssh_config_file;
  return settings;
}

// A project's name of a host's.
std::string project_name(const std::string& host) {
  const std::string name = plain_name(host, '-');
  return name.empty() || is_digit(name.front()) ? "host-" + name : name;
}

// As it can be pasted behind a command.
std::string pasted(const std::string& folder) {
  const bool plain = std::all_of(folder.begin(), folder.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '/' || c == '.' || c == '-' || c == '_';
  });
  return plain ? folder : shell_word(folder);
}

std::string attributes_in(const plan::Action& action) {
  std::string names;
  for (const auto& [name, unused] : action.after.items()) names += (names.empty() ? "" : ", ") + name;
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
      names_.connection = settings_of(workspace.inventory().hosts.at(names_.host));
    }
    names_.project = project_name(names_.host);
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
        if (one.adoption.look != nullptr) known += (known.empty() ? "" : ", ") + one.name;
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
    names.project = project_name(names.host);
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
    // The host has looked; so do we, before anything is written.
    for (adopt::Thing& thing : told_.things) {
      const std::string_view what = secret_in(bytes_of(thing));
      if (!what.empty() && thing.withheld.empty()) thing.withheld["content"] = what;
      if (!what.empty()) thing.attributes = Json::object();
    }
    return kDone;
  }

  static std::string bytes_of(const adopt::Thing& thing) {
    std::string all;
    for (const auto& [name, value] : thing.attributes.items())
      all += value.is_string() ? value.get<std::string>() + "\n" : value.dump() + "\n";
    return all;
  }

  // Plans what was written, and leaves out what the plan would change or cannot have, until it changes nothing.
  int settle(const run::RunContext& context) {
    for (int round = 0; round < kMostRounds; ++round) {
      written_ = adopt::write_project(told_, kinds_, names_);
      MemoryFiles files;
      for (const auto& [path, bytes] : written_.files) files.add(target_ / path, bytes);
      Diagnostics found;
      run::RunContext quiet = context;
      quiet.findings = [&found](const Diagnostics& some) { found.extend(some); };
      const std::size_t before = refused_;
      const bool settled = plan_once(files, quiet, found);
      for (const Diagnostic& problem : found.items()) {
        if (problem.severity == Severity::kError) refuse_for(problem);
      }
      if (quiet.control.level() != run::StopLevel::kNone) return kInterrupted;
      if (refused_ > before) continue;
      if (settled && !found.has_errors()) return kDone;
      if (!found.has_errors()) break;
      terminal_.diagnose(found.sorted(), {});
      return kFailed;
    }
    return refuse(fail(Code::kInternal, "what was found on " + names_.host + " comes to no plan that is empty"),
                  kFailed);
  }

  // False where there is no plan, or one that changes something.
  bool plan_once(const MemoryFiles& files, const run::RunContext& context, Diagnostics& found) {
    run::WorkspaceRequest request;
    request.folder = Folder(files, target_);
    request.on = names_.host;
    request.needs_key = false;
    request.missing_secrets = ir::MissingSecrets::kLeftOut;
    lang::SourceMap sources;
    const std::unique_ptr<run::Workspace> loaded = run::Workspace::load(request, kinds_, context.store, found, sources);
    if (loaded == nullptr || found.has_errors()) return false;
    const Result<run::KeyState> key = loaded->find_key();
    if (!key) {
      found.add(key.error().diagnostic());
      return false;
    }
    const std::optional<run::Planned> planned = run::make_plan(*loaded, {}, context);
    if (!planned) return false;
    found.extend(run::findings_of(planned->hosts));
    const auto host = planned->plan.hosts.find(names_.host);
    if (host == planned->plan.hosts.end()) return false;
    const std::shared_ptr<const plan::Actions> actions = host->second.actions.get();
    for (const plan::Action& action : *actions) {
      const std::string names = attributes_in(action);
      refuse_at(action.source, action.desired.address.str(),
                "a plan would change it" + (names.empty() ? "" : ": " + names));
    }
    return actions->empty();
  }

  void refuse_for(const Diagnostic& problem) {
    std::vector<SourceSpan> spans;
    if (problem.span) spans.push_back(*problem.span);
    for (const Related& related : problem.related) spans.push_back(related.span);
    for (const SourceSpan& span : spans) {
      if (refuse_things(adopt::things_at(written_, told_, span.file, span.line, ""), problem.summary)) return;
    }
  }

  void refuse_at(const std::string& source, const std::string& address, const std::string& why) {
    const std::size_t colon = source.find(':');
    int line = 0;
    if (colon != std::string::npos) std::from_chars(source.data() + colon + 1, source.data() + source.size(), line);
    const std::string file = source.substr(0, colon);
    if (!refuse_things(adopt::things_at(written_, told_, file, line, address), why))
      refuse_things(adopt::things_at(written_, told_, "", 0, address), why);
  }

  bool refuse_things(const std::vector<std::size_t>& things, const std::string& why) {
    for (const std::size_t thing : things) {
      if (!told_.things[thing].refused.empty()) continue;
      adopt::refuse(told_, thing, why);
      ++refused_;
    }
    return !things.empty();
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

  std::vector<adopt::NotTaken> not_taken() const {
    std::vector<adopt::NotTaken> all;
    const std::vector<adopt::Standing> standings = adopt::standings(told_, kinds_);
    for (std::size_t i = 0; i < told_.things.size(); ++i) {
      const adopt::Thing& thing = told_.things[i];
      if (standings[i] == adopt::Standing::kRefused) all.push_back({thing.kind, thing.name, thing.refused});
      for (const auto& [attribute, why] : thing.withheld) {
        if (standings[i] == adopt::Standing::kWithheld) all.push_back({thing.kind, thing.name, why});
        if (standings[i] == adopt::Standing::kTaken) all.push_back({thing.kind, thing.name, attribute + " is " + why});
      }
    }
    all.insert(all.end(), told_.left_out.begin(), told_.left_out.end());
    return all;
  }

  void report() {
    std::size_t resources = 0;
    for (const auto& [kind, count] : written_.taken) resources += count;
    const std::vector<adopt::NotTaken> left = not_taken();
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
    const std::string in = here ? "" : " -C " + pasted(given_folder());
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
  std::size_t refused_ = 0;
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
