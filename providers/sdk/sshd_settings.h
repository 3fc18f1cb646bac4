// sshd's settings, as far as they decide whether a login comes in.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/login.h"

namespace plumb {

inline constexpr std::string_view kSshdSettingsFile = "/etc/ssh/sshd_config";

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

}  // namespace plumb
