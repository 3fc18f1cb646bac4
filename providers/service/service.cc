#include "providers/service/service.h"

#include <algorithm>
#include <array>

#include "providers/sdk/ownership.h"
#include "providers/sdk/survey.h"
#include "providers/service/back_end.h"

namespace plumb::providers::service {
namespace {

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

std::optional<Diagnostic> find_obstacle(const Desired& desired, const Unit& unit, const std::string& cannot_run) {
  const bool run = wants_running(desired);
  const bool enable = desired.flag("enabled", false);
  if (run && !cannot_run.empty()) {
    return refused(unit.name + " cannot be started: " + cannot_run, "leave out `state`; `enabled` works");
  }
  if (desired.flag("masked", false)) {
    if (run || enable)
      return refused(unit.name + " cannot run or be enabled while it is masked", "leave out `masked: true`");
    if (!unit.own_file.empty()) {
      return refused(unit.name + " cannot be masked, because " + unit.own_file + " is in the way",
                     "remove that file from the host first; a mask is a link in its place");
    }
    return std::nullopt;
  }
  if (unit.masked && !desired.has("masked") && (run || enable)) {
    return refused(unit.name + " is masked", "set `masked: false` to unmask it");
  }
  if (!unit.broken.empty() && (run || enable)) return refused(unit.name + " cannot be loaded: " + unit.broken);
  if (enable && !unit.masked && unit.found && unit.enabled == Enabled::kImpossible) {
    return refused(unit.name + " cannot be enabled, " + unit.not_enabled.why, unit.not_enabled.hint);
  }
  if (run && unit.found && unit.ends_by_itself && unit.state != "running") {
    return refused(unit.name + " " + unit.ends_by_itself->why, unit.ends_by_itself->hint);
  }
  return std::nullopt;
}

Observed describe(const Desired& desired, const Unit& unit, const Units& units, const BackEnd& back_end) {
  Observed observed;
  observed.obstacle = find_obstacle(desired, unit, units.cannot_run);
  Json& attributes = observed.attributes;
  attributes["manager"] = back_end.name();
  attributes["unit"] = unit.name;
  if (!units.cannot_run.empty()) attributes["can_run"] = false;
  if (!units.lacks.empty()) observed.missing.push_back({{"", "package", units.lacks}, "name"});
  if (!unit.found) {
    if (needs_unit(desired)) observed.missing.push_back({{"", "unit", unit.name}, "name"});
    return observed;
  }
  observed.exists = true;
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

// Of a unit of the project's own: what changes in its [Install] counts once it is enabled anew.
Result<> add_links(const Desired& desired, const Unit& unit, const BackEnd& back_end, System& system,
                   Observed& observed) {
  const bool own = desired.flag("unit_files", false) && !desired.flag("links_managed", false);
  if (!own || !desired.flag("enabled", false) || unit.enabled != Enabled::kYes) return {};
  PLUMB_TRY_ASSIGN(const std::optional<Links> links, back_end.read_links(unit.name, system));
  if (!links) return {};
  observed.attributes["links"] = links->there;
  observed.attributes["links_wanted"] = links->wanted;
  return {};
}

// The names under which files may shape the service's unit.
std::vector<std::string> units_of(const Desired& desired, const Observed& observed, const BackEnd& back_end) {
  std::vector<std::string> units = {back_end.unit_name(desired.text("name"))};
  if (observed.has("unit") && observed.text("unit") != units.front()) units.push_back(observed.text("unit"));
  return units;
}

bool is_name_of(const std::string& name, const std::string& unit) {
  const auto all = back_ends();
  return std::any_of(all.begin(), all.end(), [&](const BackEnd* one) { return one->unit_name(name) == unit; });
}

// Of what adds to a unit: whether it may bring what the unit's own file lacks, so that it can be enabled or kept
// running.
bool may_settle(const Desired& other) {
  if (wants_absent(other)) return false;
  if (other.address.kind != "systemd_unit") return true;
  const Json& service = other.attribute("Service");
  return other.has("Install") || !member_of(service, "Type").is_null() ||
         !member_of(service, "RemainAfterExit").is_null();
}

class Actions {
 public:
  Actions(const Desired& desired, const Observed& observed, Change& change)
      : manager_(observed.text("manager")), unit_(observed.text("unit", desired.text("name"))), change_(change) {
    // Whether files of the unit behind an alias are the project's was not known.
    const bool alias = observed.has("unit") && !is_name_of(desired.text("name"), observed.text("unit"));
    fresh_ = !observed.exists || desired.flag("unit_files", false) || observed.flag("reload_needed", false) || alias;
  }
  void add(const char* verb) { change_.operations.push_back(ServiceAction{manager_, unit_, verb}); }
  // Before the unit's files are used: they may be newer than what is loaded, now or by an earlier action.
  void reload_definition() {
    if (fresh_) add("daemon_reload");
  }

 private:
  std::string manager_;
  std::string unit_;
  Change& change_;
  bool fresh_ = false;
};

}  // namespace

std::vector<Result<Observed>> ServiceProvider::observe(std::span<const Desired* const> desired, System& system) const {
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  const auto all_fail = [&](const Error& error) {
    results.assign(desired.size(), Result<Observed>(Error(error)));
    return results;
  };
  const Result<const BackEnd*> back_end = find_back_end(system);
  if (!back_end) return all_fail(back_end.error());
  std::vector<std::string> names;
  for (const Desired* one : desired) names.push_back(one->text("name"));
  const Result<Units> read = (*back_end)->read(names, system);
  if (!read) return all_fail(read.error());
  for (std::size_t i = 0; i < desired.size(); ++i) {
    const Result<Unit>& unit = read->units[i];
    if (!unit) {
      results.emplace_back(Error(unit.error()));
      continue;
    }
    Observed observed = describe(*desired[i], *unit, *read, **back_end);
    const Result<> added = add_links(*desired[i], *unit, **back_end, system, observed);
    results.push_back(added ? Result<Observed>(std::move(observed)) : Result<Observed>(Error(added.error())));
  }
  return results;
}

Change ServiceProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  Actions actions(desired, observed, change);
  const auto differs = [&](const char* attribute, const Json& wanted, bool same) {
    if (same) return false;
    if (observed.has(attribute)) change.before[attribute] = observed.attribute(attribute);
    change.after[attribute] = wanted;
    return true;
  };
  const auto flag = [&](const char* attribute) { return observed.flag(attribute, false); };

  if (desired.has("masked") && !desired.flag("masked", false) && differs("masked", false, !flag("masked"))) {
    actions.add("unmask");
  }
  const std::string state = observed.text("state", "stopped");
  const bool start = wants_running(desired) && differs("state", "running", observed.exists && state == "running");
  const bool stopped = state == "stopped" || state == "failed";
  const bool stop = desired.text("state") == "stopped" && differs("state", "stopped", !observed.exists || stopped);
  const bool enable = desired.flag("enabled", false) && differs("enabled", true, observed.exists && flag("enabled"));
  const bool disable =
      desired.has("enabled") && !desired.flag("enabled", true) && differs("enabled", false, !flag("enabled"));
  const bool mask = desired.flag("masked", false) && differs("masked", true, flag("masked"));

  const bool relink = !enable && desired.flag("enabled", false) && observed.exists && observed.has("links") &&
                      differs("links", observed.attribute("links_wanted"),
                              observed.attribute("links") == observed.attribute("links_wanted"));

  if (start) actions.reload_definition();
  if (enable) actions.add("enable");
  if (relink) actions.add("reenable");
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
  const std::string name = desired.text("name");
  std::vector<Address> edges;
  for (const BackEnd* back_end : back_ends()) {
    const std::string unit = back_end->unit_name(name);
    edges.push_back({"", "unit", unit});
    edges.push_back({"", "package", back_end->bare_name(name)});
    for (const std::string& file : back_end->files_of(unit)) {
      for (const char* kind : {"file", "link", "systemd_unit"}) edges.push_back({"", kind, file});
      edges.push_back({"", "directory", file + ".d"});
    }
  }
  return edges;
}

std::vector<std::string> ServiceProvider::claims(const Desired& desired) const {
  std::vector<std::string> claims;
  for (const BackEnd* back_end : back_ends()) claims.push_back("the unit " + back_end->unit_name(desired.text("name")));
  return claims;
}

std::vector<std::string> ServiceProvider::claims_on_host(const Desired& desired, const Observed& observed) const {
  if (!observed.has("unit")) return claims(desired);
  return {"the unit " + observed.text("unit")};
}

void ServiceProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf&) const {
  const std::string name = desired.text("name");
  for (const BackEnd* back_end : back_ends()) {
    const std::string unit = back_end->unit_name(name);
    for (const Desired& other : host) {
      const Json& path = other.attribute("path");
      if (!path.is_string() || !back_end->shapes(path.get_ref<const std::string&>(), unit)) continue;
      desired.attributes["unit_files"] = true;
      if (may_settle(other) && back_end->adds(path.get_ref<const std::string&>(), unit))
        desired.attributes["added_to"] = true;
      if (back_end->links(path.get_ref<const std::string&>(), unit)) desired.attributes["links_managed"] = true;
    }
  }
}

bool ServiceProvider::follows_from(const Desired& desired, const Observed& observed, const std::string& path,
                                   const std::string* text) const {
  const BackEnd* back_end = back_end_named(observed.text("manager"));
  if (back_end == nullptr || (wants_running(desired) && !observed.flag("can_run", true))) return false;
  const bool enable = desired.flag("enabled", false);
  if (desired.flag("masked", false) && (wants_running(desired) || enable)) return false;
  for (const std::string& unit : units_of(desired, observed, *back_end)) {
    if (!back_end->shapes(path, unit)) continue;
    if (desired.flag("masked", false)) {
      // Nothing is in the way of a mask but the unit's own files.
      const std::vector<std::string> files = back_end->files_of(unit);
      return observed.obstacle && std::find(files.begin(), files.end(), path) != files.end();
    }
    // What is not there yet is missing, and comes with its file.
    if (observed.obstacle || (observed.exists && !diff(desired, observed).empty())) return true;
    if (!observed.exists || !enable) return false;
    return text == nullptr || !observed.has("links") ||
           back_end->may_relink(path, *text, unit, texts_in(observed.attribute("links")));
  }
  return false;
}

// By what its files are then. One that is not made of files stays what it is.
bool ServiceProvider::is_lost(const Desired& desired, System& now, System& then) const {
  if (desired.flag("masked", false) || !needs_unit(desired)) return false;
  for (const BackEnd* back_end : back_ends()) {
    if (const Result<bool> serves = back_end->serves(now); !serves || !*serves) continue;
    const std::string unit = back_end->unit_name(desired.text("name"));
    const Result<Unit> was = back_end->read_files(unit, now);
    const Result<Unit> is = back_end->read_files(unit, then);
    if (!was || !is) return false;
    if (!is->broken.empty()) return true;
    if (!is->found) return was->found;
    // As an alias it would be another unit.
    if (is->name != was->name) return true;
    if (is->masked) return !was->masked || !desired.has("masked");
    // Links that are there enable nothing that has no [Install] any more.
    const bool enable = desired.flag("enabled", false);
    if (enable && (is->enabled == Enabled::kImpossible || (was->has_install && !is->has_install))) return true;
    return wants_running(desired) && is->ends_by_itself && !was->ends_by_itself;
  }
  return false;
}

std::string ServiceProvider::remedy(const Desired&, const Missing& missing) const {
  if (missing.what.kind != "package") return {};
  return "units are enabled and masked by its program; install it before, as `package: " + missing.what.identity + "`";
}

bool ServiceProvider::is_made_of(const Desired& desired, const std::string& path) const {
  const auto all = back_ends();
  return std::any_of(all.begin(), all.end(), [&](const BackEnd* back_end) {
    return back_end->shapes(path, back_end->unit_name(desired.text("name")));
  });
}

std::optional<Diagnostic> ServiceProvider::contradicted_by(const Desired& desired, const Observed& observed,
                                                           const std::string& path, const std::string& text) const {
  if (desired.flag("added_to", false) || desired.flag("masked", false)) return std::nullopt;
  const std::string manager = observed.text("manager");
  for (const BackEnd* back_end : back_ends()) {
    if (!manager.empty() && manager != back_end->name()) continue;
    for (const std::string& unit : units_of(desired, observed, *back_end)) {
      const std::vector<std::string> files = back_end->files_of(unit);
      if (std::find(files.begin(), files.end(), path) == files.end()) continue;
      const auto why = back_end->refuses(text, wants_running(desired), desired.flag("enabled", false));
      if (why) return Diagnostic(Code::kConflict, unit + " " + why->why).with_hint(why->hint);
    }
  }
  return std::nullopt;
}

std::vector<ImpliedPath> ServiceProvider::implies_paths(const Desired& desired) const {
  std::vector<ImpliedPath> paths;
  const std::optional<std::string> maker =
      desired.flag("enabled", false) ? std::optional<std::string>("") : std::nullopt;
  for (const BackEnd* back_end : back_ends()) {
    const std::string unit = back_end->unit_name(desired.text("name"));
    // The administrator's folder, where links are made, and without which there is no manager.
    bool needed = true;
    for (std::string& file : back_end->files_of(unit)) {
      const std::string folder = parent_of(file);
      for (const char* kind : {"wants", "requires"})
        paths.push_back({folder + "/*." + kind + "/" + unit, false, needed, needed ? maker : std::nullopt});
      paths.push_back({file + ".d", true});
      // A mask is a link there.
      paths.push_back({std::move(file), false, needed && desired.flag("masked", false)});
      needed = false;
    }
  }
  return paths;
}

// A mask takes the place of the whole file.
std::vector<std::string> ServiceProvider::replaces_paths(const Desired& desired) const {
  return clears_paths(desired);
}

// Masking puts a link where the administrator's own unit file would lie, the first of all.
std::vector<std::string> ServiceProvider::clears_paths(const Desired& desired) const {
  std::vector<std::string> paths;
  if (!desired.flag("masked", false)) return paths;
  for (const BackEnd* back_end : back_ends())
    paths.push_back(back_end->files_of(back_end->unit_name(desired.text("name"))).front());
  return paths;
}

Observed ServiceProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  observed.attributes["can_reload"] = true;
  return observed;
}

Change ServiceProvider::triggered(const Desired& desired, const Observed& observed, Op op) const {
  Change change;
  if (op != Op::kRestart && op != Op::kReload) return change;
  if (desired.text("state") == "stopped" || desired.flag("masked", false)) return change;
  // What is not running is started by diff() where that is asked for, and left alone where not.
  if (observed.text("state") != "running") return change;
  Actions actions(desired, observed, change);
  actions.reload_definition();
  const bool reload = op == Op::kReload && observed.flag("can_reload", false);
  actions.add(reload ? "reload" : "restart");
  change.op = reload ? Op::kReload : Op::kRestart;
  if (op == Op::kReload && !reload) change.note = "it cannot reload, so it is restarted";
  return change;
}

std::optional<Desired> ServiceProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again;
  again.address = desired.address;
  again.attributes["name"] = desired.attribute("name");
  // A unit that was not there goes with what brought it, and does not run then.
  if (!before.exists) {
    if (desired.flag("masked", false)) return std::nullopt;
    if (desired.has("state")) again.attributes["state"] = "stopped";
    if (desired.has("enabled")) again.attributes["enabled"] = false;
    return again;
  }
  if (desired.has("state")) {
    again.attributes["state"] = before.text("state") == "running" ? "running" : "stopped";
  }
  for (const char* attribute : {"enabled", "masked"}) {
    if (desired.has(attribute)) again.attributes[attribute] = before.flag(attribute, false);
  }
  return again;
}

void survey(const SurveyedHost& host, Survey& found) {
  const Result<const BackEnd*> back_end = find_back_end(host.system);
  if (back_end) (*back_end)->survey(host, found);
}

void add_to(Registry& registry) {
  registry.add({.name = "service",
                .provider = make_provider<ServiceProvider>(),
                .operations = OperationSet::of<ServiceAction>(),
                .triggers = {{"restart_on", Op::kRestart}, {"reload_on", Op::kReload}},
                .removal = "state: stopped, enabled: false",
                .confirmable = true,
                .adoption = {survey, "services"}});
  for (const BackEnd* back_end : back_ends()) registry.managers().add(*back_end);
  registry.managers().tell("init", init_system);
}

}  // namespace plumb::providers::service
