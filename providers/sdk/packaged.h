// What packages brought to a host, by their manager's database: by which what somebody put there himself is told.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace plumb {

struct Packaged {
  // Files and folders of packages, below /etc and where units lie.
  std::set<std::string, std::less<>> paths;
  // Files that somebody may have changed since, and the digest of what the package brought, in hexadecimal digits: MD5,
  // SHA-1 or SHA-256, as their manager keeps it, which their number tells.
  std::map<std::string, std::string, std::less<>> configuration;
  // The digests of what packages brought anywhere, all of one form: a file that is equal to one is a copy that a
  // package made of its own.
  std::set<std::string, std::less<>> contents;
  // Words of the scripts that packages ran when they came: accounts that they made are among them.
  std::set<std::string, std::less<>> script_words;
};

// 32 hexadecimal digits.
std::string md5_of(std::string_view bytes);

}  // namespace plumb
