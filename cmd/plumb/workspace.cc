#include "cmd/plumb/workspace.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "cmd/plumb/ask.h"
#include "cmd/plumb/log.h"
#include "engine/base/ascii.h"
#include "engine/base/file.h"
#include "engine/base/platform.h"
#include "engine/base/pool.h"
#include "engine/config/project_files.h"
#include "engine/host/executor_store.h"
#include "engine/host/simulated.h"
#include "engine/host/transport.h"
#include "engine/run/machine_trust.h"
#include "engine/run/project_key.h"

extern char** environ;

namespace plumb::cmd {
namespace {

// The word of docs/guide/watching.md for a host that is not there.
constexpr const char* kSimulatedHost = "plumb:simulated";
constexpr std::size_t kMaxSource = std::size_t{8} << 20;

std::size_t default_forks() {
  return std::clamp<std::size_t>(8 * core_count(), 16, 128);
}

}  // namespace

std::size_t forks_of(const Options& options) {
  return options.forks == 0 ? default_forks() : options.forks;
}

std::filesystem::path program_folder() {
  const std::filesystem::path self = running_program();
  return self.empty() ? std::filesystem::path(".") : self.parent_path();
}

config::InputArguments input_arguments(const Options& options) {
  constexpr std::string_view kPrefix = "PLUMB_INPUT_";
  config::InputArguments arguments;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view entry(*variable);
    const std::size_t equals = entry.find('=');
    if (!entry.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    // Inputs are lower-case; shells like their variables in capitals.
    const std::string name = lowered(entry.substr(kPrefix.size(), equals - kPrefix.size()));
    arguments.environment[name] = std::string(entry.substr(equals + 1));
  }
  for (const std::string& file : options.input_files) arguments.files.emplace_back(file);
  for (const auto& [name, text] : options.input_streams) arguments.streams.emplace(name, text);
  arguments.assignments = options.assignments;
  return arguments;
}

std::filesystem::path history_file(const Options& options) {
  return std::filesystem::path(options.folder) / ".plumb" / "history.db";
}

// How hosts are reached from here.
struct Workspace::Reach {
  Reach() { transport.add(kSimulatedHost, simulated); }

  host::ExecutorStore executors{program_folder()};
  host::ssh::Context ssh;
  host::SimulatedTransport simulated;
  host::HostTransport transport{executors, ssh};
};

Workspace::Workspace(const Options& options, Terminal& terminal)
    : options_(options), terminal_(terminal), history_(history_file(options)) {}
Workspace::~Workspace() {
  // Ends with the program: to take a large project apart piece by piece takes as long as to read a tenth of it. It is
  // kept where it can be found, so that nobody who looks for leaks takes it for one.
  // NOLINTNEXTLINE(bugprone-unhandled-exception-at-new): who has no memory for this has none to go on with.
  static auto& kept = *new std::vector<run::Workspace*>();
  kept.push_back(loaded_.release());
}

void Workspace::add_sources(const std::vector<Diagnostic>& diagnostics) {
  const auto add = [&](const SourceSpan& span) {
    if (span.file.empty() || sources_.has(span.file)) return;
    std::filesystem::path path = folder() / span.file;
    if (!options_.inventory.empty() && span.file == options_.inventory) path = options_.inventory;
    if (Result<std::string> text = read_file(path, kMaxSource)) sources_.add(span.file, std::move(*text));
  };
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.span) add(*diagnostic.span);
    for (const Related& related : diagnostic.related) add(related.span);
  }
}

void Workspace::diagnose(const Diagnostics& diagnostics) {
  const std::vector<Diagnostic> sorted = diagnostics.sorted();
  add_sources(sorted);
  terminal_.diagnose(sorted, sources_);
}

void Workspace::diagnose(const Error& error) {
  Diagnostics diagnostics;
  diagnostics.add(error.diagnostic());
  diagnose(diagnostics);
}

bool Workspace::load() {
  return load(disk_files());
}

bool Workspace::load(const Files& files) {
  run::WorkspaceRequest request;
  request.folder = Folder(files, folder());
  request.inventory = options_.inventory;
  request.on = options_.on;
  request.limit = options_.limit;
  request.inputs = input_arguments(options_);
  request.sources = inventory_options_;
  request.missing_secrets = missing_secrets_;
  request.stand_ins = stand_ins_;
  request.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  request.needs_key = needs_key_;
  const Result<std::optional<run::MachineTrust>> machine = run::machine_trust(run::kMachineTrustFile, 0, sources_);
  // One that cannot be read may have asked for all of it.
  must_seal_ = !machine || (*machine && (*machine)->sealed_values);
  if (!machine) {
    request.vaults = machine.error();
    request.machine = machine.error();
  }
  // What applies refuses it anyway.
  if (!machine && stand_ins_ == secrets::StandIns::kYes) {
    Diagnostics broken;
    broken.add(Diagnostic(machine.error().diagnostic()).as(Severity::kWarning));
    diagnose(broken);
  }
  if (machine && *machine) {
    request.vaults = (*machine)->vaults;
    request.machine = (*machine)->plans;
  }
  Diagnostics found;
  loaded_ = run::Workspace::load(request, options_.kinds, history_, found, sources_);
  diagnose(found);
  return loaded_ != nullptr;
}

bool Workspace::expect_history() {
  std::error_code failure;
  if (std::filesystem::exists(history_file(options_), failure)) return true;
  const Result<> project = config::expect_project(Folder(disk_files(), folder()));
  if (!project) diagnose(project.error());
  return project.has_value();
}

std::optional<ir::CompilerInput> Workspace::compiler_input() {
  if (!find_key()) return std::nullopt;
  return loaded_->compiler_input();
}

bool Workspace::find_key() {
  const Result<run::KeyState> key = loaded_->find_key();
  if (!key) {
    diagnose(key.error());
    return false;
  }
  if (*key == run::KeyState::kMade) {
    terminal_.tell("note: made this project's key, " + run::project_key_path(folder()).string() +
                   "; sensitive values appear in plans as digests keyed with it. Keep it, and keep it out of git; "
                   "`plumb project-key share` gives it to colleagues and CI.\n");
  }
  return true;
}

bool Workspace::ask_become_password() {
  if (!options_.ask_become_password || become_password_) return true;
  Result<std::string> password = ask_secret("Password for becoming another user on the hosts: ", terminal_, nullptr);
  if (!password) {
    diagnose(password.error());
    return false;
  }
  become_password_ = std::move(*password);
  return true;
}

std::optional<run::RunContext> Workspace::context(run::RunObserver observer) {
  if (!find_key() || !ask_become_password()) return std::nullopt;
  if (reach_ == nullptr) reach_ = std::make_unique<Reach>();
  if (terminal_.can_ask()) {
    reach_->ssh.set_prompt(
        [this](const std::string& question) { return ask_secret(question, terminal_, &control_.interrupt()); });
  }
  run::FleetOptions fleet;
  fleet.forks = forks_of(options_);
  fleet.host_timeout = options_.host_timeout;
  if (options_.run_timeout.count() > 0) fleet.run_deadline = host::Deadline::after(options_.run_timeout);
  fleet.log = &log();
  if (!options_.root.empty()) fleet.root = std::filesystem::absolute(options_.root).lexically_normal().string();
  fleet.accept_new_host_keys = options_.accept_new_host_keys;
  fleet.become_password = become_password_;
  fleet.must_seal = must_seal_ || (project().trust && project().trust->sealed_values);
  return run::RunContext{history_,         reach_->transport,   control_,
                         std::move(fleet), std::move(observer), [this](const Diagnostics& found) { diagnose(found); }};
}

run::CompiledFleet Workspace::graphs(const std::set<std::string>& hosts) {
  const std::optional<run::RunContext> context = this->context(nullptr);
  if (!context) return {};
  run::CompiledFleet compiled = run::compile_graphs(*loaded_, hosts, *context);
  diagnose(run::findings_of(compiled.asked));
  return compiled;
}

}  // namespace plumb::cmd
