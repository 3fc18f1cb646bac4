// The login over which a host is reached, and what it stands on: the program sshd, its settings, the keys of the user.
//
// A host is asked before and after each change that it foresees, so it does not matter which kind of resource makes it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/foreseen_system.h"

namespace plumb {

// Where the program lies that lets logins in.
inline constexpr std::array<std::string_view, 2> kSshdPrograms = {"/usr/sbin/sshd", "/usr/bin/sshd"};

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
