#include "engine/config/network_formats.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <arpa/inet.h>

#include "engine/base/integer_text.h"

namespace plumb::config {
namespace {

// Why it is none; "" where it is fine.
using PlaceCheck = std::string (*)(std::string_view text);

// Of one port.
std::string why_no_port_number(std::string_view text) {
  const auto number = parse_integer(text);
  if (number && *number >= 1 && *number <= 65535) return {};
  const bool padded =
      text.starts_with('0') && parse_integer(text.substr(std::min(text.find_first_not_of('0'), text.size())));
  return padded ? "no zero stands in front of a port" : "ports are 1 to 65535";
}

// The bits of an address: 32 or 128; 0 where it is none.
int address_bits(std::string_view address) {
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET, std::string(address).c_str(), bytes.data()) == 1) return 32;
  const std::string without_zone(address.substr(0, address.find('%')));
  return ::inet_pton(AF_INET6, without_zone.c_str(), bytes.data()) == 1 ? 128 : 0;
}

// A host by its name or its address, without brackets. What is numbers and dots alone is no name.
std::string why_no_host(std::string_view text) {
  const bool dotted = text.find('.') != std::string_view::npos;
  if (!dotted || text.find_first_not_of("0123456789.") != std::string_view::npos || address_bits(text) == 32) return {};
  return std::string(text) + " is no address";
}

std::string why_not_in_brackets(std::string_view text) {
  return address_bits(text) == 128 ? "" : std::string(text) + " is no IPv6 address";
}

// HOST, ADDRESS or [ADDRESS], with :PORT behind it, which may be missing where that is said.
std::string why_no_place(std::string_view text, bool needs_port) {
  std::size_t end = text.rfind(':');
  std::string why;
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return "expected `]` behind the address";
    why = why_not_in_brackets(text.substr(1, bracket - 1));
    end = bracket + 1 == text.size() ? std::string_view::npos : bracket + 1;
    if (end != std::string_view::npos && text[end] != ':') return "expected `:` and a port behind the address";
  } else if (address_bits(text) == 128) {
    return "an address of IPv6 stands in brackets here: [" + std::string(text) + "]";
  } else {
    why = why_no_host(text.substr(0, end));
  }
  if (!why.empty()) return why;
  if (end == std::string_view::npos) return needs_port ? "expected `:` and a port behind the host" : "";
  return why_no_port_number(text.substr(end + 1));
}

struct PortRange {
  std::string_view low;
  std::string_view high;  // that of the one port again where there is one
};

PortRange range_of(std::string_view text) {
  const std::size_t middle = text.find_first_of("-:");
  if (middle == std::string_view::npos) return {text, text};
  return {text.substr(0, middle), text.substr(middle + 1)};
}

std::string why_no_port(std::string_view text) {
  const auto [low, high] = range_of(text);
  for (const std::string_view one : {low, high}) {
    if (std::string why = why_no_port_number(one); !why.empty()) return why;
  }
  return *parse_integer(low) <= *parse_integer(high) ? "" : "the first port of a range is the lower one";
}

std::string why_no_endpoint(std::string_view text) {
  return why_no_place(text, true);
}

std::string why_no_address(std::string_view text) {
  return address_bits(text) > 0 ? "" : "expected an IPv4 or IPv6 address";
}

std::string why_no_network(std::string_view text) {
  if (text == "any") return {};
  const std::size_t slash = std::min(text.find('/'), text.size());
  const int bits = address_bits(text.substr(0, slash));
  if (bits == 0) return "expected an address, or a network such as 10.0.0.0/8";
  if (slash == text.size()) return {};
  const auto prefix = parse_integer(text.substr(slash + 1));
  if (prefix && *prefix >= 0 && *prefix <= bits) return {};
  return "a network of such addresses has 0 to " + std::to_string(bits) + " bits in common";
}

// [ADDRESS:][PORTS:]PORTS[/PROTOCOL]
std::string why_no_published_port(std::string_view text) {
  text = text.substr(0, text.rfind('/'));
  std::string_view at;
  if (text.starts_with('[')) {
    const std::size_t end = text.find("]:");
    if (end == std::string_view::npos) return "expected `]:` behind the address";
    at = text.substr(1, end - 1);
    text.remove_prefix(end + 2);
  } else if (std::count(text.begin(), text.end(), ':') == 2) {
    at = text.substr(0, text.find(':'));
    text.remove_prefix(at.size() + 1);
  }
  if (!at.empty() && address_bits(at) == 0) return std::string(at) + " is no address";
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return why_no_port(text);
  // Nothing in front of the colon: whichever is free.
  const std::string_view of_host = text.substr(0, colon), of_container = text.substr(colon + 1);
  std::string why = colon == 0 ? std::string() : why_no_port(of_host);
  if (why.empty()) why = why_no_port(of_container);
  if (!why.empty() || colon == 0) return why;
  const auto count = [](std::string_view ports) {
    const auto [low, high] = range_of(ports);
    return *parse_integer(high) - *parse_integer(low) + 1;
  };
  // Of one port of the container the host may use any of several.
  if (count(of_container) == 1 || count(of_container) == count(of_host)) return {};
  return std::to_string(count(of_host)) + " of the host for " + std::to_string(count(of_container)) +
         " of the container";
}

// SCHEME://[NAME@]HOST[:PORT][/…]; what has no host, as `file:///srv` has none, says nothing of one.
std::string why_no_url(std::string_view text) {
  const std::size_t begin = text.find("://");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + 3);
  text = text.substr(0, text.find_first_of("/?#"));
  text.remove_prefix(text.rfind('@') + 1);  // npos + 1 is 0
  return text.empty() ? "" : why_no_place(text, false);
}

// As ssh looks for it: NAME, ADDRESS or [NAME]:PORT. Of a pattern nothing is known.
std::string why_no_known_host(std::string_view text) {
  const bool pattern = text.find_first_of("*?") != std::string_view::npos;
  std::string_view host = text;
  if (text.starts_with('[')) {
    const std::size_t end = text.find("]:");
    if (end == std::string_view::npos) return "expected `]:` and a port behind the host";
    if (std::string why = why_no_port_number(text.substr(end + 2)); !why.empty()) return why;
    host = text.substr(1, end - 1);
  }
  if (pattern) return {};
  if (host.find(':') == std::string_view::npos) return why_no_host(host);
  if (address_bits(host) == 128) return {};
  const std::size_t colon = host.rfind(':');
  const std::string name(host.substr(0, colon)), port(host.substr(colon + 1));
  if (name.find(':') != std::string::npos || !why_no_port_number(port).empty())
    return std::string(host) + " is no IPv6 address";
  return port == "22" ? "write `" + name + "`: port 22 is meant by itself"
                      : "a port stands behind brackets: `[" + name + "]:" + port + "`";
}

std::string why_no_certificate_name(std::string_view text) {
  return text.starts_with("IP:") ? why_no_address(text.substr(3)) : "";
}

struct PlaceFormat {
  std::string_view name;
  std::string_view what;
  PlaceCheck check;
};

constexpr std::array kPlaceFormats = {
    PlaceFormat{"port", "a port", why_no_port},
    PlaceFormat{"endpoint", "a port of a host", why_no_endpoint},
    PlaceFormat{"published-port", "a port of a container", why_no_published_port},
    PlaceFormat{"url", "a URL that can be asked", why_no_url},
    PlaceFormat{"address", "an address", why_no_address},
    PlaceFormat{"network", "an address or a network", why_no_network},
    PlaceFormat{"known-host", "a host as ssh looks for it", why_no_known_host},
    PlaceFormat{"certificate-name", "a name that a certificate can have", why_no_certificate_name},
};

}  // namespace

std::optional<Result<Json>> apply_network_format(std::string_view format, std::string_view text,
                                                 const std::string& name) {
  const auto* const known = std::find_if(kPlaceFormats.begin(), kPlaceFormats.end(),
                                         [format](const PlaceFormat& one) { return one.name == format; });
  if (known == kPlaceFormats.end()) return std::nullopt;
  std::string why = known->check(text);
  if (why.empty()) return Result<Json>(Json(text));
  Diagnostic diagnostic(Code::kBadValue, name + " is not " + std::string(known->what));
  diagnostic.label = std::move(why);
  return Result<Json>(Error(std::move(diagnostic)));
}

}  // namespace plumb::config
