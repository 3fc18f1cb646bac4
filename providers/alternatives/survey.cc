// Names that somebody chose the program for.
#include "providers/sdk/survey.h"

#include "providers/alternatives/alternatives.h"

namespace plumb::providers::alternatives {

void survey(const SurveyedHost& host, Survey& found) {
  for (const char* folder : {"/var/lib/dpkg/alternatives", "/var/lib/alternatives"}) {
    for (const std::string& name : surveyed_names(host, folder, found)) {
      const std::optional<std::string> text = surveyed_text(host, folder + ("/" + name), found);
      if (!text || !text->starts_with("manual\n")) continue;
      const auto info = host.system.stat("/etc/alternatives/" + name, false);
      if (!info || !*info || (*info)->link_target.empty()) continue;
      found.add(name, {{"path", (*info)->link_target}});
    }
  }
}

}  // namespace plumb::providers::alternatives
