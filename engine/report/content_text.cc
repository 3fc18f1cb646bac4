#include "engine/report/content_text.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "engine/base/json.h"
#include "engine/report/marked_lines.h"
#include "engine/report/plan_values.h"
#include "engine/report/style.h"
#include "engine/report/text_diff.h"
#include "engine/report/unseen_text.h"

namespace plumb::report {
namespace {

constexpr std::size_t kLargest = std::size_t{256} << 10;
// Nobody finds a change in a longer line.
constexpr std::size_t kLongLine = 160;

bool has_long_line(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (end - begin > kLongLine) return true;
    begin = end + 1;
  }
  return false;
}

std::optional<std::string> laid_out(std::string_view text) {
  if (!text.starts_with('{') && !text.starts_with('[')) return std::nullopt;
  const Result<Json> json = parse_json(text, Code::kPlanUnreadable, {.bytes = kLargest, .depth = 32});
  if (!json) return std::nullopt;
  return json->dump(2) + "\n";
}

Tone tone_of_line(char sign) {
  switch (sign) {
    case '+':
      return Tone::kGreen;
    case '-':
      return Tone::kRed;
    case '@':
      return Tone::kCyan;
    default:
      return Tone::kPlain;
  }
}

// `text` in its tone, what is marked in it the other way round.
std::string marked_text(char sign, const std::string& text, const std::vector<Mark>& marks) {
  const Tone inverse = sign == '+' ? Tone::kGreenMark : Tone::kRedMark;
  std::string out;
  std::size_t at = 0;
  const auto plain = [&](std::size_t end) {
    if (end > at) out += tint(text.substr(at, end - at), tone_of_line(sign), true);
    at = end;
  };
  for (const Mark& mark : marks) {
    plain(mark.begin);
    out += tint(text.substr(mark.begin, mark.end - mark.begin), inverse, true);
    at = mark.end;
  }
  plain(text.size());
  return out;
}

}  // namespace

std::string content_text(std::string_view before, std::string_view after, std::string_view margin,
                         const PlanTextOptions& options) {
  const std::string indent(margin);
  if (std::max(before.size(), after.size()) > kLargest) {
    return tint(indent + "too large to be shown: " + size_text(before.size()) + " → " + size_text(after.size()) + "\n",
                Tone::kDim, options.color);
  }
  for (const std::string_view text : {before, after}) {
    if (form_of(text).empty()) continue;
    return tint(indent + "what " + (text.data() == before.data() ? "is there" : "comes") + " is " +
                    std::string(form_of(text)) + "\n",
                Tone::kDim, options.color);
  }
  std::string out;
  std::optional<std::string> old_json;
  std::optional<std::string> new_json;
  if (!options.full && !before.empty() && (has_long_line(before) || has_long_line(after))) {
    old_json = laid_out(before);
    new_json = laid_out(after);
  }
  if (old_json && new_json && *old_json != *new_json) {
    out += tint(indent + "as JSON, laid out\n", Tone::kDim, options.color);
    before = *old_json;
    after = *new_json;
  }
  const std::vector<DiffLine> lines = text_diff(before, after);
  std::vector<std::string> texts = shown_lines(lines);
  std::string signs;
  for (const DiffLine& line : lines) signs += line.sign;
  std::vector<std::vector<Mark>> marks;
  if (options.color) marks = marked_words(signs, texts);
  const std::size_t shown = options.full ? lines.size() : std::min(lines.size(), options.diff_lines);
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string start = signs[i] == '@' ? "" : std::string(1, signs[i]);
    const bool has_marks = options.color && !marks[i].empty();
    out += indent +
           (has_marks ? tint(start, tone_of_line(signs[i]), true) + marked_text(signs[i], texts[i], marks[i])
                      : tint(start + texts[i], tone_of_line(signs[i]), options.color)) +
           "\n";
  }
  if (shown < lines.size()) {
    out += tint(indent + "… " + std::to_string(lines.size() - shown) + " more lines\n", Tone::kDim, options.color);
  }
  return out;
}

}  // namespace plumb::report
