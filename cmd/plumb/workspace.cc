#include "cmd/plumb/workspace.h"

#include <algorithm>
#include <thread>

#include "cmd/plumb/ask.h"
#include "cmd/plumb/log.h"
#include "engine/base/file.h"
#include "engine/base/platform.h"
#include "engine/config/document.h"
#include "engine/run/journalist.h"
#include "engine/run/project_key.h"

extern char** environ;

namespace plumb::cmd {
namespace {

constexpr std::size_t kMaxSource = std::size_t{8} << 20;

std::size_t default_forks() {
  return std::clamp<std::size_t>(std::size_t{8} * std::thread::hardware_concurrency(), 16, 128);
}

config::InputArguments input_arguments(const Options& options) {
  constexpr std::string_view kPrefix = "PLUMB_INPUT_";
  config::InputArguments arguments;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view entry(*variable);
    const std::size_t equals = entry.find('=');
    if (!entry.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    std::string name(entry.substr(kPrefix.size(), equals - kPrefix.size()));
    // Inputs are lower-case; shells like their variables in capitals.
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    arguments.environment[name] = std::string(entry.substr(equals + 1));
  }
  for (const std::string& file : options.input_files) arguments.files.emplace_back(file);
  arguments.assignments = options.assignments;
  return arguments;
}

}  // namespace

std::size_t forks_of(const Options& options) {
  return options.forks == 0 ? default_forks() : options.forks;
}

std::filesystem::path program_folder() {
  const std::filesystem::path self = running_program();
  return self.empty() ? std::filesystem::path(".") : self.parent_path();
}

Result<std::set<std::string>> choose_hosts(const config::Inventory& inventory, const std::string& on,
                                           const std::string& limit) {
  PLUMB_TRY_ASSIGN(std::set<std::string> hosts, config::match_hosts(inventory, on));
  if (limit.empty()) return hosts;
  Result<std::set<std::string>> within = config::match_hosts(inventory, limit);
  if (!within) return std::move(within.error()).during("--limit");
  std::erase_if(hosts, [&](const std::string& host) { return !within->contains(host); });
  if (hosts.empty()) return fail(Code::kNoHostMatches, "no host of `" + on + "` matches the limit `" + limit + "` too");
  return hosts;
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
  Diagnostics diagnostics;
  project_ = config::load_project(folder(), input_arguments(options_), options_.kinds, diagnostics, sources_);
  if (project_) {
    const std::filesystem::path standard = folder() / config::document_name(folder(), "hosts");
    std::error_code ignored;
    if (!options_.inventory.empty()) {
      loaded_ = config::load_inventory(options_.inventory, *project_, inventory_options_, diagnostics, sources_);
    } else if (std::filesystem::exists(standard, ignored)) {
      loaded_ = config::load_inventory(standard, *project_, inventory_options_, diagnostics, sources_);
    } else {
      loaded_.emplace().inventory = config::local_inventory();
    }
  }
  if (loaded_) {
    if (Result<std::set<std::string>> hosts = choose_hosts(inventory(), options_.on, options_.limit)) {
      hosts_ = std::move(*hosts);
    } else {
      diagnostics.add(hosts.error().diagnostic());
    }
  }
  // After errors the graph is still looked at, so that all of them are told in one go.
  if (diagnostics.has_errors() && loaded_) {
    ir::Compiler({*project_, inventory(), sources_, options_.kinds, recorded_facts(), ""}).survey(hosts_, diagnostics);
  }
  diagnose(diagnostics);
  return !diagnostics.has_errors() && project_ && loaded_;
}

Result<history::History*> Workspace::history() {
  if (!history_) {
    Result<history::History> opened = history::History::open(history_path());
    if (!opened) return opened.error();
    history_ = std::move(*opened);
  }
  return &*history_;
}

const std::map<std::string, Json>& Workspace::recorded_facts() {
  if (recorded_facts_) return *recorded_facts_;
  recorded_facts_.emplace();
  Result<history::History> history = history::History::open_read_only(history_path());
  const auto stored = history ? history->facts() : Result<std::map<std::string, history::StoredFacts>>(history.error());
  if (!stored) diagnose(stored.error());
  if (stored) {
    for (const auto& [host, known] : *stored) recorded_facts_->emplace(host, known.facts);
  }
  return *recorded_facts_;
}

void Workspace::keep_facts(const run::Fleet& fleet) {
  std::map<std::string, Json> told;
  for (const std::string& host : hosts_) {
    if (const Json* facts = fleet.facts(host)) told.emplace(host, *facts);
  }
  if (told.empty()) return;
  Result<history::History*> opened = history();
  const Result<> kept = opened ? (*opened)->store_facts(told, run::timestamp(std::chrono::system_clock::now()))
                               : Result<>(opened.error());
  if (!kept) diagnose(kept.error());
}

std::optional<ir::CompilerInput> Workspace::compiler_input() {
  if (!find_key()) return std::nullopt;
  static const std::map<std::string, Json> kNone;
  const bool looks = ir::looks_at_other_hosts(project_->root);
  return ir::CompilerInput{*project_, inventory(), sources_, options_.kinds, looks ? recorded_facts() : kNone, key_};
}

bool Workspace::find_key() {
  if (!ir::holds_secrets(project_->root)) return true;
  Result<std::optional<std::string>> key = run::read_project_key(folder());
  if (!key) {
    diagnose(key.error());
    return false;
  }
  if (*key) {
    key_ = **key;
    return true;
  }
  Result<std::string> made = run::make_project_key(folder());
  if (!made) {
    diagnose(made.error());
    return false;
  }
  key_ = *made;
  terminal_.tell("note: made this project's key, " + run::project_key_path(folder()).string() +
                 "; sensitive values appear in plans as digests keyed with it. Keep it, share it with who plans, and "
                 "keep it out of git.\n");
  return true;
}

std::unique_ptr<run::Fleet> Workspace::fleet(const std::set<std::string>& hosts, run::RunObserver observer,
                                             run::KeepGraphs keep_graphs) {
  const std::optional<ir::CompilerInput> input = compiler_input();
  if (!input) return nullptr;
  if (options_.ask_become_password && !become_password_) {
    Result<std::string> password = ask_secret("Password for becoming another user on the hosts: ", terminal_, nullptr);
    if (!password) {
      diagnose(password.error());
      return nullptr;
    }
    become_password_ = std::move(*password);
  }
  executors_ = std::make_unique<host::ExecutorStore>(program_folder());
  run::FleetOptions fleet_options;
  fleet_options.forks = forks_of(options_);
  fleet_options.host_timeout = options_.host_timeout;
  if (options_.run_timeout.count() > 0) fleet_options.run_deadline = host::Deadline::after(options_.run_timeout);
  fleet_options.keep_graphs = keep_graphs;
  fleet_options.log = &log();
  if (!options_.root.empty()) fleet_options.root = std::filesystem::absolute(options_.root).lexically_normal().string();
  fleet_options.accept_new_host_keys = options_.accept_new_host_keys;
  fleet_options.become_password = become_password_;
  if (terminal_.can_ask()) {
    fleet_options.prompt = [this](const std::string& question) {
      return ask_secret(question, terminal_, &control_.interrupt());
    };
  }
  auto fleet =
      std::make_unique<run::Fleet>(*input, *executors_, std::move(fleet_options), control_, std::move(observer));
  Diagnostics diagnostics;
  const bool compiled = fleet->compile(hosts, diagnostics);
  diagnose(diagnostics);
  return compiled ? std::move(fleet) : nullptr;
}

}  // namespace plumb::cmd
