// Repositories of apt, each of a file of its own, with the keys that sign them.
#include "providers/sdk/survey.h"

#include <algorithm>
#include <array>

#include "engine/base/host_text.h"
#include "providers/apt_repository/apt_repository.h"
#include "providers/apt_repository/deb822.h"

namespace plumb::providers::apt_repository {
namespace {

bool is_distributions_own(const std::string& name, std::string_view text) {
  constexpr std::array<std::string_view, 3> kFiles = {"debian.sources", "ubuntu.sources", "sources.list"};
  constexpr std::array<std::string_view, 3> kHosts = {".debian.org", ".ubuntu.com", ".raspberrypi.com"};
  if (std::find(kFiles.begin(), kFiles.end(), name) == kFiles.end()) return false;
  const std::vector<Declared> all = declared_in(text, name.ends_with(".list"));
  return std::all_of(all.begin(), all.end(), [&](const Declared& one) {
    return std::any_of(kHosts.begin(), kHosts.end(),
                       [&](std::string_view host) { return one.uri.find(host) != std::string::npos; });
  });
}

// A file of somebody's own that holds the key; else another one brings it.
void add_key(const SurveyedHost& host, FoundThing& repository, Survey& found) {
  const std::string path = text_of(repository.attributes, "signed_by");
  if (!path.starts_with('/')) return;
  const bool elsewhere = is_packaged(host, path) || !path.starts_with(std::string(kKeyrings) + "/");
  if (elsewhere) return;
  const std::optional<std::string> key = surveyed_text(host, path, found);
  if (!key) return;
  repository.attributes["key"] = text_of_bytes(*key);
  repository.covers.push_back(path);
  if (path == std::string(kKeyrings) + "/" + repository.name + ".asc") repository.attributes.erase("signed_by");
}

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  const std::string main = "/etc/apt/sources.list";
  if (const auto text = surveyed_text(host, main, found); text && is_distributions_own("sources.list", *text))
    found.settled.push_back(main);
  const std::string folder(kSources);
  for (const std::string& file : surveyed_names(host, folder, found)) {
    const std::string path = folder + "/" + file;
    constexpr std::string_view kEnding = ".sources";
    if (is_packaged(host, path) || !file.ends_with(kEnding)) continue;
    const std::optional<std::string> text = surveyed_text(host, path, found);
    if (!text) continue;
    if (is_distributions_own(file, *text)) {
      found.settled.push_back(path);
      continue;
    }
    Json attributes = from_deb822(*text);
    // With remarks, or more than one of them, it stays a file.
    if (attributes.contains("other")) continue;
    FoundThing& repository = found.add(file.substr(0, file.size() - kEnding.size()), std::move(attributes));
    repository.covers.push_back(path);
    add_key(host, repository, found);
  }
}

}  // namespace plumb::providers::apt_repository
