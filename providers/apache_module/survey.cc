// Modules of Debian's Apache that are enabled beyond those that come enabled.
#include "providers/sdk/survey.h"

#include <set>

#include "providers/apache_module/apache_module.h"

namespace plumb::providers::apache_module {
namespace {

const std::set<std::string, std::less<>>& usual() {
  static const std::set<std::string, std::less<>> names = {
      "access_compat", "alias",       "auth_basic", "authn_core", "authn_file", "authz_core", "authz_host",
      "authz_user",    "autoindex",   "deflate",    "dir",        "env",        "filter",     "mime",
      "mpm_event",     "negotiation", "reqtimeout", "setenvif",   "status",
  };
  return names;
}

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  const std::string folder = "/etc/apache2/mods-enabled";
  std::set<std::string> enabled;
  for (const std::string& file : surveyed_names(host, folder, found)) {
    if (file.ends_with(".load")) enabled.insert(file.substr(0, file.rfind('.')));
  }
  for (const std::string& name : enabled) {
    if (!usual().contains(name)) found.add(name);
  }
  if (enabled.empty()) return;
  for (const std::string& name : usual()) {
    const auto there = host.system.stat("/etc/apache2/mods-available/" + name + ".load", true);
    if (!enabled.contains(name) && there && *there) found.add(name, {{"state", "absent"}});
  }
}

}  // namespace plumb::providers::apache_module
