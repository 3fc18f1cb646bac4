// Equality and order of values. All numbers stand on one line: int, uint and double compare by what they mean.
#include "engine/lang/cel/budget.h"
#include "engine/lang/cel/value.h"

namespace plumb::cel {
namespace {

// Beside a double an integer counts as one, as the standard has it: past 2^53 neighbours are equal.
std::partial_ordering compare_int_double(std::int64_t a, double b) {
  return static_cast<double>(a) <=> b;
}

std::partial_ordering compare_uint_double(std::uint64_t a, double b) {
  return static_cast<double>(a) <=> b;
}

std::partial_ordering compare_int_uint(std::int64_t a, std::uint64_t b) {
  if (a < 0) return std::partial_ordering::less;
  return static_cast<std::uint64_t>(a) <=> b;
}

std::partial_ordering reversed(std::partial_ordering order) {
  return 0 <=> order;
}

std::partial_ordering compare_number_values(const Value& a, const Value& b) {
  if (a.is(Kind::kInt)) {
    if (b.is(Kind::kInt)) return a.as_int() <=> b.as_int();
    return b.is(Kind::kUint) ? compare_int_uint(a.as_int(), b.as_uint())
                             : compare_int_double(a.as_int(), b.as_double());
  }
  if (a.is(Kind::kUint)) {
    if (b.is(Kind::kUint)) return a.as_uint() <=> b.as_uint();
    return b.is(Kind::kInt) ? reversed(compare_int_uint(b.as_int(), a.as_uint()))
                            : compare_uint_double(a.as_uint(), b.as_double());
  }
  if (b.is(Kind::kDouble)) return a.as_double() <=> b.as_double();
  return b.is(Kind::kInt) ? reversed(compare_int_double(b.as_int(), a.as_double()))
                          : reversed(compare_uint_double(b.as_uint(), a.as_double()));
}

bool equal_lists(std::span<const Value> a, std::span<const Value> b, Budget& budget) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!equal(a[i], b[i], budget)) return false;
  }
  return true;
}

bool equal_maps(std::span<const MapEntry> a, std::span<const MapEntry> b, Budget& budget) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    // Both are sorted by the same order.
    if (!equal(a[i].key, b[i].key, budget) || !equal(a[i].value, b[i].value, budget)) return false;
  }
  return true;
}

}  // namespace

bool equal(const Value& a, const Value& b, Budget& budget) {
  if (!budget.step()) return false;
  if (a.kind() != b.kind()) return a.is_number() && b.is_number() && compare_number_values(a, b) == 0;
  switch (a.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return a.as_bool() == b.as_bool();
    case Kind::kInt:
      return a.as_int() == b.as_int();
    case Kind::kUint:
      return a.as_uint() == b.as_uint();
    case Kind::kDouble:
      return a.as_double() == b.as_double();
    case Kind::kDuration:
      return a.as_duration() == b.as_duration();
    case Kind::kTimestamp:
      return a.as_timestamp() == b.as_timestamp();
    case Kind::kString:
    case Kind::kBytes:
      return budget.step(a.as_text().size() / 64) && a.as_text() == b.as_text();
    case Kind::kList:
      return equal_lists(a.as_list(), b.as_list(), budget);
    case Kind::kMap:
      return equal_maps(a.as_map(), b.as_map(), budget);
    case Kind::kType:
      return a.as_type() == b.as_type();
    case Kind::kOptional:
      if (!a.has_optional() || !b.has_optional()) return a.has_optional() == b.has_optional();
      return equal(a.as_optional(), b.as_optional(), budget);
    case Kind::kIp:
    case Kind::kCidr:
      return a.as_ip() == b.as_ip();
    case Kind::kUnset:
    case Kind::kError:
      return false;
  }
  return false;
}

bool comparable(const Value& a, const Value& b) {
  if (a.is_number()) return b.is_number();
  if (a.kind() != b.kind()) return false;
  return a.is(Kind::kBool) || a.is(Kind::kString) || a.is(Kind::kBytes) || a.is(Kind::kDuration) ||
         a.is(Kind::kTimestamp);
}

std::partial_ordering compare(const Value& a, const Value& b) {
  if (!comparable(a, b)) return std::partial_ordering::unordered;
  switch (a.kind()) {
    case Kind::kBool:
      return a.as_bool() <=> b.as_bool();
    case Kind::kDuration:
      return a.as_duration() <=> b.as_duration();
    case Kind::kTimestamp:
      return a.as_timestamp() <=> b.as_timestamp();
    case Kind::kString:
    case Kind::kBytes:
      return a.as_text() <=> b.as_text();
    default:
      return compare_number_values(a, b);
  }
}

}  // namespace plumb::cel
