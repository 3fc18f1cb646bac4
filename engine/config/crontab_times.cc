#include "engine/config/crontab_times.h"

#include <algorithm>
#include <array>
#include <optional>

#include "engine/base/ascii.h"
#include "engine/base/integer_text.h"

namespace plumb::config {
namespace {

// Months and weekdays by their names have the numbers of cron; nothing for what is no time at all.
std::optional<std::int64_t> time_number(std::string_view text) {
  constexpr std::array kNames = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct",
                                 "nov", "dec", "sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  constexpr std::ptrdiff_t kMonths = 12;
  const auto found = std::find(kNames.begin(), kNames.end(), lowered(text));
  if (found != kNames.end()) {
    const std::ptrdiff_t at = found - kNames.begin();
    return at < kMonths ? at + 1 : at - kMonths;
  }
  // It may have zeros in front.
  while (text.size() > 1 && text.front() == '0') text.remove_prefix(1);
  return parse_integer(text);
}

Error wrong_time(std::string summary, std::string label, std::string hint) {
  Diagnostic diagnostic(Code::kBadValue, std::move(summary));
  diagnostic.label = std::move(label);
  diagnostic.hint = std::move(hint);
  return Error(std::move(diagnostic));
}

}  // namespace

Result<Json> crontab_time(std::string_view text, const std::string& name) {
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    const std::string_view range = part.substr(0, part.find('/'));
    const std::size_t dash = range.find('-');
    const auto first = time_number(range.substr(0, dash));
    if (dash == std::string_view::npos) {
      if (!first || range.size() == part.size()) continue;
      return wrong_time(name + " has a step without a range", "cron takes steps of `*` and of ranges alone",
                        "such as */15, or 5-59/15");
    }
    const auto last = time_number(range.substr(dash + 1));
    if (first && last && *first > *last) {
      return wrong_time(name + " has a range that goes backwards",
                        "cron finds no time in " + std::string(range) + ", or passes over the line",
                        "write two ranges, such as 22-23,0-2; 7 is Sunday, as 0 is");
    }
  }
  return Json(text);
}

}  // namespace plumb::config
