// Keys with which one may log in as root or as a user that somebody made.
#include <algorithm>
#include <array>
#include <set>

#include "engine/base/joined.h"
#include "providers/authorized_key/authorized_key.h"
#include "providers/sdk/local_accounts.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::authorized_key {
namespace {

bool is_key_type(std::string_view word) {
  constexpr std::array<std::string_view, 3> kTypes = {"ssh-", "ecdsa-", "sk-"};
  return std::any_of(kTypes.begin(), kTypes.end(), [&](std::string_view type) { return word.starts_with(type); });
}

// The options in front of a key, each whole with what is quoted in it; `line` begins behind them then.
std::vector<std::string> take_options(std::string_view& line) {
  std::vector<std::string> options(1);
  bool quoted = false;
  std::size_t at = 0;
  for (; at < line.size(); ++at) {
    const char c = line[at];
    if (c == '"' && (at == 0 || line[at - 1] != '\\')) quoted = !quoted;
    if (!quoted && (c == ' ' || c == '\t')) break;
    if (!quoted && c == ',') {
      options.emplace_back();
    } else {
      options.back() += c;
    }
  }
  line.remove_prefix(at);
  return options;
}

void add_keys_of(const Account& user, const SurveyedHost& host, Survey& found) {
  const std::string path = (user.home == "/" ? "" : user.home) + "/.ssh/authorized_keys";
  const std::optional<std::string> text = surveyed_text(host, path, found);
  if (!text) return;
  std::set<std::string> known;
  for (const std::string& one : entry_lines(*text)) {
    std::string_view line = one;
    std::vector<std::string> options;
    if (!is_key_type(line)) options = take_options(line);
    const std::vector<std::string> words = words_of(line);
    if (words.size() < 2 || !is_key_type(words[0])) {
      found.leave_out(path, "a line of it holds no key that is known");
      continue;
    }
    if (!known.insert(words[0] + " " + words[1]).second) continue;
    const std::string key = joined(words, " ");
    Json attributes = {{"key", key}};
    if (!options.empty()) attributes["options"] = options;
    found.add(user.name, std::move(attributes));
  }
}

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  Survey unsaid;
  const std::optional<LocalAccounts> accounts = local_accounts(host, unsaid);
  if (!accounts) return;
  for (const Account& user : accounts->files.users) {
    if (user.uid == 0 || accounts->users.contains(user.name)) add_keys_of(user, host, found);
  }
}

}  // namespace plumb::providers::authorized_key
