#include "providers/service/service.h"

#include <algorithm>
#include <array>

#include "engine/base/joined.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/survey.h"
#include "providers/service/terms.h"

namespace plumb::providers::service {
namespace {

// Those by one of which a resource's unit is managed, whatever its host is; what starts most hosts is the first.
std::vector<const BackEnd*> candidates(const Desired& desired) {
  if (const BackEnd* named = back_end_named(manager_of(desired)); named != nullptr) return {named};
  std::vector<const BackEnd*> found;
  const auto all = back_ends();
  for (auto one = all.rbegin(); one != all.rend(); ++one) {
    if (!(*one)->is_beside()) found.push_back(*one);
  }
  return found;
}

std::string claim_of(const Desired& desired, const BackEnd& back_end, const std::string& unit) {
  const std::string owner = owner_of(desired);
  if (!owner.empty()) return "the unit " + unit + " of " + owner;
  return "the unit " + unit + (back_end.is_beside() ? " of " + std::string(back_end.name()) : "");
}

// The names under which files may shape the service's unit.
std::vector<std::string> units_of(const Desired& desired, const Observed& observed, const BackEnd& back_end) {
  std::vector<std::string> units = {back_end.unit_name(desired.text("name"))};
  if (observed.has("unit") && observed.text("unit") != units.front()) units.push_back(observed.text("unit"));
  return units;
}

bool is_name_of(const Desired& desired, const std::string& unit) {
  const auto all = candidates(desired);
  return std::any_of(all.begin(), all.end(),
                     [&](const BackEnd* one) { return one->unit_name(desired.text("name")) == unit; });
}

// Whether one of its texts has such a word, whatever that stands for.
bool says(const Json& value, std::string_view word) {
  if (value.is_string()) return value.get_ref<const std::string&>().find(word) != std::string::npos;
  if (!value.is_structured()) return false;
  for (auto item = value.begin(); item != value.end(); ++item) {
    if ((value.is_object() && item.key().find(word) != std::string::npos) || says(*item, word)) return true;
  }
  return false;
}

// Of what adds to a unit: whether it may bring what the unit's own file lacks, so that it can be enabled or kept
// running.
bool may_settle(const Desired& other) {
  if (wants_absent(other)) return false;
  // What these write into a file stands in themselves.
  constexpr std::array<std::string_view, 3> kEdits = {"block", "ini", "line"};
  if (std::find(kEdits.begin(), kEdits.end(), other.address.kind) != kEdits.end()) {
    return says(other.attributes, "Install") || says(other.attributes, "Type") ||
           says(other.attributes, "RemainAfterExit");
  }
  if (other.address.kind != "systemd_unit") return true;
  const Json& service = other.attribute("Service");
  return other.has("Install") || !member_of(service, "Type").is_null() ||
         !member_of(service, "RemainAfterExit").is_null();
}

class Actions {
 public:
  Actions(const Desired& desired, const Observed& observed, Change& change)
      : manager_(observed.text("manager")),
        unit_(observed.text("unit", desired.text("name"))),
        owner_(owner_of(desired)),
        change_(change) {
    const BackEnd* back_end = back_end_named(manager_);
    if (back_end != nullptr && !back_end->loads_files()) return;
    // Whether files of the unit behind an alias are the project's was not known.
    const bool alias = observed.has("unit") && !is_name_of(desired, observed.text("unit"));
    fresh_ = !observed.exists || desired.flag("unit_files", false) || observed.flag("reload_needed", false) || alias;
  }
  void add(const char* verb) { change_.operations.push_back(ServiceAction{manager_, unit_, verb, owner_}); }
  // Of another unit, as "enable x.socket".
  void add_other(const std::string& told) {
    const std::size_t blank = told.find(' ');
    const std::string verb = told.substr(0, blank);
    if (blank == std::string::npos || (verb != "enable" && verb != "disable")) return;
    change_.operations.push_back(ServiceAction{manager_, told.substr(blank + 1), verb, owner_});
  }
  // Before the unit's files are used: they may be newer than what is loaded, now or by an earlier action.
  void reload_definition() {
    if (fresh_) add("daemon_reload");
  }

 private:
  std::string manager_;
  std::string unit_;
  std::string owner_;
  Change& change_;
  bool fresh_ = false;
};

// Who goes along with a unit that is enabled or disabled, and who would but stays as it is.
void tell_company(const Observed& observed, bool enable, Change& change) {
  const std::vector<std::string> along = texts_in(observed.attribute(kAlong));
  const std::vector<std::string> back = texts_in(observed.attribute(kSetBack));
  if (!along.empty()) {
    change.before[kAlong] = along;
    change.note =
        joined(along) + (along.size() == 1 ? " is " : " are ") + (enable ? "enabled" : "disabled") + " along with it";
  }
  if (!back.empty()) append_item(change.note, "then " + joined(back) + ", which it takes along", "; ");
}

}  // namespace

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

  const auto add_company = [&] {
    for (const std::string& told : texts_in(observed.attribute(kSetBack))) actions.add_other(told);
    tell_company(observed, !disable, change);
  };
  if (start) actions.reload_definition();
  if (enable) actions.add("enable");
  if (relink) actions.add("reenable");
  if (enable || relink) add_company();
  if (start) actions.add("start");
  if (stop) actions.add("stop");
  if (disable) actions.add("disable");
  if (disable) add_company();
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
  if (const std::string owner = owner_of(desired); !owner.empty()) edges.push_back({"", "user", owner});
  for (const BackEnd* back_end : candidates(desired)) {
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
  // Those that may start its host differ in no more than how a name ends.
  const BackEnd& back_end = *candidates(desired).front();
  return {claim_of(desired, back_end, back_end.unit_name(desired.text("name")))};
}

std::vector<std::string> ServiceProvider::claims_on_host(const Desired& desired, const Observed& observed) const {
  const BackEnd* back_end = back_end_named(observed.text("manager"));
  if (!observed.has("unit") || back_end == nullptr) return claims(desired);
  return {claim_of(desired, *back_end, observed.text("unit"))};
}

// Those of the same manager that ask the opposite. What is to go comes before all that is declared.
void ServiceProvider::note_others(Desired& desired, std::span<const Desired> host) const {
  if (!desired.has("enabled")) return;
  const auto itself =
      std::find_if(host.begin(), host.end(), [&](const Desired& one) { return one.address == desired.address; });
  const BackEnd& back_end = *candidates(desired).front();
  for (auto other = host.begin(); other != host.end(); ++other) {
    const bool opposite = other->address.kind == desired.address.kind && other->has("enabled") &&
                          other->flag("enabled", false) != desired.flag("enabled", false);
    if (!opposite || manager_of(*other) != manager_of(desired) || owner_of(*other) != owner_of(desired)) continue;
    const bool before = itself != host.end() && other < itself;
    desired.attributes[before ? kOthersBefore : kOthersAfter].push_back(back_end.unit_name(other->text("name")));
  }
}

void ServiceProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf&) const {
  note_others(desired, host);
  const std::string name = desired.text("name");
  for (const BackEnd* back_end : candidates(desired)) {
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
  const std::vector<std::string> also = texts_in(observed.attribute(kAlso));
  const bool takes =
      std::any_of(also.begin(), also.end(), [&](const std::string& unit) { return back_end->shapes(path, unit); });
  if (takes && !diff(desired, observed).empty()) return true;
  for (const std::string& unit : units_of(desired, observed, *back_end)) {
    if (!back_end->shapes(path, unit)) continue;
    if (desired.flag("masked", false)) {
      // Nothing is in the way of a mask but the unit's own files.
      return observed.obstacle && back_end->makes(path, unit);
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
  const Result<const BackEnd*> back_end = find_back_end(manager_of(desired), now);
  const std::string name = owner_of(desired);
  const std::optional<Account> account = name.empty() ? std::nullopt : now.user_by_name(name);
  if (!back_end || (!name.empty() && !account)) return false;
  const Account* owner = account ? &*account : nullptr;
  const std::string unit = (*back_end)->unit_name(desired.text("name"));
  const Result<Unit> was = (*back_end)->read_files(unit, owner, now);
  const Result<Unit> is = (*back_end)->read_files(unit, owner, then);
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

std::string ServiceProvider::cuts_line(const Desired& desired, const Observed& observed) const {
  const bool stops = desired.text("state") == "stopped" && diff(desired, observed).after.contains("state");
  return stops && observed.flag(kLetsIn, false) ? "logins come in by " + observed.text("unit") : std::string();
}

std::string ServiceProvider::remedy(const Desired&, const Missing& missing) const {
  if (missing.what.kind != "package") return {};
  return "units are enabled and masked by its program; install it before, as `package: " + missing.what.identity + "`";
}

bool ServiceProvider::asks_about(const Desired& desired, std::string_view name) const {
  const std::string manager = desired.text("manager");
  return name == owner_of(desired) || (!manager.empty() && name.starts_with(manager));
}

bool ServiceProvider::is_made_of(const Desired& desired, const std::string& path) const {
  const auto all = candidates(desired);
  return std::any_of(all.begin(), all.end(), [&](const BackEnd* back_end) {
    return back_end->shapes(path, back_end->unit_name(desired.text("name")));
  });
}

std::optional<Diagnostic> ServiceProvider::contradicted_by(const Desired& desired, const Observed& observed,
                                                           const std::string& path, const std::string& text) const {
  if (desired.flag("added_to", false) || desired.flag("masked", false)) return std::nullopt;
  const std::string manager = observed.text("manager");
  for (const BackEnd* back_end : candidates(desired)) {
    if (!manager.empty() && manager != back_end->name()) continue;
    for (const std::string& unit : units_of(desired, observed, *back_end)) {
      if (!back_end->makes(path, unit)) continue;
      const auto why = back_end->refuses(text, wants_running(desired), desired.flag("enabled", false));
      if (why) return Diagnostic(Code::kConflict, unit + " " + why->why).with_hint(why->hint);
    }
  }
  return std::nullopt;
}

std::vector<ImpliedPath> ServiceProvider::implies_paths(const Desired& desired) const {
  std::vector<ImpliedPath> paths;
  for (const BackEnd* back_end : candidates(desired)) {
    back_end->add_implied(back_end->unit_name(desired.text("name")), desired.flag("enabled", false),
                          desired.flag("masked", false), paths);
  }
  return paths;
}

// A mask takes the place of the whole file.
std::vector<std::string> ServiceProvider::replaces_paths(const Desired& desired) const {
  return clears_paths(desired);
}

std::vector<std::string> ServiceProvider::clears_paths(const Desired& desired) const {
  std::vector<std::string> paths;
  if (!desired.flag("masked", false)) return paths;
  for (const BackEnd* back_end : candidates(desired)) {
    if (std::string mask = back_end->mask_of(back_end->unit_name(desired.text("name"))); !mask.empty())
      paths.push_back(std::move(mask));
  }
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
  for (const char* attribute : {"name", "manager", "scope", "as"}) {
    if (desired.has(attribute)) again.attributes[attribute] = desired.attribute(attribute);
  }
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
  // Those were as they are without it.
  for (const std::string& unit : texts_in(before.attribute(kAsIs))) again.attributes[kOthersAfter].push_back(unit);
  return again;
}

void survey(const SurveyedHost& host, Survey& found) {
  const Result<const BackEnd*> back_end = find_back_end("", host.system);
  if (back_end) (*back_end)->survey(host, found);
}

void add_to(Registry& registry) {
  registry.add({.name = "service",
                .provider = make_provider<ServiceProvider>(),
                .operations = OperationSet::of<ServiceAction>(),
                .triggers = {{"restart_on", Op::kRestart}, {"reload_on", Op::kReload}},
                .dwindling = {kAlong},
                .removal = "state: stopped, enabled: false",
                .confirmable = true,
                .adoption = {survey, "services"}});
  for (const BackEnd* back_end : back_ends()) registry.managers().add(*back_end);
  registry.managers().tell("init", init_system);
}

}  // namespace plumb::providers::service
