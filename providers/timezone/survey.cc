// The time zone, where it is another than that of a new host.
#include "providers/sdk/survey.h"

#include "providers/timezone/timezone.h"

namespace plumb::providers::timezone {

void survey(const SurveyedHost& host, Survey& found) {
  const auto info = host.system.stat("/etc/localtime", false);
  if (!info || !*info || (*info)->type != FileType::kLink) return;
  constexpr std::string_view kZones = "/zoneinfo/";
  const std::string& target = (*info)->link_target;
  const std::size_t at = target.find(kZones);
  if (at == std::string::npos) return;
  const std::string zone = target.substr(at + kZones.size());
  if (zone != "Etc/UTC" && zone != "UTC") found.add(zone);
}

}  // namespace plumb::providers::timezone
