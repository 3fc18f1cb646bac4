#include "testdata/docs/page.h"

#include <algorithm>
#include <cctype>

namespace plumb::docs {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Bars that divide cells: not those in backquotes, nor those with a backslash before them.
int bars(std::string_view row) {
  int count = 0;
  bool code = false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] == '`') code = !code;
    if (row[i] == '|' && !code && (i == 0 || row[i - 1] != '\\')) ++count;
  }
  return count;
}

class Reader {
 public:
  Page read(std::string_view markdown) {
    while (!markdown.empty()) {
      const std::size_t end = std::min(markdown.find('\n'), markdown.size());
      ++line_;
      read_line(markdown.substr(0, end));
      markdown.remove_prefix(std::min(end + 1, markdown.size()));
    }
    end_paragraph();
    if (fenced_) fault("a block of code is not closed");
    return std::move(page_);
  }

 private:
  void fault(const std::string& what) { page_.faults.push_back({what, line_}); }

  void read_line(std::string_view line) {
    find_codes(line);
    if (trimmed(line).starts_with("```")) {
      end_paragraph();
      fenced_ = !fenced_;
      return;
    }
    if (fenced_) {
      std::string_view command = trimmed(line);
      if (command.starts_with("$ ")) page_.commands.push_back({std::string(command.substr(2)), line_});
      return;
    }
    read_table_row(line);
    if (line.starts_with("#")) {
      end_paragraph();
      const std::size_t depth = std::min(line.find_first_not_of('#'), line.size());
      if (depth == line.size() || line[depth] != ' ') return fault("a heading without a space");
      page_.anchors.insert(anchor_of(line.substr(depth + 1)));
    }
    if (trimmed(line).empty()) return end_paragraph();
    if (paragraph_.empty()) first_line_ = line_;
    paragraph_ += std::string(line) + "\n";
    if (line.starts_with("|")) end_paragraph();
  }

  void read_table_row(std::string_view line) {
    const int count = line.starts_with("|") ? bars(line) : 0;
    if (count > 0 && columns_ > 0 && count != columns_) fault("a row with another number of cells");
    if (count > 0 && !line.ends_with("|")) fault("a row that does not end");
    columns_ = count;
  }

  void find_codes(std::string_view line) {
    for (std::size_t at = line.find("PL"); at != std::string_view::npos; at = line.find("PL", at + 2)) {
      const std::string_view digits = line.substr(at + 2, 4);
      if (digits.size() == 4 && std::all_of(digits.begin(), digits.end(), is_digit))
        page_.codes.push_back({std::string(line.substr(at, 6)), line_});
    }
  }

  int line_of(std::size_t offset) const {
    return first_line_ + static_cast<int>(std::count(paragraph_.begin(),
                                                     paragraph_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
  }

  // Names in backquotes and links may go over the end of a line, but not over that of a paragraph.
  void end_paragraph() {
    const std::string& text = paragraph_;
    for (std::size_t i = 0; i < text.size();) {
      if (text[i] == '`') {
        const std::size_t ticks = text.find_first_not_of('`', i);
        const std::string mark = text.substr(i, ticks == std::string::npos ? ticks : ticks - i);
        const std::size_t close = ticks == std::string::npos ? ticks : text.find(mark, ticks);
        if (close == std::string::npos) {
          page_.faults.push_back({"a backquote without another", line_of(i)});
          break;
        }
        std::string name = text.substr(ticks, close - ticks);
        std::replace(name.begin(), name.end(), '\n', ' ');
        page_.names.push_back({std::string(trimmed(name)), line_of(i)});
        i = close + mark.size();
      } else if (text.compare(i, 2, "](") == 0) {
        const std::size_t close = text.find(')', i);
        if (close == std::string::npos) break;
        page_.links.push_back({text.substr(i + 2, close - i - 2), line_of(i)});
        i = close;
      } else {
        ++i;
      }
    }
    paragraph_.clear();
  }

  Page page_;
  int line_ = 0;
  bool fenced_ = false;
  int columns_ = 0;  // of the table that this line may go on
  std::string paragraph_;
  int first_line_ = 1;
};

}  // namespace

Page read_page(std::string_view markdown) {
  return Reader().read(markdown);
}

std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80) {
      anchor += static_cast<char>(std::tolower(byte));
    } else if (c == ' ') {
      anchor += '-';
    }
  }
  return anchor;
}

}  // namespace plumb::docs
