// CBOR (RFC 8949) without a JSON tree; parse_cbor() and to_cbor() in json.h go by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"

namespace plumb {

// Each writes the shortest form behind what `out` holds.

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

// The bytes of one value, that check_cbor() took or that were written here. They outlive it.
class CborItem {
 public:
  struct Member;

  explicit CborItem(std::string_view encoded) : bytes_(encoded) {}

  std::string_view encoded() const { return bytes_; }
  bool is_list() const;
  bool is_map() const;
  // Nothing where it is something else.
  std::optional<std::string_view> text() const;
  std::optional<std::string_view> bytes() const;
  std::optional<bool> boolean() const;
  std::optional<std::uint64_t> natural() const;
  std::optional<std::int64_t> negative() const;  // an integer below zero
  // How many items a list has, or members a map.
  std::size_t size() const;
  std::vector<CborItem> items() const;
  // In the order in which they were written. A name may stand twice.
  std::vector<Member> members() const;

 private:
  int major() const { return static_cast<unsigned char>(bytes_.front()) >> 5; }

  std::string_view bytes_;
};

struct CborItem::Member {
  std::string_view name;
  CborItem value;
};

// `bytes` where parse_cbor() would take them, but for names that stand twice in a map. `values`: how many it holds.
Result<CborItem> check_cbor(std::string_view bytes, const JsonLimits& limits = {}, std::size_t* values = nullptr);

}  // namespace plumb
