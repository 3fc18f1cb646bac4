#include "engine/lang/source.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace plumb::lang {

void SourceMap::add(std::string file, std::string text) {
  File entry{std::move(text), {0}};
  for (std::size_t i = entry.text.find('\n'); i != std::string::npos; i = entry.text.find('\n', i + 1)) {
    entry.starts.push_back(i + 1);
  }
  files_.insert_or_assign(std::move(file), std::move(entry));
}

void SourceMap::extend(SourceMap other) {
  for (auto& [name, file] : other.files_) files_.insert_or_assign(name, std::move(file));
  hidden_.insert(hidden_.end(), std::make_move_iterator(other.hidden_.begin()),
                 std::make_move_iterator(other.hidden_.end()));
}

void SourceMap::hide(const SourceSpan& span) {
  hidden_.push_back(span);
}

void SourceMap::hide_file(const std::string& file) {
  hide({file, 1, 1, std::numeric_limits<int>::max(), 1});
}

std::optional<std::string_view> SourceMap::line(const std::string& file, int number) const {
  const auto found = files_.find(file);
  if (found == files_.end() || number < 1) return std::nullopt;
  const auto& [text, starts] = found->second;
  const auto index = static_cast<std::size_t>(number - 1);
  if (index >= starts.size()) return std::nullopt;
  const std::size_t end = index + 1 < starts.size() ? starts[index + 1] - 1 : text.size();
  std::string_view line = std::string_view(text).substr(starts[index], end - starts[index]);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (index == 0 && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  return line;
}

bool SourceMap::hidden(const std::string& file, int number) const {
  return std::any_of(hidden_.begin(), hidden_.end(), [&](const SourceSpan& span) {
    return span.file == file && span.line <= number && number <= std::max(span.line, span.end_line);
  });
}

std::string_view SourceMap::text(const std::string& file) const {
  const auto found = files_.find(file);
  return found == files_.end() ? std::string_view() : std::string_view(found->second.text);
}

}  // namespace plumb::lang
