// What the kinds of MySQL and MariaDB share: their client, and how names and texts are written for it.
#pragma once

#include "providers/databases/client.h"

namespace plumb::providers::databases {

// `app` and 'app', whatever they hold but a zero byte. A text is read so after the preamble alone.
std::string my_name(std::string_view name);
std::string my_text(std::string_view text);
// 'app'@'localhost', by the attributes `name` and `host` or others.
std::string my_account(const Desired& desired, const char* name);
std::string host_of(const Desired& desired);
// "SELECT 0 AS n, 'app' AS name, 'localhost' AS host UNION ALL …"
std::string my_accounts(std::span<const Desired* const> desired, const char* name);

class Mysql : public Server {
 public:
  std::string_view title() const override { return "MySQL or MariaDB"; }
  // The name that both have for it, and the one that is left on newer hosts.
  std::vector<std::string> programs() const override { return {"mysql", "mariadb"}; }
  Client client(const Desired& desired, const std::string& program) const override;
  std::vector<std::string> lines(std::string_view output) const override;
  bool is_brought_by(std::string_view name) const override;
  std::string_view preamble() const override;
};
const Mysql& mysql();
// What an account is called where somebody decides on it, of the resource's host and server.
std::string my_account_claim(const Desired& desired, const std::string& name);

class MysqlProvider : public DatabaseProvider {
 protected:
  const Server& server() const override { return mysql(); }
  std::vector<Address> stands_on(const Desired& desired) const override;
};

}  // namespace plumb::providers::databases
