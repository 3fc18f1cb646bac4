// Files that somebody had packages put elsewhere.
#include "providers/sdk/survey.h"

#include "providers/dpkg_divert/dpkg_divert.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::dpkg_divert {

void survey(const SurveyedHost& host, Survey& found) {
  const std::optional<std::string> text = surveyed_text(host, "/var/lib/dpkg/diversions", found);
  if (!text) return;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::string path(take_line(rest));
    const std::string divert(take_line(rest));
    // Those of nobody's package.
    if (take_line(rest) != ":") continue;
    Json attributes = Json::object();
    if (divert != path + ".distrib") attributes["divert"] = divert;
    found.add(path, std::move(attributes));
  }
}

}  // namespace plumb::providers::dpkg_divert
