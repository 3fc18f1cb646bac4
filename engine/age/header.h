// The form of a file in age's format, version 1 (age-encryption.org/v1), whatever it is sealed to: stanzas, a MAC over
// them, and a payload in chunks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace plumb::age {

inline constexpr std::size_t kFileKeySize = 16;
inline constexpr std::size_t kPayloadNonceSize = 16;
inline constexpr std::size_t kChunk = std::size_t{64} << 10;

// The file key, as one recipient is given it.
struct Stanza {
  std::vector<std::string> words;  // type, and what goes with it
  std::string body;
};

struct File {
  std::vector<Stanza> stanzas;
  std::string header;  // what the MAC is of
  std::string mac;
  std::string payload;
};

// Base64 without padding, which has one text for the same bytes.
std::string unpadded(std::string_view bytes);
std::optional<std::string> from_unpadded(std::string_view text);

// In lines of so many characters as the format has them.
std::string in_lines(std::string_view text);

// Up to and with the dashes in front of the MAC.
std::string header_text(const std::vector<Stanza>& stanzas);

// Errors, under this code: anything but the one way to write such a file.
Result<File> read_file(std::string_view bytes, Code code);

}  // namespace plumb::age
