#include "providers/firewall/rule.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <arpa/inet.h>

#include "engine/base/joined.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::firewall {
namespace {

constexpr int kHighestPort = 65535;

struct Service {
  std::string_view name;
  std::string_view ports;
};

// As IANA has them, by the names that firewalls' own lists and /etc/services use.
constexpr std::array kServices = {Service{"ssh", "22/tcp"},
                                  Service{"http", "80/tcp"},
                                  Service{"https", "443/tcp"},
                                  Service{"http3", "443/udp"},
                                  Service{"dns", "53"},
                                  Service{"domain", "53"},
                                  Service{"smtp", "25/tcp"},
                                  Service{"smtps", "465/tcp"},
                                  Service{"smtp-submission", "587/tcp"},
                                  Service{"submission", "587/tcp"},
                                  Service{"imap", "143/tcp"},
                                  Service{"imaps", "993/tcp"},
                                  Service{"pop3", "110/tcp"},
                                  Service{"pop3s", "995/tcp"},
                                  Service{"ntp", "123/udp"},
                                  Service{"dhcp", "67/udp"},
                                  Service{"dhcpv6-client", "546/udp"},
                                  Service{"ftp", "21/tcp"},
                                  Service{"ldap", "389/tcp"},
                                  Service{"ldaps", "636/tcp"},
                                  Service{"kerberos", "88"},
                                  Service{"nfs", "2049/tcp"},
                                  Service{"samba", "139,445/tcp"},
                                  Service{"mysql", "3306/tcp"},
                                  Service{"postgresql", "5432/tcp"},
                                  Service{"redis", "6379/tcp"},
                                  Service{"mongodb", "27017/tcp"},
                                  Service{"snmp", "161/udp"},
                                  Service{"syslog", "514/udp"},
                                  Service{"rsyncd", "873/tcp"},
                                  Service{"telnet", "23/tcp"},
                                  Service{"openvpn", "1194/udp"},
                                  Service{"wireguard", "51820/udp"},
                                  Service{"mosh", "60000-61000/udp"},
                                  Service{"mdns", "5353/udp"},
                                  Service{"prometheus", "9090/tcp"},
                                  Service{"zabbix-agent", "10050/tcp"}};

std::optional<int> port_number(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > kHighestPort) return std::nullopt;
  return port;
}

// "8000:8010" and "8000-8010" -> "8000-8010", "443-443" -> "443"; nothing for what is no port.
std::optional<std::string> usual_port(std::string_view text) {
  const std::size_t dash = text.find_first_of("-:");
  if (dash == std::string_view::npos) {
    const std::optional<int> port = port_number(text);
    return port ? std::optional(std::to_string(*port)) : std::nullopt;
  }
  const std::optional<int> low = port_number(text.substr(0, dash));
  const std::optional<int> high = port_number(text.substr(dash + 1));
  if (!low || !high || *low > *high) return std::nullopt;
  return std::to_string(*low) + (*low == *high ? "" : "-" + std::to_string(*high));
}

Error bad(const std::string& why) {
  return fail(Code::kBadValue, why);
}

// The texts and numbers of an attribute: one, or a list.
std::vector<std::string> asked_words(const Desired& desired, const char* attribute) {
  const Json& given = desired.attribute(attribute);
  std::vector<std::string> words;
  const auto add = [&words](const Json& one) {
    if (one.is_number_integer()) words.push_back(std::to_string(one.get<std::int64_t>()));
    if (one.is_string()) words.push_back(one.get<std::string>());
  };
  if (given.is_array()) {
    for (const Json& one : given) add(one);
  } else {
    add(given);
  }
  return words;
}

Result<std::vector<std::string>> ports_given(const Desired& desired, const char* attribute) {
  std::vector<std::string> ports;
  for (const std::string& word : asked_words(desired, attribute)) {
    const std::optional<std::string> port = usual_port(word);
    if (!port) return bad("`" + word + "` is no port: one from 1 to 65535, or a range such as 8000-8010");
    ports.push_back(*port);
  }
  return ports;
}

Result<std::vector<std::string>> addresses_given(const Desired& desired, const char* attribute) {
  std::vector<std::string> addresses;
  for (const std::string& word : asked_words(desired, attribute)) {
    if (word == "any") continue;
    const std::optional<std::string> address = usual_address(word);
    if (!address) return bad("`" + word + "` is no address and no network such as 10.0.0.0/8");
    addresses.push_back(*address);
  }
  return addresses;
}

bool says_something(const Rule& rule) {
  return !rule.ports.empty() || !rule.source_ports.empty() || !rule.protocols.empty() || !rule.sources.empty() ||
         !rule.destinations.empty() || !rule.interface.empty() || !rule.out_interface.empty() ||
         !rule.service.empty() || !rule.states.empty();
}

// What passes: as it is given, or as the name says it.
Result<> fill_ports(const Desired& desired, Rule& rule) {
  PLUMB_TRY_ASSIGN(rule.ports, ports_given(desired, "port"));
  PLUMB_TRY_ASSIGN(rule.source_ports, ports_given(desired, "source_port"));
  rule.protocols = asked_words(desired, "protocol");
  std::erase(rule.protocols, "any");
  rule.service = desired.text("service");
  if (!rule.ports.empty()) return {};
  if (rule.service.empty() && rule.protocols.empty()) {
    if (const std::optional<Ports> said = ports_in(rule.name)) {
      rule.ports = said->ports;
      rule.protocols = said->protocols;
      return {};
    }
    if (ports_of_service(rule.name)) rule.service = rule.name;
  }
  if (const std::optional<Ports> known = ports_of_service(rule.service)) {
    rule.ports = known->ports;
    rule.protocols = known->protocols;
  }
  return {};
}

struct Network {
  int family = AF_INET;
  std::array<unsigned char, 16> bytes{};
  int prefix = 0;
  int bits() const { return family == AF_INET ? 32 : 128; }
};

std::optional<Network> network_in(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  Network network;
  network.family = is_ipv6(address) ? AF_INET6 : AF_INET;
  if (::inet_pton(network.family, address.c_str(), network.bytes.data()) != 1) return std::nullopt;
  network.prefix = network.bits();
  if (slash == std::string_view::npos) return network;
  const std::string_view length = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), network.prefix);
  if (length.empty() || error != std::errc() || end != length.data() + length.size()) return std::nullopt;
  if (network.prefix < 0 || network.prefix > network.bits()) return std::nullopt;
  for (int bit = network.prefix; bit < network.bits(); ++bit) {
    auto& byte = network.bytes[static_cast<std::size_t>(bit) / 8];
    byte = static_cast<unsigned char>(byte & ~(0x80U >> (static_cast<unsigned>(bit) % 8)));
  }
  return network;
}

}  // namespace

bool is_policy(const Desired& desired) {
  return desired.text("name") == kPolicy;
}

std::optional<Ports> ports_in(std::string_view words) {
  Ports said;
  const std::size_t slash = words.find('/');
  if (slash != std::string_view::npos) {
    const std::string protocol(words.substr(slash + 1));
    if (protocol != "tcp" && protocol != "udp") return std::nullopt;
    said.protocols = {protocol};
  }
  for (const std::string& word : words_of(words.substr(0, slash), ",")) {
    const std::optional<std::string> port = usual_port(word);
    if (!port) return std::nullopt;
    said.ports.push_back(*port);
  }
  if (said.ports.empty()) return std::nullopt;
  return said;
}

std::optional<Ports> ports_of_service(std::string_view service) {
  const auto* const found =
      std::find_if(kServices.begin(), kServices.end(), [&](const Service& one) { return one.name == service; });
  return found == kServices.end() ? std::nullopt : ports_in(found->ports);
}

bool has_port(const std::vector<std::string>& ports, int port) {
  return ports.empty() || std::any_of(ports.begin(), ports.end(), [port](const std::string& one) {
           const std::size_t dash = one.find('-');
           const int low = port_number(one.substr(0, dash)).value_or(0);
           const int high = dash == std::string::npos ? low : port_number(one.substr(dash + 1)).value_or(0);
           return low <= port && port <= high;
         });
}

bool is_ipv6(std::string_view address) {
  return address.find(':') != std::string_view::npos;
}

std::optional<std::string> usual_address(std::string_view text) {
  const std::optional<Network> network = network_in(text);
  if (!network) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (::inet_ntop(network->family, network->bytes.data(), buffer.data(), buffer.size()) == nullptr) return std::nullopt;
  std::string usual = buffer.data();
  if (network->prefix < network->bits()) usual += "/" + std::to_string(network->prefix);
  return usual;
}

bool lies_in(const std::string& address, const std::vector<std::string>& networks) {
  return networks.empty() || std::any_of(networks.begin(), networks.end(), [&](const std::string& one) {
           const std::optional<Network> network = network_in(one);
           if (!network) return false;
           return usual_address(address + "/" + std::to_string(network->prefix)) == usual_address(one) ||
                  (network->prefix == network->bits() && usual_address(address) == usual_address(one));
         });
}

Result<Rule> rule_of(const Desired& desired) {
  Rule rule;
  rule.name = desired.text("name");
  rule.action = desired.text("action", "allow");
  rule.direction = desired.text("direction", "in");
  rule.interface = desired.text("interface");
  rule.out_interface = desired.text("out_interface");
  rule.family = desired.text("family");
  rule.states = texts_in(desired.attribute("states"));
  rule.log = desired.flag("log", false);
  rule.comment = desired.text("comment");
  rule.order = desired.text("order", "usual");
  rule.zone = desired.text("zone");
  rule.expression = desired.text("expression");
  rule.chain = desired.text("chain", "input");
  if (!rule.expression.empty()) return rule;
  PLUMB_TRY(fill_ports(desired, rule));
  PLUMB_TRY_ASSIGN(rule.sources, addresses_given(desired, "source"));
  PLUMB_TRY_ASSIGN(rule.destinations, addresses_given(desired, "destination"));
  if (!says_something(rule))
    return bad("`" + rule.name +
               "` is neither ports nor a service that is known, and nothing else says what it is about");
  if (!rule.out_interface.empty() && rule.direction != "forward")
    return bad("`out_interface` goes with `direction: forward`");
  return rule;
}

std::string matched_by(const Rule& rule) {
  if (!rule.expression.empty()) return rule.chain + " " + rule.expression;
  std::string text = rule.direction;
  const auto add = [&text](const char* word, std::vector<std::string> values) {
    if (values.empty()) return;
    std::sort(values.begin(), values.end());
    text += std::string(" ") + word + " " + joined(values, ",");
  };
  const auto add_one = [&](const char* word, const std::string& value) {
    if (!value.empty()) add(word, {value});
  };
  add("protocol", rule.protocols);
  add("port", rule.ports);
  if (rule.ports.empty()) add_one("service", rule.service);
  add("from", rule.sources);
  add("port", rule.source_ports);
  add("to", rule.destinations);
  add_one("interface", rule.interface);
  add_one("out", rule.out_interface);
  add("states", rule.states);
  add_one("family", rule.family);
  add_one("zone", rule.zone);
  return text;
}

}  // namespace plumb::providers::firewall
