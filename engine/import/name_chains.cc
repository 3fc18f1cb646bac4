// What `a.b.c` means as a whole: a result, a fact, a group, a value of a system.
#include "engine/import/unit.h"

namespace plumb::imports {

std::optional<Cel> Unit::chain(const std::vector<std::string>& given, std::size_t& used) {
  if (given.size() > 1 && turn_names_.contains(given[0])) (void)variable(given[0]);
  const auto symbol = symbols_.find(given[0]);
  const bool of_task = symbol == symbols_.end() || symbol->second.compiling;
  if (given.size() > 1 && registered_.contains(given[0]) && of_task) return result(given, used);
  if (given.size() > 1 && elsewhere_.contains(given[0]) && symbol == symbols_.end()) {
    const Cel nothing = variable(given[0]);
    used = given.size();
    return nothing;
  }
  if (given.size() == 1 && registered_.contains(given[0])) return std::nullopt;
  if (given.size() > 1 && given[0] == "groups") {
    used = 2;
    return made("hosts(" + cel_text(given[1]) + ").map(h, h.name)", Type::kList, Type::kText);
  }
  if (given.size() > 1) {
    if (const auto named = system_names_.find(given[0]); named != system_names_.end()) {
      used = 2;
      return variable(given[1]);
    }
  }
  std::vector<std::string> fact;
  std::size_t before = 0;
  if (given[0] == "ansible_facts" && given.size() > 1) {
    fact.assign(given.begin() + 1, given.end());
    if (fact[0].starts_with("ansible_")) fact[0] = fact[0].substr(8);
    before = 1;
  } else if (given[0].starts_with("ansible_") && given.size() > 1) {
    fact = given;
    fact[0] = fact[0].substr(8);
  } else if (given[0] == "services" && given.size() > 1) {
    fact = given;
  }
  if (fact.empty() || symbols_.contains(given[0])) return std::nullopt;
  std::size_t taken = 0;
  if (fact[0] == "python" && fact.size() > 2 && fact[1] == "version") {
    used = before + 3;
    return python_version(fact[2]);
  }
  if (fact[0].starts_with("getent_")) {
    used = before + 1;
    return known_accounts(fact[0].substr(7));
  }
  if (fact[0] == "packages" || fact[0] == "services") {
    Cel found = known_packages(fact, taken);
    used = before + taken;
    return found;
  }
  {
    std::string whole = fact[0];
    for (std::size_t part = 1; part < fact.size() && part < 3; ++part) {
      whole += "." + fact[part];
      if (std::optional<Cel> found = asked_fact(whole)) {
        used = before + part + 1;
        return found;
      }
    }
    if (std::optional<Cel> found = asked_fact(fact[0])) {
      used = before + 1;
      return found;
    }
  }
  if (std::optional<Cel> found = fact_of(fact, taken)) {
    used = before + taken;
    return found;
  }
  if (before == 1 && given.size() == 2) {
    used = 2;
    return variable("ansible_" + fact[0]);
  }
  throw Untranslatable{"the fact `" + given[0] + "." + given[1] + "`"};
}

}  // namespace plumb::imports
