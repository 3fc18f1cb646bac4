// Rules and chains in nft's words, and back (internal to this folder).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "providers/firewall/rule.h"

namespace plumb::providers::firewall::nftables {

// "input tcp dport 443 accept": the chain, and what stands in it.
Result<std::vector<std::string>> rule_texts(const Rule& rule);
// With its comment, whose end says by a digest what the rule is: so a listing tells which rules run, however nft puts
// them. `input tcp dport 443 accept comment "443/tcp [1f3a9c02]"`
std::vector<std::string> with_comments(const std::vector<std::string>& texts, const std::string& name,
                                       const std::string& comment);
// Of such a text: `input "443/tcp [1f3a9c02]"`, as listed_in() has it.
std::string listed_as(const std::string& text);

// "add chain …", for a chain that there may be already; with a policy it is set.
std::string chain_line(const std::string& chain, const std::string& policy);
// The lines that add rules, without what they begin with.
std::vector<std::string> rules_in(std::string_view file);
// By chain, "allow" or "deny", where a file says so.
std::map<std::string, std::string> policies_in(std::string_view file);

// What `nft list table` told of ours.
struct Listing {
  std::vector<std::string> rules;               // `input "443/tcp [1f3a9c02]"`, sorted
  std::map<std::string, std::string> policies;  // by chain
  // Whether a rule of this name runs, whatever it says.
  bool has_rule_of(const std::string& name) const;
};
Listing listed_in(std::string_view output);

}  // namespace plumb::providers::firewall::nftables
