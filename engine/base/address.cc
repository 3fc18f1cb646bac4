#include "engine/base/address.h"

#include <algorithm>

namespace plumb {
namespace {

bool is_kind(std::string_view text) {
  return !text.empty() && text[0] >= 'a' && text[0] <= 'z' && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

std::string Address::str() const {
  std::string text;
  text.reserve(module.size() + kind.size() + identity.size() + 2);
  if (!module.empty()) text.append(module) += '/';
  text.append(kind) += ':';
  return text += identity;
}

Result<Address> Address::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && colon + 1 < text.size()) {
    const std::string_view head = text.substr(0, colon);
    const std::size_t slash = head.rfind('/');
    const std::string_view kind = slash == std::string_view::npos ? head : head.substr(slash + 1);
    const std::string_view module = slash == std::string_view::npos ? "" : head.substr(0, slash);
    if (is_kind(kind) && (slash == std::string_view::npos || !module.empty())) {
      return Address{std::string(module), std::string(kind), std::string(text.substr(colon + 1))};
    }
  }
  return fail(Code::kUnknownAddress, "`" + std::string(text) + "` is not an address; one is written kind:identity");
}

}  // namespace plumb
