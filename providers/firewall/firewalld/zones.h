// firewalld's rules in its own words, and what it tells of a zone (internal to this folder).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "providers/firewall/rule.h"

namespace plumb::providers::firewall::firewalld {

// "port 443/tcp", "service ssh", "protocol esp", or a rich rule as firewalld prints it.
Result<std::vector<std::string>> rule_texts(const Rule& rule);
// What its program is given to add or remove one: "--add-port=443/tcp".
std::string option_of(std::string_view verb, const std::string& text);
// As far as the words of others are known here, for asking what lets logins in.
Rule rule_of_text(const std::string& text);

struct Zone {
  std::vector<std::string> rules;  // as rule_texts() has them
  std::string incoming;            // allow, deny, reject, or "default"
};
// The answer of `--list-all`.
Zone zone_in(std::string_view output);
// What the target of a zone is called.
std::string target_of(const std::string& incoming);

// Which rules are whose, since firewalld keeps no names: a line of our own file.
std::string name_line(const std::string& name, const std::string& zone, const std::vector<std::string>& rules);
std::string name_pattern(const std::string& name);
struct Named {
  std::string zone;
  std::vector<std::string> rules;
};
std::optional<Named> named_in(std::string_view file, const std::string& name);

}  // namespace plumb::providers::firewall::firewalld
