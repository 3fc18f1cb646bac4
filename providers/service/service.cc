#include "providers/service/service.h"

#include <algorithm>
#include <array>

#include "providers/service/manager.h"

namespace plumb::providers::service {
namespace {

constexpr const char* kSystemd = "systemd";

bool wants_running(const Desired& desired) {
  return desired.text("state") == "running";
}

// What is asked for needs the unit: a unit that is not there is stopped and not enabled.
bool needs_unit(const Desired& desired) {
  return wants_running(desired) || desired.flag("enabled", false);
}

Diagnostic refused(std::string summary, std::string hint = {}) {
  return Diagnostic(Code::kRefusedByState, std::move(summary)).with_hint(std::move(hint));
}

std::optional<Diagnostic> find_obstacle(const Desired& desired, const Unit& unit, const Manager& manager) {
  const bool run = wants_running(desired);
  const bool enable = desired.flag("enabled", false);
  if (run && !manager.cannot_run().empty()) {
    return refused(unit.name + " cannot be started: " + manager.cannot_run(), "leave out `state`; `enabled` works");
  }
  if (desired.flag("masked", false)) {
    if (run || enable)
      return refused(unit.name + " cannot run or be enabled while it is masked", "leave out `masked: true`");
    if (!unit.own_file.empty()) {
      return refused(unit.name + " cannot be masked, because " + unit.own_file + " is in the way",
                     "remove that file first, with `state: absent`");
    }
    return std::nullopt;
  }
  if (unit.masked && !desired.has("masked") && (run || enable)) {
    return refused(unit.name + " is masked", "set `masked: false` to unmask it");
  }
  if (!unit.broken.empty() && (run || enable)) return refused(unit.name + " cannot be loaded: " + unit.broken);
  if (enable && !unit.masked && unit.found && unit.enabled == Enabled::kImpossible) {
    return refused(unit.name + " cannot be enabled, because it has no [Install] section",
                   "leave out `enabled`, or enable what starts it, such as its socket or timer");
  }
  if (run && unit.found && !unit.stays_active && unit.state != "running") {
    return refused(unit.name + " ends by itself once its work is done, so it cannot be kept running",
                   "manage the timer that starts it, or run it with a `command` and `run_on`");
  }
  return std::nullopt;
}

Observed describe(const Desired& desired, const Unit& unit, const Manager& manager) {
  Observed observed;
  observed.obstacle = find_obstacle(desired, unit, manager);
  if (!unit.found) {
    if (needs_unit(desired)) observed.missing.push_back({{"", "unit", unit_name(desired.text("name"))}, "name"});
    return observed;
  }
  observed.exists = true;
  Json& attributes = observed.attributes;
  attributes["unit"] = unit.name;
  attributes["state"] = unit.state;
  attributes["masked"] = unit.masked;
  switch (unit.enabled) {
    case Enabled::kYes:
      attributes["enabled"] = true;
      break;
    case Enabled::kNo:
    case Enabled::kImpossible:
      attributes["enabled"] = false;
      break;
    case Enabled::kEither:
      attributes["enabled"] = desired.flag("enabled", false);
      break;
  }
  attributes["can_reload"] = unit.can_reload;
  attributes["reload_needed"] = unit.reload_needed;
  return observed;
}

std::string unit_of(const Desired& desired, const Observed& observed) {
  return observed.attributes.value("unit", unit_name(desired.text("name")));
}

class Actions {
 public:
  Actions(const Desired& desired, const Observed& observed, Change& change)
      : unit_(unit_of(desired, observed)), change_(change) {
    fresh_ = !observed.exists || desired.flag("unit_files", false) || observed.attributes.value("reload_needed", false);
  }
  void add(const char* verb) { change_.operations.push_back(ServiceAction{kSystemd, unit_, verb}); }
  // Before the unit's files are used: they may be newer than what is loaded, now or by an earlier action.
  void reload_definition() {
    if (fresh_) add("daemon_reload");
  }

 private:
  std::string unit_;
  Change& change_;
  bool fresh_ = false;
};

const std::array kTriggers = {Trigger{"restart_on", Op::kRestart}, Trigger{"reload_on", Op::kReload}};

}  // namespace

std::vector<Result<Observed>> ServiceProvider::observe(std::span<const Desired* const> desired, System& system) const {
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  const auto all_fail = [&](const Error& error) {
    results.assign(desired.size(), Result<Observed>(Error(error)));
    return results;
  };
  const Result<std::unique_ptr<Manager>> manager = find_manager(system);
  if (!manager) return all_fail(manager.error());
  std::vector<std::string> units;
  for (const Desired* one : desired) {
    const std::string unit = unit_name(one->text("name"));
    if (!is_template(unit)) units.push_back(unit);
  }
  const Result<std::vector<Unit>> read = (*manager)->read(units, system);
  if (!read) return all_fail(read.error());
  auto next = read->begin();
  for (const Desired* one : desired) {
    const std::string unit = unit_name(one->text("name"));
    if (is_template(unit)) {
      results.emplace_back(fail(Code::kCannotObserve, unit + " is a template, not a service")
                               .hint("name an instance, such as " + std::string(unit).insert(unit.rfind('.'), "one")));
      continue;
    }
    results.emplace_back(describe(*one, *next++, **manager));
  }
  return results;
}

Change ServiceProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  Actions actions(desired, observed, change);
  const auto differs = [&](const char* attribute, const Json& wanted, bool same) {
    if (same) return false;
    if (observed.attributes.contains(attribute)) change.before[attribute] = observed.attributes[attribute];
    change.after[attribute] = wanted;
    return true;
  };
  const auto flag = [&](const char* attribute) { return observed.attributes.value(attribute, false); };

  if (desired.has("masked") && !desired.flag("masked", false) && differs("masked", false, !flag("masked"))) {
    actions.add("unmask");
  }
  const std::string state = observed.attributes.value("state", "stopped");
  const bool start = wants_running(desired) && differs("state", "running", observed.exists && state == "running");
  const bool stopped = state == "stopped" || state == "failed";
  const bool stop = desired.text("state") == "stopped" && differs("state", "stopped", !observed.exists || stopped);
  const bool enable = desired.flag("enabled", false) && differs("enabled", true, observed.exists && flag("enabled"));
  const bool disable =
      desired.has("enabled") && !desired.flag("enabled", true) && differs("enabled", false, !flag("enabled"));
  const bool mask = desired.flag("masked", false) && differs("masked", true, flag("masked"));

  if (start) actions.reload_definition();
  if (enable) actions.add("enable");
  if (start) actions.add("start");
  if (stop) actions.add("stop");
  if (disable) actions.add("disable");
  if (mask) actions.add("mask");
  if (change.operations.empty()) return change;
  change.op = Op::kUpdate;
  if (!observed.exists && needs_unit(desired)) {
    change.fidelity = Fidelity::kBounded;
    change.note = "the unit comes with an earlier action";
  }
  return change;
}

std::vector<Address> ServiceProvider::infers(const Desired& desired) const {
  const std::string unit = unit_name(desired.text("name"));
  const std::string stem = unit.substr(0, std::min(unit.find('@'), unit.rfind('.')));
  std::vector<Address> edges = {{"", "unit", unit}, {"", "package", stem}};
  for (const char* folder : {"/etc/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/"}) {
    edges.push_back({"", "file", folder + unit});
    if (const std::size_t at = unit.find('@'); at != std::string::npos) {
      edges.push_back({"", "file", folder + unit.substr(0, at + 1) + unit.substr(unit.rfind('.'))});
    }
  }
  return edges;
}

void ServiceProvider::complete(Desired& desired, std::span<const Desired> host) const {
  const std::string unit = unit_name(desired.text("name"));
  const std::size_t at = unit.find('@');
  const std::string pattern = at == std::string::npos ? unit : unit.substr(0, at + 1) + unit.substr(unit.rfind('.'));
  for (const Desired& other : host) {
    const std::string path = other.text("path");
    const std::size_t systemd = path.find("/systemd/system/");
    if (systemd == std::string::npos) continue;
    const std::string name = path.substr(systemd + 16);
    if (name == unit || name == pattern || name.starts_with(unit + ".d/") || name.starts_with(pattern + ".d/")) {
      desired.attributes["unit_files"] = true;
      return;
    }
  }
}

std::span<const Trigger> ServiceProvider::triggers() const {
  return kTriggers;
}

Change ServiceProvider::triggered(const Desired& desired, const Observed& observed, Op op) const {
  Change change;
  if (op != Op::kRestart && op != Op::kReload) return change;
  if (desired.text("state") == "stopped" || desired.flag("masked", false)) return change;
  // What is not running is started by diff() where that is asked for, and left alone where not.
  if (observed.attributes.value("state", "") != "running") return change;
  Actions actions(desired, observed, change);
  actions.reload_definition();
  const bool reload = op == Op::kReload && observed.attributes.value("can_reload", false);
  actions.add(reload ? "reload" : "restart");
  change.op = reload ? Op::kReload : Op::kRestart;
  if (op == Op::kReload && !reload) change.note = "it cannot reload, so it is restarted";
  return change;
}

std::optional<Desired> ServiceProvider::restore(const Desired& desired, const Observed& before) const {
  // A unit that was not there goes with what brought it.
  if (!before.exists) return std::nullopt;
  Desired again;
  again.address = desired.address;
  again.attributes["name"] = desired.attribute("name");
  if (desired.has("state")) {
    again.attributes["state"] = before.attributes.value("state", "stopped") == "running" ? "running" : "stopped";
  }
  for (const char* attribute : {"enabled", "masked"}) {
    if (desired.has(attribute)) again.attributes[attribute] = before.attributes.value(attribute, false);
  }
  return again;
}

void add_to(Registry& registry) {
  registry.add(std::make_unique<ServiceProvider>());
}

}  // namespace plumb::providers::service
