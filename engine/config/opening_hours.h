// When maintenance windows are open.
//
// A window is open while the clock of its time zone shows a time in it. So an hour that the clock skips is not there:
// a window within it does not open that day. An hour that the clock repeats is there twice, and so is a window in it.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/window.h"
#include "engine/config/wall_clock.h"

namespace plumb::config {

class OpeningHours {
 public:
  // Reads what the time zone database says of their zones. No windows: always open.
  static Result<OpeningHours> of(const std::vector<Window>& windows,
                                 const std::filesystem::path& database = cel::kTimeZones);

  // Whether one of them is open.
  bool is_open(std::chrono::sys_seconds now) const;
  // When the next of them opens after `now`; nothing where none does within five weeks.
  std::optional<std::chrono::sys_seconds> next_opening(std::chrono::sys_seconds now) const;

 private:
  struct Hours {
    Window window;
    WallClock clock;

    bool open_at(WallTime shown) const;
    bool is_open(std::chrono::sys_seconds now) const { return open_at(clock.at(now)); }
    std::optional<std::chrono::sys_seconds> next_opening(std::chrono::sys_seconds now) const;
    std::optional<std::chrono::sys_seconds> opening_between(std::chrono::sys_seconds begin,
                                                            std::chrono::sys_seconds end) const;
  };

  std::vector<Hours> hours_;
};

}  // namespace plumb::config
