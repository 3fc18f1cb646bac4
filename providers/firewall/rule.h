// A rule as it is asked for, whatever manager carries it out (internal to this folder).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/provider.h"

namespace plumb::providers::firewall {

// The resource of this name is no rule: it says what becomes of what no rule is about.
inline constexpr std::string_view kPolicy = "policy";
bool is_policy(const Desired& desired);

struct Rule {
  std::string name;
  std::string action;              // allow deny reject limit
  std::string direction;           // in out forward
  std::string service;             // by which the ports are known; "" where they are given
  std::vector<std::string> ports;  // "443", "8000-8010"; none: any
  std::vector<std::string> source_ports;
  std::vector<std::string> protocols;  // none: any; with ports: tcp and udp
  std::vector<std::string> sources;    // addresses and networks in their usual form; none: any
  std::vector<std::string> destinations;
  std::string interface;      // through which it comes; of what goes out, through which it goes
  std::string out_interface;  // of what is forwarded
  std::string family;         // ipv4 ipv6; "" for both
  std::vector<std::string> states;
  bool log = false;
  std::string comment;
  std::string order;  // first usual last
  std::string zone;
  std::string chain;       // of `expression`
  std::string expression;  // in the manager's own words, in place of all that is above from `direction` on

  bool lets_pass() const { return action == "allow" || action == "limit"; }
};

// kBadValue where the words do not make one.
Result<Rule> rule_of(const Desired& desired);

// What it is about, without what becomes of it: two with the same text would take turns.
std::string matched_by(const Rule& rule);

// An address or network in its usual form: "10.1.2.3/8" is "10.0.0.0/8", "::1/128" is "::1". Nothing for what is none.
std::optional<std::string> usual_address(std::string_view text);
bool is_ipv6(std::string_view address);
// Whether the address lies in one of the networks; in none there is any.
bool lies_in(const std::string& address, const std::vector<std::string>& networks);

// "443/tcp", "8000-8010", "80,443/tcp": ports and protocol that a name says.
struct Ports {
  std::vector<std::string> ports;
  std::vector<std::string> protocols;
};
std::optional<Ports> ports_in(std::string_view words);
// Of a service that is known here; nothing of others.
std::optional<Ports> ports_of_service(std::string_view service);
bool has_port(const std::vector<std::string>& ports, int port);

}  // namespace plumb::providers::firewall
