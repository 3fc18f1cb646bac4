#include "engine/lang/cel/network.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/lang/cel/function.h"

namespace plumb::cel {
namespace {

bool parse_ipv4(std::string_view text, std::uint8_t* bytes) {
  for (int i = 0; i < 4; ++i) {
    const std::size_t dot = i < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return false;
    const std::string_view part = text.substr(0, dot);
    // A leading zero may mean octal elsewhere.
    const bool digits = !part.empty() && part.size() <= 3 &&
                        std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits || (part.size() > 1 && part[0] == '0')) return false;
    int number = 0;
    std::from_chars(part.data(), part.data() + part.size(), number);
    if (number > 255) return false;
    bytes[i] = static_cast<std::uint8_t>(number);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return text.empty();
}

// Groups before or behind `::`; the last may be an IPv4 address.
bool parse_groups(std::string_view text, bool last_part, std::array<std::uint8_t, 16>& bytes, std::size_t& size) {
  if (text.empty()) return true;
  while (true) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    if (last_part && colon == std::string_view::npos && group.find('.') != std::string_view::npos) {
      if (size > 12 || !parse_ipv4(group, bytes.data() + size)) return false;
      size += 4;
      return true;
    }
    unsigned number = 0;
    const auto [end, problem] = std::from_chars(group.data(), group.data() + group.size(), number, 16);
    if (group.empty() || group.size() > 4 || problem != std::errc{} || end != group.data() + group.size()) return false;
    if (size > 14) return false;
    bytes[size++] = static_cast<std::uint8_t>(number >> 8U);
    bytes[size++] = static_cast<std::uint8_t>(number & 0xFFU);
    if (colon == std::string_view::npos) return true;
    text.remove_prefix(colon + 1);
  }
}

bool parse_ipv6(std::string_view text, std::array<std::uint8_t, 16>& bytes) {
  const std::size_t gap = text.find("::");
  std::size_t size = 0;
  if (gap == std::string_view::npos) return parse_groups(text, true, bytes, size) && size == 16;
  std::array<std::uint8_t, 16> tail{};
  std::size_t tail_size = 0;
  if (!parse_groups(text.substr(0, gap), false, bytes, size)) return false;
  if (!parse_groups(text.substr(gap + 2), true, tail, tail_size) || size + tail_size > 14) return false;
  std::copy_n(tail.begin(), tail_size, bytes.end() - static_cast<std::ptrdiff_t>(tail_size));
  return true;
}

bool is_mapped_ipv4(const std::array<std::uint8_t, 16>& bytes) {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t b) { return b == 0; }) && bytes[10] == 0xFF &&
         bytes[11] == 0xFF;
}

Value unreadable(std::string_view text, std::string_view what, std::string_view why = "cannot be read") {
  return fail("`" + std::string(text.substr(0, 60)) + "` is no " + std::string(what) + ": it " + std::string(why));
}

// Nothing where the text is fine; else why it is not.
std::optional<std::string_view> read_address(std::string_view text, IpAddress& address) {
  if (text.find(':') == std::string_view::npos) {
    return parse_ipv4(text, address.bytes.data()) ? std::nullopt : std::optional<std::string_view>("cannot be read");
  }
  if (text.find('%') != std::string_view::npos) return "has a zone, which is not allowed";
  if (!parse_ipv6(text, address.bytes)) return "cannot be read";
  address.family = 6;
  if (!is_mapped_ipv4(address.bytes)) return {};
  if (text.find('.') != std::string_view::npos) return "is an IPv4-mapped IPv6 address, which is not allowed";
  std::copy_n(address.bytes.begin() + 12, 4, address.bytes.begin());
  std::fill(address.bytes.begin() + 4, address.bytes.end(), std::uint8_t{0});
  address.family = 4;
  return {};
}

}  // namespace

Value parse_address(std::string_view text) {
  IpAddress address;
  const auto problem = read_address(text, address);
  return problem ? unreadable(text, "IP address", *problem) : Value::ip(address);
}

Value parse_network(std::string_view text) {
  constexpr std::string_view kWhat = "network such as 10.0.0.0/8";
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return unreadable(text, kWhat, "has no prefix length");
  IpAddress network;
  if (const auto problem = read_address(text.substr(0, slash), network)) return unreadable(text, kWhat, *problem);
  // A prefix counts in the address as it was written.
  if (network.family == 4 && text.find(':') != std::string_view::npos) {
    return unreadable(text, kWhat, "is an IPv4-mapped IPv6 address, which is not allowed");
  }
  const std::string_view digits = text.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  const bool read = problem == std::errc{} && end == digits.data() + digits.size() && digits.size() <= 3;
  if (!read || (digits.size() > 1 && digits[0] == '0')) return unreadable(text, kWhat, "has no prefix length");
  if (prefix > (network.family == 4 ? 32U : 128U)) return unreadable(text, kWhat, "has too long a prefix");
  network.prefix = static_cast<std::uint8_t>(prefix);
  return Value::cidr(network);
}

std::string address_text(const IpAddress& address) {
  std::string text;
  if (address.family == 4) {
    for (std::size_t i = 0; i < 4; ++i) text += (i == 0 ? "" : ".") + std::to_string(address.bytes[i]);
    return text;
  }
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) {
    groups[i] = static_cast<unsigned>(address.bytes[2 * i]) << 8U | address.bytes[2 * i + 1];
  }
  // The longest run of two or more zero groups, the first of equal ones, is written `::`.
  std::size_t gap = 8;
  std::size_t gap_size = 1;
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t size = 0;
    while (i + size < 8 && groups[i + size] == 0) ++size;
    if (size > gap_size) {
      gap = i;
      gap_size = size;
    }
  }
  char digits[8];
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == gap) {
      text += "::";
      i += gap_size - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    text.append(digits, std::to_chars(digits, digits + sizeof digits, groups[i], 16).ptr);
  }
  return text;
}

std::string network_text(const IpAddress& network) {
  return address_text(network) + "/" + std::to_string(network.prefix);
}

IpAddress masked(IpAddress network) {
  for (std::size_t i = 0; i < network.bytes.size(); ++i) {
    const int bits = std::clamp(network.prefix - static_cast<int>(8 * i), 0, 8);
    network.bytes[i] = static_cast<std::uint8_t>(network.bytes[i] & (0xFF00U >> static_cast<unsigned>(bits)));
  }
  return network;
}

bool contains(const IpAddress& network, const IpAddress& address) {
  if (network.family != address.family) return false;
  IpAddress other = address;
  other.prefix = network.prefix;
  return masked(other).bytes == masked(network).bytes;
}

}  // namespace plumb::cel
