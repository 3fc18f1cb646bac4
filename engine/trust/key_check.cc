#include "engine/trust/key_check.h"

#include <algorithm>

#include "engine/keys/public_key.h"
#include "engine/trust/curves.h"

namespace plumb::trust {
namespace {

using keys::hash_of;

constexpr std::size_t kEd25519Half = 32;

std::string_view without_leading_zeros(std::string_view number) {
  return number.substr(std::min(number.find_first_not_of('\0'), number.size()));
}

struct DigestInfo {
  Hash hash;
  std::string_view prefix;  // DER, up to the digest (RFC 8017, section 9.2)
};
using namespace std::string_view_literals;
constexpr DigestInfo kDigestInfos[] = {
    {Hash::kSha256, "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"sv},
    {Hash::kSha512, "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"sv},
};

// What the signature is to open to. It is made and compared, and nothing of what comes out is parsed.
std::string padded_digest(Hash hash, std::string_view bytes, std::size_t size) {
  std::string digest;
  for (const DigestInfo& known : kDigestInfos) {
    if (known.hash == hash) digest = std::string(known.prefix) + hash_of(hash, bytes);
  }
  constexpr std::size_t kLeastPadding = 11;
  if (digest.empty() || size < digest.size() + kLeastPadding) return {};
  return std::string("\0\1"sv) + std::string(size - digest.size() - 3, '\xff') + '\0' + digest;
}

struct CurveHash {
  std::string_view curve;
  Hash hash;
};
constexpr CurveHash kCurveHashes[] = {
    {"nistp256", Hash::kSha256}, {"nistp384", Hash::kSha384}, {"nistp521", Hash::kSha512}};

// At least 1 and less than the order; nothing for another one.
std::optional<Limbs> scalar(std::string_view number, const Modulus& order) {
  number = without_leading_zeros(number);
  if (number.empty() || keys::bits_of(number) > order.bits()) return std::nullopt;
  Limbs limbs = order.number(number);
  if (!is_less(limbs, order.value())) return std::nullopt;
  return limbs;
}

}  // namespace

bool ed25519_holds(std::string_view point, std::string_view signature, std::string_view bytes) {
  if (signature.size() != 2 * kEd25519Half) return false;
  const Edwards curve;
  const std::optional<Edwards::Point> key = curve.point(point);
  if (!key) return false;
  const std::string_view commitment = signature.substr(0, kEd25519Half);
  const Modulus& order = curve.order();
  const auto number = [&order](std::string_view little_endian) {
    return order.number(std::string(little_endian.rbegin(), little_endian.rend()));
  };
  const Limbs s = number(signature.substr(kEd25519Half));
  if (!is_less(s, order.value())) return false;
  const std::string hash =
      hash_of(Hash::kSha512, std::string(commitment).append(point.substr(0, kEd25519Half)).append(bytes));
  // Of 512 bits, by its halves: what enters the form is the number times 2^256.
  const std::string_view halves = hash;
  const Limbs high = order.entered(number(halves.substr(kEd25519Half)));
  const Limbs low = order.left(order.entered(number(halves.substr(0, kEd25519Half))));
  const Limbs k = order.plus(high, low);
  return curve.encoded(curve.sum(s, curve.base(), k, curve.negative(*key))) == commitment;
}

bool rsa_holds(std::string_view exponent, std::string_view modulus, Hash hash, std::string_view signature,
               std::string_view bytes) {
  constexpr std::size_t kLongestExponent = 64;
  modulus = without_leading_zeros(modulus);
  exponent = without_leading_zeros(exponent);
  const auto is_odd = [](std::string_view number) {
    return !number.empty() && (static_cast<unsigned char>(number.back()) & 1) != 0;
  };
  const std::size_t bits = keys::bits_of(modulus);
  const bool fits = bits >= keys::kLeastRsaBits && bits <= keys::kMostRsaBits && is_odd(modulus) &&
                    keys::bits_of(exponent) > 1 && keys::bits_of(exponent) <= kLongestExponent && is_odd(exponent) &&
                    signature.size() == modulus.size();
  if (!fits) return false;
  const Modulus numbers(modulus);
  const Limbs sealed = numbers.number(signature);
  if (!is_less(sealed, numbers.value())) return false;
  const Limbs power = limbs_of(exponent, kLongestExponent / kLimbBits);
  const std::string opened = bytes_of(numbers.left(numbers.power(numbers.entered(sealed), power)), modulus.size());
  const std::string wanted = padded_digest(hash, bytes, modulus.size());
  return !wanted.empty() && opened == wanted;
}

bool ecdsa_holds(std::string_view curve, std::string_view point, std::string_view r, std::string_view s,
                 std::string_view bytes) {
  const std::optional<PrimeCurve> known = PrimeCurve::named(curve);
  const auto* const hash = std::find_if(std::begin(kCurveHashes), std::end(kCurveHashes),
                                        [curve](const CurveHash& one) { return one.curve == curve; });
  if (!known || hash == std::end(kCurveHashes)) return false;
  const Modulus& order = known->order();
  const Modulus& field = known->field();
  const std::optional<PrimeCurve::Point> key = known->point(point);
  const std::optional<Limbs> own_r = scalar(r, order);
  const std::optional<Limbs> own_s = scalar(s, order);
  if (!key || !own_r || !own_s) return false;
  // No hash has more bits than its curve's order.
  const Limbs digest = order.entered(order.number(hash_of(hash->hash, bytes)));
  Limbs two(order.limbs());
  two[0] = 2;
  const Limbs inverse = order.power(order.entered(*own_s), order.minus(order.value(), two));
  const Limbs a = order.left(order.times(digest, inverse));
  const Limbs b = order.left(order.times(order.entered(*own_r), inverse));
  const PrimeCurve::Point sum = known->sum(a, known->base(), b, *key);
  if (known->is_infinite(sum)) return false;
  // Its x is X/Z², and r that modulo the order, which is less than the prime and more than half of it.
  const Limbs zz = field.squared(sum.z);
  const auto is_x = [&](const Limbs& x) {
    return is_less(x, field.value()) && field.times(field.entered(x), zz) == sum.x;
  };
  if (is_x(*own_r)) return true;
  Limbs next = *own_r;
  Limb carry = 0;
  for (std::size_t i = 0; i < next.size(); ++i) {
    const TwoLimbs total = static_cast<TwoLimbs>(next[i]) + order.value()[i] + carry;
    next[i] = static_cast<Limb>(total);
    carry = static_cast<Limb>(total >> kLimbBits);
  }
  return carry == 0 && is_x(next);
}

}  // namespace plumb::trust
