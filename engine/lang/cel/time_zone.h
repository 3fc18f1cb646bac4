// Zones of the IANA time zone database, from the TZif files (RFC 8536) of /usr/share/zoneinfo.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace plumb::cel {

inline constexpr const char* kTimeZones = "/usr/share/zoneinfo";

// How far one zone's clock is ahead of UTC, and when.
class TimeZone {
 public:
  static std::optional<TimeZone> find(std::string_view name, const std::filesystem::path& database = kTimeZones);
  // The same, for who tells a person. The error says what is wrong: the name, with the nearest known one as hint, the
  // database, or the file.
  static Result<TimeZone> read(std::string_view name, const std::filesystem::path& database = kTimeZones);

  // In seconds.
  std::int64_t offset(std::int64_t seconds_since_1970) const;

 private:
  struct Change {
    std::int64_t when = 0;
    std::int64_t offset = 0;  // from then on
  };

  // Nothing for what is not a whole TZif file with times of 64 bits.
  static std::optional<TimeZone> decode(std::string_view file);

  std::int64_t first_ = 0;  // before any change
  std::vector<Change> changes_;
  std::string rule_;  // from the last change on; "" where that one stays
};

std::optional<std::int64_t> database_offset(std::string_view zone, std::int64_t seconds_since_1970);

}  // namespace plumb::cel
