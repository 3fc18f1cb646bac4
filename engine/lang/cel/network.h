// IP addresses and networks in text form (RFC 4291, RFC 5952).
#pragma once

#include <string>
#include <string_view>

#include "engine/lang/cel/value.h"

namespace plumb::cel {

// An error value where it cannot be read. Zones (fe80::1%eth0) are refused, and so are IPv4 addresses inside IPv6 ones
// when written with dots; written in hexadecimal they are the IPv4 address.
Value parse_address(std::string_view text);
Value parse_network(std::string_view text);
std::string address_text(const IpAddress& address);
std::string network_text(const IpAddress& network);

// The network's own address: all bits behind the prefix cleared.
IpAddress masked(IpAddress network);
bool contains(const IpAddress& network, const IpAddress& address);

}  // namespace plumb::cel
