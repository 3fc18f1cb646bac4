#include "engine/trust/curves.h"

#include <algorithm>

namespace plumb::trust {
namespace {

std::string bytes_of_hex(std::string_view text) {
  const auto digit = [](char c) { return c >= 'a' ? c - 'a' + 10 : c - '0'; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes += static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
  return bytes;
}

std::string reversed(std::string_view bytes) {
  return {bytes.rbegin(), bytes.rend()};
}

// Both at once, from the greatest bit down (Shamir's trick).
template <class Point, class Plus, class Doubled>
Point sum_of(const Limbs& a, const Point& p, const Limbs& b, const Point& q, Point sum, const Plus& plus,
             const Doubled& doubled) {
  const Point both = plus(p, q);
  for (std::size_t i = std::max(a.size(), b.size()) * kLimbBits; i-- > 0;) {
    sum = doubled(sum);
    const bool first = i < a.size() * kLimbBits && bit_of(a, i);
    const bool second = i < b.size() * kLimbBits && bit_of(b, i);
    if (first || second) sum = plus(sum, first && second ? both : first ? p : q);
  }
  return sum;
}

struct Parameters {
  std::string_view name;
  std::string_view prime, b, order, x, y;
};
constexpr Parameters kCurves[] = {
    {"nistp256", "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
     "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
     "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
     "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
     "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"},
    {"nistp384", "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
     "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
     "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
     "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
     "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"},
    {"nistp521",
     "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
     "ffffffffffffffffffff",
     "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c3"
     "4"
     "f1ef451fd46b503f00",
     "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c4"
     "7"
     "aebb6fb71e91386409",
     "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a4"
     "2"
     "9bf97e7e31c2e5bd66",
     "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c"
     "2"
     "4088be94769fd16650"},
};

}  // namespace

PrimeCurve::PrimeCurve(std::string_view prime, std::string_view b, std::string_view order, std::string_view x,
                       std::string_view y)
    : field_(bytes_of_hex(prime)), order_(bytes_of_hex(order)), b_(field_.entered(field_.number(bytes_of_hex(b)))) {
  base_ = {field_.entered(field_.number(bytes_of_hex(x))), field_.entered(field_.number(bytes_of_hex(y))),
           field_.one()};
}

std::optional<PrimeCurve> PrimeCurve::named(std::string_view name) {
  for (const Parameters& known : kCurves) {
    if (known.name == name) return PrimeCurve(known.prime, known.b, known.order, known.x, known.y);
  }
  return std::nullopt;
}

std::optional<PrimeCurve::Point> PrimeCurve::point(std::string_view encoded) const {
  constexpr char kPlain = 4;
  const std::size_t size = (field_.bits() + 7) / 8;
  if (encoded.size() != 1 + 2 * size || encoded[0] != kPlain) return std::nullopt;
  const Limbs x = field_.number(encoded.substr(1, size));
  const Limbs y = field_.number(encoded.substr(1 + size));
  if (!is_less(x, field_.value()) || !is_less(y, field_.value())) return std::nullopt;
  const Point point{field_.entered(x), field_.entered(y), field_.one()};
  const Limbs cube = field_.times(field_.squared(point.x), point.x);
  const Limbs thrice = field_.plus(field_.plus(point.x, point.x), point.x);
  if (field_.squared(point.y) != field_.plus(field_.minus(cube, thrice), b_)) return std::nullopt;
  return point;
}

// dbl-2001-b and add-2007-bl of the Explicit-Formulas Database.
PrimeCurve::Point PrimeCurve::doubled(const Point& point) const {
  if (is_infinite(point)) return point;
  const auto twice = [this](const Limbs& a) { return field_.plus(a, a); };
  const Limbs delta = field_.squared(point.z);
  const Limbs gamma = field_.squared(point.y);
  const Limbs beta = field_.times(point.x, gamma);
  const Limbs part = field_.times(field_.minus(point.x, delta), field_.plus(point.x, delta));
  const Limbs alpha = field_.plus(twice(part), part);
  const Limbs four_beta = twice(twice(beta));
  Point result;
  result.x = field_.minus(field_.squared(alpha), twice(four_beta));
  result.z = field_.minus(field_.minus(field_.squared(field_.plus(point.y, point.z)), gamma), delta);
  result.y =
      field_.minus(field_.times(alpha, field_.minus(four_beta, result.x)), twice(twice(twice(field_.squared(gamma)))));
  return result;
}

PrimeCurve::Point PrimeCurve::plus(const Point& p, const Point& q) const {
  if (is_infinite(p)) return q;
  if (is_infinite(q)) return p;
  const Limbs z1z1 = field_.squared(p.z);
  const Limbs z2z2 = field_.squared(q.z);
  const Limbs u1 = field_.times(p.x, z2z2);
  const Limbs u2 = field_.times(q.x, z1z1);
  const Limbs s1 = field_.times(field_.times(p.y, q.z), z2z2);
  const Limbs s2 = field_.times(field_.times(q.y, p.z), z1z1);
  if (u1 == u2) return s1 == s2 ? doubled(p) : infinity();
  const Limbs h = field_.minus(u2, u1);
  const Limbs twice_h = field_.plus(h, h);
  const Limbs i = field_.squared(twice_h);
  const Limbs j = field_.times(h, i);
  const Limbs slope = field_.minus(s2, s1);
  const Limbs r = field_.plus(slope, slope);
  const Limbs v = field_.times(u1, i);
  const Limbs s1j = field_.times(s1, j);
  Point result;
  result.x = field_.minus(field_.minus(field_.squared(r), j), field_.plus(v, v));
  result.y = field_.minus(field_.times(r, field_.minus(v, result.x)), field_.plus(s1j, s1j));
  result.z = field_.times(field_.minus(field_.minus(field_.squared(field_.plus(p.z, q.z)), z1z1), z2z2), h);
  return result;
}

PrimeCurve::Point PrimeCurve::sum(const Limbs& a, const Point& p, const Limbs& b, const Point& q) const {
  return sum_of(
      a, p, b, q, infinity(), [this](const Point& one, const Point& other) { return plus(one, other); },
      [this](const Point& one) { return doubled(one); });
}

namespace {

constexpr std::string_view kEdwardsPrime = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";
constexpr std::string_view kEdwardsOrder = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";
constexpr std::string_view kEdwardsD = "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3";
constexpr std::string_view kRootOfMinusOne = "2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0";
// (p - 5) / 8 and p - 2
constexpr std::string_view kRootExponent = "0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd";
constexpr std::string_view kInverseExponent = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeb";
// As RFC 8032 encodes it: y is 4/5 and x is even.
constexpr std::string_view kEdwardsBase = "5866666666666666666666666666666666666666666666666666666666666666";
constexpr std::size_t kEdwardsSize = 32;
constexpr unsigned kOddX = 0x80;

}  // namespace

Edwards::Edwards()
    : field_(bytes_of_hex(kEdwardsPrime)),
      order_(bytes_of_hex(kEdwardsOrder)),
      d_(field_.entered(field_.number(bytes_of_hex(kEdwardsD)))),
      root_(field_.entered(field_.number(bytes_of_hex(kRootOfMinusOne)))),
      base_(*point(bytes_of_hex(kEdwardsBase))) {}

// RFC 8032, section 5.1.3.
std::optional<Edwards::Point> Edwards::point(std::string_view encoded) const {
  if (encoded.size() != kEdwardsSize) return std::nullopt;
  std::string bytes = reversed(encoded);
  const bool odd = (static_cast<unsigned char>(bytes[0]) & kOddX) != 0;
  bytes[0] = static_cast<char>(static_cast<unsigned char>(bytes[0]) & ~kOddX);
  const Limbs plain = field_.number(bytes);
  if (!is_less(plain, field_.value())) return std::nullopt;
  const Limbs y = field_.entered(plain);
  const Limbs yy = field_.squared(y);
  const Limbs u = field_.minus(yy, field_.one());
  const Limbs v = field_.plus(field_.times(d_, yy), field_.one());
  const Limbs v3 = field_.times(field_.squared(v), v);
  const Limbs v7 = field_.times(field_.squared(v3), v);
  const Limbs exponent = field_.number(bytes_of_hex(kRootExponent));
  Limbs x = field_.times(field_.times(u, v3), field_.power(field_.times(u, v7), exponent));
  const Limbs square = field_.times(v, field_.squared(x));
  const Limbs zero(field_.limbs());
  if (square != u) {
    if (square != field_.minus(zero, u)) return std::nullopt;
    x = field_.times(x, root_);
  }
  const Limbs root = field_.left(x);
  if (is_zero(root) && odd) return std::nullopt;
  if (bit_of(root, 0) != odd) x = field_.minus(zero, x);
  return Point{x, y, field_.one(), field_.times(x, y)};
}

std::string Edwards::encoded(const Point& point) const {
  const Limbs inverse = field_.power(point.z, field_.number(bytes_of_hex(kInverseExponent)));
  std::string bytes = reversed(bytes_of(field_.left(field_.times(point.y, inverse)), kEdwardsSize));
  if (bit_of(field_.left(field_.times(point.x, inverse)), 0))
    bytes.back() = static_cast<char>(static_cast<unsigned char>(bytes.back()) | kOddX);
  return bytes;
}

Edwards::Point Edwards::negative(const Point& point) const {
  const Limbs zero(field_.limbs());
  return {field_.minus(zero, point.x), point.y, point.z, field_.minus(zero, point.t)};
}

// add-2008-hwcd-3 of the Explicit-Formulas Database; it holds of equal points too.
Edwards::Point Edwards::plus(const Point& p, const Point& q) const {
  const Limbs a = field_.times(field_.minus(p.y, p.x), field_.minus(q.y, q.x));
  const Limbs b = field_.times(field_.plus(p.y, p.x), field_.plus(q.y, q.x));
  const Limbs product = field_.times(field_.times(p.t, q.t), d_);
  const Limbs c = field_.plus(product, product);
  const Limbs zz = field_.times(p.z, q.z);
  const Limbs d = field_.plus(zz, zz);
  const Limbs e = field_.minus(b, a);
  const Limbs f = field_.minus(d, c);
  const Limbs g = field_.plus(d, c);
  const Limbs h = field_.plus(b, a);
  return {field_.times(e, f), field_.times(g, h), field_.times(f, g), field_.times(e, h)};
}

Edwards::Point Edwards::sum(const Limbs& a, const Point& p, const Limbs& b, const Point& q) const {
  const Limbs zero(field_.limbs());
  return sum_of(
      a, p, b, q, Point{zero, field_.one(), field_.one(), zero},
      [this](const Point& one, const Point& other) { return plus(one, other); },
      [this](const Point& one) { return plus(one, one); });
}

}  // namespace plumb::trust
