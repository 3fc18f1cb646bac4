#include "providers/package/apt/host.h"

#include <algorithm>

#include "providers/package/apt/simulation.h"

namespace plumb::providers::package::apt {

Diagnostic refused(std::string summary, std::string hint) {
  return Diagnostic(Code::kRefusedByState, std::move(summary)).with_hint(std::move(hint));
}

Result<std::optional<Diagnostic>> find_hindrance(System& system) {
  if (system.is_image()) return std::optional(refused("packages of an image are not changed"));
  PLUMB_TRY_ASSIGN(const auto updates, system.stat("/var/lib/dpkg/updates", true));
  if (!updates) return std::optional<Diagnostic>();
  PLUMB_TRY_ASSIGN(const auto entries, system.list("/var/lib/dpkg/updates"));
  const bool interrupted = std::any_of(entries.begin(), entries.end(), [](const std::string& entry) {
    return entry.find_first_not_of("0123456789") == std::string::npos;
  });
  if (!interrupted) return std::optional<Diagnostic>();
  return std::optional(refused("dpkg was interrupted and has not finished", "run `dpkg --configure -a` on the host"));
}

std::optional<std::chrono::seconds> refresh_age(const Desired& desired) {
  const Json& refresh = desired.attribute("refresh");
  if (!refresh.is_number_integer()) return std::nullopt;
  return std::chrono::seconds(refresh.get<std::int64_t>());
}

Result<bool> have_old_lists(System& system, std::optional<std::chrono::seconds> age) {
  const std::string lists(kLists);
  PLUMB_TRY_ASSIGN(const auto folder, system.stat(lists, true));
  if (!folder) return true;
  PLUMB_TRY_ASSIGN(const auto entries, system.list(lists));
  const bool some = std::any_of(entries.begin(), entries.end(),
                                [](const std::string& entry) { return entry.find("_Packages") != std::string::npos; });
  if (!some) return true;
  if (!age) return false;
  PLUMB_TRY_ASSIGN(const ProcessResult young, system.run(ask_age(std::chrono::floor<std::chrono::minutes>(*age))));
  return young.output.empty();
}

}  // namespace plumb::providers::package::apt
