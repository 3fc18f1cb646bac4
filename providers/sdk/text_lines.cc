#include "providers/sdk/text_lines.h"

#include <algorithm>

namespace plumb {
namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";

}  // namespace

std::vector<std::string> words_of(std::string_view text, std::string_view blanks) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; (begin = text.find_first_not_of(blanks, begin)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(blanks, begin), text.size());
    words.emplace_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

TextLines::TextLines(std::string_view text) : end_("\n") {
  if (text.starts_with(kMark)) {
    mark_ = text.substr(0, kMark.size());
    text.remove_prefix(kMark.size());
  }
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    std::string_view line = text.substr(0, newline);
    std::string_view end;
    if (newline != std::string_view::npos) {
      const bool carriage = line.ends_with('\r');
      if (carriage) line.remove_suffix(1);
      end = text.substr(line.size(), carriage ? 2 : 1);
    }
    lines_.push_back({line, end});
    text.remove_prefix(line.size() + end.size());
  }
  if (!lines_.empty()) {
    ended_ = !lines_.back().end.empty();
    if (!lines_.front().end.empty()) end_ = lines_.front().end;
  }
}

// An empty line without an end would be none.
void TextLines::replace(std::size_t i, std::string text) {
  lines_[i].text = keep(std::move(text));
  if (lines_[i].text.empty() && lines_[i].end.empty()) lines_[i].end = end_;
}

void TextLines::insert(std::size_t before, std::string text) {
  const bool last = before == lines_.size();
  if (last && !lines_.empty()) lines_.back().end = end_;
  const std::string_view kept = keep(std::move(text));
  lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(before),
                {kept, last && !ended_ && !kept.empty() ? "" : end_});
}

void TextLines::remove(const std::vector<bool>& gone) {
  const bool last = !gone.empty() && gone.back();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (!gone[i]) lines_[kept++] = lines_[i];
  }
  lines_.resize(kept);
  if (last && !ended_ && !lines_.empty() && !lines_.back().text.empty()) lines_.back().end = "";
}

void TextLines::end_last() {
  if (!lines_.empty() && lines_.back().end.empty()) lines_.back().end = end_;
}

std::string TextLines::str() const {
  std::size_t size = mark_.size();
  for (const Line& line : lines_) size += line.text.size() + line.end.size();
  std::string text;
  text.reserve(size);
  text += mark_;
  for (const Line& line : lines_) {
    text += line.text;
    text += line.end;
  }
  return text;
}

}  // namespace plumb
