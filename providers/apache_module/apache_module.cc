#include "providers/apache_module/apache_module.h"

#include <algorithm>

#include "providers/sdk/is_there.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/observe_each.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::apache_module {
namespace {

constexpr const char* kAvailable = "/etc/apache2/mods-available/";
constexpr const char* kEnabled = "/etc/apache2/mods-enabled/";
constexpr std::size_t kLargest = std::size_t{1} << 20;

std::string name_of(const Desired& desired) {
  return desired.text("name");
}

// "# Depends: mime setenvif" of a module's file: the words behind `field`.
Result<std::vector<std::string>> words_of_field(const std::string& module, std::string_view field, System& system) {
  const std::string path = kAvailable + module + ".load";
  PLUMB_TRY_ASSIGN(const auto info, system.stat(path, true));
  if (!info || info->type != FileType::kFile) return std::vector<std::string>();
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(path, kLargest));
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = take_line(rest);
    if (line.starts_with(field)) return words_of(std::string(line.substr(field.size())));
  }
  return std::vector<std::string>();
}

Result<> note_conflicts(const std::string& name, System& system, Observed& observed) {
  PLUMB_TRY_ASSIGN(const auto conflicts, words_of_field(name, "# Conflicts:", system));
  for (const std::string& other : conflicts) {
    PLUMB_TRY_ASSIGN(const bool enabled, is_entry_there(kEnabled + other + ".load", system));
    if (!enabled) continue;
    observed.obstacle = Diagnostic(Code::kRefusedByState, name + " cannot be enabled beside " + other)
                            .with_hint("an `apache_module: " + other + "` with `state: absent` before it");
  }
  return {};
}

Result<> note_dependents(const std::string& name, System& system, Observed& observed) {
  PLUMB_TRY_ASSIGN(const auto enabled, system.list(kEnabled));
  for (const std::string& entry : enabled) {
    constexpr std::string_view kEnd = ".load";
    if (!entry.ends_with(kEnd)) continue;
    const std::string other = entry.substr(0, entry.size() - kEnd.size());
    PLUMB_TRY_ASSIGN(const auto needs, words_of_field(other, "# Depends:", system));
    if (std::find(needs.begin(), needs.end(), name) == needs.end()) continue;
    observed.obstacle = Diagnostic(Code::kRefusedByState, other + " is enabled, and needs " + name)
                            .with_hint("`force: true` disables it all the same");
  }
  return {};
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  const std::string name = name_of(desired);
  const bool absent = wants_absent(desired);
  PLUMB_TRY_ASSIGN(const bool loads, is_entry_there(kEnabled + name + ".load", system));
  PLUMB_TRY_ASSIGN(const bool configures, is_entry_there(kEnabled + name + ".conf", system));
  PLUMB_TRY_ASSIGN(const bool has_configuration, is_entry_there(kAvailable + name + ".conf", system));
  observed.exists = absent ? loads || configures : loads && configures == has_configuration;
  if (observed.exists) observed.attributes["state"] = "present";
  if (observed.exists != absent) return observed;
  if (system.is_image()) {
    observed.obstacle = image_runs_nothing();
    return observed;
  }
  if (system.find_program("a2enmod").empty()) {
    observed.missing.push_back({{"", "package", "apache2"}, "name"});
    return observed;
  }
  if (absent) {
    if (!desired.flag("force", false)) PLUMB_TRY(note_dependents(name, system, observed));
    return observed;
  }
  PLUMB_TRY_ASSIGN(const bool available, is_entry_there(kAvailable + name + ".load", system));
  if (!available) observed.missing.push_back({{"", "file", kAvailable + name + ".load"}, "name"});
  PLUMB_TRY(note_conflicts(name, system, observed));
  return observed;
}

}  // namespace

std::vector<Result<Observed>> ApacheModuleProvider::observe(std::span<const Desired* const> desired,
                                                            System& system) const {
  return observe_each(desired, [&](const Desired& one) { return observe_one(one, system); });
}

Change ApacheModuleProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const bool absent = wants_absent(desired);
  if (absent != observed.exists) return change;
  Run run;
  run.timeout_seconds = 60;
  run.argv = {absent ? "a2dismod" : "a2enmod", "-q"};
  if (absent && desired.flag("force", false)) run.argv.emplace_back("-f");
  run.argv.push_back(name_of(desired));
  change.op = absent ? Op::kDelete : Op::kCreate;
  (absent ? change.before : change.after)["state"] = "present";
  change.operations.emplace_back(std::move(run));
  return change;
}

std::vector<Address> ApacheModuleProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges = {{"", "package", "apache2"}};
  for (const char* end : {".load", ".conf"}) edges.push_back({"", "file", kAvailable + name_of(desired) + end});
  return edges;
}

std::vector<std::string> ApacheModuleProvider::manages_paths(const Desired& desired) const {
  return {kEnabled + name_of(desired) + ".load", kEnabled + name_of(desired) + ".conf"};
}

bool ApacheModuleProvider::asks_about(const Desired& desired, std::string_view name) const {
  if (name == "apache2" || name.starts_with("libapache2-mod-")) return true;
  for (const char* folder : {kAvailable, kEnabled}) {
    for (const char* end : {".load", ".conf"}) {
      if (name == folder + name_of(desired) + end) return true;
    }
  }
  return false;
}

std::string ApacheModuleProvider::remedy(const Desired&, const Missing& missing) const {
  return missing.what.kind == "file" ? "a `package` before it brings the module" : "";
}

std::optional<Desired> ApacheModuleProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again;
  again.address = desired.address;
  again.attributes = {{"name", name_of(desired)}, {"state", before.exists ? "present" : "absent"}};
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "apache_module",
                .provider = make_provider<ApacheModuleProvider>(),
                .operations = OperationSet::of<Run>(),
                .stands_on_inferred = true,
                .adoption = {survey, "services"}});
}

}  // namespace plumb::providers::apache_module
