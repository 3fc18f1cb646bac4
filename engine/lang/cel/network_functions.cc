// The network extension, and plumb's way to list the addresses of a network.
#include <algorithm>

#include "engine/lang/cel/library.h"
#include "engine/lang/cel/network.h"

namespace plumb::cel {
namespace {

// Hosts of one network that are listed at most: a /16.
constexpr std::uint64_t kMostHosts = 65'536;

Value ip_of_string(Call& call) {
  return parse_address(call.text(0));
}
Value cidr_of_string(Call& call) {
  return parse_network(call.text(0));
}
Value is_ip(Call& call) {
  return Value::boolean(!parse_address(call.text(0)).is_error());
}
Value is_cidr(Call& call) {
  return Value::boolean(!parse_network(call.text(0)).is_error());
}
Value is_canonical(Call& call) {
  const Value address = parse_address(call.text(0));
  return address.is_error() ? address : Value::boolean(address_text(address.as_ip()) == call.text(0));
}

Value family(Call& call) {
  return Value::integer(call[0].as_ip().family);
}

bool unspecified(const IpAddress& a) {
  return std::all_of(a.bytes.begin(), a.bytes.end(), [](std::uint8_t b) { return b == 0; });
}
bool loopback(const IpAddress& a) {
  if (a.family == 4) return a.bytes[0] == 127;
  return a.bytes[15] == 1 && std::all_of(a.bytes.begin(), a.bytes.end() - 1, [](std::uint8_t b) { return b == 0; });
}
bool multicast(const IpAddress& a) {
  return a.family == 4 ? (a.bytes[0] & 0xF0U) == 0xE0U : a.bytes[0] == 0xFF;
}
bool link_local_multicast(const IpAddress& a) {
  if (a.family == 4) return a.bytes[0] == 224 && a.bytes[1] == 0 && a.bytes[2] == 0;
  return a.bytes[0] == 0xFF && (a.bytes[1] & 0x0FU) == 0x02U;
}
bool link_local_unicast(const IpAddress& a) {
  if (a.family == 4) return a.bytes[0] == 169 && a.bytes[1] == 254;
  return a.bytes[0] == 0xFE && (a.bytes[1] & 0xC0U) == 0x80U;
}
bool broadcast(const IpAddress& a) {
  return a.family == 4 && std::all_of(a.bytes.begin(), a.bytes.begin() + 4, [](std::uint8_t b) { return b == 0xFF; });
}
bool global_unicast(const IpAddress& a) {
  return !unspecified(a) && !loopback(a) && !multicast(a) && !link_local_unicast(a) && !broadcast(a);
}

template <bool (*Test)(const IpAddress&)>
Value test(Call& call) {
  return Value::boolean(Test(call[0].as_ip()));
}

Value contains_ip(Call& call) {
  const Value address = call[1].is_text() ? parse_address(call.text(1)) : call[1];
  return address.is_error() ? address : Value::boolean(contains(call[0].as_ip(), address.as_ip()));
}
Value contains_cidr(Call& call) {
  Value network = call[1].is_text() ? parse_network(call.text(1)) : call[1];
  if (network.is_error()) return network;
  const IpAddress& outer = call[0].as_ip();
  const IpAddress& inner = network.as_ip();
  return Value::boolean(outer.prefix <= inner.prefix && contains(outer, inner));
}

Value address_of(Call& call) {
  IpAddress address = call[0].as_ip();
  address.prefix = 0;
  return Value::ip(address);
}
Value masked_network(Call& call) {
  return Value::cidr(masked(call[0].as_ip()));
}
Value prefix_length(Call& call) {
  return Value::integer(call[0].as_ip().prefix);
}

// Counts on by one within the last four bytes, which is enough for kMostHosts.
void increment(IpAddress& address) {
  for (std::size_t i = address.family == 4 ? 4 : 16; i-- > 0;) {
    if (++address.bytes[i] != 0) return;
  }
}

Value list_hosts(const IpAddress& given, Call& call) {
  const unsigned host_bits = (given.family == 4 ? 32U : 128U) - given.prefix;
  if (host_bits > 16) {
    return fail("a network with a prefix of " + std::to_string(given.prefix) + " has too many addresses to list",
                "at most " + std::to_string(kMostHosts) + " addresses are listed");
  }
  std::uint64_t count = std::uint64_t{1} << host_bits;
  IpAddress address = masked(given);
  // The first address names an IPv4 network and the last is its broadcast, unless there are only two (RFC 3021).
  if (given.family == 4 && host_bits >= 2) {
    increment(address);
    count -= 2;
  }
  if (!call.budget.allocate(count * 64)) return cost_exceeded();
  std::vector<Value> hosts;
  hosts.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i, increment(address)) hosts.push_back(Value::string(address_text(address)));
  return Value::list(std::move(hosts));
}

Value hosts(Call& call) {
  const Value network = call[0].is_text() ? parse_network(call.text(0)) : call[0];
  return network.is_error() ? network : list_hosts(network.as_ip(), call);
}

}  // namespace

void add_network(FunctionTable& table) {
  table.add("ip(string) -> net.IP", ip_of_string, "An IP address from its text, or the address of a network");
  table.add("net.CIDR.ip() -> net.IP", address_of);
  table.add("cidr(string) -> net.CIDR", cidr_of_string, "A network from text such as 10.0.0.0/8");
  table.add("isIP(string) -> bool", is_ip, "Whether a text is an IP address");
  table.add("isCIDR(string) -> bool", is_cidr, "Whether a text is a network such as 10.0.0.0/8");
  table.add("ip.isCanonical(string) -> bool", is_canonical, "Whether an IP address is written in its usual form");
  table.add("ip.hosts(string) -> list(string)", hosts, "All host addresses of a network, at most 65536");
  table.add("net.CIDR.hosts() -> list(string)", hosts, "All host addresses of a network, at most 65536");
  table.add("net.IP.family() -> int", family, "4 or 6");
  table.add("net.IP.isUnspecified() -> bool", test<unspecified>, "Whether it is 0.0.0.0 or ::");
  table.add("net.IP.isLoopback() -> bool", test<loopback>, "Whether it is in 127.0.0.0/8 or is ::1");
  table.add("net.IP.isGlobalUnicast() -> bool", test<global_unicast>, "Whether it can stand for one host anywhere");
  table.add("net.IP.isLinkLocalMulticast() -> bool", test<link_local_multicast>,
            "Whether it is in 224.0.0.0/24 or ff02::/16");
  table.add("net.IP.isLinkLocalUnicast() -> bool", test<link_local_unicast>,
            "Whether it is in 169.254.0.0/16 or fe80::/10");
  table.add("net.CIDR.containsIP(net.IP) -> bool", contains_ip, "Whether an address is in the network");
  table.add("net.CIDR.containsIP(string) -> bool", contains_ip);
  table.add("net.CIDR.containsCIDR(net.CIDR) -> bool", contains_cidr, "Whether all of a network is in this one");
  table.add("net.CIDR.containsCIDR(string) -> bool", contains_cidr);
  table.add("net.CIDR.masked() -> net.CIDR", masked_network, "The network with all bits behind its prefix cleared");
  table.add("net.CIDR.prefixLength() -> int", prefix_length, "The length of the prefix in bits");
}

}  // namespace plumb::cel
