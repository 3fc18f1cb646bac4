#include "engine/exec/network_facts.h"

#include <array>
#include <charconv>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#ifdef __linux__
#include <netpacket/packet.h>
#endif

#include "engine/base/split.h"
#include "engine/exec/accounts.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMostInterfaces = 256;

struct Interface {
  std::vector<std::string> ipv4;  // the kernel's order: the first is the one that it speaks from
  std::vector<std::string> ipv6;
  std::string mac;
};

std::string text_of(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, address, text.data(), text.size()) == nullptr ? "" : text.data();
}

#ifdef __linux__
std::string mac_of(const sockaddr* address) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto* link = reinterpret_cast<const sockaddr_ll*>(address);
  if (link->sll_halen != 6) return "";
  std::string text;
  for (int i = 0; i < 6; ++i) {
    if (i > 0) text += ':';
    text += kDigits[link->sll_addr[i] >> 4];
    text += kDigits[link->sll_addr[i] & 15];
  }
  return text;
}
#endif

// Not of loopback; without addresses that hold on one link alone. An image has none.
std::map<std::string, Interface> interfaces(const RootFiles& files) {
  std::map<std::string, Interface> found;
  ifaddrs* list = nullptr;
  if (files.is_image() || ::getifaddrs(&list) != 0) return found;
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, ::freeifaddrs);
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_LOOPBACK) != 0) continue;
    if (found.size() == kMostInterfaces && !found.contains(one->ifa_name)) continue;
    Interface& interface = found[one->ifa_name];
    if (one->ifa_addr->sa_family == AF_INET) {
      const auto* in = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
      const bool link_local = (ntohl(in->sin_addr.s_addr) >> 16) == 0xa9fe;
      if (!link_local) interface.ipv4.push_back(text_of(AF_INET, &in->sin_addr));
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      const auto* in = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr);
      if (!IN6_IS_ADDR_LINKLOCAL(&in->sin6_addr)) interface.ipv6.push_back(text_of(AF_INET6, &in->sin6_addr));
    }
#ifdef __linux__
    if (one->ifa_addr->sa_family == AF_PACKET) interface.mac = mac_of(one->ifa_addr);
#endif
  }
  return found;
}

// A number of the kernel's tables: hexadecimal, the bytes of an address as they lie in memory.
std::optional<std::uint32_t> hexadecimal(const std::string& text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

Json name_servers_of(const std::string& text) {
  Json servers = Json::array();
  Json search = Json::array();
  for (const std::string& line : split(text, '\n')) {
    const std::vector<std::string> parts = words(line);
    if (parts.size() < 2) continue;
    if (parts[0] == "nameserver") servers.push_back(parts[1]);
    // The last of them counts; a domain alone is a list of one.
    if (parts[0] == "search" || parts[0] == "domain") search = std::vector<std::string>(parts.begin() + 1, parts.end());
  }
  return {{"servers", std::move(servers)}, {"search", std::move(search)}};
}

}  // namespace

DefaultRoute default_route(const std::string& table) {
  // Iface Destination Gateway Flags RefCnt Use Metric Mask …
  DefaultRoute best;
  std::optional<std::uint32_t> lowest;
  for (const std::string& line : split(table, '\n')) {
    const std::vector<std::string> parts = words(line);
    if (parts.size() < 8 || parts[1] != "00000000" || parts[7] != "00000000") continue;
    const std::optional<std::uint32_t> gateway = hexadecimal(parts[2]);
    std::uint32_t metric = 0;
    std::from_chars(parts[6].data(), parts[6].data() + parts[6].size(), metric);
    if (!gateway || (lowest && *lowest <= metric)) continue;
    lowest = metric;
    best.interface = parts[0];
    best.gateway = *gateway == 0 ? "" : text_of(AF_INET, &*gateway);
  }
  return best;
}

Json addresses(const RootFiles& files) {
  std::set<std::string> v4, v6;
  for (const auto& [name, one] : interfaces(files)) {
    v4.insert(one.ipv4.begin(), one.ipv4.end());
    v6.insert(one.ipv6.begin(), one.ipv6.end());
  }
  return {{"ipv4", v4}, {"ipv6", v6}};
}

Json network(const RootFiles& files) {
  Json list = Json::array();
  const DefaultRoute route = files.is_image() ? DefaultRoute() : default_route(read_small(files, "/proc/net/route"));
  std::string address;
  for (const auto& [name, one] : interfaces(files)) {
    if (name == route.interface && !one.ipv4.empty()) address = one.ipv4.front();
    list.push_back({{"name", name}, {"mac", one.mac}, {"ipv4", one.ipv4}, {"ipv6", one.ipv6}});
  }
  return {{"interface", route.interface},
          {"address", address},
          {"gateway", route.gateway},
          {"interfaces", std::move(list)}};
}

Json name_servers(const RootFiles& files) {
  return name_servers_of(read_small(files, "/etc/resolv.conf"));
}

}  // namespace plumb::exec
