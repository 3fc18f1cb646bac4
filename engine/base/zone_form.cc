#include "engine/base/zone_form.h"

#include <algorithm>

namespace plumb {

std::optional<std::chrono::seconds> distance_from_utc(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  if (!digit(1) || !digit(2) || !digit(4) || !digit(5)) return std::nullopt;
  const int hours = (text[1] - '0') * 10 + (text[2] - '0');
  const int minutes = (text[4] - '0') * 10 + (text[5] - '0');
  if (hours > 14 || minutes > 59) return std::nullopt;
  const std::chrono::seconds distance = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return text[0] == '-' ? -distance : distance;
}

bool is_zone_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto allowed = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '-' || c == '+';
  };
  return !text.empty() && text.size() < 64 && text.front() >= 'A' && text.front() <= 'Z' && text.back() != '/' &&
         text.find("//") == std::string_view::npos && std::all_of(text.begin(), text.end(), allowed);
}

bool has_zone_form(std::string_view text) {
  return distance_from_utc(text) || is_zone_name(text);
}

}  // namespace plumb
