#include "engine/base/codes.h"

#include <algorithm>
#include <array>

namespace plumb {
namespace {

constexpr std::array kCodes = {
#define PLUMB_CODE(number, enumerator, title, text) CodeInfo{Code::enumerator, title, text},
#include "engine/base/codes.def"
#undef PLUMB_CODE
};

}  // namespace

std::string code_name(Code code) {
  return "PL" + std::to_string(static_cast<int>(code));
}

std::optional<CodeInfo> find_code(std::string_view name) {
  const auto found =
      std::find_if(kCodes.begin(), kCodes.end(), [&](const CodeInfo& info) { return code_name(info.code) == name; });
  if (found == kCodes.end()) return std::nullopt;
  return *found;
}

std::span<const CodeInfo> all_codes() {
  return kCodes;
}

}  // namespace plumb
