#include "engine/age/bech32.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/base/ascii.h"

namespace plumb::age {
namespace {

constexpr std::string_view kLetters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kCheckLetters = 6;

// Of values of five bits each, with those of the name in front.
std::uint32_t checksum(std::string_view name, std::string_view values) {
  constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  std::uint32_t sum = 1;
  const auto add = [&](unsigned value) {
    const std::uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (std::size_t i = 0; i < kGenerator.size(); ++i) {
      if ((top >> i & 1) != 0) sum ^= kGenerator[i];
    }
  };
  for (const char c : name) add(static_cast<unsigned char>(c) >> 5);
  add(0);
  for (const char c : name) add(static_cast<unsigned char>(c) & 31);
  for (const char value : values) add(static_cast<unsigned char>(value));
  return sum;
}

// The same bits in groups of another size. Nothing where bits would be left that say something.
std::optional<std::string> regrouped(std::string_view groups, unsigned from, unsigned to, bool pads) {
  std::string out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char group : groups) {
    held = (held << from | static_cast<unsigned char>(group)) & 0xfff;
    bits += from;
    for (; bits >= to; bits -= to) out += static_cast<char>(held >> (bits - to) & ((1U << to) - 1));
  }
  const std::uint32_t left = held & ((1U << bits) - 1);
  if (pads && bits > 0) out += static_cast<char>(left << (to - bits));
  if (!pads && (bits >= from || left != 0)) return std::nullopt;
  return out;
}

}  // namespace

std::string bech32(std::string_view name, std::string_view bytes) {
  std::string values = *regrouped(bytes, 8, 5, true);
  const std::uint32_t sum = checksum(name, values + std::string(kCheckLetters, '\0')) ^ 1;
  for (std::size_t i = 0; i < kCheckLetters; ++i) values += static_cast<char>(sum >> 5 * (kCheckLetters - 1 - i) & 31);
  std::string text = std::string(name) + '1';
  for (const char value : values) text += kLetters[static_cast<std::size_t>(value)];
  return text;
}

std::optional<std::string> from_bech32(std::string_view name, std::string_view text) {
  constexpr std::size_t kLongest = 128;
  if (text.size() > kLongest || text.size() < name.size() + 1 + kCheckLetters) return std::nullopt;
  std::string lower = lowered(text);
  // One of both cases is none.
  if (lower != text && std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; }))
    return std::nullopt;
  if (!lower.starts_with(name) || lower[name.size()] != '1') return std::nullopt;
  std::string values;
  for (const char c : std::string_view(lower).substr(name.size() + 1)) {
    const std::size_t value = kLetters.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    values += static_cast<char>(value);
  }
  if (checksum(name, values) != 1) return std::nullopt;
  values.resize(values.size() - kCheckLetters);
  return regrouped(values, 5, 8, false);
}

}  // namespace plumb::age
