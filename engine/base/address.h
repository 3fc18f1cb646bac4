// Address: a resource's name on one host, `kind:identity`, inside a module `module/kind:identity`.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace plumb {

struct Address {
  std::string module;  // "" at the root, else "web" or "web/tls"
  std::string kind;
  std::string identity;

  // "file:/etc/motd", "web/package:nginx"
  std::string str() const;
  friend auto operator<=>(const Address&, const Address&) = default;

  // Accepts what str() writes. The kind is [a-z][a-z0-9_]*, the identity any text that is not empty.
  static Result<Address> parse(std::string_view text);
};

}  // namespace plumb
