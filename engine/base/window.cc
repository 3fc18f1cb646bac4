#include "engine/base/window.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "engine/base/joined.h"
#include "engine/base/zone_form.h"

namespace plumb {
namespace {

constexpr int kDay = 24 * 60;
constexpr std::array<const char*, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::array<const char*, 7> kDayNames = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

std::string clock_text(int of_day) {
  std::array<char, 24> text{};
  const int length = std::snprintf(text.data(), text.size(), "%02d:%02d", of_day / 60, of_day % 60);
  return {text.data(), static_cast<std::size_t>(length)};
}

// "02:30" -> 150. The schema saw to its form.
int minutes_in(const std::string& text) {
  return std::atoi(text.c_str()) * 60 + std::atoi(text.c_str() + 3);
}

// No distance from UTC has two names.
std::string zone_in(const std::string& text) {
  return text == "+00:00" || text == "-00:00" ? "UTC" : text;
}

bool has_clock_form(const Json& json) {
  if (!json.is_string()) return false;
  const auto& text = json.get_ref<const std::string&>();
  const auto digit = [&text](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  return text.size() == 5 && digit(0) && digit(1) && text[2] == ':' && digit(3) && digit(4) && minutes_in(text) <= kDay;
}

bool is_zone(const Json& json) {
  return json.is_string() && has_zone_form(json.get_ref<const std::string&>());
}

}  // namespace

std::vector<Window> read_windows(const Json& typed) {
  std::vector<Window> windows;
  for (const Json& one : typed.is_array() ? typed : Json::array({typed})) {
    Window& window = windows.emplace_back();
    for (unsigned day = 0; day < kDays.size(); ++day) {
      const bool named =
          !one.contains("days") || std::find(one["days"].begin(), one["days"].end(), kDays[day]) != one["days"].end();
      if (named) window.days.insert(day);
    }
    window.from = minutes_in(one["from"].get<std::string>());
    window.to = minutes_in(one["to"].get<std::string>());
    window.timezone = zone_in(one.value("timezone", std::string("UTC")));
  }
  return windows;
}

Json to_json(const std::vector<Window>& windows) {
  Json list = Json::array();
  for (const Window& window : windows) {
    Json names = Json::array();
    for (const unsigned day : window.days) names.push_back(kDays.at(day));
    list.push_back({{"days", std::move(names)},
                    {"from", clock_text(window.from)},
                    {"to", clock_text(window.to)},
                    {"timezone", window.timezone}});
  }
  return list;
}

std::optional<std::vector<Window>> windows_from(const Json& json) {
  if (!json.is_array() || json.empty()) return std::nullopt;
  for (const Json& one : json) {
    if (!one.is_object() || !one.value("days", Json()).is_array() || one["days"].empty()) return std::nullopt;
    if (!has_clock_form(one.value("from", Json())) || !has_clock_form(one.value("to", Json()))) return std::nullopt;
    if (!is_zone(one.value("timezone", Json()))) return std::nullopt;
  }
  return read_windows(json);
}

std::string text_of(const Window& window) {
  std::string names;
  for (const unsigned day : window.days) append_item(names, kDayNames.at(day));
  if (window.days.size() == kDays.size()) names = "every day";
  return names + " from " + clock_text(window.from) + " to " + clock_text(window.to) + " " + window.timezone;
}

std::string text_of(const std::vector<Window>& windows) {
  std::string text;
  for (const Window& window : windows) append_item(text, text_of(window), ", or ");
  return text;
}

}  // namespace plumb
