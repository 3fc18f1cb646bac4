// X25519 (RFC 7748). It takes the same time whatever the secret is: no branch and no index hangs on it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumb::age {

// 32 bytes each. Nothing for a point of small order, which makes nothing secret.
std::optional<std::string> x25519(std::string_view secret, std::string_view point);
std::string x25519_public(std::string_view secret);

}  // namespace plumb::age
