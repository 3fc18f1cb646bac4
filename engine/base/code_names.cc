#include "engine/base/code_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace plumb {
namespace {

constexpr std::array<std::int16_t,
                     [] {
                       std::size_t count = 0;
#define PLUMB_CODE(number, enumerator, title, text) ++count;
#include "engine/base/codes.def"
#undef PLUMB_CODE
                       return count;
                     }()>
    kNumbers = {
#define PLUMB_CODE(number, enumerator, title, text) number,
#include "engine/base/codes.def"
#undef PLUMB_CODE
};

}  // namespace

std::optional<Code> code_named(std::string_view name) {
  if (name.size() != 6 || !name.starts_with("PL")) return std::nullopt;
  int number = 0;
  const char* end = name.data() + name.size();
  const auto read = std::from_chars(name.data() + 2, end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  if (std::find(kNumbers.begin(), kNumbers.end(), number) == kNumbers.end()) return std::nullopt;
  return static_cast<Code>(number);
}

}  // namespace plumb
