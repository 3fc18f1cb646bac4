#include "engine/report/marked_lines.h"

#include <algorithm>

namespace plumb::report {
namespace {

// Past this many pairs of words a line is no line that anybody compares by eye.
constexpr std::size_t kMostPairs = 40'000;

struct Word {
  std::size_t begin = 0;
  std::string_view text;
};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Runs of letters and digits, runs of blanks, and single other characters.
std::vector<Word> words_of(std::string_view line) {
  std::vector<Word> words;
  for (std::size_t begin = 0; begin < line.size();) {
    std::size_t end = begin + 1;
    if (is_word(line[begin])) {
      while (end < line.size() && is_word(line[end])) ++end;
    } else if (line[begin] == ' ') {
      while (end < line.size() && line[end] == ' ') ++end;
    }
    words.push_back({begin, line.substr(begin, end - begin)});
    begin = end;
  }
  return words;
}

// The longest words that both have in one order, as what is in neither of these is the change.
struct Common {
  std::vector<bool> before;
  std::vector<bool> after;
};

Common common_words(const std::vector<Word>& a, const std::vector<Word>& b) {
  std::vector<std::vector<unsigned>> longest(a.size() + 1, std::vector<unsigned>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t k = b.size(); k-- > 0;) {
      longest[i][k] = a[i].text == b[k].text ? longest[i + 1][k + 1] + static_cast<unsigned>(a[i].text.size())
                                             : std::max(longest[i + 1][k], longest[i][k + 1]);
    }
  }
  Common common{std::vector<bool>(a.size()), std::vector<bool>(b.size())};
  for (std::size_t i = 0, k = 0; i < a.size() && k < b.size();) {
    if (a[i].text == b[k].text) {
      common.before[i++] = true;
      common.after[k++] = true;
    } else if (longest[i + 1][k] >= longest[i][k + 1]) {
      ++i;
    } else {
      ++k;
    }
  }
  return common;
}

// Neighbours are one mark, also over a blank between two of them.
std::vector<Mark> marks_of(const std::vector<Word>& words, const std::vector<bool>& common) {
  std::vector<Mark> marks;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool joins =
        common[i] && words[i].text.front() == ' ' && i > 0 && !common[i - 1] && i + 1 < words.size() && !common[i + 1];
    if (common[i] && !joins) continue;
    const std::size_t end = words[i].begin + words[i].text.size();
    if (!marks.empty() && marks.back().end == words[i].begin) {
      marks.back().end = end;
    } else {
      marks.push_back({words[i].begin, end});
    }
  }
  return marks;
}

std::size_t size_of(const std::vector<Mark>& marks) {
  std::size_t size = 0;
  for (const Mark& mark : marks) size += mark.end - mark.begin;
  return size;
}

void compare(std::string_view before, std::string_view after, std::vector<Mark>& gone, std::vector<Mark>& come) {
  const std::vector<Word> a = words_of(before);
  const std::vector<Word> b = words_of(after);
  if (a.size() * b.size() > kMostPairs) return;
  const Common common = common_words(a, b);
  std::vector<Mark> old_marks = marks_of(a, common.before);
  std::vector<Mark> new_marks = marks_of(b, common.after);
  // Where most is another, marks say nothing that the line's colour does not.
  if (3 * (size_of(old_marks) + size_of(new_marks)) > 2 * (before.size() + after.size())) return;
  gone = std::move(old_marks);
  come = std::move(new_marks);
}

}  // namespace

std::vector<std::vector<Mark>> marked_words(std::string_view signs, const std::vector<std::string>& texts) {
  std::vector<std::vector<Mark>> marks(texts.size());
  for (std::size_t begin = 0; begin < signs.size();) {
    const std::size_t middle = std::min(signs.find_first_not_of('-', begin), signs.size());
    const std::size_t end = std::min(signs.find_first_not_of('+', middle), signs.size());
    const std::size_t pairs = std::min(middle - begin, end - middle);
    for (std::size_t i = 0; i < pairs; ++i)
      compare(texts[begin + i], texts[middle + i], marks[begin + i], marks[middle + i]);
    begin = std::max(end, begin + 1);
  }
  return marks;
}

}  // namespace plumb::report
