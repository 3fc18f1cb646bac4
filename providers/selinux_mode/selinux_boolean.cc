#include "providers/selinux_mode/policy_store.h"
#include "providers/selinux_mode/selinux_mode.h"

namespace plumb::providers::selinux_mode {
namespace {

constexpr const char* kSwitch = "setsebool";
constexpr const char* kSwitches = "/sys/fs/selinux/booleans/";
constexpr std::size_t kLongest = 64;

bool is_kept_switch(const Desired& desired) {
  return desired.flag("persistent", true);
}

Result<Observed> observe_switch(const Desired& desired, const Settings& settings, const std::vector<std::string>& kept,
                                System& system) {
  Observed observed;
  const std::string name = desired.text("name");
  if (settings.running == "disabled") {
    observed.obstacle = not_there("`" + name + "` is no switch of it");
    return observed;
  }
  PLUMB_TRY_ASSIGN(const auto there, system.stat(kSwitches + name, true));
  if (!there) {
    observed.missing.push_back({{"", "selinux_boolean", name}, "name"});
    return observed;
  }
  // "1 0": what it is, and what it will be once changes are committed.
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(kSwitches + name, kLongest));
  observed.exists = true;
  observed.attributes["value"] = text.starts_with('1');
  for (const std::string& line : kept) {
    if (line == name + "=1") observed.attributes["kept"] = true;
    if (line == name + "=0") observed.attributes["kept"] = false;
  }
  if (system.find_program(kSwitch).empty()) observed.missing.push_back({{"", "package", "policycoreutils"}, "name"});
  return observed;
}

}  // namespace

std::vector<Result<Observed>> SelinuxBooleanProvider::observe(std::span<const Desired* const> desired,
                                                              System& system) const {
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  const Result<Settings> settings = read_settings(system);
  const auto kept =
      settings ? stored_lines(*settings, "booleans.local", system) : Result<std::vector<std::string>>(settings.error());
  for (const Desired* one : desired)
    results.push_back(kept ? observe_switch(*one, *settings, *kept, system) : Result<Observed>(kept.error()));
  return results;
}

Change SelinuxBooleanProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const bool wanted = desired.flag("value", true);
  const auto differs = [&](const char* attribute) {
    if (observed.attribute(attribute) == Json(wanted)) return false;
    if (observed.has(attribute)) change.before[attribute] = observed.attribute(attribute);
    change.after[attribute] = wanted;
    return true;
  };
  const bool now = differs("value");
  const bool later = is_kept_switch(desired) && differs("kept");
  if (!now && !later) return change;
  change.op = Op::kUpdate;
  Run run;
  run.argv = {kSwitch};
  if (later) run.argv.emplace_back("-P");
  run.argv.insert(run.argv.end(), {desired.text("name"), wanted ? "on" : "off"});
  run.timeout_seconds = 300;
  change.operations.emplace_back(std::move(run));
  return change;
}

std::vector<Address> SelinuxBooleanProvider::infers(const Desired&) const {
  return {{"", "package", "policycoreutils"}};
}

std::vector<std::string> SelinuxBooleanProvider::claims(const Desired& desired) const {
  return {"SELinux's switch " + desired.text("name")};
}

std::string SelinuxBooleanProvider::remedy(const Desired&, const Missing& missing) const {
  if (missing.what.kind == "package") return {};
  return "check how it is written; where a module of the policy brings it, name what installs that with `after`";
}

Observed SelinuxBooleanProvider::as_declared(const Desired& desired) const {
  Observed observed;
  observed.exists = true;
  observed.attributes["value"] = desired.flag("value", true);
  if (is_kept_switch(desired)) observed.attributes["kept"] = desired.flag("value", true);
  return observed;
}

std::optional<Desired> SelinuxBooleanProvider::restore(const Desired& desired, const Observed& before) const {
  const Json& value = before.attribute("value");
  // That nobody said anything of the next start is not to be had again.
  const bool kept = !is_kept_switch(desired) || before.attribute("kept") == value;
  if (!value.is_boolean() || !kept) return std::nullopt;
  Desired again = desired;
  again.attributes["value"] = value;
  return again;
}

}  // namespace plumb::providers::selinux_mode
