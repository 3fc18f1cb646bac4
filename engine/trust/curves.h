// The curves that ssh's keys are points of, and sums on them. Public values alone (modular.h).
#pragma once

#include <optional>
#include <string_view>

#include "engine/trust/modular.h"

namespace plumb::trust {

// y² = x³ - 3x + b over a prime, of a prime number of points (FIPS 186-5, SP 800-186).
class PrimeCurve {
 public:
  // `name` is ssh's: nistp256, nistp384 or nistp521.
  static std::optional<PrimeCurve> named(std::string_view name);

  // Homogeneous in weights 2, 3 and 1 (Jacobian); z is 0 where it is the point at infinity.
  struct Point {
    Limbs x, y, z;
  };
  const Modulus& field() const { return field_; }
  const Modulus& order() const { return order_; }
  const Point& base() const { return base_; }
  // As ssh writes it, not compressed. Nothing where it is none of the curve's.
  std::optional<Point> point(std::string_view encoded) const;
  // a·P + b·Q
  Point sum(const Limbs& a, const Point& p, const Limbs& b, const Point& q) const;
  bool is_infinite(const Point& point) const { return is_zero(point.z); }

 private:
  PrimeCurve(std::string_view prime, std::string_view b, std::string_view order, std::string_view x,
             std::string_view y);
  Point doubled(const Point& point) const;
  Point plus(const Point& p, const Point& q) const;
  Point infinity() const { return {field_.one(), field_.one(), Limbs(field_.limbs())}; }

  Modulus field_;
  Modulus order_;
  Limbs b_;
  Point base_;
};

// -x² + y² = 1 + d·x²·y² over 2^255 - 19 (RFC 8032, edwards25519).
class Edwards {
 public:
  Edwards();

  // x = X/Z, y = Y/Z, X·Y = Z·T
  struct Point {
    Limbs x, y, z, t;
  };
  const Modulus& order() const { return order_; }
  const Point& base() const { return base_; }
  // Of 32 bytes; nothing where they are no point's.
  std::optional<Point> point(std::string_view encoded) const;
  std::string encoded(const Point& point) const;
  Point negative(const Point& point) const;
  // a·P + b·Q
  Point sum(const Limbs& a, const Point& p, const Limbs& b, const Point& q) const;

 private:
  Point plus(const Point& p, const Point& q) const;

  Modulus field_;
  Modulus order_;
  Limbs d_;
  Limbs root_;  // of -1
  Point base_;
};

}  // namespace plumb::trust
