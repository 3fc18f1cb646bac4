// What a host tells of a service, and what is in its way.
#include <map>

#include "providers/sdk/refused.h"
#include "providers/service/along.h"
#include "providers/service/service.h"
#include "providers/service/terms.h"

namespace plumb::providers::service {
namespace {

std::optional<Obstacle> find_obstacle(const Desired& desired, const Unit& unit, const Units& units,
                                      const BackEnd& back_end) {
  const bool run = wants_running(desired);
  const bool enable = desired.flag("enabled", false);
  if (run && !units.cannot_run.empty()) {
    return Obstacle(refused(unit.name + " cannot be started: " + units.cannot_run, units.remedy),
                    units.may_run_later ? ObstacleGoes::kWithAnything : ObstacleGoes::kWithWhatItIsAbout);
  }
  if (desired.flag("masked", false)) {
    if (std::string why = back_end.why_not_masked(); !why.empty())
      return refused(unit.name + " cannot be masked: " + why, "say `state: stopped` and `enabled: false`");
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
  if (desired.has("enabled") && !enable && unit.enabled == Enabled::kAlways) {
    return refused(unit.name + " cannot be disabled, " + unit.not_enabled.why, unit.not_enabled.hint);
  }
  if (run && unit.found && unit.ends_by_itself && unit.state != "running") {
    return refused(unit.name + " " + unit.ends_by_itself->why, unit.ends_by_itself->hint);
  }
  return std::nullopt;
}

Observed describe(const Desired& desired, const Unit& unit, const Units& units, const BackEnd& back_end,
                  const Account* owner) {
  Observed observed;
  observed.obstacle = find_obstacle(desired, unit, units, back_end);
  Json& attributes = observed.attributes;
  attributes["manager"] = back_end.name();
  attributes["unit"] = unit.name;
  if (!units.cannot_run.empty()) attributes["can_run"] = false;
  if (!units.lacks.empty()) observed.missing.push_back({{"", "package", units.lacks}, "name"});
  if (!unit.found) {
    if (needs_unit(desired)) observed.missing.push_back({{"", "unit", back_end.missed_as(unit.name, owner)}, "name"});
    return observed;
  }
  observed.exists = true;
  attributes["state"] = unit.state;
  attributes["masked"] = unit.masked;
  switch (unit.enabled) {
    case Enabled::kYes:
    case Enabled::kAlways:
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
Result<> add_links(const Desired& desired, const Unit& unit, const BackEnd& back_end, const Account* owner,
                   System& system, Observed& observed) {
  const bool own = desired.flag("unit_files", false) && !desired.flag("links_managed", false);
  if (!own || !desired.flag("enabled", false) || unit.enabled != Enabled::kYes) return {};
  PLUMB_TRY_ASSIGN(const std::optional<Links> links, back_end.read_links(unit.name, owner, system));
  if (!links) return {};
  observed.attributes["links"] = links->there;
  observed.attributes["links_wanted"] = links->wanted;
  return {};
}

std::vector<Wish> wishes_of(const Desired& desired, const BackEnd& back_end, const Account* owner, System& system) {
  std::vector<Wish> wishes;
  for (const char* attribute : {kOthersBefore, kOthersAfter}) {
    for (const std::string& name : texts_in(desired.attribute(attribute))) {
      const Result<Unit> unit = back_end.read_files(name, owner, system);
      wishes.push_back({unit ? unit->name : name, !desired.flag("enabled", false), attribute == kOthersBefore});
    }
  }
  return wishes;
}

// Whom its links would take along.
Result<> add_company(const Desired& desired, const Unit& unit, const BackEnd& back_end, const Account* owner,
                     System& system, Observed& observed) {
  const bool enable = desired.flag("enabled", false);
  const bool anew = observed.attribute("links") != observed.attribute("links_wanted");
  if (!unit.found || !desired.has("enabled") || (observed.flag("enabled", false) == enable && !anew)) return {};
  PLUMB_TRY_ASSIGN(const Along units, back_end.read_along(unit.name, owner, system));
  if (units.size() < 2) return {};
  for (const auto& [name, one] : units) {
    if (name != unit.name) observed.attributes[kAlso].push_back(name);
  }
  const Company company = company_of(unit.name, enable, anew, units, wishes_of(desired, back_end, owner, system));
  if (!company.along.empty()) observed.attributes[kAlong] = company.along;
  if (!company.as_is.empty()) observed.attributes[kAsIs] = company.as_is;
  if (!company.set_back.empty()) observed.attributes[kSetBack] = company.set_back;
  if (company.against.empty() || observed.obstacle) return {};
  observed.obstacle =
      refused(unit.name + " cannot be " + (enable ? "enabled" : "disabled") + " while " + company.against + " is " +
                  (enable ? "disabled" : "enabled") + ": their [Install] sections take each other along by `Also`",
              "ask the same of both, or leave out `enabled` of one");
  return {};
}

// Whatever started it: with a socket of its own it may be stopped, and lets nobody in then.
bool is_sshd(std::string_view unit) {
  const std::string_view name = unit.substr(0, unit.find('.'));
  return name == "ssh" || name == "sshd";
}

// Of an account that is not there yet: its units are those of every account, and what the project brings.
Observed of_nobody(const Desired& desired, const BackEnd& back_end, System& system) {
  Observed observed;
  const std::string unit = back_end.unit_name(desired.text("name"));
  observed.attributes["manager"] = back_end.name();
  observed.attributes["unit"] = unit;
  observed.missing.push_back({{"", "user", owner_of(desired)}, "as"});
  const Account nobody;
  const Result<Unit> found = back_end.read_files(unit, &nobody, system);
  if (found && !found->found && needs_unit(desired) && !desired.flag("unit_files", false))
    observed.missing.push_back({{"", "unit", back_end.missed_as(unit, &nobody)}, "name"});
  return observed;
}

// Those of one manager and one account; a result each, in their order.
std::vector<Result<Observed>> observe_those(std::span<const Desired* const> desired, System& system) {
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  const auto all_fail = [&](const Error& error) {
    results.assign(desired.size(), Result<Observed>(Error(error)));
    return results;
  };
  const Result<const BackEnd*> back_end = find_back_end(manager_of(*desired.front()), system);
  if (!back_end) return all_fail(back_end.error());
  const std::string name = owner_of(*desired.front());
  const std::optional<Account> account = name.empty() ? std::nullopt : system.user_by_name(name);
  if (!name.empty() && !account) {
    for (const Desired* one : desired) results.emplace_back(of_nobody(*one, **back_end, system));
    return results;
  }
  const Account* owner = account ? &*account : nullptr;
  std::vector<std::string> names;
  for (const Desired* one : desired) names.push_back(one->text("name"));
  const Result<Units> read = (*back_end)->read(names, owner, system);
  if (!read) return all_fail(read.error());
  for (std::size_t i = 0; i < desired.size(); ++i) {
    const Result<Unit>& unit = read->units[i];
    if (!unit) {
      results.emplace_back(Error(unit.error()));
      continue;
    }
    Observed observed = describe(*desired[i], *unit, *read, **back_end, owner);
    if (owner == nullptr && !system.reached_by().empty() && is_sshd(unit->name)) observed.attributes[kLetsIn] = true;
    Result<> added = add_links(*desired[i], *unit, **back_end, owner, system, observed);
    if (added) added = add_company(*desired[i], *unit, **back_end, owner, system, observed);
    results.push_back(added ? Result<Observed>(std::move(observed)) : Result<Observed>(Error(added.error())));
  }
  return results;
}

}  // namespace

std::vector<Result<Observed>> ServiceProvider::observe(std::span<const Desired* const> desired, System& system) const {
  std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> parts;
  for (std::size_t i = 0; i < desired.size(); ++i) parts[{manager_of(*desired[i]), owner_of(*desired[i])}].push_back(i);
  if (parts.size() == 1) return observe_those(desired, system);
  std::vector<Result<Observed>> results(desired.size(), Result<Observed>(Observed()));
  for (const auto& [which, places] : parts) {
    std::vector<const Desired*> those;
    for (const std::size_t place : places) those.push_back(desired[place]);
    std::vector<Result<Observed>> told = observe_those(those, system);
    for (std::size_t i = 0; i < places.size(); ++i) results[places[i]] = std::move(told[i]);
  }
  return results;
}

}  // namespace plumb::providers::service
