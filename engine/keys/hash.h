// The digests that ssh's formats are made with, as bytes. What Plumbline itself names by a digest is text, and
// engine/base/digest.h makes it.
#pragma once

#include <string>
#include <string_view>

namespace plumb::keys {

enum class Hash { kSha1, kSha256, kSha384, kSha512 };

// Its bytes, 20 to 64.
std::string hash_of(Hash hash, std::string_view bytes);

}  // namespace plumb::keys
