// The steps of a connection that say more than how long they took. They stand in a log like others, so whoever reads
// one knows them by how they begin.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace plumb::host {

enum class Step { kFailedAttempt, kNoConnection, kLogin, kOther };

inline constexpr std::array<std::string_view, 3> kStepBegins = {"attempt ", "no connection: ", "login as "};

// "login as deploy"
inline std::string step_text(Step step, std::string_view rest) {
  return std::string(kStepBegins.at(static_cast<std::size_t>(step))).append(rest);
}

inline Step step_of(std::string_view text) {
  for (std::size_t i = 0; i < kStepBegins.size(); ++i) {
    if (text.starts_with(kStepBegins.at(i))) return static_cast<Step>(i);
  }
  return Step::kOther;
}

}  // namespace plumb::host
