#include "engine/report/live_view.h"

#include <algorithm>

#include "engine/base/joined.h"
#include "engine/report/style.h"
#include "engine/report/text_width.h"

namespace plumb::report {
namespace {

constexpr int kMostRows = 10;
// At least so much, so that columns do not move with every short name.
constexpr int kNameWidth = 12;
constexpr int kOtherLines = 4;  // title, wave, counts, how many more

std::string two_digits(std::int64_t value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

// "0:07", "12:30", "1:02:03"
std::string clock_text(std::int64_t seconds) {
  const std::int64_t minutes = seconds / 60;
  if (minutes < 60) return std::to_string(minutes) + ":" + two_digits(seconds % 60);
  return std::to_string(minutes / 60) + ":" + two_digits(minutes % 60) + ":" + two_digits(seconds % 60);
}

// Rounded up, and more coarsely the further away it is.
std::string estimate_text(std::int64_t seconds) {
  const auto up = [](std::int64_t value, std::int64_t step) { return (value + step - 1) / step; };
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  if (seconds <= 55) return "about " + std::to_string(up(seconds, 5) * 5) + " s left";
  if (seconds <= 55 * kMinute) return "about " + std::to_string(up(seconds, kMinute)) + " min left";
  return "about " + std::to_string(up(seconds, kHour)) + " h left";
}

std::string time_text(const LiveState& state) {
  return clock_text(state.elapsed_seconds) + (state.left_seconds ? ", " + estimate_text(*state.left_seconds) : "");
}

std::size_t waiting(const LiveState& state) {
  const std::size_t begun = state.done + state.failed + state.held + state.running;
  return state.hosts > begun ? state.hosts - begun : 0;
}

struct Part {
  std::string text;
  Tone tone;
};

std::vector<Part> count_parts(const LiveState& state) {
  std::vector<Part> parts;
  parts.push_back({std::to_string(state.done) + " of " + std::to_string(state.hosts) +
                       (state.hosts == 1 ? " host done" : " hosts done"),
                   state.done > 0 ? Tone::kGreen : Tone::kPlain});
  parts.push_back({std::to_string(state.running) + " at work", Tone::kPlain});
  if (state.failed > 0) parts.push_back({std::to_string(state.failed) + " failed", Tone::kRed});
  if (state.held > 0) parts.push_back({std::to_string(state.held) + " not started", Tone::kYellow});
  if (waiting(state) > 0) parts.push_back({std::to_string(waiting(state)) + " waiting", Tone::kDim});
  return parts;
}

// Parts that do not fit are left away whole, the last first.
std::string count_line(const LiveState& state, int width, bool color) {
  std::string line;
  int used = 0;
  for (const Part& part : count_parts(state)) {
    const int wanted = columns(part.text) + (line.empty() ? 0 : 2);
    if (used + wanted > width) {
      if (line.empty()) line = cut(part.text, width);
      break;
    }
    append_item(line, tint(part.text, part.tone, color));
    used += wanted;
  }
  return line;
}

std::string title_line(const LiveState& state, int width, bool color) {
  const std::string time = time_text(state);
  const int room = width - columns(time) - 2;
  if (room < columns(state.title)) return cut(state.title + "  " + time, width);
  return tint(state.title, Tone::kBold, color) + "  " + time;
}

std::string row_line(const LiveRow& row, int name_width, int width, bool color) {
  const std::string time = row.seconds > 0 ? clock_text(row.seconds) : "";
  const int doing_width = width - 2 - name_width - 2 - 2 - 7;
  if (doing_width < 8) return cut("  " + clean(row.host), width);
  const std::string doing = fit(clean(row.doing), doing_width);
  const Tone tone = row.bad ? Tone::kRed : row.over ? Tone::kDim : Tone::kPlain;
  return "  " + fit(clean(row.host), name_width) + "  " + tint(doing, tone, color) + "  " +
         tint(std::string(static_cast<std::size_t>(std::max(0, 7 - columns(time))), ' ') + time, Tone::kDim, color);
}

}  // namespace

std::size_t live_rows(int height) {
  return static_cast<std::size_t>(std::clamp(height - kOtherLines - 2, 0, kMostRows));
}

std::vector<std::string> live_view(const LiveState& state, int width, int height, bool color) {
  std::vector<std::string> lines;
  const int usable = std::max(width - 1, 1);
  lines.push_back(title_line(state, usable, color));
  if (!state.wave.empty()) lines.push_back(cut(clean(state.wave), usable));
  lines.push_back(count_line(state, usable, color));
  int name_width = kNameWidth;
  for (const LiveRow& row : state.rows) name_width = std::max(name_width, columns(clean(row.host)));
  name_width = std::min(name_width, std::max(kNameWidth, usable * 2 / 5));
  for (const LiveRow& row : state.rows) lines.push_back(row_line(row, name_width, usable, color));
  if (state.more > 0) {
    lines.push_back(tint(cut("  and " + std::to_string(state.more) + " more at work", usable), Tone::kDim, color));
  }
  const auto most = static_cast<std::size_t>(std::max(1, height - 1));
  if (lines.size() > most) lines.resize(most);
  return lines;
}

std::string live_line(const LiveState& state) {
  std::string line;
  for (const Part& part : count_parts(state)) append_item(line, part.text);
  return state.title + ": " + line + "; " + time_text(state);
}

}  // namespace plumb::report
