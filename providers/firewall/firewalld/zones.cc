#include "providers/firewall/firewalld/zones.h"

#include <algorithm>
#include <array>

#include "engine/base/joined.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::firewall::firewalld {
namespace {

constexpr std::string_view kRich = "rule";

// The elements of a zone that are a word each.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kElements = {
    {{"services: ", "service "},
     {"ports: ", "port "},
     {"protocols: ", "protocol "},
     {"source-ports: ", "source-port "}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kTargets = {
    {{"allow", "ACCEPT"}, {"deny", "DROP"}, {"reject", "%%REJECT%%"}, {"default", "default"}}};

std::string attribute(const char* name, const std::string& value) {
  return std::string(" ") + name + "=\"" + value + "\"";
}

Result<> check(const Rule& rule) {
  const auto refuse = [](const std::string& what) {
    return fail(Code::kBadValue, "firewalld has " + what).hint("`expression` takes a rich rule, in firewalld's words");
  };
  if (rule.direction != "in") return refuse("no zone for what goes out or is forwarded");
  if (!rule.interface.empty()) return refuse("its interfaces in zones: say the `zone`");
  if (!rule.states.empty()) return refuse("no rules by state: what is established passes");
  const bool several = !rule.ports.empty() && !rule.source_ports.empty();
  if (several) return refuse("either ports or source ports in a rule");
  return {};
}

// What a rule is about: "port 443/tcp", one each.
std::vector<std::string> elements_of(const Rule& rule) {
  std::vector<std::string> elements;
  const std::vector<std::string>& ports = rule.ports.empty() ? rule.source_ports : rule.ports;
  if (!rule.service.empty()) {
    elements.push_back("service " + rule.service);
  } else if (!ports.empty()) {
    const std::vector<std::string> protocols =
        rule.protocols.empty() ? std::vector<std::string>{"tcp", "udp"} : rule.protocols;
    for (const std::string& port : ports) {
      for (const std::string& protocol : protocols)
        elements.push_back((rule.ports.empty() ? "source-port " : "port ") + port + "/" + protocol);
    }
  } else {
    for (const std::string& protocol : rule.protocols) elements.push_back("protocol " + protocol);
  }
  return elements;
}

// In a rich rule: `port port="443" protocol="tcp"`.
std::string rich_element(const std::string& element) {
  const std::size_t blank = element.find(' ');
  const std::string kind = element.substr(0, blank);
  const std::string value = element.substr(blank + 1);
  if (kind == "service") return " service" + attribute("name", value);
  if (kind == "protocol") return " protocol" + attribute("value", value);
  const std::size_t slash = value.find('/');
  return " " + kind + attribute("port", value.substr(0, slash)) + attribute("protocol", value.substr(slash + 1));
}

std::string verdict(const Rule& rule) {
  if (rule.action == "allow") return " accept";
  if (rule.action == "limit") return " accept limit value=\"12/m\"";
  return rule.action == "deny" ? " drop" : " reject";
}

// In the order in which firewalld prints it.
std::string rich_rule(const Rule& rule, const std::string& source, const std::string& destination,
                      const std::string& element) {
  std::string text(kRich);
  if (rule.order != "usual") text += attribute("priority", rule.order == "first" ? "-100" : "100");
  const std::string& address = source.empty() ? destination : source;
  const std::string family = address.empty() ? rule.family : is_ipv6(address) ? "ipv6" : "ipv4";
  if (!family.empty()) text += attribute("family", family);
  if (!source.empty()) text += " source" + attribute("address", source);
  if (!destination.empty()) text += " destination" + attribute("address", destination);
  if (!element.empty()) text += rich_element(element);
  if (rule.log) text += " log" + attribute("prefix", rule.name + ": ");
  return text + verdict(rule);
}

// The value of NAME="…" in a rich rule.
std::string value_in(const std::string& text, const std::string& name) {
  const std::string begin = name + "=\"";
  const std::size_t at = text.find(begin);
  if (at == std::string::npos) return {};
  const std::size_t from = at + begin.size();
  return text.substr(from, text.find('"', from) - from);
}

std::vector<std::string> or_none(const std::vector<std::string>& addresses) {
  return addresses.empty() ? std::vector<std::string>{""} : addresses;
}

std::string escaped(const std::string& text) {
  std::string plain;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter) plain += '\\';
    plain += c;
  }
  return plain;
}

}  // namespace

Result<std::vector<std::string>> rule_texts(const Rule& rule) {
  if (!rule.expression.empty()) return std::vector{rule.expression};
  PLUMB_TRY(check(rule));
  std::vector<std::string> elements = elements_of(rule);
  const bool plain = rule.action == "allow" && rule.sources.empty() && rule.destinations.empty() && !rule.log &&
                     rule.family.empty() && rule.order == "usual";
  if (plain) return elements;
  if (elements.empty()) elements.emplace_back();
  std::vector<std::string> texts;
  for (const std::string& source : or_none(rule.sources)) {
    for (const std::string& destination : or_none(rule.destinations)) {
      if (!source.empty() && !destination.empty() && is_ipv6(source) != is_ipv6(destination)) continue;
      for (const std::string& element : elements) texts.push_back(rich_rule(rule, source, destination, element));
    }
  }
  if (texts.empty()) return fail(Code::kBadValue, "no packet goes from an address of IPv4 to one of IPv6");
  return texts;
}

std::string option_of(std::string_view verb, const std::string& text) {
  const std::string begin = "--" + std::string(verb) + "-";
  const std::size_t blank = text.find(' ');
  const std::string kind = text.substr(0, blank);
  if (kind == kRich) return begin + "rich-rule=" + text;
  return begin + kind + "=" + (blank == std::string::npos ? "" : text.substr(blank + 1));
}

Rule rule_of_text(const std::string& text) {
  Rule rule;
  rule.direction = "in";
  rule.order = "usual";
  rule.action = "allow";
  std::string port;
  if (text.starts_with(std::string(kRich) + " ")) {
    rule.action = text.find(" drop") != std::string::npos     ? "deny"
                  : text.find(" reject") != std::string::npos ? "reject"
                                                              : "allow";
    if (const std::string source = value_in(text, "source address"); !source.empty()) rule.sources = {source};
    if (const std::string destination = value_in(text, "destination address"); !destination.empty())
      rule.destinations = {destination};
    rule.service = value_in(text, "service name");
    rule.family = value_in(text, "family");
    if (const std::string protocol = value_in(text, "protocol"); !protocol.empty()) rule.protocols = {protocol};
    if (const std::string protocol = value_in(text, "protocol value"); !protocol.empty()) rule.protocols = {protocol};
    if (port = value_in(text, "port port"); !port.empty()) rule.ports = {port};
    // What it says beside that is not read.
    for (const char* more : {"source mac", "source ipset", "source NOT", "icmp-", "forward-port", "masquerade"}) {
      if (text.find(more) != std::string::npos) rule.direction = "other";
    }
  } else if (text.starts_with("port ")) {
    const std::string value = text.substr(5);
    rule.ports = {value.substr(0, value.find('/'))};
    rule.protocols = {value.substr(value.find('/') + 1)};
  } else if (text.starts_with("service ")) {
    rule.service = text.substr(8);
  } else if (text.starts_with("protocol ")) {
    rule.protocols = {text.substr(9)};
  }
  if (const std::optional<Ports> known = ports_of_service(rule.service); known && rule.ports.empty()) {
    rule.ports = known->ports;
    rule.protocols = known->protocols;
  }
  return rule;
}

Zone zone_in(std::string_view output) {
  Zone zone;
  bool rich = false;
  while (!output.empty()) {
    std::string_view line = take_line(output);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.starts_with("rule ")) {
      if (rich) zone.rules.emplace_back(line.substr(0, line.find_last_not_of(" \t\r") + 1));
      continue;
    }
    rich = line.starts_with("rich rules:");
    if (line.starts_with("target: ")) {
      const std::string_view target = line.substr(std::string_view("target: ").size());
      for (const auto& [incoming, word] : kTargets) {
        if (word == target) zone.incoming = incoming;
      }
    }
    for (const auto& [begin, kind] : kElements) {
      if (!line.starts_with(begin)) continue;
      for (const std::string& word : words_of(line.substr(begin.size()), " "))
        zone.rules.push_back(std::string(kind) + word);
    }
  }
  return zone;
}

std::string target_of(const std::string& incoming) {
  for (const auto& [word, target] : kTargets) {
    if (word == incoming) return std::string(target);
  }
  return "default";
}

std::string name_line(const std::string& name, const std::string& zone, const std::vector<std::string>& rules) {
  return name + "\t" + zone + "\t" + joined(rules, "\t");
}

std::string name_pattern(const std::string& name) {
  return "^" + escaped(name) + "\\t";
}

std::optional<Named> named_in(std::string_view file, const std::string& name) {
  while (!file.empty()) {
    std::vector<std::string> words = words_of(take_line(file), "\t");
    if (words.size() < 2 || words[0] != name) continue;
    return Named{words[1], {words.begin() + 2, words.end()}};
  }
  return std::nullopt;
}

}  // namespace plumb::providers::firewall::firewalld
