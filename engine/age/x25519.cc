#include "engine/age/x25519.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace plumb::age {
namespace {

constexpr std::size_t kLimbs = 16;
constexpr std::size_t kBytes = 32;

// A number modulo 2^255 - 19: limbs of 16 bits, the lowest first. Between carries one may be larger, or below zero;
// machines of 32 bits multiply such limbs without help.
using Field = std::array<std::int64_t, kLimbs>;

constexpr Field kOne = {1};
constexpr Field kA24 = {0xdb41, 1};  // 121665

Field add(const Field& a, const Field& b) {
  Field sum;
  for (std::size_t i = 0; i < kLimbs; ++i) sum[i] = a[i] + b[i];
  return sum;
}

Field subtract(const Field& a, const Field& b) {
  Field difference;
  for (std::size_t i = 0; i < kLimbs; ++i) difference[i] = a[i] - b[i];
  return difference;
}

// What goes beyond the last limb comes back times 38, which is 2^256.
void carry(Field& a) {
  for (std::size_t i = 0; i < kLimbs; ++i) {
    const std::int64_t over = a[i] >> 16;
    a[i] -= over * 65536;
    if (i + 1 < kLimbs) {
      a[i + 1] += over;
    } else {
      a[0] += 38 * over;
    }
  }
}

Field multiply(const Field& a, const Field& b) {
  std::array<std::int64_t, 2 * kLimbs> product{};
  for (std::size_t i = 0; i < kLimbs; ++i) {
    for (std::size_t j = 0; j < kLimbs; ++j) product[i + j] += a[i] * b[j];
  }
  Field reduced;
  for (std::size_t i = 0; i < kLimbs; ++i) reduced[i] = product[i] + 38 * product[i + kLimbs];
  carry(reduced);
  carry(reduced);
  return reduced;
}

Field square(const Field& a) {
  return multiply(a, a);
}

// Both change places where `bit` is 1.
void swap_if(std::int64_t bit, Field& a, Field& b) {
  const std::int64_t mask = -bit;
  for (std::size_t i = 0; i < kLimbs; ++i) {
    const std::int64_t change = mask & (a[i] ^ b[i]);
    a[i] ^= change;
    b[i] ^= change;
  }
}

// By Fermat: the power of 2^255 - 21, whose bits are all 1 but for two.
Field inverse(const Field& a) {
  Field power = a;
  for (int bit = 253; bit >= 0; --bit) {
    power = square(power);
    if (bit != 2 && bit != 4) power = multiply(power, a);
  }
  return power;
}

Field unpacked(std::string_view bytes) {
  Field number;
  for (std::size_t i = 0; i < kLimbs; ++i) {
    const auto low = static_cast<unsigned char>(bytes[2 * i]);
    const auto high = static_cast<unsigned char>(bytes[2 * i + 1]);
    number[i] = low | static_cast<std::int64_t>(high) << 8;
  }
  number[kLimbs - 1] &= 0x7fff;
  return number;
}

std::string packed(Field number) {
  for (int i = 0; i < 3; ++i) carry(number);
  // Twice, since it may be just below 2^256.
  for (int i = 0; i < 2; ++i) {
    Field less;
    std::int64_t borrow = 0;
    for (std::size_t limb = 0; limb < kLimbs; ++limb) {
      const std::int64_t prime = limb == 0 ? 0xffed : limb + 1 == kLimbs ? 0x7fff : 0xffff;
      const std::int64_t difference = number[limb] - prime - borrow;
      borrow = difference >> 16 & 1;
      less[limb] = difference & 0xffff;
    }
    swap_if(1 - borrow, number, less);
  }
  std::string bytes(kBytes, '\0');
  for (std::size_t i = 0; i < kLimbs; ++i) {
    bytes[2 * i] = static_cast<char>(number[i] & 0xff);
    bytes[2 * i + 1] = static_cast<char>(number[i] >> 8 & 0xff);
  }
  return bytes;
}

// The ladder of RFC 7748, section 5, in its names.
std::string multiplied(std::string_view secret, std::string_view point) {
  std::array<unsigned char, kBytes> scalar{};
  for (std::size_t i = 0; i < kBytes; ++i) scalar[i] = static_cast<unsigned char>(secret[i]);
  scalar[0] &= 248;
  scalar[kBytes - 1] = (scalar[kBytes - 1] & 127) | 64;
  const Field x1 = unpacked(point);
  Field x2 = kOne;
  Field z2{};
  Field x3 = x1;
  Field z3 = kOne;
  for (int bit = 254; bit >= 0; --bit) {
    const std::int64_t set = scalar[static_cast<std::size_t>(bit) / 8] >> bit % 8 & 1;
    swap_if(set, x2, x3);
    swap_if(set, z2, z3);
    const Field a = add(x2, z2);
    const Field b = subtract(x2, z2);
    const Field aa = square(a);
    const Field bb = square(b);
    const Field e = subtract(aa, bb);
    const Field da = multiply(subtract(x3, z3), a);
    const Field cb = multiply(add(x3, z3), b);
    x3 = square(add(da, cb));
    z3 = multiply(x1, square(subtract(da, cb)));
    x2 = multiply(aa, bb);
    z2 = multiply(e, add(aa, multiply(kA24, e)));
    swap_if(set, x2, x3);
    swap_if(set, z2, z3);
  }
  return packed(multiply(x2, inverse(z2)));
}

}  // namespace

std::optional<std::string> x25519(std::string_view secret, std::string_view point) {
  if (secret.size() != kBytes || point.size() != kBytes) return std::nullopt;
  std::string shared = multiplied(secret, point);
  unsigned char any = 0;
  for (const char byte : shared) any |= static_cast<unsigned char>(byte);
  if (any == 0) return std::nullopt;
  return shared;
}

std::string x25519_public(std::string_view secret) {
  std::string base(kBytes, '\0');
  base[0] = 9;
  return multiplied(secret, base);
}

}  // namespace plumb::age
