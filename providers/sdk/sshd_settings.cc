#include "providers/sdk/sshd_settings.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/base/glob.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/text_lines.h"

namespace plumb {
namespace {

constexpr std::size_t kLargestSettings = std::size_t{1} << 20;
constexpr int kDeepest = 16;  // as sshd has it

// "Key value", "Key=value", with quotes around what has blanks in it; nothing for comments.
std::vector<std::string> setting_words(std::string_view line) {
  std::vector<std::string> words;
  bool quoted = false;
  bool open = false;
  for (const char c : line) {
    const bool parts = !quoted && (kBlanks.find(c) != std::string_view::npos || (c == '=' && words.size() == 1));
    if (!quoted && !open && c == '#') break;
    if (c == '"') {
      quoted = !quoted;
    } else if (parts) {
      open = false;
      continue;
    }
    if (!open) words.emplace_back();
    open = true;
    if (c != '"') words.back() += c;
  }
  if (!words.empty()) words[0] = lowered(words[0]);
  return words;
}

// sshd's own list of patterns: one behind a `!` that matches speaks against all others.
bool meets_list(std::string_view list, const std::string& text) {
  bool met = false;
  for (const std::string& pattern : words_of(list, ",")) {
    const bool against = pattern.starts_with('!');
    if (!glob_match(std::string_view(pattern).substr(against ? 1 : 0), text)) continue;
    if (against) return false;
    met = true;
  }
  return met;
}

// `masked`: what is taken of an address with a mask, which is not worked out here.
bool names_user(const std::vector<std::string>& patterns, const Login& login, bool masked) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    const std::size_t at = pattern.rfind('@');
    const std::string_view place = at == std::string::npos ? "*" : std::string_view(pattern).substr(at + 1);
    const bool from = place.find('/') != std::string_view::npos ? masked : meets_list(place, login.from);
    return from && meets_list(std::string_view(pattern).substr(0, at), login.user);
  });
}

bool names_group(const std::vector<std::string>& patterns, const Login& login) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return std::any_of(login.groups.begin(), login.groups.end(),
                       [&](const std::string& group) { return meets_list(pattern, group); });
  });
}

bool adds_up(std::string_view word) {
  return word == "port" || word == "listenaddress" || word == "allowusers" || word == "denyusers" ||
         word == "allowgroups" || word == "denygroups";
}

}  // namespace

bool may_be_there(const std::string& path, System& system) {
  const Result<std::optional<FileInfo>> info = system.stat(path, true);
  return !info || *info;
}

bool is_sshd_settings(std::string_view path) {
  return path == kSshdSettingsFile || (path.starts_with("/etc/ssh/sshd_config.d/") && path.ends_with(".conf"));
}

void SshdSettings::read(std::string_view text, System* system) {
  read(text, system, 0);
}

// A Match in a file that is included ends with it.
void SshdSettings::read(std::string_view text, System* system, int depth) {
  const bool in_match = in_match_;
  const bool counts = counts_;
  const TextLines lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (std::vector<std::string> words = setting_words(lines[i]); words.size() > 1)
      read_line(std::move(words), system, depth);
  }
  in_match_ = in_match;
  counts_ = counts;
}

void SshdSettings::read_line(std::vector<std::string> words, System* system, int depth) {
  if (words[0] == "match") {
    in_match_ = true;
    counts_ = matches(words);
    return;
  }
  if (!counts_) return;
  if (words[0] == "include") {
    for (std::size_t i = 1; system != nullptr && depth < kDeepest && i < words.size(); ++i)
      include(words[i], *system, depth + 1);
    return;
  }
  const auto [value, added] = (in_match_ ? matched_ : global_).try_emplace(words[0]);
  if (added || adds_up(words[0])) value->second.insert(value->second.end(), words.begin() + 1, words.end());
}

void SshdSettings::include(const std::string& pattern, System& system, int depth) {
  const std::string path = pattern.starts_with('/') ? pattern : "/etc/ssh/" + pattern;
  std::vector<std::string> files = {path};
  if (is_glob(path)) {
    files.clear();
    const std::string folder = parent_of(path);
    const Result<std::vector<std::string>> names = system.list(folder);
    known_ = known_ && (names || !may_be_there(folder, system));
    for (const std::string& name : names ? *names : std::vector<std::string>()) {
      if (glob_match(path, folder + "/" + name) && !name.starts_with('.')) files.push_back(folder + "/" + name);
    }
  }
  for (const std::string& file : files) {
    const Result<std::string> text = system.read_file(file, kLargestSettings);
    if (text) {
      read(*text, &system, depth);
    } else {
      known_ = known_ && !may_be_there(file, system);
    }
  }
}

// "Match User deploy Address 10.*"; what cannot be told is not met.
bool SshdSettings::matches(const std::vector<std::string>& words) const {
  for (std::size_t i = 1; i < words.size(); i += 2) {
    const std::string what = lowered(words[i]);
    if (what == "all") return true;
    if (i + 1 == words.size()) return false;
    const std::string& list = words[i + 1];
    if (what == "user"      ? meets_list(list, login_.user)
        : what == "group"   ? names_group({list}, login_)
        : what == "address" ? meets_list(list, login_.from)
                            : what == "localport" && list == login_.port)
      continue;
    return false;
  }
  return true;
}

const std::vector<std::string>* SshdSettings::find(const std::string& word) const {
  for (const auto* values : {&matched_, &global_}) {
    if (const auto value = values->find(word); value != values->end()) return &value->second;
  }
  return nullptr;
}

std::string SshdSettings::first(const std::string& word, std::string_view otherwise) const {
  const std::vector<std::string>* values = find(word);
  return values == nullptr ? std::string(otherwise) : lowered(values->front());
}

std::set<std::string> SshdSettings::refusals(bool by_key) const {
  std::set<std::string> why;
  const std::vector<std::string>* denied = find("denyusers");
  const std::vector<std::string>* denied_groups = find("denygroups");
  const std::vector<std::string>* allowed = find("allowusers");
  const std::vector<std::string>* allowed_groups = find("allowgroups");
  if (denied != nullptr && names_user(*denied, login_, false)) why.insert("DenyUsers of sshd names " + login_.user);
  if (denied_groups != nullptr && names_group(*denied_groups, login_))
    why.insert("DenyGroups of sshd names a group of " + login_.user);
  if (allowed != nullptr && !names_user(*allowed, login_, true))
    why.insert("AllowUsers of sshd does not name " + login_.user);
  if (allowed_groups != nullptr && !login_.groups.empty() && !names_group(*allowed_groups, login_))
    why.insert("AllowGroups of sshd names no group of " + login_.user);
  const std::string root = first("permitrootlogin", "prohibit-password");
  const bool by_key_alone = root == "prohibit-password" || root == "without-password";
  if (login_.user == "root" && (root == "no" || root == "forced-commands-only" || (by_key_alone && !by_key)))
    why.insert("PermitRootLogin of sshd is " + root);
  if (by_key && first("pubkeyauthentication", "yes") == "no") why.insert("PubkeyAuthentication of sshd is no");
  const bool asks = first("kbdinteractiveauthentication", first("challengeresponseauthentication", "yes")) != "no";
  if (!by_key && !asks && first("passwordauthentication", "yes") == "no")
    why.insert("PasswordAuthentication of sshd is no");
  const std::vector<std::string>* ports = find("port");
  const std::vector<std::string>* listens = find("listenaddress");
  const bool here = listens != nullptr && std::any_of(listens->begin(), listens->end(), [&](const std::string& at) {
                      return at.ends_with(":" + login_.port);
                    });
  if (ports != nullptr && !here && std::find(ports->begin(), ports->end(), login_.port) == ports->end())
    why.insert("sshd would not listen on port " + login_.port);
  return why;
}

bool SshdSettings::has_other_keys() const {
  return first("trustedusercakeys", "none") != "none" || first("authorizedkeyscommand", "none") != "none";
}

std::vector<std::string> SshdSettings::key_files(const std::string& home) const {
  const std::vector<std::string> usual = {".ssh/authorized_keys", ".ssh/authorized_keys2"};
  const std::vector<std::string>* told = find("authorizedkeysfile");
  std::vector<std::string> files;
  for (const std::string& pattern : told == nullptr ? usual : *told) {
    std::string file;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      const char next = pattern[i] == '%' && i + 1 < pattern.size() ? pattern[++i] : '\0';
      file += next == 'u' ? login_.user : next == 'h' ? home : std::string(1, next == '\0' ? pattern[i] : next);
    }
    files.push_back(file.starts_with('/') ? file : (home == "/" ? "" : home) + "/" + file);
  }
  return files;
}

}  // namespace plumb
