#include "providers/firewall/ufw/rows.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/base/in_order.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::firewall::ufw {
namespace {

constexpr std::string_view kTuple = "### tuple ### ";
constexpr std::string_view kComment = " comment '";
constexpr std::array<std::string_view, 7> kProtocols = {"tcp", "udp", "ah", "esp", "gre", "ipv6", "igmp"};

constexpr std::string_view kAllOfIpv4 = "0.0.0.0/0";
constexpr std::string_view kAllOfIpv6 = "::/0";

std::string usual(const std::string& address) {
  if (address == kAllOfIpv4 || address == kAllOfIpv6 || address == "any") return "any";
  return usual_address(address).value_or(address);
}

// "77656220" as the bytes that it stands for.
std::string bytes_of_hex(std::string_view digits) {
  const auto value = [](char c) {
    const std::size_t place = std::string_view("0123456789abcdef").find(c);
    return place == std::string_view::npos ? 0U : static_cast<unsigned>(place);
  };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(value(digits[i]) * 16U + value(digits[i + 1]));
  return bytes;
}

// "in", "in_eth0", "out_eth0", "in_eth0!out_eth1"
void read_interfaces(const std::string& word, Row& row) {
  row.direction = word.substr(0, word.find_first_of("_!"));
  for (const std::string& part : words_of(word, "!")) {
    if (part.starts_with("in_")) row.in_interface = part.substr(3);
    if (part.starts_with("out_")) row.out_interface = part.substr(4);
  }
}

constexpr int kMostPorts = 15;  // of one rule, as the kernel counts: both ends of a range

// "80" and "8000-8010" as two numbers.
std::pair<int, int> ends_of(const std::string& port) {
  const std::size_t dash = port.find('-');
  const auto number = [](std::string_view digits) {
    int value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  };
  const std::string_view text = port;
  const int first = number(text.substr(0, dash));
  return {first, dash == std::string::npos ? first : number(text.substr(dash + 1))};
}

// "80,443" and "8000:8010", as ufw writes and sorts them; of several rules, where one cannot hold them all.
std::vector<std::string> ports_texts(std::vector<std::string> ports) {
  if (ports.empty()) return {"any"};
  put_in_order(ports, [](const std::string& a, const std::string& b) { return ends_of(a) < ends_of(b); });
  ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
  std::vector<std::string> texts;
  int count = kMostPorts;
  for (std::string port : ports) {
    const std::size_t dash = port.find('-');
    const int more = dash == std::string::npos ? 1 : 2;
    if (more == 2) port[dash] = ':';
    count += more;
    if (count > kMostPorts) {
      texts.push_back(port);
      count = more;
    } else {
      texts.back() += "," + port;
    }
  }
  return texts;
}

std::vector<std::string> ports_in_text(std::string text) {
  if (text == "any") return {};
  std::replace(text.begin(), text.end(), ':', '-');
  return words_of(text, ",");
}

bool is_several(const std::vector<std::string>& ports) {
  return ports.size() > 1 || (ports.size() == 1 && ports.front().find('-') != std::string::npos);
}

Result<std::vector<std::string>> protocols_of(const Rule& rule) {
  std::vector<std::string> protocols = rule.protocols;
  for (const std::string& protocol : protocols) {
    if (std::find(kProtocols.begin(), kProtocols.end(), protocol) == kProtocols.end())
      return fail(Code::kBadValue, "ufw has no rules for the protocol `" + protocol + "`")
          .hint("its own files let ICMP pass; `manager: nftables` has any");
  }
  // Several ports are of one protocol each.
  if (protocols.empty() && (is_several(rule.ports) || is_several(rule.source_ports))) protocols = {"tcp", "udp"};
  if (protocols.empty()) protocols = {"any"};
  return protocols;
}

std::vector<std::string> or_any(const std::vector<std::string>& addresses) {
  return addresses.empty() ? std::vector<std::string>{"any"} : addresses;
}

// One of each protocol and group of ports, each once.
void add_rows(std::vector<Row>& rows, Row row, const std::vector<std::string>& protocols, const Rule& rule) {
  for (const std::string& protocol : protocols) {
    row.protocol = protocol;
    for (const std::string& port : ports_texts(rule.ports)) {
      row.port = port;
      for (const std::string& source_port : ports_texts(rule.source_ports)) {
        row.source_port = source_port;
        const std::string text = row.text();
        if (std::none_of(rows.begin(), rows.end(), [&](const Row& one) { return one.text() == text; }))
          rows.push_back(row);
      }
    }
  }
}

Result<> check(const Rule& rule) {
  const auto refuse = [](const std::string& what) { return fail(Code::kBadValue, "ufw has no " + what); };
  if (!rule.expression.empty()) return refuse("words of its own for a whole rule, as `expression` has them");
  if (!rule.states.empty()) return refuse("rules by state: what is established passes");
  if (!rule.zone.empty()) return refuse("zones");
  if (!rule.family.empty()) return refuse("rules of one family but by their addresses");
  if (!rule.service.empty() && rule.ports.empty())
    return fail(Code::kBadValue, "the service `" + rule.service + "` is not known; give its `port`");
  return {};
}

}  // namespace

std::string Row::text() const {
  std::string text = (forward ? "route " : "") + action + matched();
  return text;
}

std::string Row::matched() const {
  std::string text;
  if (forward) {
    if (!in_interface.empty()) text += " in on " + in_interface;
    if (!out_interface.empty()) text += " out on " + out_interface;
  } else {
    text += " " + direction;
    const std::string& interface = direction == "out" ? out_interface : in_interface;
    if (!interface.empty()) text += " on " + interface;
  }
  if (!log.empty()) text += " " + log;
  if (protocol != "any") text += " proto " + protocol;
  text += " from " + source;
  if (source_port != "any") text += " port " + source_port;
  text += " to " + destination;
  if (!application.empty()) return text + " app '" + application + "'";
  if (port != "any") text += " port " + port;
  return text;
}

std::string comment_of(const Rule& rule) {
  return rule.comment.empty() ? rule.name : rule.name + ": " + rule.comment;
}

bool is_named(const Row& row, const std::string& name) {
  return row.comment == name || row.comment.starts_with(name + ": ");
}

std::vector<Row> rows_in(std::string_view file) {
  std::vector<Row> rows;
  while (!file.empty()) {
    std::string_view line = take_line(file);
    if (!line.starts_with(kTuple)) continue;
    line.remove_prefix(kTuple.size());
    Row row;
    if (const std::size_t comment = line.find(" comment="); comment != std::string_view::npos) {
      row.comment = bytes_of_hex(line.substr(comment + std::string_view(" comment=").size()));
      line = line.substr(0, comment);
    }
    const std::vector<std::string> words = words_of(line, " ");
    if (words.size() != 7 && words.size() != 9) continue;
    std::string action = words[0];
    row.forward = action.starts_with("route:");
    if (row.forward) action = action.substr(std::string_view("route:").size());
    const std::size_t log = action.find('_');
    row.action = action.substr(0, log);
    if (log != std::string::npos) row.log = action.substr(log + 1);
    row.protocol = words[1];
    row.port = words[2];
    row.destination = usual(words[3]);
    row.source_port = words[4];
    row.source = usual(words[5]);
    if (words.size() == 9 && words[6] != "-") row.application = words[6];
    read_interfaces(words.back(), row);
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<std::vector<Row>> rows_of(const Rule& rule) {
  PLUMB_TRY(check(rule));
  PLUMB_TRY_ASSIGN(const std::vector<std::string> protocols, protocols_of(rule));
  std::vector<Row> rows;
  Row row;
  row.forward = rule.direction == "forward";
  row.action = rule.action;
  row.log = rule.log ? "log" : "";
  row.direction = rule.direction == "out" ? "out" : "in";
  (rule.direction == "out" ? row.out_interface : row.in_interface) = rule.interface;
  if (row.forward) row.out_interface = rule.out_interface;
  row.comment = comment_of(rule);
  bool all_of_ipv4 = false;
  bool all_of_ipv6 = false;
  for (const std::string& source : or_any(rule.sources)) {
    for (const std::string& destination : or_any(rule.destinations)) {
      if (source != "any" && destination != "any" && is_ipv6(source) != is_ipv6(destination)) continue;
      row.source = usual(source);
      row.destination = usual(destination);
      if (row.source == "any" && row.destination == "any") {
        if (source != kAllOfIpv4 && destination != kAllOfIpv4) all_of_ipv6 = true;
        if (source != kAllOfIpv6 && destination != kAllOfIpv6) all_of_ipv4 = true;
      }
      add_rows(rows, row, protocols, rule);
    }
  }
  if (rows.empty()) return fail(Code::kBadValue, "no packet goes from an address of IPv4 to one of IPv6");
  if (all_of_ipv4 != all_of_ipv6) {
    return fail(Code::kBadValue, "ufw has no rules about all addresses of one family")
        .hint("leave the address out, and it is about all of both");
  }
  return rows;
}

Rule rule_of_row(const Row& row) {
  Rule rule;
  rule.name = row.comment.substr(0, row.comment.find(": "));
  rule.action = row.action;
  rule.direction = row.forward ? "forward" : row.direction;
  rule.ports = ports_in_text(row.port);
  rule.source_ports = ports_in_text(row.source_port);
  if (row.protocol != "any") rule.protocols = {row.protocol};
  if (row.source != "any") rule.sources = {row.source};
  if (row.destination != "any") rule.destinations = {row.destination};
  rule.interface = row.direction == "out" ? row.out_interface : row.in_interface;
  rule.order = "usual";
  return rule;
}

std::string with_comment(const std::string& text, const std::string& comment) {
  return comment.empty() ? text : text + std::string(kComment) + comment + "'";
}

std::vector<std::string> rule_words(const std::string& text, bool with_comment) {
  const std::size_t begin = text.find(kComment);
  std::vector<std::string> words = words_of(text.substr(0, begin), " ");
  for (std::string& word : words) {
    if (word.size() > 1 && word.front() == '\'' && word.back() == '\'') word = word.substr(1, word.size() - 2);
  }
  if (!with_comment || begin == std::string::npos) return words;
  const std::size_t from = begin + kComment.size();
  words.emplace_back("comment");
  words.push_back(text.substr(from, text.rfind('\'') - from));
  return words;
}

}  // namespace plumb::providers::firewall::ufw
