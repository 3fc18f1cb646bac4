// The login over which a host is reached, and what it stands on: the program sshd, its settings, the keys of the user.
//
// A host is asked before and after each change that it foresees, so it does not matter which kind of resource makes it.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/foreseen_system.h"

namespace plumb {

// Where the program lies that lets logins in.
inline constexpr std::array<std::string_view, 2> kSshdPrograms = {"/usr/sbin/sshd", "/usr/bin/sshd"};
inline constexpr std::string_view kSshdSettingsFile = "/etc/ssh/sshd_config";

struct Login {
  std::string user;
  std::string from;  // addresses
  std::string to;
  std::string port;
  std::vector<std::string> groups;  // names; none where they are not known

  // As `system` is reached; nothing where that is by no sshd, or whoever logged in has no account.
  static std::optional<Login> of(System& system);
  // "deploy 192.0.2.5 192.0.2.1 22 deploy,sudo"
  static std::optional<Login> parse(std::string_view text);
  std::string text() const;
};

// What files say to sshd, as far as it decides whether a login comes in. Of what they say twice the first counts, as it
// does for sshd, and what stands behind a Match that cannot be told from here does not.
class SshdSettings {
 public:
  explicit SshdSettings(const Login& login) : login_(login) {}

  // `system`: has the files that are included; null where the text stands alone.
  void read(std::string_view text, System* system);
  // Why they keep the login out, each in words; `by_key`: it comes with a key that a file has, and not with a password.
  std::set<std::string> refusals(bool by_key) const;
  // Where the keys lie that count, in a home.
  std::vector<std::string> key_files(const std::string& home) const;
  // Keys come from elsewhere, too: an authority, a program.
  bool has_other_keys() const;
  // Whether all files that are included could be read.
  bool is_known() const { return known_; }

 private:
  void read_line(std::vector<std::string> words, System* system, int depth);
  void read(std::string_view text, System* system, int depth);
  void include(const std::string& pattern, System& system, int depth);
  bool matches(const std::vector<std::string>& words) const;
  const std::vector<std::string>* find(const std::string& word) const;
  std::string first(const std::string& word, std::string_view otherwise) const;

  Login login_;
  bool known_ = true;
  bool in_match_ = false;  // behind a Match
  bool counts_ = true;     // which the login meets
  // By word in small letters; what stands behind a Match that is met comes first.
  std::map<std::string, std::vector<std::string>> global_;
  std::map<std::string, std::vector<std::string>> matched_;
};

// Whether something lies there, or it cannot be told.
bool may_be_there(const std::string& path, System& system);
// Which of the paths that a login stands on says how sshd is set.
bool is_sshd_settings(std::string_view path);

// What a file on which the login stands takes from it with this text, whatever other files say; "" for nothing.
// `before`: its text until then, where that is known.
std::string taken_by_text(const Login& login, std::string_view path, std::string_view text,
                          const std::optional<std::string>& before);

// What the login stands on, from one foreseen change to the next.
class LoginStand {
 public:
  // `now` outlives this. Nothing is looked at until something touches it.
  explicit LoginStand(System& now);

  // After the resource `who` was carried out on `then`: what it took away; "" for nothing.
  std::string taken_by(std::size_t who, ForeseenSystem& then);
  // Whether one of these paths is a file that the login stands on.
  bool stands_on(const std::vector<std::string>& paths);
  // Nothing where no login is known.
  const std::optional<Login>& login() const { return login_; }

 private:
  // What keeps the login out as the host is, as far as its files can be read.
  std::set<std::string> refusals(System& host);
  std::set<std::string> refusals_of_sshd(System& host);
  // All that it stands on as the host is now.
  const std::vector<std::string>& paths();

  System& now_;
  std::optional<Login> login_;
  std::set<std::string> keys_;  // that opened the door when it was first looked at
  std::optional<std::set<std::string>> known_;
  bool readable_ = false;  // sshd's settings
  std::vector<std::string> paths_;
  std::vector<std::string> usual_keys_;  // files
};

}  // namespace plumb
