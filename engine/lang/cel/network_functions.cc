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

unsigned bits_of(const IpAddress& address) {
  return address.family == 4 ? 32U : 128U;
}

// Adds to the address what its bit `bit`, counted from the end, stands for.
void add_bit(IpAddress& address, unsigned bit) {
  unsigned rest = 1U << (bit % 8);
  for (std::size_t at = bits_of(address) / 8 - bit / 8; at > 0 && rest != 0; --at, rest >>= 8U) {
    rest += address.bytes[at - 1];
    address.bytes[at - 1] = static_cast<std::uint8_t>(rest & 0xFFU);
  }
}

// Adds a number whose lowest bit is the address' bit `lowest`, counted from the end.
void add_number(IpAddress& address, std::uint64_t number, unsigned lowest) {
  for (; number != 0; number >>= 1U, ++lowest) {
    if ((number & 1U) != 0) add_bit(address, lowest);
  }
}

// Whether the number has no more than so many bits.
bool fits(std::uint64_t number, unsigned bits) {
  return bits >= 64 || number >> bits == 0;
}

Value no_such_part(const char* what, std::int64_t number, const IpAddress& network) {
  return fail("a network with a prefix of " + std::to_string(network.prefix) + " has no " + what + " " +
              std::to_string(number));
}

// Counted from the network's own address; below zero from its end, so that -1 is the last.
Value host_of(Call& call) {
  IpAddress address = masked(call[0].as_ip());
  const std::int64_t number = call[1].as_int();
  const unsigned bits = bits_of(address) - address.prefix;
  const std::uint64_t distance = number < 0 ? ~static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
  if (!fits(distance, bits)) return no_such_part("address", number, address);
  if (number < 0) {
    // All bits of the host, less what is left to the end.
    for (unsigned bit = 0; bit < bits; ++bit) {
      if (bit >= 64 || (distance >> bit & 1U) == 0) add_bit(address, bit);
    }
  } else {
    add_number(address, distance, 0);
  }
  address.prefix = 0;
  return Value::ip(address);
}

Value subnet_of(Call& call) {
  IpAddress network = masked(call[0].as_ip());
  const std::int64_t prefix = call[1].as_int();
  const std::int64_t number = call[2].as_int();
  if (prefix < network.prefix || prefix > bits_of(network)) {
    return fail("parts of a network with a prefix of " + std::to_string(network.prefix) + " have one from that to " +
                std::to_string(bits_of(network)) + ", not " + std::to_string(prefix));
  }
  const auto longer = static_cast<unsigned>(prefix);
  if (number < 0 || !fits(static_cast<std::uint64_t>(number), longer - network.prefix)) {
    return no_such_part("part", number, network);
  }
  add_number(network, static_cast<std::uint64_t>(number), bits_of(network) - longer);
  network.prefix = static_cast<std::uint8_t>(longer);
  return Value::cidr(network);
}

Value netmask(Call& call) {
  IpAddress mask = call[0].as_ip();
  mask.bytes.fill(0xFF);
  if (mask.family == 4) std::fill(mask.bytes.begin() + 4, mask.bytes.end(), std::uint8_t{0});
  mask = masked(mask);
  mask.prefix = 0;
  return Value::ip(mask);
}

Value broadcast_of(Call& call) {
  const IpAddress& network = call[0].as_ip();
  if (network.family == 6) return fail("an IPv6 network has no broadcast address");
  IpAddress address = masked(network);
  for (unsigned bit = 0; bit < 32U - network.prefix; ++bit) add_bit(address, bit);
  address.prefix = 0;
  return Value::ip(address);
}

// The length of the prefix that a mask stands for; -1 for what is none.
int mask_length(const IpAddress& mask) {
  int length = 0;
  bool ended = false;
  for (unsigned bit = 0; bit < bits_of(mask); ++bit) {
    const bool set = (mask.bytes[bit / 8] >> (7 - bit % 8) & 1U) != 0;
    if (set && ended) return -1;
    ended = !set;
    if (set) ++length;
  }
  return length;
}

Value is_mask(Call& call) {
  return Value::boolean(mask_length(call[0].as_ip()) >= 0);
}

Value is_whole_network(Call& call) {
  const IpAddress& network = call[0].as_ip();
  return Value::boolean(masked(network) == network);
}

Value with_mask(Call& call) {
  IpAddress network = call[0].as_ip();
  const IpAddress& mask = call[1].as_ip();
  const int length = mask.family == network.family ? mask_length(mask) : -1;
  if (length < 0) return fail("`" + address_text(mask) + "` is no mask of an address of this family");
  network.prefix = static_cast<std::uint8_t>(length);
  return Value::cidr(network);
}

Value in_url(Call& call) {
  const std::string text = address_text(call[0].as_ip());
  return Value::string(call[0].as_ip().family == 6 ? "[" + text + "]" : text);
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
  table.add("net.CIDR.host(int) -> net.IP", host_of, "An address by its number in the network; -1 is the last one");
  table.add("net.CIDR.subnet(int, int) -> net.CIDR", subnet_of,
            "A part of the network: the length of its prefix, and its number from 0");
  table.add("net.CIDR.netmask() -> net.IP", netmask, "The mask of the network, such as 255.255.255.0");
  table.add("net.CIDR.broadcast() -> net.IP", broadcast_of, "The broadcast address of an IPv4 network");
  table.add(
      "net.IP.isMask() -> bool", is_mask,
      "Whether the bits of the address begin with ones and go on with zeros; of a network, whether all bits behind "
      "its prefix are zeros");
  // As CEL's library for networks has it.
  table.add("net.CIDR.isMask() -> bool", is_whole_network);
  table.add("net.IP.withMask(net.IP) -> net.CIDR", with_mask, "The network of an address and a mask");
  table.add("net.IP.inURL() -> string", in_url, "The address as it stands in a URL: an IPv6 one in brackets");
}

}  // namespace plumb::cel
