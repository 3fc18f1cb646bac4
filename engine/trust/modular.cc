#include "engine/trust/modular.h"

#include <algorithm>
#include <bit>

namespace plumb::trust {
namespace {

constexpr std::size_t kLimbBytes = sizeof(Limb);

// `a` minus `b` of as many limbs; gives what is borrowed.
Limb subtract(Limb* a, const Limb* b, std::size_t count) {
  Limb borrow = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const TwoLimbs difference = static_cast<TwoLimbs>(a[i]) - b[i] - borrow;
    a[i] = static_cast<Limb>(difference);
    borrow = static_cast<Limb>(difference >> kLimbBits) & 1;
  }
  return borrow;
}

}  // namespace

Limbs limbs_of(std::string_view big_endian, std::size_t count) {
  Limbs limbs(count);
  for (std::size_t i = 0; i < std::min(big_endian.size(), count * kLimbBytes); ++i) {
    const auto byte = static_cast<unsigned char>(big_endian[big_endian.size() - 1 - i]);
    limbs[i / kLimbBytes] |= static_cast<Limb>(byte) << 8 * (i % kLimbBytes);
  }
  return limbs;
}

std::string bytes_of(const Limbs& number, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < std::min(size, number.size() * kLimbBytes); ++i)
    bytes[size - 1 - i] = static_cast<char>(number[i / kLimbBytes] >> 8 * (i % kLimbBytes) & 0xff);
  return bytes;
}

bool is_zero(const Limbs& number) {
  return std::all_of(number.begin(), number.end(), [](Limb limb) { return limb == 0; });
}

bool is_less(const Limbs& a, const Limbs& b) {
  return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
}

bool bit_of(const Limbs& number, std::size_t index) {
  return (number[index / kLimbBits] >> index % kLimbBits & 1) != 0;
}

Modulus::Modulus(std::string_view big_endian) {
  big_endian.remove_prefix(std::min(big_endian.find_first_not_of('\0'), big_endian.size()));
  value_ = limbs_of(big_endian, (big_endian.size() + kLimbBytes - 1) / kLimbBytes);
  bits_ = value_.size() * kLimbBits - static_cast<std::size_t>(std::countl_zero(value_.back()));
  // Newton's method: each step has twice as many bits of it right, three to begin with.
  Limb inverse = value_[0];
  for (std::size_t right = 3; right < kLimbBits; right *= 2) inverse *= 2 - value_[0] * inverse;
  inverse_ = 0 - inverse;
  // The greatest power of two below it, doubled until it is that of all limbs.
  Limbs number(limbs());
  number[(bits_ - 1) / kLimbBits] = static_cast<Limb>(1) << (bits_ - 1) % kLimbBits;
  for (std::size_t i = bits_ - 1; i < limbs() * kLimbBits; ++i) number = plus(number, number);
  one_ = number;
  square_ = power(plus(one_, one_), Limbs{static_cast<Limb>(limbs() * kLimbBits)});
}

// Of what is less than twice the modulus.
void Modulus::reduce(Limbs& number, Limb carry) const {
  if (carry != 0 || !is_less(number, value_)) subtract(number.data(), value_.data(), limbs());
}

Limbs Modulus::times(const Limbs& a, const Limbs& b) const {
  const std::size_t count = limbs();
  const Limb* const modulus = value_.data();
  Limbs sum(count);
  Limb top = 0;
  for (std::size_t i = 0; i < count; ++i) {
    // The product with one limb, and as many times the modulus as make its least limb nought, which falls away.
    const Limb own = a[i];
    TwoLimbs product = static_cast<TwoLimbs>(own) * b[0] + sum[0];
    const Limb times = static_cast<Limb>(product) * inverse_;
    TwoLimbs reduced = static_cast<TwoLimbs>(times) * modulus[0] + static_cast<Limb>(product);
    for (std::size_t j = 1; j < count; ++j) {
      product = static_cast<TwoLimbs>(own) * b[j] + sum[j] + static_cast<Limb>(product >> kLimbBits);
      reduced = static_cast<TwoLimbs>(times) * modulus[j] + static_cast<Limb>(product) +
                static_cast<Limb>(reduced >> kLimbBits);
      sum[j - 1] = static_cast<Limb>(reduced);
    }
    const TwoLimbs carried =
        static_cast<TwoLimbs>(top) + static_cast<Limb>(product >> kLimbBits) + static_cast<Limb>(reduced >> kLimbBits);
    sum[count - 1] = static_cast<Limb>(carried);
    top = static_cast<Limb>(carried >> kLimbBits);
  }
  reduce(sum, top);
  return sum;
}

Limbs Modulus::left(const Limbs& number) const {
  Limbs unit(limbs());
  unit[0] = 1;
  return times(number, unit);
}

Limbs Modulus::power(const Limbs& base, const Limbs& exponent) const {
  Limbs result = one_;
  for (std::size_t i = exponent.size() * kLimbBits; i-- > 0;) {
    result = squared(result);
    if (bit_of(exponent, i)) result = times(result, base);
  }
  return result;
}

Limbs Modulus::plus(const Limbs& a, const Limbs& b) const {
  Limbs sum(limbs());
  Limb carry = 0;
  for (std::size_t i = 0; i < limbs(); ++i) {
    const TwoLimbs total = static_cast<TwoLimbs>(a[i]) + b[i] + carry;
    sum[i] = static_cast<Limb>(total);
    carry = static_cast<Limb>(total >> kLimbBits);
  }
  reduce(sum, carry);
  return sum;
}

Limbs Modulus::minus(const Limbs& a, const Limbs& b) const {
  Limbs difference = a;
  if (subtract(difference.data(), b.data(), limbs()) == 0) return difference;
  Limb carry = 0;
  for (std::size_t i = 0; i < limbs(); ++i) {
    const TwoLimbs total = static_cast<TwoLimbs>(difference[i]) + value_[i] + carry;
    difference[i] = static_cast<Limb>(total);
    carry = static_cast<Limb>(total >> kLimbBits);
  }
  return difference;
}

}  // namespace plumb::trust
