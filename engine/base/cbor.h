// CBOR (RFC 8949) written piece by piece, for what has no JSON tree; parse_cbor() and to_cbor() in json.h do whole ones.
// Every function writes the shortest form behind what `out` holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/json.h"

namespace plumb {

// So many names with their values follow.
void append_cbor_map(std::string& out, std::size_t members);
// So many items follow.
void append_cbor_array(std::string& out, std::size_t items);
// `text` is UTF-8.
void append_cbor_text(std::string& out, std::string_view text);
void append_cbor_bytes(std::string& out, std::string_view bytes);
void append_cbor_integer(std::string& out, std::int64_t value);
void append_cbor_unsigned(std::string& out, std::uint64_t value);
void append_cbor_boolean(std::string& out, bool value);
void append_cbor_null(std::string& out);
void append_cbor(std::string& out, const Json& value);

}  // namespace plumb
