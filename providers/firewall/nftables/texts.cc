#include "providers/firewall/nftables/texts.h"

#include <algorithm>
#include <array>

#include "engine/base/digest.h"
#include "engine/base/joined.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::firewall::nftables {
namespace {

constexpr std::string_view kAddRule = "add rule inet plumb ";
constexpr std::string_view kAddChain = "add chain inet plumb ";
constexpr std::string_view kComment = " comment \"";
constexpr std::size_t kTagDigits = 8;

struct Hook {
  std::string_view chain;
  std::string_view type;
};
constexpr std::array kHooks = {Hook{"input", "type filter hook input priority filter;"},
                               Hook{"forward", "type filter hook forward priority filter;"},
                               Hook{"output", "type filter hook output priority filter;"},
                               Hook{"prerouting", "type nat hook prerouting priority dstnat;"},
                               Hook{"postrouting", "type nat hook postrouting priority srcnat;"}};

std::string chain_of(const Rule& rule) {
  if (!rule.expression.empty()) return rule.chain;
  return rule.direction == "in" ? "input" : rule.direction == "out" ? "output" : "forward";
}

// One as it is, several as a set.
std::string set_of(const std::vector<std::string>& values) {
  return values.size() == 1 ? values.front() : "{ " + joined(values, ", ") + " }";
}

std::vector<std::string> of_family(const std::vector<std::string>& addresses, bool ipv6) {
  std::vector<std::string> some;
  for (const std::string& one : addresses) {
    if (is_ipv6(one) == ipv6) some.push_back(one);
  }
  return some;
}

std::string interfaces(const Rule& rule) {
  std::string text;
  const auto add = [&text](const char* word, const std::string& name) {
    if (!name.empty()) text += std::string(word) + " \"" + name + "\" ";
  };
  add(rule.direction == "out" ? "oifname" : "iifname", rule.interface);
  add("oifname", rule.out_interface);
  return text;
}

// "meta l4proto { tcp, udp } th dport 53 ", "tcp dport 443 ", "meta l4proto icmp "
std::string what_passes(const Rule& rule) {
  std::vector<std::string> protocols;
  for (const std::string& protocol : rule.protocols) {
    if (protocol == "icmp") protocols.emplace_back("icmp");
    protocols.push_back(protocol == "icmp" || protocol == "icmpv6" ? "ipv6-icmp" : protocol);
  }
  const bool has_ports = !rule.ports.empty() || !rule.source_ports.empty();
  if (protocols.empty() && has_ports) protocols = {"tcp", "udp"};
  if (protocols.empty()) return {};
  if (!has_ports) return "meta l4proto " + set_of(protocols) + " ";
  std::string text = protocols.size() == 1 ? "" : "meta l4proto " + set_of(protocols) + " ";
  const std::string header = protocols.size() == 1 ? protocols.front() : "th";
  if (!rule.source_ports.empty()) text += header + " sport " + set_of(rule.source_ports) + " ";
  if (!rule.ports.empty()) text += header + " dport " + set_of(rule.ports) + " ";
  return text;
}

// Those of new connections alone, since what is established stays.
std::string states(const Rule& rule) {
  if (!rule.states.empty()) return "ct state " + joined(rule.states, ",") + " ";
  return rule.action == "allow" ? "" : "ct state new ";
}

std::vector<std::string> verdicts(const Rule& rule) {
  const std::string log = rule.log ? "log prefix \"" + rule.name + ": \" " : "";
  if (rule.action == "allow") return {log + "accept"};
  if (rule.action == "deny") return {log + "drop"};
  if (rule.action == "reject") return {log + "reject"};
  return {"limit rate 12/minute burst 6 packets accept", log + "drop"};
}

// The part of a comment between its quotes; "" where there is none.
std::string comment_in(std::string_view line) {
  const std::size_t begin = line.rfind(kComment);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = line.substr(begin + kComment.size());
  return std::string(rest.substr(0, rest.find('"')));
}

// "policy drop;" in what is said of a chain.
std::string policy_in(std::string_view line) {
  if (line.find("policy drop;") != std::string_view::npos) return "deny";
  return line.find("policy accept;") != std::string_view::npos ? "allow" : "";
}

}  // namespace

Result<std::vector<std::string>> rule_texts(const Rule& rule) {
  const std::string chain = chain_of(rule) + " ";
  if (!rule.expression.empty()) return std::vector{chain + rule.expression};
  const std::string where = rule.zone.empty() ? "" : "nftables has no zones, as `zone` asks for";
  if (!where.empty()) return fail(Code::kBadValue, where);
  if (!rule.service.empty() && rule.ports.empty()) {
    return fail(Code::kBadValue, "the service `" + rule.service + "` is not known to nftables; give its `port`");
  }
  const bool any_address = rule.sources.empty() && rule.destinations.empty();
  std::vector<std::string> texts;
  for (const bool ipv6 : {false, true}) {
    const std::vector<std::string> sources = of_family(rule.sources, ipv6);
    const std::vector<std::string> destinations = of_family(rule.destinations, ipv6);
    const bool none =
        (!rule.sources.empty() && sources.empty()) || (!rule.destinations.empty() && destinations.empty());
    const bool other = !rule.family.empty() && (rule.family == "ipv6") != ipv6;
    if (none || other || (any_address && ipv6 && rule.family.empty())) continue;
    const std::string family = ipv6 ? "ip6" : "ip";
    std::string text = chain + interfaces(rule);
    if (any_address && !rule.family.empty()) text += "meta nfproto " + rule.family + " ";
    if (!sources.empty()) text += family + " saddr " + set_of(sources) + " ";
    if (!destinations.empty()) text += family + " daddr " + set_of(destinations) + " ";
    text += what_passes(rule) + states(rule);
    for (const std::string& verdict : verdicts(rule)) texts.push_back(text + verdict);
  }
  if (texts.empty()) return fail(Code::kBadValue, "no packet goes from an address of IPv4 to one of IPv6");
  return texts;
}

std::vector<std::string> with_comments(const std::vector<std::string>& texts, const std::string& name,
                                       const std::string& comment) {
  std::vector<std::string> commented;
  const std::string said = comment.empty() ? name : name + ": " + comment;
  for (const std::string& text : texts) {
    const std::string tag = digest(text).substr(kDigestPrefix.size(), kTagDigits);
    commented.push_back(text + std::string(kComment) + said + " [" + tag + "]\"");
  }
  return commented;
}

std::string listed_as(const std::string& text) {
  return text.substr(0, text.find(' ')) + " \"" + comment_in(text) + "\"";
}

std::string chain_line(const std::string& chain, const std::string& policy) {
  const auto* const hook =
      std::find_if(kHooks.begin(), kHooks.end(), [&](const Hook& one) { return one.chain == chain; });
  std::string line = std::string(kAddChain) + chain + " { ";
  if (hook != kHooks.end()) line += std::string(hook->type) + " ";
  if (!policy.empty()) line += policy == "allow" ? "policy accept; " : "policy drop; ";
  return line + "}\n";
}

std::vector<std::string> rules_in(std::string_view file) {
  std::vector<std::string> rules;
  while (!file.empty()) {
    const std::string_view line = take_line(file);
    if (line.starts_with(kAddRule)) rules.emplace_back(line.substr(kAddRule.size()));
  }
  return rules;
}

std::map<std::string, std::string> policies_in(std::string_view file) {
  std::map<std::string, std::string> policies;
  while (!file.empty()) {
    std::string_view line = take_line(file);
    if (!line.starts_with(kAddChain)) continue;
    line.remove_prefix(kAddChain.size());
    if (const std::string policy = policy_in(line); !policy.empty())
      policies[std::string(line.substr(0, line.find(' ')))] = policy;
  }
  return policies;
}

bool Listing::has_rule_of(const std::string& name) const {
  return std::any_of(rules.begin(), rules.end(), [&](const std::string& rule) {
    const std::string comment = rule.substr(rule.find('"') + 1);
    return comment.starts_with(name + " [") || comment.starts_with(name + ": ");
  });
}

Listing listed_in(std::string_view output) {
  Listing listing;
  std::string chain;
  while (!output.empty()) {
    std::string_view line = take_line(output);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.starts_with("chain ")) {
      line.remove_prefix(std::string_view("chain ").size());
      chain = line.substr(0, line.find(' '));
    } else if (line.starts_with("type ")) {
      if (const std::string policy = policy_in(line); !policy.empty()) listing.policies[chain] = policy;
    } else if (const std::string comment = comment_in(line); !comment.empty()) {
      listing.rules.push_back(chain + " \"" + comment + "\"");
    }
  }
  std::sort(listing.rules.begin(), listing.rules.end());
  return listing;
}

}  // namespace plumb::providers::firewall::nftables
