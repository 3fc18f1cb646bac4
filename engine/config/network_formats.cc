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

constexpr std::string_view kPortRange = "ports are 1 to 65535";

bool is_port_number(std::string_view text) {
  const auto number = parse_integer(text);
  return number && *number >= 1 && *number <= 65535;
}

// The bits of an address: 32 or 128; 0 where it is none.
int address_bits(std::string_view address) {
  std::array<unsigned char, 16> bytes{};
  const std::string text(address.substr(0, address.find('%')));
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return 32;
  return ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1 ? 128 : 0;
}

std::string why_no_port(std::string_view text) {
  const std::size_t middle = text.find_first_of("-:");
  const std::string_view low = text.substr(0, middle);
  const std::string_view high = middle == std::string_view::npos ? low : text.substr(middle + 1);
  if (!is_port_number(low) || !is_port_number(high)) return std::string(kPortRange);
  return *parse_integer(low) <= *parse_integer(high) ? "" : "the first port of a range is the lower one";
}

// HOST:PORT
std::string why_no_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  return std::string(colon == std::string_view::npos || is_port_number(text.substr(colon + 1)) ? "" : kPortRange);
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
  const std::string of_host = colon == 0 ? std::string() : why_no_port(text.substr(0, colon));
  return of_host.empty() ? why_no_port(text.substr(colon + 1)) : of_host;
}

// SCHEME://[NAME@]HOST[:PORT][/…]; what has no host says nothing of ports.
std::string why_no_url(std::string_view text) {
  const std::size_t begin = text.find("://");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + 3);
  text = text.substr(0, text.find_first_of("/?#"));
  text.remove_prefix(text.rfind('@') + 1);  // npos + 1 is 0
  const std::size_t bracket = text.find(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return std::string(colon == std::string_view::npos || is_port_number(text.substr(colon + 1)) ? "" : kPortRange);
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
