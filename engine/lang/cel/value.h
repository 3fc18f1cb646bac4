// Value: what an expression works on. 16 bytes; texts, lists and maps are immutable, shared and counted.
//
// Copies of one value may be used from several threads at once, like those of a shared_ptr.
#pragma once

#include <array>
#include <atomic>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/codes.h"

namespace plumb::cel {

enum class Kind : std::uint8_t {
  kUnset,  // no value: a variable that was not given
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kDuration,
  kTimestamp,
  // From here on a value is a pointer to an object.
  kString,
  kBytes,
  kList,
  kMap,
  kType,
  kOptional,
  kIp,
  kCidr,
  kError,  // inside an evaluation only
};

inline constexpr int kMaxValueDepth = 400;

// The name that `type(x)` has: "int", "google.protobuf.Timestamp", "net.IP".
std::string_view type_name(Kind kind);

struct Timestamp {
  std::int64_t seconds = 0;  // since 1970; years 1 to 9999
  std::uint32_t nanos = 0;
  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

// An address, or a network of `prefix` bits. IPv4 uses the first four bytes.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  std::uint8_t family = 4;  // 4 or 6
  std::uint8_t prefix = 0;  // kCidr only
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

struct MapEntry;

class Value {
 public:
  Value() noexcept : integer_(0) {}
  Value(const Value& other) noexcept : kind_(other.kind_), nanos_(other.nanos_), integer_(other.integer_) {
    if (is_object()) object_->references.fetch_add(1, std::memory_order_relaxed);
  }
  Value(Value&& other) noexcept : kind_(other.kind_), nanos_(other.nanos_), integer_(other.integer_) {
    other.kind_ = Kind::kUnset;
  }
  Value& operator=(const Value& other) noexcept {
    Value copy(other);
    swap(copy);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    Value moved(std::move(other));
    swap(moved);
    return *this;
  }
  ~Value() {
    if (is_object()) release();
  }

  static Value null() { return Value(Kind::kNull, std::int64_t{0}); }
  static Value boolean(bool value) { return Value(Kind::kBool, std::int64_t{value}); }
  static Value integer(std::int64_t value) { return Value(Kind::kInt, value); }
  static Value unsigned_integer(std::uint64_t value) { return Value(Kind::kUint, static_cast<std::int64_t>(value)); }
  static Value real(double value);
  static Value duration(std::int64_t nanoseconds) { return Value(Kind::kDuration, nanoseconds); }
  static Value timestamp(Timestamp time);
  static Value string(std::string_view utf8) { return text(Kind::kString, utf8); }
  static Value bytes(std::string_view octets) { return text(Kind::kBytes, octets); }
  // Two texts joined, in one allocation.
  static Value joined(Kind kind, std::string_view first, std::string_view second);
  // Texts of `size` bytes together, joined.
  static Value text_of(std::span<const std::string_view> pieces, std::size_t size);
  // An error value where it nests deeper than kMaxValueDepth; so with all that hold other values.
  static Value list(std::vector<Value> items);
  // A map with text keys, all different.
  static Value record(std::vector<std::pair<std::string, Value>> fields);
  // `entries` sorted by key_less and without repeats; MapBuilder sees to both.
  static Value sorted_map(std::vector<MapEntry> entries);
  static Value type(std::string_view name);
  static Value optional(Value value);
  static Value none();
  static Value ip(const IpAddress& address) { return network(Kind::kIp, address); }
  static Value cidr(const IpAddress& address) { return network(Kind::kCidr, address); }
  static Value error(Code code, std::string message, std::string hint = {});

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_error() const { return kind_ == Kind::kError; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_text() const { return kind_ == Kind::kString; }
  bool is_number() const { return kind_ == Kind::kInt || kind_ == Kind::kUint || kind_ == Kind::kDouble; }

  // Each asks for its own kind.
  bool as_bool() const { return integer_ != 0; }
  std::int64_t as_int() const { return integer_; }
  std::uint64_t as_uint() const { return static_cast<std::uint64_t>(integer_); }
  double as_double() const { return real_; }
  std::int64_t as_duration() const { return integer_; }  // nanoseconds
  Timestamp as_timestamp() const { return {integer_, nanos_}; }
  std::string_view as_text() const;  // kString, kBytes
  std::span<const Value> as_list() const;
  std::span<const MapEntry> as_map() const;
  std::string_view as_type() const;
  bool has_optional() const;
  const Value& as_optional() const;  // asks for has_optional()
  const IpAddress& as_ip() const;    // kIp, kCidr

  struct ErrorInfo {
    Code code{};
    std::string message;
    std::string hint;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool placed = false;
  };
  const ErrorInfo& as_error() const;
  // The same error with its place in the text, unless it has one.
  Value at(std::uint32_t begin, std::uint32_t end) &&;

  // The value of a key, by the equality of keys (1, 1u and 1.0 are one); null where it is missing or this is no map.
  const Value* find(const Value& key) const;
  const Value* find(std::string_view key) const;
  // How deep lists and maps nest: 0 for all else.
  int depth() const;

  void swap(Value& other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(nanos_, other.nanos_);
    std::swap(integer_, other.integer_);
  }

 private:
  struct Object {
    std::atomic<std::uint32_t> references{1};
    std::uint16_t depth = 0;
  };
  struct Text;
  struct List;
  struct Map;
  struct TypeName;
  struct Optional;
  struct Network;
  struct Failure;

  Value(Kind kind, std::int64_t value) noexcept : kind_(kind), integer_(value) {}
  Value(Kind kind, Object* object) noexcept : kind_(kind), object_(object) {}
  static Value text(Kind kind, std::string_view content) { return joined(kind, content, {}); }
  static Value network(Kind kind, const IpAddress& address);
  bool is_object() const { return kind_ >= Kind::kString; }
  void release() noexcept;
  void destroy() noexcept;

  Kind kind_ = Kind::kUnset;
  std::uint32_t nanos_ = 0;
  union {
    std::int64_t integer_;
    double real_;
    Object* object_;
  };
};
static_assert(sizeof(Value) == 16);

struct MapEntry {
  Value key;
  Value value;
};

// The order in which maps are walked: bools, numbers on one line, texts by code point.
bool key_less(const Value& a, const Value& b);

class MapBuilder {
 public:
  void reserve(std::size_t count) { entries_.reserve(count); }
  void add(Value key, Value value) { entries_.push_back({std::move(key), std::move(value)}); }
  std::size_t size() const { return entries_.size(); }
  // An error value where a key stands twice or has a type that no key can have.
  Value finish() &&;

 private:
  std::vector<MapEntry> entries_;
};

class Budget;
// CEL's equality; each element compared is a step. With an exhausted budget the answer is false and means nothing.
bool equal(const Value& a, const Value& b, Budget& budget);
// Order of two values of one comparable type, or of two numbers; unordered for NaN and for all that has no order.
std::partial_ordering compare(const Value& a, const Value& b);
bool comparable(const Value& a, const Value& b);

}  // namespace plumb::cel
