// JSON: the document type, a strict reader and the canonical writer.
//
// Canonical form is RFC 8785 (JCS): members sorted by UTF-16 code units, ECMAScript numbers, minimal
// escapes. The strict reader refuses what RFC 7493 (I-JSON) forbids: duplicate names, lone surrogates,
// bad UTF-8, numbers past a double. Documents that plumb writes keep integers within 2^53 and hold no fractions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "engine/base/result.h"

namespace plumb {

using Json = nlohmann::json;

struct JsonLimits {
  std::size_t bytes = std::size_t{256} << 20;
  int depth = 64;
  // Of CBOR, where a byte may be a value, which takes a hundred bytes here.
  std::size_t values = std::size_t{4} << 20;
};

// Errors carry the code that the caller gives, and say line and column.
Result<Json> parse_json(std::string_view text, Code code, const JsonLimits& limits = {});

// The RFC 8785 bytes. Strings must be valid UTF-8 (the strict reader and the YAML reader see to it);
// NaN and infinities are a programming error.
std::string canonical(const Json& value);
void append_canonical(std::string& out, const Json& value);
void append_canonical_text(std::string& out, std::string_view text);

// How ECMAScript writes a finite double (Number::toString), as RFC 8785 asks.
std::string canonical_number(double value);

// Order of two UTF-8 texts by their UTF-16 code units.
bool utf16_less(std::string_view a, std::string_view b);

bool valid_utf8(std::string_view text);

// CBOR with bounded depth, for the wire. Binary strings become Json::binary_t.
Result<Json> parse_cbor(std::string_view bytes, const JsonLimits& limits = {});
std::string to_cbor(const Json& value);

}  // namespace plumb
