#include "engine/plan/source_place.h"

#include <charconv>

namespace plumb::plan {
namespace {

// The number behind the last colon, which is taken off with it; nothing where there is none.
std::optional<int> take_number(std::string_view& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + colon + 1, end, number);
  if (read.ec != std::errc() || read.ptr != end || number < 1) return std::nullopt;
  text = text.substr(0, colon);
  return number;
}

}  // namespace

std::optional<SourceSpan> place_of(std::string_view source) {
  const std::optional<int> column = take_number(source);
  const std::optional<int> line = column ? take_number(source) : std::nullopt;
  if (!line || source.empty()) return std::nullopt;
  return SourceSpan{std::string(source), *line, *column, *line + 1, 1};
}

}  // namespace plumb::plan
