#include "providers/firewall/line.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "providers/sdk/text_lines.h"

namespace plumb::providers::firewall {
namespace {

struct Line {
  std::string from;
  std::string to;
  int port = 0;

  std::string text() const { return "port " + std::to_string(port) + " from " + from; }
};

// "192.0.2.5 50022 192.0.2.1 22", as sshd tells it.
std::optional<Line> line_of(const std::string& connection) {
  const std::vector<std::string> words = words_of(connection, " ");
  if (words.size() < 4) return std::nullopt;
  Line line{words[0], words[2], 0};
  // "fe80::1%eth0"
  line.from = line.from.substr(0, line.from.find('%'));
  line.to = line.to.substr(0, line.to.find('%'));
  std::from_chars(words[3].data(), words[3].data() + words[3].size(), line.port);
  return line.port == 0 ? std::nullopt : std::optional(line);
}

bool is_about(const Rule& rule, const Line& line) {
  if (!rule.expression.empty() || rule.direction != "in") return false;
  const bool tcp =
      rule.protocols.empty() || std::find(rule.protocols.begin(), rule.protocols.end(), "tcp") != rule.protocols.end();
  // A service that is not known here may be any port.
  const bool known = rule.service.empty() || !rule.ports.empty();
  const bool family = rule.family.empty() || (rule.family == "ipv6") == is_ipv6(line.from);
  return tcp && known && family && has_port(rule.ports, line.port) && lies_in(line.from, rule.sources) &&
         lies_in(line.to, rule.destinations);
}

// Whether new logins pass by this rule for certain.
bool lets_in(const Rule& rule, const Line& line) {
  const bool every_login = rule.interface.empty() && rule.source_ports.empty() && rule.states.empty();
  return rule.lets_pass() && every_login && is_about(rule, line);
}

// Whether it may keep them out. What somebody says in the manager's own words is not read.
bool may_keep_out(const Rule& rule, const Line& line) {
  if (rule.expression.empty()) return !rule.lets_pass() && is_about(rule, line);
  const auto says = [&](std::string_view word) { return rule.expression.find(word) != std::string::npos; };
  return (rule.chain == "input" || rule.chain == "prerouting") && (says("drop") || says("reject"));
}

std::size_t place_of(const Rule& rule) {
  constexpr std::array kOrders = {"first", "usual", "last"};
  const std::size_t order =
      static_cast<std::size_t>(std::find(kOrders.begin(), kOrders.end(), rule.order) - kOrders.begin());
  return order * 2 + (rule.lets_pass() ? 1 : 0);
}

std::vector<Rule> allowed_by_project(const Desired& desired) {
  std::vector<Rule> rules;
  const Json& allows = desired.attribute("allows");
  if (!allows.is_array()) return rules;
  for (const Json& one : allows) {
    if (Result<Rule> rule = rule_of(Desired{{}, one, {}, {}})) rules.push_back(std::move(*rule));
  }
  return rules;
}

// Some other rule has to let logins in: one that is there, or one of the project, which then comes first.
void need_another(const Desired& desired, const Lets& lets, const Line& line, Observed& observed) {
  const auto another = [&](const std::vector<Rule>& rules) {
    return std::find_if(rules.begin(), rules.end(),
                        [&](const Rule& one) { return one.name != desired.text("name") && lets_in(one, line); });
  };
  if (another(lets.rules) != lets.rules.end()) return;
  const std::vector<Rule> project = allowed_by_project(desired);
  if (const auto found = another(project); found != project.end()) {
    observed.missing.push_back({{"", "firewall", found->name}, "name"});
  } else {
    observed.attributes["cuts"] = line.text();
  }
}

void note_line_of_rule(const Desired& desired, const Rule& rule, const Lets& lets, const Line& line,
                       Observed& observed) {
  const bool present = !wants_absent(desired);
  if (present && may_keep_out(rule, line)) {
    // One that comes before it counts.
    const auto comes_first = [&](const Rule& one) { return lets_in(one, line) && place_of(one) < place_of(rule); };
    const std::vector<Rule> project = allowed_by_project(desired);
    const auto first = std::find_if(project.begin(), project.end(), comes_first);
    if (std::any_of(lets.rules.begin(), lets.rules.end(), comes_first)) return;
    if (first != project.end()) {
      observed.missing.push_back({{"", "firewall", first->name}, "name"});
    } else {
      observed.attributes["cuts"] = line.text();
    }
    return;
  }
  const bool let_in = std::any_of(lets.rules.begin(), lets.rules.end(), [&](const Rule& one) {
    return one.name == desired.text("name") && lets_in(one, line);
  });
  const bool goes_on = present && lets_in(rule, line);
  if (lets.incoming != "allow" && let_in && !goes_on) need_another(desired, lets, line, observed);
}

}  // namespace

void note_line(const Desired& desired, const Lets& lets, System& system, Observed& observed) {
  const std::optional<Line> line = line_of(system.reached_by());
  if (!line || system.is_image()) return;
  if (!is_policy(desired)) {
    // One that is to go may say no more than its name.
    Rule rule = rule_of(desired).value_or(Rule());
    if (lets.enabled) note_line_of_rule(desired, rule, lets, *line, observed);
    return;
  }
  const bool absent = wants_absent(desired);
  const bool enabled = absent ? lets.enabled : desired.flag("enabled", lets.enabled);
  const std::string incoming = absent ? "allow" : desired.text("incoming", lets.incoming);
  const bool closed = lets.enabled && lets.incoming != "allow";
  if (enabled && incoming != "allow" && !closed) need_another(desired, lets, *line, observed);
}

void note_allowing(Desired& desired, std::span<const Desired> host) {
  if (desired.text("action", "allow") == "allow" && !is_policy(desired) && !wants_absent(desired)) return;
  Json allows = Json::array();
  for (const Desired& other : host) {
    if (other.address.kind != "firewall" || wants_absent(other) || is_policy(other) || !other.sensitive.empty())
      continue;
    const std::string manager = desired.text("manager");
    if (other.text("manager", manager) != manager && !manager.empty()) continue;
    const Result<Rule> rule = rule_of(other);
    const bool may_let_in = rule && rule->lets_pass() && rule->direction == "in" && rule->expression.empty();
    if (!may_let_in || other.text("name") == desired.text("name")) continue;
    Json told = Json::object();
    for (const char* attribute : {"name", "action", "port", "protocol", "service", "source", "destination",
                                  "source_port", "interface", "family", "states", "order"}) {
      if (other.has(attribute)) told[attribute] = other.attribute(attribute);
    }
    allows.push_back(std::move(told));
  }
  if (!allows.empty()) desired.attributes["allows"] = std::move(allows);
}

}  // namespace plumb::providers::firewall
