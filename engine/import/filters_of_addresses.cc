// Filters of addresses of the network, and of URLs.
#include <map>

#include "engine/import/filters.h"

namespace plumb::imports::filters {
namespace {

using Kind = Expr::Kind;

// The name under which DNS knows an address: 4.3.2.1.in-addr.arpa., or the digits of one of IPv6, all of them.
Cel reverse_name(const std::string& address) {
  return made("cel.bind(a, " + address +
                  ".split('/')[0], !a.contains(':') ? a.split('.').reverse().join('.') + '.in-addr.arpa.' : "
                  "cel.bind(p, a.split('::').map(h, h == '' ? [] : h.split(':')), (size(p) == 1 ? p[0] : p[0] + "
                  "lists.range(8 - size(p[0]) - size(p[1])).map(n, '0') + p[1]).map(g, ('000' + "
                  "g.lowerAscii()).substring(size(g) - 1)).join('').split('').reverse().join('.') + '.ip6.arpa.'))",
              Type::kText);
}

}  // namespace

std::optional<Cel> of_address(const Expr& expr, const Cel& value, const Arguments& given) {
  const std::string& name = expr.text;
  if (name == "ipv4" || name == "ipv6") {
    if (value.type == Type::kList)
      return made(base(value) + ".filter(a, ip(a).family() == " + name.substr(3) + ")", Type::kList, Type::kText);
    return std::nullopt;
  }
  if (name != "ipaddr") return std::nullopt;
  if (value.type == Type::kList && given.count() == 0) return value;
  if (given.count() == 0) return made("(isIP(" + text_of(value) + ") || isCIDR(" + text_of(value) + "))", Type::kBool);
  const Expr* what = given.given(0);
  const std::string kind = what != nullptr && what->is(Kind::kText) ? what->text : "";
  const std::string network = "cidr(" + text_of(value) + ")";
  if (kind == "address" || kind == "ip") return made(text_of(value) + ".split('/')[0]", Type::kText);
  if (kind == "network") return made("string(" + network + ".masked()).split('/')[0]", Type::kText);
  if (kind == "netmask") return made("string(" + network + ".netmask())", Type::kText);
  if (kind == "prefix") return made(network + ".prefixLength()", Type::kInt);
  if (kind == "broadcast") return made("string(" + network + ".broadcast())", Type::kText);
  if (kind == "revdns") return reverse_name(text_of(value));
  if (kind == "network/prefix" || kind == "subnet") return made("string(" + network + ".masked())", Type::kText);
  throw Untranslatable{"`ipaddr('" + kind + "')`"};
}

// `x | urlsplit('hostname')`.
Cel part_of_url(const Cel& value, const Arguments& given) {
  static const std::map<std::string, std::string> kParts = {
      {"hostname", "host"}, {"scheme", "scheme"}, {"path", "path"}};
  const Expr* wanted = given.given(0);
  const auto part = wanted->is(Kind::kText) ? kParts.find(wanted->text) : kParts.end();
  if (part == kParts.end()) throw Untranslatable{"`urlsplit` of another part than host name, scheme or path"};
  return made("url(" + text_of(value) + ")." + part->second, Type::kText);
}

}  // namespace plumb::imports::filters
