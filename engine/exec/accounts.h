// Users and groups: /etc/passwd and /etc/group below the root, read again when they change, then (on the host itself)
// what the name service knows.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "engine/exec/root_files.h"
#include "providers/sdk/system.h"

namespace plumb::exec {

class Accounts {
 public:
  // As ask_name_service() in system/host.h.
  using NameService = std::function<std::string(const std::string& database, const std::string& key)>;

  Accounts(const RootFiles& files, NameService name_service);

  std::optional<Account> user(const std::string& name);
  std::optional<Account> user(std::uint32_t uid);
  std::optional<GroupAccount> group(const std::string& name);
  std::optional<GroupAccount> group(std::uint32_t gid);
  // Primary group first, then those that list the user.
  std::vector<gid_t> groups_of(const Account& account);

 private:
  // What a file looked like when it was read.
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = -1;
    timespec changed{};
  };
  bool changed(const std::string& path, Stamp& stamp) const;
  void refresh();
  const std::string& ask(const std::string& database, const std::string& key);

  const RootFiles& files_;
  NameService name_service_;
  Stamp users_stamp_, groups_stamp_;
  std::vector<Account> users_;
  std::vector<GroupAccount> groups_;
  std::map<std::string, std::size_t> user_names_, group_names_;
  std::map<std::uint32_t, std::size_t> user_ids_, group_ids_;
  std::map<std::string, std::string> answers_;  // of the name service
};

std::optional<Account> parse_user(std::string_view line);
std::optional<GroupAccount> parse_group(std::string_view line);
std::vector<std::string> words(const std::string& text);  // between blanks
// Decimal digits alone.
std::optional<std::uint32_t> parse_id(std::string_view text);

}  // namespace plumb::exec
