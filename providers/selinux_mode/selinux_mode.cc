#include "providers/selinux_mode/selinux_mode.h"

#include "providers/selinux_mode/policy_store.h"

namespace plumb::providers::selinux_mode {
namespace {

constexpr const char* kOff = "disabled";

EditFile setting(const std::string& name, const std::string& value) {
  LineEdit line;
  line.match = "^\\s*" + name + "\\s*=";
  line.text = name + "=" + value;
  EditFile edit;
  edit.path = kSettings;
  edit.edits = {std::move(line)};
  return edit;
}

Result<Observed> observe_mode(const Settings& settings) {
  Observed observed;
  observed.exists = settings.there;
  observed.attributes["running"] = settings.running;
  if (!settings.there) observed.missing.push_back({{"", "file", kSettings}, "mode"});
  if (!settings.mode.empty()) observed.attributes["mode"] = settings.mode;
  if (!settings.policy.empty()) observed.attributes["policy"] = settings.policy;
  return observed;
}

}  // namespace

std::vector<Result<Observed>> SelinuxModeProvider::observe(std::span<const Desired* const> desired,
                                                           System& system) const {
  const Result<Settings> settings = read_settings(system);
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  for (std::size_t i = 0; i < desired.size(); ++i)
    results.push_back(settings ? observe_mode(*settings) : Result<Observed>(settings.error()));
  return results;
}

Change SelinuxModeProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const auto differs = [&](const char* attribute, const std::string& wanted) {
    if (observed.text(attribute) == wanted) return false;
    if (observed.has(attribute)) change.before[attribute] = observed.attribute(attribute);
    change.after[attribute] = wanted;
    return true;
  };
  const std::string mode = desired.text("mode");
  const std::string running = observed.text("running", kOff);
  // What runs is switched between the two; on and off it goes with a start of the host.
  const bool switches = running != kOff && mode != kOff;
  if (switches && differs("running", mode)) {
    Run run;
    run.argv = {"setenforce", mode == "enforcing" ? "1" : "0"};
    run.timeout_seconds = 60;
    change.operations.emplace_back(std::move(run));
  }
  if (differs("mode", mode)) change.operations.emplace_back(setting("SELINUX", mode));
  if (const std::string policy = desired.text("policy"); !policy.empty() && differs("policy", policy))
    change.operations.emplace_back(setting("SELINUXTYPE", policy));
  if (change.operations.empty()) return change;
  change.op = observed.exists || !change.before.empty() ? Op::kUpdate : Op::kCreate;
  if (running != mode && !switches) change.note = "counts once the host has started again";
  return change;
}

std::vector<std::string> SelinuxModeProvider::claims(const Desired&) const {
  return {"the mode of SELinux"};
}

std::vector<std::string> SelinuxModeProvider::edits_paths(const Desired&) const {
  return {kSettings};
}

bool SelinuxModeProvider::asks_about(const Desired&, std::string_view name) const {
  return name == kSettings;
}

std::string SelinuxModeProvider::remedy(const Desired&, const Missing&) const {
  return "a package with a policy brings it, such as `selinux-policy-targeted`";
}

std::optional<Desired> SelinuxModeProvider::restore(const Desired& desired, const Observed& before) const {
  const std::string mode = before.text("mode");
  const std::string running = before.text("running", mode);
  if (mode.empty() || (running != mode && running != kOff && mode != kOff)) return std::nullopt;
  Desired again;
  again.address = desired.address;
  again.attributes["mode"] = mode;
  if (desired.has("policy") && before.has("policy")) again.attributes["policy"] = before.attribute("policy");
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "selinux_mode",
                .provider = make_provider<SelinuxModeProvider>(),
                .operations = OperationSet::of<EditFile, Run>(),
                .removal = ""});
  registry.add({.name = "selinux_boolean",
                .provider = make_provider<SelinuxBooleanProvider>(),
                .operations = OperationSet::of<Run>(),
                .removal = ""});
  registry.add({.name = "selinux_port",
                .provider = make_provider<SelinuxPortProvider>(),
                .operations = OperationSet::of<Run>()});
}

}  // namespace plumb::providers::selinux_mode
