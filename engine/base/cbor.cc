// CBOR (RFC 8949): what to_cbor() writes, in its shortest form or another; lengths come before what they measure, and
// nothing is tagged.
//
// Our own, since frames are most of what a run computes, and the JSON library reads and writes a text byte by byte.
#include "engine/base/cbor.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "engine/base/json_builder.h"

namespace plumb {
namespace {

// The upper three bits of an item's first byte.
enum class Major : std::uint8_t { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };

// The lower five bits, where they are no number themselves.
constexpr std::uint8_t kOneByte = 24;
constexpr std::uint8_t kTwoBytes = 25;
constexpr std::uint8_t kFourBytes = 26;
constexpr std::uint8_t kEightBytes = 27;
// And of simple values.
constexpr std::uint8_t kFalse = 20;
constexpr std::uint8_t kTrue = 21;
constexpr std::uint8_t kNull = 22;

// A byte may be a value, which takes a hundred bytes here.
constexpr std::size_t kMaxValues = std::size_t{4} << 20;
// Room that is made for a list's items before they are there.
constexpr std::size_t kExpectedItems = 4096;

class Reader {
 public:
  Reader(std::string_view bytes, StrictBuilder& builder) : rest_(bytes), builder_(builder) {}

  // False where the builder has stopped or the bytes are malformed.
  bool document() { return item() && rest_.empty(); }

 private:
  struct Head {
    Major major;
    std::uint8_t detail;
    std::uint64_t number;
  };

  bool head(Head& head) {
    if (rest_.empty()) return false;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    head.major = static_cast<Major>(first >> 5U);
    head.detail = first & 0x1fU;
    head.number = head.detail;
    if (head.detail < kOneByte) return true;
    if (head.detail > kEightBytes) return false;
    const std::size_t size = std::size_t{1} << (head.detail - kOneByte);
    if (rest_.size() < size) return false;
    head.number = 0;
    for (std::size_t i = 0; i < size; ++i) head.number = head.number << 8U | static_cast<std::uint8_t>(rest_[i]);
    rest_.remove_prefix(size);
    return true;
  }

  bool item() {
    Head head{};
    if (!this->head(head)) return false;
    switch (head.major) {
      case Major::kUnsigned:
        return builder_.number_unsigned(head.number);
      case Major::kNegative:
        if (head.number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return false;
        return builder_.number_integer(-1 - static_cast<std::int64_t>(head.number));
      case Major::kBytes: {
        if (head.number > rest_.size()) return false;
        const std::string_view bytes = take(head.number);
        Json::binary_t value({bytes.begin(), bytes.end()});
        return builder_.binary(value);
      }
      case Major::kText: {
        if (head.number > rest_.size()) return false;
        std::string text(take(head.number));
        return builder_.string(text);
      }
      case Major::kArray:
        return array(head.number);
      case Major::kMap:
        return map(head.number);
      case Major::kSimple:
        return simple(head);
      case Major::kTag:
        break;
    }
    return false;
  }

  bool array(std::uint64_t count) {
    if (count > rest_.size()) return false;  // an item takes a byte at least
    if (!builder_.start_array(std::min(static_cast<std::size_t>(count), kExpectedItems))) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!item()) return false;
    }
    return builder_.end_array();
  }

  bool map(std::uint64_t count) {
    if (count > rest_.size() / 2) return false;
    if (!builder_.start_object(static_cast<std::size_t>(count))) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      Head name{};
      if (!head(name) || name.major != Major::kText || name.number > rest_.size()) return false;
      std::string text(take(name.number));
      if (!builder_.key(text) || !item()) return false;
    }
    return builder_.end_object();
  }

  bool simple(const Head& head) {
    switch (head.detail) {
      case kFalse:
        return builder_.boolean(false);
      case kTrue:
        return builder_.boolean(true);
      case kNull:
        return builder_.null();
      case kFourBytes:
        return number(std::bit_cast<float>(static_cast<std::uint32_t>(head.number)));
      case kEightBytes:
        return number(std::bit_cast<double>(head.number));
      default:
        return false;
    }
  }

  bool number(double value) { return std::isfinite(value) && builder_.number_float(value, {}); }

  // As many as there are at least.
  std::string_view take(std::uint64_t count) {
    const auto size = static_cast<std::size_t>(count);
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  StrictBuilder& builder_;
};

void append_bytes(std::string& out, std::uint64_t number, std::size_t size) {
  while (size-- > 0) out += static_cast<char>(number >> (8 * size));
}

void append_head(std::string& out, Major major, std::uint64_t number) {
  const auto first = [major](std::uint8_t detail) {
    return static_cast<char>(static_cast<unsigned>(major) << 5U | detail);
  };
  if (number < kOneByte) {
    out += first(static_cast<std::uint8_t>(number));
  } else if (number <= 0xff) {
    out += first(kOneByte);
    append_bytes(out, number, 1);
  } else if (number <= 0xffff) {
    out += first(kTwoBytes);
    append_bytes(out, number, 2);
  } else if (number <= 0xffffffff) {
    out += first(kFourBytes);
    append_bytes(out, number, 4);
  } else {
    out += first(kEightBytes);
    append_bytes(out, number, 8);
  }
}

void append_simple(std::string& out, std::uint8_t detail) {
  append_head(out, Major::kSimple, detail);
}

void append_number(std::string& out, double value) {
  const bool fits = std::fabs(value) <= std::numeric_limits<float>::max();
  const auto narrow = fits ? static_cast<float>(value) : 0.0F;
  const bool exact = fits && static_cast<double>(narrow) == value;
  out += static_cast<char>(static_cast<unsigned>(Major::kSimple) << 5U | (exact ? kFourBytes : kEightBytes));
  if (exact) {
    append_bytes(out, std::bit_cast<std::uint32_t>(narrow), 4);
  } else {
    append_bytes(out, std::bit_cast<std::uint64_t>(value), 8);
  }
}

}  // namespace

void append_cbor_map(std::string& out, std::size_t members) {
  append_head(out, Major::kMap, members);
}

void append_cbor_array(std::string& out, std::size_t items) {
  append_head(out, Major::kArray, items);
}

void append_cbor_text(std::string& out, std::string_view text) {
  append_head(out, Major::kText, text.size());
  out += text;
}

void append_cbor_bytes(std::string& out, std::string_view bytes) {
  append_head(out, Major::kBytes, bytes.size());
  out += bytes;
}

void append_cbor_integer(std::string& out, std::int64_t value) {
  if (value < 0) {
    append_head(out, Major::kNegative, static_cast<std::uint64_t>(-1 - value));
  } else {
    append_head(out, Major::kUnsigned, static_cast<std::uint64_t>(value));
  }
}

void append_cbor_unsigned(std::string& out, std::uint64_t value) {
  append_head(out, Major::kUnsigned, value);
}

void append_cbor_boolean(std::string& out, bool value) {
  append_simple(out, value ? kTrue : kFalse);
}

void append_cbor_null(std::string& out) {
  append_simple(out, kNull);
}

void append_cbor(std::string& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::object: {
      const auto& members = value.get_ref<const Json::object_t&>();
      append_cbor_map(out, members.size());
      for (const auto& [name, member] : members) {
        append_cbor_text(out, name);
        append_cbor(out, member);
      }
      break;
    }
    case Json::value_t::array: {
      const auto& items = value.get_ref<const Json::array_t&>();
      append_cbor_array(out, items.size());
      for (const Json& item : items) append_cbor(out, item);
      break;
    }
    case Json::value_t::string:
      append_cbor_text(out, value.get_ref<const std::string&>());
      break;
    case Json::value_t::binary: {
      const Json::binary_t& bytes = value.get_binary();
      append_head(out, Major::kBytes, bytes.size());
      out.append(bytes.begin(), bytes.end());
      break;
    }
    case Json::value_t::boolean:
      append_cbor_boolean(out, value.get<bool>());
      break;
    case Json::value_t::number_integer:
      append_cbor_integer(out, value.get<std::int64_t>());
      break;
    case Json::value_t::number_unsigned:
      append_cbor_unsigned(out, value.get<std::uint64_t>());
      break;
    case Json::value_t::number_float:
      append_number(out, value.get<double>());
      break;
    case Json::value_t::null:
    case Json::value_t::discarded:
      append_cbor_null(out);
      break;
  }
}

Result<Json> parse_cbor(std::string_view bytes, const JsonLimits& limits) {
  if (bytes.size() > limits.bytes) {
    return fail(Code::kProtocol, "the document has " + std::to_string(bytes.size()) + " bytes; at most " +
                                     std::to_string(limits.bytes) + " are read");
  }
  StrictBuilder builder(limits.depth, kMaxValues);
  if (!Reader(bytes, builder).document())
    return fail(Code::kProtocol, builder.problem.empty() ? "malformed CBOR" : builder.problem);
  return std::move(builder.root);
}

std::string to_cbor(const Json& value) {
  std::string out;
  append_cbor(out, value);
  return out;
}

}  // namespace plumb
