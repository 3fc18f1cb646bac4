// Host patterns, Ansible's semantics.
#include <algorithm>

#include "engine/base/glob.h"
#include "engine/base/nearest.h"
#include "engine/config/inventory.h"
#include "engine/inventory/host_names.h"

namespace plumb::config {
namespace {

using inventory::expand_hosts;
using inventory::has_range;
using inventory::PatternTerm;
using inventory::split_host_pattern;

using HostNames = std::set<std::string>;

void add(HostNames& to, const HostNames& from) {
  to.insert(from.begin(), from.end());
}

HostNames all_hosts(const Inventory& inventory) {
  HostNames names;
  for (const auto& [name, host] : inventory.hosts) names.insert(names.end(), name);
  return names;
}

Result<HostNames> match_term(const Inventory& inventory, const PatternTerm& term) {
  const std::string& text = term.text;
  if (text == "all" || text == "*") return all_hosts(inventory);
  HostNames found;
  bool known = false;
  if (has_range(text)) {
    Result<std::vector<std::string>> names = expand_hosts(text);
    if (!names) return fail(Code::kBadPattern, names.error().summary());
    for (std::string& name : *names) {
      if (inventory.hosts.contains(name)) found.insert(std::move(name));
    }
    known = !found.empty();
  } else if (is_glob(text)) {
    for (const auto& [name, hosts] : inventory.groups) {
      if (!glob_match(text, name)) continue;
      known = true;
      add(found, hosts);
    }
    for (const auto& [name, host] : inventory.hosts) {
      if (glob_match(text, name)) found.insert(name);
    }
    // A glob in an exclusion may well find nothing; a name there is most likely a typing error.
    known = known || !found.empty() || term.sign == '!';
  } else {
    const auto group = inventory.groups.find(text);
    if (group != inventory.groups.end()) found = group->second;
    if (inventory.hosts.contains(text)) found.insert(text);
    known = group != inventory.groups.end() || !found.empty();
  }
  if (known) return found;
  std::vector<std::string> names;
  for (const auto& [name, hosts] : inventory.groups) names.push_back(name);
  for (const auto& [name, host] : inventory.hosts) names.push_back(name);
  const std::string near = nearest(text, names);
  Error error = fail(Code::kNoHostMatches, "no host or group matches `" + text + "`");
  return std::move(error).hint(near.empty() ? "`plumb hosts` lists the hosts and their groups"
                                            : "did you mean `" + near + "`?");
}

}  // namespace

Result<> check_host_pattern(std::string_view pattern) {
  PLUMB_TRY_ASSIGN(const std::vector<PatternTerm> terms, split_host_pattern(pattern));
  for (const PatternTerm& term : terms) {
    if (!has_range(term.text)) continue;
    if (const auto names = expand_hosts(term.text); !names) return fail(Code::kBadPattern, names.error().summary());
  }
  return {};
}

Result<std::set<std::string>> match_hosts(const Inventory& inventory, std::string_view pattern) {
  PLUMB_TRY_ASSIGN(const std::vector<PatternTerm> terms, split_host_pattern(pattern));
  HostNames selected;
  const bool has_union = std::any_of(terms.begin(), terms.end(), [](const PatternTerm& t) { return t.sign == '\0'; });
  if (!has_union) selected = all_hosts(inventory);
  for (const char sign : {'\0', '&', '!'}) {
    for (const PatternTerm& term : terms) {
      if (term.sign != sign) continue;
      PLUMB_TRY_ASSIGN(const HostNames names, match_term(inventory, term));
      if (sign == '\0') {
        add(selected, names);
      } else {
        std::erase_if(selected, [&](const std::string& name) { return names.contains(name) != (sign == '&'); });
      }
    }
  }
  if (selected.empty()) return fail(Code::kNoHostMatches, "no host matches the pattern `" + std::string(pattern) + "`");
  return selected;
}

}  // namespace plumb::config
