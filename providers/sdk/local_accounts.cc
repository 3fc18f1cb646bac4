#include "providers/sdk/local_accounts.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "providers/sdk/text_lines.h"

namespace plumb {
namespace {

// Below it the numbers of Debian's and Red Hat's own accounts lie, which their base packages bring.
constexpr std::uint32_t kFirstOfPackages = 100;
constexpr std::uint32_t kNobody = 65534;
constexpr std::array kSysusers = {"/usr/lib/sysusers.d", "/lib/sysusers.d"};

std::uint32_t setting_in(const std::string& definitions, std::string_view name, std::uint32_t otherwise) {
  for (const std::string& line : entry_lines(definitions)) {
    const std::vector<std::string> words = words_of(line);
    if (words.size() < 2 || words[0] != name) continue;
    std::uint32_t number = otherwise;
    std::from_chars(words[1].data(), words[1].data() + words[1].size(), number);
    return number;
  }
  return otherwise;
}

std::set<std::string> made_by_systemd(const SurveyedHost& host, Survey& survey) {
  std::set<std::string> names;
  for (const char* folder : kSysusers) {
    for (const std::string& file : surveyed_names(host, folder, survey)) {
      const std::string text = surveyed_text(host, folder + ("/" + file), survey).value_or("");
      for (const std::string& line : entry_lines(text)) {
        const std::vector<std::string> words = words_of(line);
        if (words.size() > 1) names.insert(words[1]);
      }
    }
  }
  return names;
}

}  // namespace

std::optional<LocalAccounts> local_accounts(const SurveyedHost& host, Survey& survey) {
  Result<AccountFiles> files = read_account_files(host.system, true);
  if (!files) {
    survey.leave_out("the accounts", files.error().summary());
    return std::nullopt;
  }
  LocalAccounts accounts;
  accounts.files = std::move(*files);
  const std::string definitions = surveyed_text(host, "/etc/login.defs", survey).value_or("");
  accounts.uid_min = setting_in(definitions, "UID_MIN", accounts.uid_min);
  accounts.uid_max = setting_in(definitions, "UID_MAX", accounts.uid_max);
  const std::uint32_t gid_min = setting_in(definitions, "GID_MIN", accounts.uid_min);
  const std::uint32_t gid_max = setting_in(definitions, "GID_MAX", accounts.uid_max);
  const std::set<std::string> systemd = made_by_systemd(host, survey);
  const auto made_here = [&](const std::string& name, std::uint32_t number, std::uint32_t least, std::uint32_t most) {
    if (number == kNobody) return false;
    if (number >= least && number <= most) return true;
    return number >= kFirstOfPackages && number < least && host.packaged != nullptr &&
           !host.packaged->script_words.contains(name) && !systemd.contains(name);
  };
  for (const Account& user : accounts.files.users) {
    if (made_here(user.name, user.uid, accounts.uid_min, accounts.uid_max)) accounts.users.insert(user.name);
  }
  for (const GroupAccount& group : accounts.files.groups) {
    const Account* namesake = accounts.files.user(group.name);
    const bool own = namesake != nullptr && namesake->gid == group.gid;
    if (!own && made_here(group.name, group.gid, gid_min, gid_max)) accounts.groups.insert(group.name);
  }
  return accounts;
}

}  // namespace plumb
