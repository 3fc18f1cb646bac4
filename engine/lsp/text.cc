#include "engine/lsp/text.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/outside_text.h"

namespace plumb::lsp {
namespace {

// Bytes of a line between two marks.
constexpr std::size_t kMarkEvery = 512;

std::size_t units(const CodePoint& one, Encoding encoding) {
  if (encoding == Encoding::kUtf8) return one.size;
  return encoding == Encoding::kUtf16 && one.point > 0xffff ? 2 : 1;
}

std::size_t number_in(const Json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  if (!json.is_object() || found == json.end() || !found->is_number_integer()) return 0;
  if (!found->is_number_unsigned() && found->get<std::int64_t>() < 0) return 0;
  return static_cast<std::size_t>(std::min<std::uint64_t>(found->get<std::uint64_t>(), std::uint64_t{1} << 30));
}

}  // namespace

Text::Text(std::string text) : text_(std::move(text)) {
  starts_.push_back(0);
  for (std::size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1))
    starts_.push_back(at + 1);
  for (std::size_t i = 0; i < starts_.size(); ++i)
    mark_line(starts_[i], i + 1 < starts_.size() ? starts_[i + 1] : text_.size());
}

void Text::mark_line(std::size_t begin, std::size_t end) {
  if (end - begin < kMarkEvery) return;
  const std::string_view line = std::string_view(text_).substr(0, end);
  Mark mark{begin, 0, 0};
  for (std::size_t next = begin + kMarkEvery; mark.offset < end;) {
    const CodePoint one = code_point_at(line, mark.offset);
    mark.offset += one.size;
    ++mark.points;
    mark.pairs += units(one, Encoding::kUtf16) - 1;
    if (mark.offset < next || mark.offset >= end) continue;
    marks_.push_back(mark);
    next = mark.offset + kMarkEvery;
  }
}

std::size_t Text::counted(const Mark& mark, std::size_t line_start, Encoding encoding) {
  if (encoding == Encoding::kUtf8) return mark.offset - line_start;
  return encoding == Encoding::kUtf16 ? mark.points + mark.pairs : mark.points;
}

template <class Past>
Text::Mark Text::last_mark(std::size_t line, const Past& past) const {
  const std::size_t end = line + 1 < starts_.size() ? starts_[line + 1] : text_.size();
  const auto before = [](const Mark& mark, std::size_t offset) { return mark.offset < offset; };
  const auto first = std::lower_bound(marks_.begin(), marks_.end(), starts_[line], before);
  const auto last = std::lower_bound(first, marks_.end(), end, before);
  const auto found = std::partition_point(first, last, [&](const Mark& mark) { return !past(mark); });
  return found == first ? Mark{starts_[line], 0, 0} : *std::prev(found);
}

std::string_view Text::line(std::size_t index) const {
  if (index >= starts_.size()) return {};
  const std::size_t begin = starts_[index];
  std::size_t end = index + 1 < starts_.size() ? starts_[index + 1] - 1 : text_.size();
  if (end > begin && text_[end - 1] == '\r') --end;
  return std::string_view(text_).substr(begin, end - begin);
}

std::size_t Text::offset(Position position, Encoding encoding) const {
  if (position.line >= starts_.size()) return text_.size();
  const std::string_view text = line(position.line);
  const std::size_t start = starts_[position.line];
  const Mark mark =
      last_mark(position.line, [&](const Mark& one) { return counted(one, start, encoding) > position.character; });
  std::size_t at = std::min(mark.offset - start, text.size());
  for (std::size_t left = position.character - counted(mark, start, encoding); at < text.size() && left > 0;) {
    const CodePoint one = code_point_at(text, at);
    const std::size_t width = units(one, encoding);
    if (width > left) break;
    left -= width;
    at += one.size;
  }
  return starts_[position.line] + at;
}

Position Text::position(std::size_t offset, Encoding encoding) const {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const std::size_t index = static_cast<std::size_t>(after - starts_.begin()) - 1;
  const Mark mark = last_mark(index, [offset](const Mark& one) { return one.offset > offset; });
  const std::string_view text = std::string_view(text_).substr(mark.offset, offset - mark.offset);
  std::size_t count = counted(mark, starts_[index], encoding);
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint one = code_point_at(text, at);
    count += units(one, encoding);
    at += one.size;
  }
  return {index, count};
}

std::size_t Text::offset(int line, int column) const {
  const auto from_zero = [](int number) { return static_cast<std::size_t>(std::max(number, 1) - 1); };
  return offset(Position{from_zero(line), from_zero(column)}, Encoding::kUtf32);
}

Range Text::range(const SourceSpan& span, Encoding encoding) const {
  const std::size_t begin = offset(span.line, span.column);
  const std::size_t end = offset(span.end_line, span.end_column);
  return range(begin, std::max(begin, end), encoding);
}

Range Text::range(std::size_t begin, std::size_t end, Encoding encoding) const {
  return {position(begin, encoding), position(end, encoding)};
}

std::pair<int, int> Text::place(std::size_t offset) const {
  const Position found = position(offset, Encoding::kUtf32);
  return {static_cast<int>(found.line) + 1, static_cast<int>(found.character) + 1};
}

std::string Text::replaced(std::size_t begin, std::size_t end, std::string_view with) const {
  begin = std::min(begin, text_.size());
  end = std::clamp(end, begin, text_.size());
  std::string text = text_.substr(0, begin);
  text += with;
  text += std::string_view(text_).substr(end);
  return text;
}

Json to_json(const Position& position) {
  return {{"line", position.line}, {"character", position.character}};
}

Json to_json(const Range& range) {
  return {{"start", to_json(range.begin)}, {"end", to_json(range.end)}};
}

Position position_of(const Json& json) {
  return {number_in(json, "line"), number_in(json, "character")};
}

Range range_of(const Json& json) {
  if (!json.is_object()) return {};
  return {position_of(json.value("start", Json())), position_of(json.value("end", Json()))};
}

}  // namespace plumb::lsp
