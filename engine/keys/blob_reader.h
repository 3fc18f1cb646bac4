// Reads what ssh writes: numbers and texts one after another (RFC 4251, section 5). Past the end everything is 0 or
// empty, and ok() is false from then on, so that a whole form can be read before it is asked once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace plumb::keys {

class BlobReader {
 public:
  explicit BlobReader(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(big_endian(1)); }
  std::uint32_t number() { return static_cast<std::uint32_t>(big_endian(4)); }
  std::uint64_t long_number() { return big_endian(8); }
  std::string_view text() { return take(number()); }

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::uint64_t big_endian(std::size_t size) {
    std::uint64_t value = 0;
    for (const char c : take(size)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }

  std::string_view rest_;
  bool ok_ = true;
};

// The other way round.
inline void add_number(std::string& blob, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) blob += static_cast<char>(value >> shift & 0xff);
}
inline void add_text(std::string& blob, std::string_view text) {
  add_number(blob, static_cast<std::uint32_t>(text.size()));
  blob += text;
}

}  // namespace plumb::keys
