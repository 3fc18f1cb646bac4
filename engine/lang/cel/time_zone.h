// Offsets of the IANA time zone database, from the TZif files (RFC 8536) of /usr/share/zoneinfo.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace plumb::cel {

std::optional<std::int64_t> database_offset(std::string_view zone, std::int64_t seconds_since_1970);

}  // namespace plumb::cel
