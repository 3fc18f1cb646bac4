// For whoever owns a process and has no other thread in it that reads these: zone, language, account and folder as
// somebody else has them, for as long as this lives.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>

namespace plumb::conformance {

class Elsewhere {
 public:
  Elsewhere();
  ~Elsewhere();
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;

 private:
  std::filesystem::path folder_;
  std::array<std::optional<std::string>, 4> were_;
};

}  // namespace plumb::conformance
