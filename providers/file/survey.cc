// Files that somebody put below /etc or changed there.
#include <algorithm>
#include <array>

#include "engine/base/host_text.h"
#include "providers/file/file.h"
#include "providers/sdk/local_entries.h"

namespace plumb::providers::file {
namespace {

constexpr std::uint32_t kOfOthers = 077;
constexpr std::array<std::string_view, 6> kKeyEndings = {".key", ".p12", ".pfx", ".jks", ".keytab", ".kdbx"};
constexpr std::array<std::string_view, 7> kPasswordEndings = {
    "/chap-secrets", "/pap-secrets", "/ipsec.secrets", "/sasl_passwd", "/.pgpass", "/.netrc", "/opasswd"};

// Of what only its owner may read somebody meant that nobody else should, whatever it is.
std::string why_private(const LocalEntry& entry) {
  if ((entry.info.mode & kOfOthers) == 0 && !entry.bytes.empty()) return "only its owner may read it";
  if (std::any_of(kKeyEndings.begin(), kKeyEndings.end(),
                  [&](std::string_view ending) { return entry.path.ends_with(ending); }))
    return "its name is that of a key";
  if (std::any_of(kPasswordEndings.begin(), kPasswordEndings.end(),
                  [&](std::string_view ending) { return entry.path.ends_with(ending); }))
    return "its name is that of a file of passwords";
  return {};
}

// Tables of cron's that `cron` does not say all of: they hold jobs without a name.
void add_crontabs(const SurveyedHost& host, Survey& found) {
  for (const char* folder : {"/var/spool/cron/crontabs", "/var/spool/cron/tabs"}) {
    for (const std::string& user : surveyed_names(host, folder, found)) {
      const std::string path = folder + ("/" + user);
      const auto info = host.system.stat(path, false);
      if (!info || !*info || (*info)->type != FileType::kFile) continue;
      const std::optional<std::string> text = surveyed_text(host, path, found);
      if (!text) continue;
      FoundThing& thing = found.add(path, ownership_of(**info, "0644", host.system));
      thing.yields = true;
      thing.attributes["content"] = text_of_bytes(*text);
    }
  }
}

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  if (host.packaged == nullptr) {
    found.leave_out("/etc", "the host has no package manager that tells which of its files came with packages");
    return;
  }
  for (LocalEntry& entry : local_entries(host, found)) {
    if (entry.gone) {
      found.add(entry.path, {{"state", "absent"}}).yields = true;
      continue;
    }
    if (entry.info.type != FileType::kFile) continue;
    FoundThing& thing = found.add(entry.path, ownership_of(entry.info, "0644", host.system));
    thing.yields = true;
    if (std::string why = why_private(entry); !why.empty()) {
      thing.withheld.push_back({"content", std::move(why)});
    } else {
      thing.attributes["content"] = text_of_bytes(entry.bytes);
    }
  }
  add_crontabs(host, found);
}

}  // namespace plumb::providers::file
