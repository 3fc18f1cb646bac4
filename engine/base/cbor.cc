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

// Room that is made for a list's items before they are there.
constexpr std::size_t kExpectedItems = 4096;

struct Head {
  Major major{};
  std::uint8_t detail = 0;
  std::uint64_t number = 0;
};

// Takes an item's first bytes off. False where they are none.
bool take_head(std::string_view& rest, Head& head) {
  if (rest.empty()) return false;
  const auto first = static_cast<std::uint8_t>(rest.front());
  rest.remove_prefix(1);
  head.major = static_cast<Major>(first >> 5U);
  head.detail = first & 0x1fU;
  head.number = head.detail;
  if (head.detail < kOneByte) return true;
  if (head.detail > kEightBytes) return false;
  const std::size_t size = std::size_t{1} << (head.detail - kOneByte);
  if (rest.size() < size) return false;
  head.number = 0;
  for (std::size_t i = 0; i < size; ++i) head.number = head.number << 8U | static_cast<std::uint8_t>(rest[i]);
  rest.remove_prefix(size);
  return true;
}

// As many as there are at least.
std::string_view take(std::string_view& rest, std::uint64_t count) {
  const auto size = static_cast<std::size_t>(count);
  const std::string_view taken = rest.substr(0, size);
  rest.remove_prefix(size);
  return taken;
}

// A number of more than a byte, as its first bytes hold it.
double real_of(const Head& head) {
  return head.detail == kFourBytes ? static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(head.number)))
                                   : std::bit_cast<double>(head.number);
}

// Makes a tree of what is read.
class TreeBuilder {
 public:
  explicit TreeBuilder(const JsonLimits& limits) : builder_(limits.depth, limits.values) {}

  bool integer(std::int64_t value) { return builder_.number_integer(value); }
  bool natural(std::uint64_t value) { return builder_.number_unsigned(value); }
  bool real(double value) { return builder_.number_float(value, {}); }
  bool boolean(bool value) { return builder_.boolean(value); }
  bool null() { return builder_.null(); }
  bool bytes(std::string_view value) {
    Json::binary_t bytes({value.begin(), value.end()});
    return builder_.binary(bytes);
  }
  bool text(std::string_view value) {
    std::string text(value);
    return builder_.string(text);
  }
  bool begin_list(std::size_t count) { return builder_.start_array(std::min(count, kExpectedItems)); }
  bool begin_map(std::size_t) { return builder_.start_object(); }
  bool name(std::string_view value) {
    std::string text(value);
    return builder_.key(text);
  }
  bool end() { return builder_.end_array(); }

  const std::string& problem() const { return builder_.problem; }
  Json take() { return std::move(builder_.root); }

 private:
  StrictBuilder builder_;
};

// Looks, and keeps nothing.
class Checker {
 public:
  explicit Checker(const JsonLimits& limits) : depth_left_(limits.depth), values_left_(limits.values) {}

  bool integer(std::int64_t) { return count(); }
  bool natural(std::uint64_t) { return count(); }
  bool real(double) { return count(); }
  bool boolean(bool) { return count(); }
  bool null() { return count(); }
  bool bytes(std::string_view) { return count(); }
  bool text(std::string_view value) { return count() && (valid_utf8(value) || stop("a string is not valid UTF-8")); }
  bool begin_list(std::size_t) { return begin(); }
  bool begin_map(std::size_t) { return begin(); }
  bool name(std::string_view value) { return valid_utf8(value) || stop("a name is not valid UTF-8"); }
  bool end() {
    ++depth_left_;
    return true;
  }

  const std::string& problem() const { return problem_; }
  std::size_t values_left() const { return values_left_; }

 private:
  bool stop(const char* why) {
    problem_ = why;
    return false;
  }
  bool count() {
    if (values_left_ == 0) return stop("it holds too many values");
    --values_left_;
    return true;
  }
  bool begin() { return (depth_left_-- > 0 || stop("nested too deeply")) && count(); }

  int depth_left_;
  std::size_t values_left_;
  std::string problem_;
};

template <class Builder>
class Reader {
 public:
  Reader(std::string_view bytes, Builder& builder) : rest_(bytes), builder_(builder) {}

  // False where the builder has stopped or the bytes are malformed.
  bool document() { return item() && rest_.empty(); }

 private:
  bool item() {
    Head head;
    if (!take_head(rest_, head)) return false;
    switch (head.major) {
      case Major::kUnsigned:
        return builder_.natural(head.number);
      case Major::kNegative:
        if (head.number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return false;
        return builder_.integer(-1 - static_cast<std::int64_t>(head.number));
      case Major::kBytes:
        return head.number <= rest_.size() && builder_.bytes(take(rest_, head.number));
      case Major::kText:
        return head.number <= rest_.size() && builder_.text(take(rest_, head.number));
      case Major::kArray:
        return list(head.number);
      case Major::kMap:
        return map(head.number);
      case Major::kSimple:
        return simple(head);
      case Major::kTag:
        break;
    }
    return false;
  }

  bool list(std::uint64_t count) {
    if (count > rest_.size()) return false;  // an item takes a byte at least
    if (!builder_.begin_list(static_cast<std::size_t>(count))) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!item()) return false;
    }
    return builder_.end();
  }

  bool map(std::uint64_t count) {
    if (count > rest_.size() / 2) return false;
    if (!builder_.begin_map(static_cast<std::size_t>(count))) return false;
    for (std::uint64_t i = 0; i < count; ++i) {
      Head name;
      if (!take_head(rest_, name) || name.major != Major::kText || name.number > rest_.size()) return false;
      if (!builder_.name(take(rest_, name.number)) || !item()) return false;
    }
    return builder_.end();
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
      case kEightBytes:
        return std::isfinite(real_of(head)) && builder_.real(real_of(head));
      default:
        return false;
    }
  }

  std::string_view rest_;
  Builder& builder_;
};

// Takes the first item off bytes that were checked.
std::string_view take_item(std::string_view& rest) {
  const std::string_view from = rest;
  std::uint64_t left = 1;
  while (left > 0) {
    Head head;
    (void)take_head(rest, head);
    --left;
    if (head.major == Major::kBytes || head.major == Major::kText) {
      (void)take(rest, head.number);
    } else if (head.major == Major::kArray) {
      left += head.number;
    } else if (head.major == Major::kMap) {
      left += 2 * head.number;
    }
  }
  return from.substr(0, from.size() - rest.size());
}

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

namespace {

template <class Builder>
Result<> read(std::string_view bytes, const JsonLimits& limits, Builder& builder) {
  if (bytes.size() > limits.bytes) {
    return fail(Code::kProtocol, "the document has " + std::to_string(bytes.size()) + " bytes; at most " +
                                     std::to_string(limits.bytes) + " are read");
  }
  if (Reader<Builder>(bytes, builder).document()) return {};
  return fail(Code::kProtocol, builder.problem().empty() ? "malformed CBOR" : builder.problem());
}

}  // namespace

Result<Json> parse_cbor(std::string_view bytes, const JsonLimits& limits) {
  TreeBuilder builder(limits);
  PLUMB_TRY(read(bytes, limits, builder));
  return builder.take();
}

Result<CborItem> check_cbor(std::string_view bytes, const JsonLimits& limits, std::size_t* values) {
  Checker checker(limits);
  PLUMB_TRY(read(bytes, limits, checker));
  if (values != nullptr) *values = limits.values - checker.values_left();
  return CborItem(bytes);
}

bool CborItem::is_list() const {
  return major() == static_cast<int>(Major::kArray);
}

bool CborItem::is_map() const {
  return major() == static_cast<int>(Major::kMap);
}

std::optional<std::string_view> CborItem::text() const {
  std::string_view rest = bytes_;
  Head head;
  if (!take_head(rest, head) || head.major != Major::kText) return std::nullopt;
  return rest;
}

std::optional<std::string_view> CborItem::bytes() const {
  std::string_view rest = bytes_;
  Head head;
  if (!take_head(rest, head) || head.major != Major::kBytes) return std::nullopt;
  return rest;
}

std::optional<bool> CborItem::boolean() const {
  std::string_view rest = bytes_;
  Head head;
  if (!take_head(rest, head) || head.major != Major::kSimple) return std::nullopt;
  if (head.detail != kFalse && head.detail != kTrue) return std::nullopt;
  return head.detail == kTrue;
}

std::optional<std::uint64_t> CborItem::natural() const {
  std::string_view rest = bytes_;
  Head head;
  if (!take_head(rest, head) || head.major != Major::kUnsigned) return std::nullopt;
  return head.number;
}

std::optional<std::int64_t> CborItem::negative() const {
  std::string_view rest = bytes_;
  Head head;
  if (!take_head(rest, head) || head.major != Major::kNegative) return std::nullopt;
  return -1 - static_cast<std::int64_t>(head.number);
}

std::size_t CborItem::size() const {
  std::string_view rest = bytes_;
  Head head;
  (void)take_head(rest, head);
  return static_cast<std::size_t>(head.number);
}

std::vector<CborItem> CborItem::items() const {
  std::string_view rest = bytes_;
  Head head;
  (void)take_head(rest, head);
  std::vector<CborItem> items;
  items.reserve(static_cast<std::size_t>(head.number));
  for (std::uint64_t i = 0; i < head.number; ++i) items.emplace_back(take_item(rest));
  return items;
}

std::vector<CborItem::Member> CborItem::members() const {
  std::string_view rest = bytes_;
  Head head;
  (void)take_head(rest, head);
  std::vector<Member> members;
  members.reserve(static_cast<std::size_t>(head.number));
  for (std::uint64_t i = 0; i < head.number; ++i) {
    Head name;
    (void)take_head(rest, name);
    const std::string_view text = take(rest, name.number);
    members.push_back({text, CborItem(take_item(rest))});
  }
  return members;
}

std::string to_cbor(const Json& value) {
  std::string out;
  append_cbor(out, value);
  return out;
}

}  // namespace plumb
