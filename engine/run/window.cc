#include "engine/run/window.h"

#include "engine/base/time_text.h"

namespace plumb::run {

Result<WindowCheck> check_window(const plan::Plan& plan, WindowPolicy policy, std::chrono::sys_seconds now) {
  WindowCheck check;
  if (!plan.rollout || plan.rollout->windows.empty()) return check;
  const auto& windows = plan.rollout->windows;
  Result<config::OpeningHours> hours = config::OpeningHours::of(windows);
  if (policy == WindowPolicy::kIgnore) {
    check.ignored = !hours || !hours->is_open(now);
    return check;
  }
  if (!hours) return std::move(hours.error()).during("looking up when hosts may be changed");
  if (!hours->is_open(now)) {
    const std::optional<std::chrono::sys_seconds> next = hours->next_opening(now);
    const std::string opens = next ? "it opens next at " + rfc3339(*next) + "; " : "";
    return fail(Code::kOutsideWindow, "hosts may be changed " + text_of(windows) + ", and it is " + rfc3339(now))
        .hint(opens + "--ignore-window does not wait for it");
  }
  check.hours = std::move(*hours);
  return check;
}

}  // namespace plumb::run
