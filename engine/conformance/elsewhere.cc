#include "engine/conformance/elsewhere.h"

#include <cstdlib>
#include <ctime>
#include <system_error>

namespace plumb::conformance {
namespace {

constexpr std::array kNames = {"TZ", "LC_ALL", "HOME", "LOGNAME"};
constexpr std::array kOthers = {"Pacific/Auckland", "tr_TR.UTF-8", "/nowhere", "nobody"};

}  // namespace

Elsewhere::Elsewhere() {
  std::error_code ignored;
  folder_ = std::filesystem::current_path(ignored);
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (const char* const was = std::getenv(kNames[i]); was != nullptr) were_[i] = was;
    ::setenv(kNames[i], kOthers[i], 1);
  }
  ::tzset();
  std::filesystem::current_path("/", ignored);
}

Elsewhere::~Elsewhere() {
  std::error_code ignored;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (were_[i]) {
      ::setenv(kNames[i], were_[i]->c_str(), 1);
    } else {
      ::unsetenv(kNames[i]);
    }
  }
  ::tzset();
  std::filesystem::current_path(folder_, ignored);
}

}  // namespace plumb::conformance
