// What plain scalars are where nothing says so: the core schema of YAML 1.2.2, chapter 10.3. Whole numbers with a zero
// in front stay text: the standard takes 0644 for six hundred and forty-four, and who writes it means a mode.
#pragma once

#include <cstdint>
#include <string_view>

namespace plumb::lang {

struct CoreScalar {
  enum class Type { kNull, kBoolean, kInteger, kNumber, kText };

  Type type = Type::kText;
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;   // may be infinite, or none
  bool whole = false;  // a number that is written as an integer, and is too large for one
};

CoreScalar core_scalar(std::string_view text);

}  // namespace plumb::lang
