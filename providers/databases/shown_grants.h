// What SHOW GRANTS of MySQL and MariaDB says: SQL in one form.
#pragma once

#include <string>
#include <vector>

#include "engine/base/json.h"

namespace plumb::providers::databases {

// Of "GRANT SELECT, INSERT ON `app`.* TO `app`@`localhost` … WITH GRANT OPTION".
struct HeldGrant {
  std::vector<std::string> privileges;  // {"ALL"} for all that there are; those of columns as "SELECT (a, b)"
  bool grant_option = false;
};

// Of the lines those about a target: *.*, `app`.* or `app`.`orders`, as the server writes it.
HeldGrant held_in(const Json& lines, const std::string& target);
// The targets of the lines, in their order, each once.
std::vector<std::string> targets_in(const Json& lines);

// One name of those that servers take and show for the same privilege.
std::string plain_privilege(const std::string& name);
// Whether who has the first has the second too: "SELECT (a, b)" is had where SELECT is, or the same of more columns.
bool holds_privilege(const std::string& held, const std::string& asked);
// "INSERT, SELECT (`a`, `b`)"
std::string privileges_in_sql(const std::vector<std::string>& privileges);

}  // namespace plumb::providers::databases
