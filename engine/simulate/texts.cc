#include "engine/base/digest.h"
#include "engine/simulate/simulate.h"

namespace plumb::simulate {

TextOf texts_in(const ir::Contents& contents) {
  return [&contents](const std::string& digest) -> std::optional<std::string> {
    constexpr std::size_t kLargest = std::size_t{64} << 10U;
    if (is_keyed_digest(digest)) return std::nullopt;
    Result<std::string> bytes = contents.bytes(digest, kLargest);
    return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
  };
}

}  // namespace plumb::simulate
