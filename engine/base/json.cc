#include "engine/base/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "engine/base/in_order.h"
#include "engine/base/json_reader.h"
#include "engine/base/real.h"

namespace plumb {
namespace {

// std::map's byte order equals UTF-16 order unless a name holds a code point past U+D7FF.
bool plain_order(const Json::object_t& object) {
  return std::all_of(object.begin(), object.end(), [](const auto& member) {
    return std::all_of(member.first.begin(), member.first.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0xee; });
  });
}

void append_object(std::string& out, const Json::object_t& object) {
  const auto append_member = [&out, first = true](const std::string& name, const Json& value) mutable {
    if (!first) out += ',';
    first = false;
    append_canonical_text(out, name);
    out += ':';
    append_canonical(out, value);
  };
  out += '{';
  if (plain_order(object)) {
    auto append = append_member;
    for (const auto& [name, value] : object) append(name, value);
  } else {
    std::vector<const Json::object_t::value_type*> members;
    for (const auto& member : object) members.push_back(&member);
    put_in_order(members, [](const auto* a, const auto* b) { return utf16_less(a->first, b->first); });
    auto append = append_member;
    for (const auto* member : members) append(member->first, member->second);
  }
  out += '}';
}

template <class Integer>
void append_integer(std::string& out, Integer value) {
  // Past 2^53 a reader that uses doubles would see another number; RFC 8785 writes what it would see.
  constexpr Integer kExact = Integer{1} << 53;
  bool exact = value <= kExact;
  if constexpr (std::is_signed_v<Integer>) exact = exact && value >= -kExact;
  if (!exact) {
    out += canonical_number(static_cast<double>(value));
    return;
  }
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

}  // namespace

Result<Json> parse_json(std::string_view text, Code code, const JsonLimits& limits) {
  if (text.starts_with("\xef\xbb\xbf")) return fail(code, "the document starts with a byte order mark");
  if (text.size() > limits.bytes) {
    return fail(code, "the document has " + std::to_string(text.size()) + " bytes; at most " +
                          std::to_string(limits.bytes) + " are read");
  }
  StrictBuilder builder(limits.depth, std::numeric_limits<std::size_t>::max());
  if (!read_json(text, builder)) return fail(code, std::move(builder.problem));
  return std::move(builder.root);
}

std::string canonical_number(double value) {
  if (value == 0) return "0";
  const auto [digits, exponent] = shortest_digits(std::fabs(value));

  // ECMAScript's Number::toString: `point` digits stand before the decimal point.
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;
  std::string out = value < 0 ? "-" : "";
  if (count <= point && point <= 21) {
    out += digits + std::string(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out += digits.substr(0, static_cast<std::size_t>(point)) + '.' + digits.substr(static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    out += "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  } else {
    out += digits[0];
    if (count > 1) out += '.' + digits.substr(1);
    out += point > 0 ? "e+" : "e-";
    out += std::to_string(std::abs(point - 1));
  }
  return out;
}

bool utf16_less(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (y == b.end()) return false;
  if (x == a.end()) return true;
  // UTF-8 bytes sort as code points do; only U+E000..U+FFFF (lead bytes EE, EF) come after the
  // surrogate pairs of U+10000 and above (lead bytes F0..F4).
  const auto rank = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0xee || byte == 0xef ? byte + 0x100 : byte + 0;
  };
  return rank(*x) < rank(*y);
}

bool valid_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    // Nearly all texts are ASCII, which eight bytes at a time can be.
    std::uint64_t bytes = 0;
    if (i + sizeof bytes <= text.size()) {
      std::memcpy(&bytes, text.data() + i, sizeof bytes);
      if ((bytes & 0x8080808080808080) == 0) {
        i += sizeof bytes;
        continue;
      }
    }
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const int extra = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || i + extra >= text.size()) return false;
    std::uint32_t point = lead & (0x3f >> extra);
    for (int k = 1; k <= extra; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      point = point << 6 | (next & 0x3f);
    }
    const bool overlong = (extra == 2 && point < 0x800) || (extra == 3 && point < 0x10000);
    if (overlong || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return false;
    i += 1 + extra;
  }
  return true;
}

void append_canonical_text(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (std::size_t clean = 0;;) {
    const std::size_t i = find_escaped(text, clean);
    out.append(text, clean, i - clean);
    if (i == text.size()) break;
    clean = i + 1;
    const auto byte = static_cast<unsigned char>(text[i]);
    out += '\\';
    switch (byte) {
      case '"':
      case '\\':
        out += static_cast<char>(byte);
        break;
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out += "u00";
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
  }
  out += '"';
}

void append_canonical(std::string& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::object:
      append_object(out, value.get_ref<const Json::object_t&>());
      break;
    case Json::value_t::array: {
      out += '[';
      bool first = true;
      for (const Json& item : value) {
        if (!first) out += ',';
        first = false;
        append_canonical(out, item);
      }
      out += ']';
      break;
    }
    case Json::value_t::string:
      append_canonical_text(out, value.get_ref<const std::string&>());
      break;
    case Json::value_t::boolean:
      out += value.get<bool>() ? "true" : "false";
      break;
    case Json::value_t::number_integer:
      append_integer(out, value.get<std::int64_t>());
      break;
    case Json::value_t::number_unsigned:
      append_integer(out, value.get<std::uint64_t>());
      break;
    case Json::value_t::number_float:
      out += canonical_number(value.get<double>());
      break;
    case Json::value_t::null:
    case Json::value_t::binary:
    case Json::value_t::discarded:
      out += "null";
      break;
  }
}

std::string canonical(const Json& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

}  // namespace plumb
