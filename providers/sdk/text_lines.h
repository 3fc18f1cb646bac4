// A text as lines, for edits: line ends, a missing last one and a byte order mark are kept.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb {

constexpr std::string_view kBlanks = " \t\r\n\v\f";

// The words of a text, which one or more of `blanks` part.
std::vector<std::string> words_of(std::string_view text, std::string_view blanks = kBlanks);

class TextLines {
 public:
  // `text` outlives this.
  explicit TextLines(std::string_view text);
  TextLines(const TextLines&) = delete;
  TextLines& operator=(const TextLines&) = delete;

  std::size_t size() const { return lines_.size(); }
  std::string_view operator[](std::size_t i) const { return lines_[i].text; }  // without its end

  void replace(std::size_t i, std::string text);
  void insert(std::size_t before, std::string text);
  // Those whose place in `gone` is true; it has one for each line.
  void remove(const std::vector<bool>& gone);

  // The last line gets an end where it has none.
  void end_last();

  std::string str() const;

 private:
  struct Line {
    std::string_view text;
    std::string_view end;  // "\n", "\r\n", or "" where the last line has none
  };

  std::string_view keep(std::string text) { return made_.emplace_back(std::move(text)); }

  std::string_view mark_;  // the byte order mark, or ""
  std::string_view end_;   // of a new line
  bool ended_ = true;      // the last line has an end
  std::vector<Line> lines_;
  std::deque<std::string> made_;
};

}  // namespace plumb
