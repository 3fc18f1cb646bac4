// Arithmetic with numbers modulo an odd one, of public values alone: how long it takes tells what they are. Numbers are
// limbs, the least first, as many as the modulus has; between entered() and left() they are in Montgomery's form, in
// which multiplying needs no division. (Menezes, van Oorschot and Vanstone, Handbook of Applied Cryptography, 14.3.2.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::trust {

#ifdef __SIZEOF_INT128__
using Limb = std::uint64_t;
__extension__ typedef unsigned __int128 TwoLimbs;
#else
using Limb = std::uint32_t;
using TwoLimbs = std::uint64_t;
#endif
inline constexpr std::size_t kLimbBits = 8 * sizeof(Limb);

using Limbs = std::vector<Limb>;

// Of a number as bytes, the greatest first. One that needs more than `count` limbs is cut.
Limbs limbs_of(std::string_view big_endian, std::size_t count);
// So many bytes of it, the greatest first.
std::string bytes_of(const Limbs& number, std::size_t size);
bool is_zero(const Limbs& number);
// Of as many limbs each.
bool is_less(const Limbs& a, const Limbs& b);
bool bit_of(const Limbs& number, std::size_t index);

class Modulus {
 public:
  // Odd and greater than 1, as bytes, the greatest first.
  explicit Modulus(std::string_view big_endian);

  std::size_t limbs() const { return value_.size(); }
  std::size_t bits() const { return bits_; }
  const Limbs& value() const { return value_; }
  Limbs number(std::string_view big_endian) const { return limbs_of(big_endian, limbs()); }

  // Into Montgomery's form, of whatever fits into so many limbs; and back, less than the modulus.
  Limbs entered(const Limbs& number) const { return times(number, square_); }
  Limbs left(const Limbs& number) const;
  const Limbs& one() const { return one_; }
  Limbs times(const Limbs& a, const Limbs& b) const;
  Limbs squared(const Limbs& a) const { return times(a, a); }
  // The base in Montgomery's form, the exponent not.
  Limbs power(const Limbs& base, const Limbs& exponent) const;

  // Of numbers that are less than the modulus, in whichever form.
  Limbs plus(const Limbs& a, const Limbs& b) const;
  Limbs minus(const Limbs& a, const Limbs& b) const;

 private:
  void reduce(Limbs& number, Limb carry) const;

  Limbs value_;
  std::size_t bits_ = 0;
  Limb inverse_ = 0;  // of -value, modulo 2^kLimbBits
  Limbs one_;         // 2^(kLimbBits * limbs), which is 1 in Montgomery's form
  Limbs square_;      // the square of that
};

}  // namespace plumb::trust
