#include "providers/service/back_end.h"

#include <algorithm>
#include <array>

#include "engine/base/joined.h"
#include "providers/sdk/is_there.h"

namespace plumb::providers::service {
namespace {

// Managers without a back end, which facts and messages know by name.
struct Other {
  std::string_view fact;
  const char* name;
  const char* program;   // that tells of it
  const char* running;   // a path that is there where it started this host
  const char* in_image;  // a path that is there where it would start an image
};

constexpr std::array kOthers = {Other{"launchd", "launchd", "launchctl", "/sbin/launchd", ""},
                                Other{"sysvinit", "System V init", "", "/etc/inittab", "/etc/inittab"},
                                Other{"", "Upstart", "initctl", "", ""}};

std::string names_of_back_ends() {
  std::string names;
  for (const BackEnd* one : back_ends()) {
    if (!one->is_beside()) append_item(names, one->name(), " or ");
  }
  return names;
}

}  // namespace

Result<const BackEnd*> find_back_end(std::string_view name, System& system) {
  if (const BackEnd* named = back_end_named(name); named != nullptr) return named;
  PLUMB_TRY_ASSIGN(const BackEnd* found, first_of(back_ends(), [&](const BackEnd& one) {
                     return one.is_beside() ? Result<bool>(false) : one.serves(system);
                   }));
  if (found != nullptr) return found;
  for (const Other& other : kOthers) {
    if (*other.program == '\0' || system.find_program(other.program).empty()) continue;
    return fail(Code::kNoBackEnd, "services are managed through " + names_of_back_ends() + ", and this host has " +
                                      std::string(other.name));
  }
  return fail(Code::kNoBackEnd, "no service manager was found; services are managed through " + names_of_back_ends());
}

bool BackEnd::makes(std::string_view path, const std::string& unit) const {
  const std::vector<std::string> files = files_of(unit);
  return std::find(files.begin(), files.end(), path) != files.end();
}

Result<std::optional<Links>> BackEnd::read_links(const std::string& /*unit*/, const Account* /*owner*/,
                                                 System& /*system*/) const {
  return std::optional<Links>();
}

Result<ServiceManager::ToldUnit> BackEnd::tell_unit(const std::string& name, System& system) const {
  PLUMB_TRY_ASSIGN(const bool here, serves(system));
  if (!here || is_beside()) return fail(Code::kNoBackEnd, "this host has no " + std::string(this->name()));
  PLUMB_TRY_ASSIGN(const Units units, read({&name, 1}, nullptr, system));
  PLUMB_TRY_ASSIGN(const Unit unit, units.units.front());
  ToldUnit told;
  told.exists = unit.found;
  told.masked = unit.masked;
  told.enabled = unit.enabled == Enabled::kYes;
  if (unit.found) told.state = unit.state;
  return told;
}

const BackEnd* back_end_named(std::string_view name) {
  const auto all = back_ends();
  const auto found = std::find_if(all.begin(), all.end(), [&](const BackEnd* one) { return one->name() == name; });
  return found == all.end() ? nullptr : *found;
}

std::string init_system(System& system) {
  const auto found = first_of(back_ends(), [&](const BackEnd& one) { return one.starts(system); });
  if (!found) return "unknown";
  if (*found != nullptr) return std::string((*found)->name());
  for (const Other& other : kOthers) {
    const std::string sign = system.is_image() ? other.in_image : other.running;
    if (!other.fact.empty() && !sign.empty() && shows(sign, system)) {
      return std::string(other.fact);
    }
  }
  return "unknown";
}

}  // namespace plumb::providers::service
