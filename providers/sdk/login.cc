#include "providers/sdk/login.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/base/joined.h"
#include "providers/sdk/account_files.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/sshd_settings.h"
#include "providers/sdk/text_lines.h"

namespace plumb {
namespace {

constexpr std::size_t kLargest = std::size_t{1} << 20;
// What stands in the place of keys that cannot be read.
constexpr std::string_view kUnknown = "?";

// "" where it is not there; nothing where it cannot be told.
std::optional<std::string> text_at(const std::string& path, System& system) {
  const Result<std::optional<FileInfo>> info = system.stat(path, true);
  if (info && !*info) return "";
  Result<std::string> text = info ? system.read_file(path, kLargest) : Result<std::string>(info.error());
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

// The keys themselves, whatever stands around them.
void add_keys(std::string_view text, std::set<std::string>& keys) {
  const TextLines lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string blob;
    for (const std::string& word : words_of(lines[i])) {
      if (word.starts_with('#') && blob.empty()) break;
      if (word.starts_with("AAAA")) blob = word;
    }
    if (!blob.empty()) keys.insert(std::move(blob));
  }
}

std::string home_of(const Login& login, System& system) {
  const std::optional<Account> account = system.user_by_name(login.user);
  return account ? account->home : std::string();
}

std::set<std::string> keys_of(const Login& login, const SshdSettings& settings, System& system) {
  std::set<std::string> keys;
  const std::string home = home_of(login, system);
  for (const std::string& file : settings.key_files(home)) {
    if (const std::optional<std::string> text = text_at(file, system)) {
      add_keys(*text, keys);
    } else {
      keys.emplace(kUnknown);
    }
  }
  return keys;
}

// Whoever changes it: the kind `user` sees more.
void check_account(const Login& login, const std::string& rows, std::set<std::string>& why) {
  const TextLines lines(rows);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with(login.user + ":")) continue;
    if (lines[i].ends_with("/nologin") || lines[i].ends_with("/false")) why.insert(login.user + " would get no shell");
    return;
  }
  why.insert("the account " + login.user + " would be gone");
}

// "deploy ALL=(ALL) ALL", "alice, %adm ALL=(ALL) ALL", and an alias that a rule may go by.
bool grants(std::string_view line, const Login& login) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return false;
  std::vector<std::string> names = words_of(line.substr(0, equals), " \t,");
  if (names.empty() || names.front().starts_with('#')) return false;
  if (names.front() == "User_Alias") {
    names = words_of(line.substr(equals + 1), " \t,");
  } else {
    names.pop_back();  // the host
  }
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    if (!name.starts_with('%')) return name == login.user || name == "ALL";
    return login.groups.empty() ||
           std::find(login.groups.begin(), login.groups.end(), name.substr(1)) != login.groups.end();
  });
}

// Whether a rule of sudo is about this user. Nothing where the files cannot be read.
std::optional<bool> has_rule(const Login& login, System& system) {
  const std::string folder = "/etc/sudoers.d";
  std::vector<std::string> files = {"/etc/sudoers"};
  const Result<std::vector<std::string>> names = system.list(folder);
  if (!names && may_be_there(folder, system)) return std::nullopt;
  for (const std::string& name : names ? *names : std::vector<std::string>()) {
    if (name.find('.') == std::string::npos && !name.ends_with('~')) files.push_back(folder + "/" + name);
  }
  for (const std::string& file : files) {
    const std::optional<std::string> text = text_at(file, system);
    if (!text) return std::nullopt;
    const TextLines lines(*text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (grants(lines[i], login)) return true;
    }
  }
  return false;
}

}  // namespace

std::optional<Login> Login::parse(std::string_view text) {
  const std::vector<std::string> words = words_of(text);
  if (words.size() < 4) return std::nullopt;
  return Login{words[0], words[1], words[2], words[3], words_of(words.size() > 4 ? words[4] : "", ",")};
}

std::string Login::text() const {
  return user + " " + from + " " + to + " " + port + " " + joined(groups, ",");
}

std::optional<Login> Login::of(System& system) {
  const std::vector<std::string> words = words_of(system.reached_by());
  std::uint32_t uid = 0;
  const bool known = words.size() == 5 && !system.is_image() &&
                     std::from_chars(words[4].data(), words[4].data() + words[4].size(), uid).ec == std::errc();
  const std::optional<Account> account = known ? system.user_by_id(uid) : std::nullopt;
  if (!account) return std::nullopt;
  Login login{account->name, words[0], words[2], words[3], {}};
  if (const std::optional<GroupAccount> own = system.group_by_id(account->gid)) login.groups.push_back(own->name);
  const Result<AccountFiles> files = read_account_files(system, false);
  for (const GroupAccount& group : files ? files->groups : std::vector<GroupAccount>()) {
    const bool in = std::find(group.members.begin(), group.members.end(), login.user) != group.members.end();
    if (in) login.groups.push_back(group.name);
  }
  // A name service knows of more groups than the files do.
  if (!files || files->user(login.user) == nullptr) login.groups.clear();
  return login;
}

std::string taken_by_text(const Login& login, std::string_view path, std::string_view text,
                          const std::optional<std::string>& before) {
  if (!is_sshd_settings(path)) {
    std::set<std::string> old;
    std::set<std::string> keys;
    add_keys(before.value_or(""), old);
    add_keys(text, keys);
    const bool stays = std::any_of(keys.begin(), keys.end(), [&](const std::string& key) { return old.contains(key); });
    const bool lost = before ? !old.empty() && !stays : keys.empty();
    return lost ? "no key of " + login.user + " would be left" : std::string();
  }
  SshdSettings was(login);
  SshdSettings is(login);
  was.read(before.value_or(""), nullptr);
  is.read(text, nullptr);
  const std::set<std::string> known = was.refusals(true);
  for (const std::string& why : is.refusals(true)) {
    if (!known.contains(why)) return why;
  }
  return {};
}

LoginStand::LoginStand(System& now) : now_(now), login_(Login::of(now)) {}

bool LoginStand::stands_on(const std::vector<std::string>& paths) {
  if (!login_) return false;
  // Asked for each file of a plan, and a name service is asked for the home by a program.
  if (usual_keys_.empty()) usual_keys_ = SshdSettings(*login_).key_files(home_of(*login_, now_));
  return std::any_of(paths.begin(), paths.end(), [this](const std::string& path) {
    return is_sshd_settings(path) || std::find(usual_keys_.begin(), usual_keys_.end(), path) != usual_keys_.end();
  });
}

// Nothing where they cannot be read, or could not be before.
std::set<std::string> LoginStand::refusals_of_sshd(System& host) {
  SshdSettings settings(*login_);
  const std::optional<std::string> text = text_at(std::string(kSshdSettingsFile), host);
  if (text) settings.read(*text, &host);
  if (!known_) readable_ = text && settings.is_known();
  if (!readable_ || !text || !settings.is_known()) return {};
  const std::set<std::string> keys = keys_of(*login_, settings, host);
  if (!known_) keys_ = keys;
  const bool other_keys = settings.has_other_keys();
  std::set<std::string> why = settings.refusals(!keys_.empty() || other_keys);
  const bool opens = other_keys || keys.contains(std::string(kUnknown)) ||
                     std::any_of(keys.begin(), keys.end(), [&](const std::string& key) { return keys_.contains(key); });
  if (!opens) why.insert("no key of " + login_->user + " would be left");
  return why;
}

std::set<std::string> LoginStand::refusals(System& host) {
  std::set<std::string> why = refusals_of_sshd(host);
  if (const std::optional<std::string> rows = text_at("/etc/passwd", host)) check_account(*login_, *rows, why);
  const auto there = [&](std::string_view path) { return may_be_there(std::string(path), host); };
  if (std::none_of(kSshdPrograms.begin(), kSshdPrograms.end(), there)) why.insert("sshd would be gone");
  if (login_->user != "root" && has_rule(*login_, host) == false)
    why.insert("no rule of sudo would be left for " + login_->user);
  return why;
}

const std::vector<std::string>& LoginStand::paths() {
  if (!paths_.empty()) return paths_;
  paths_ = {"/etc/ssh", "/etc/sudoers", "/etc/sudoers.d", "/etc/passwd"};
  paths_.insert(paths_.end(), kSshdPrograms.begin(), kSshdPrograms.end());
  SshdSettings settings(*login_);
  settings.read(text_at(std::string(kSshdSettingsFile), now_).value_or(""), &now_);
  for (std::string& file : settings.key_files(home_of(*login_, now_))) paths_.push_back(std::move(file));
  return paths_;
}

std::string LoginStand::taken_by(std::size_t who, ForeseenSystem& then) {
  if (!login_ || !then.who_touched(paths()).contains(who)) return {};
  if (!known_) known_ = refusals(now_);
  const std::set<std::string> now = refusals(then);
  then.take_met_unknown();
  const std::set<std::string> before = std::exchange(*known_, now);
  for (const std::string& why : now) {
    if (!before.contains(why)) return why;
  }
  return {};
}

}  // namespace plumb
