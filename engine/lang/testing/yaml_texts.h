// Texts of YAML, made by chance: collections in blocks and brackets, scalars of every style over one line and several,
// with what is easily read wrongly: empty lines, blanks and tabs at the ends of lines, signs for chomping and
// indentation, files that end in the middle of a line. What libfyaml 0.7.12 reads otherwise than the standard has it is
// not among them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

namespace plumb::lang {

class YamlTexts {
 public:
  explicit YamlTexts(std::uint64_t seed) : random_(seed) {}

  // One that can be read.
  std::string next() {
    out_.clear();
    budget_ = 1 + below(12);
    if (one_in(8)) comment_lines();
    if (one_in(6)) {
      scalar(-1);
    } else {
      collection(0, 0);
    }
    finish();
    return out_;
  }

  // The last one with a fault or two in it, which it may bear.
  std::string broken() {
    for (std::size_t faults = 1 + below(2); faults > 0 && !out_.empty(); --faults) {
      const std::size_t pos = below(out_.size());
      switch (below(3)) {
        case 0:
          out_.erase(pos, 1);
          break;
        case 1:
          out_.insert(pos, pick({" ", "\n", "\t", ":", ": ", "- ", "'", "\"", ",", "]", "}", "[", "#", "  ", "\n\n",
                                 "?", "|", ">"}));
          break;
        default:
          out_.replace(pos, 1, pick({" ", "\n", "a", ":", "-", "'", "\"", ","}));
      }
    }
    return out_;
  }

 private:
  // --- chance

  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  std::string_view pick(std::initializer_list<std::string_view> choices) {
    return choices.begin()[below(choices.size())];
  }

  // --- layout

  void spaces(int count) { out_.append(static_cast<std::size_t>(count > 0 ? count : 0), ' '); }
  void end_line() {
    if (one_in(12)) out_ += pick({" ", "  ", "\t", " # c", "  # c: d", " #"});
    out_ += '\n';
    if (one_in(12)) comment_lines();
  }
  void comment_lines() {
    for (std::size_t i = below(3); i > 0; --i) {
      spaces(static_cast<int>(below(5)));
      out_ += pick({"\n", "# c\n", "#\n", " \n"});
    }
  }
  // No line end at the end, or blanks after it.
  void finish() {
    if (one_in(6)) {
      while (!out_.empty() && out_.back() == '\n') out_.pop_back();
    } else if (one_in(8)) {
      out_ += pick({"\n", "\n\n", " ", "  ", "\n  ", "\n\n ", "\n   \n", "\n# c"});
    }
  }

  // --- collections

  // A block collection whose first item stands at the place reached, in `column`.
  void collection(int column, int depth) {
    const bool list = one_in(3);
    const std::size_t count = 1 + below(4);
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) spaces(column);
      if (list) {
        out_ += '-';
        item(column, depth, true);
      } else {
        key(i);
        out_ += ':';
        item(column, depth, false);
      }
      if (budget_ == 0) return;
    }
  }

  void key(std::size_t number) {
    const std::string name = std::string(pick({"a", "k y", "x-y", "null", "1"})) + std::to_string(number);
    const std::string_view quote = pick({"", "", "", "", "\"", "'"});
    out_ += quote;
    out_ += name;
    out_ += quote;
    if (one_in(20)) out_ += ' ';
  }

  // What stands behind a key or dash in `column`, with its line end.
  void item(int column, int depth, bool of_list) {
    if (budget_ > 0) --budget_;
    if (one_in(8)) return end_line();  // null
    if (depth < 4 && one_in(3)) {
      const int deeper = column + static_cast<int>(1 + below(4));
      if (of_list && one_in(2)) {
        out_.append(static_cast<std::size_t>(deeper - column - 1), ' ');
        if (deeper - column == 1) out_ += ' ';
        return collection(deeper - column == 1 ? column + 2 : deeper, depth + 1);
      }
      end_line();
      if (!of_list && one_in(6)) return level_list(column);
      spaces(deeper);
      return collection(deeper, depth + 1);
    }
    if (one_in(10)) {  // the value in a line below
      end_line();
      spaces(column + static_cast<int>(1 + below(3)));
      one_in(3) ? flow(column, 0) : flow_scalar(column, false);
      end_line();
    } else {
      out_ += one_in(10) ? "  " : " ";
      scalar_or_flow(column);
    }
  }

  // A list that stands no deeper than its key.
  void level_list(int column) {
    for (std::size_t i = 1 + below(3); i > 0; --i) {
      spaces(column);
      out_ += "- ";
      scalar_or_flow(column);
    }
  }

  void scalar_or_flow(int column) {
    if (one_in(5)) {
      flow(column, 0);
      end_line();
    } else {
      scalar(column);
    }
  }

  void flow(int column, int depth) {
    const bool list = one_in(2);
    out_ += list ? '[' : '{';
    for (std::size_t i = 0, count = below(4); i < count; ++i) {
      flow_space(column);
      if (!list) {
        key(i);
        out_ += one_in(12) ? " :" : ":";
        if (one_in(8)) {
          out_ += ',';
          continue;
        }
        out_ += ' ';
        if (one_in(15)) flow_space(column);
      } else if (one_in(12)) {
        key(i);
        out_ += ": ";
      }
      if (depth < 3 && one_in(5)) {
        flow(column, depth + 1);
      } else {
        flow_scalar(column, true);
      }
      if (i + 1 < count || one_in(6)) out_ += one_in(6) ? " ," : ",";
    }
    flow_space(column);
    out_ += list ? ']' : '}';
  }

  void flow_space(int column) {
    if (one_in(8)) {
      if (one_in(5)) out_ += " # c";
      out_ += '\n';
      if (one_in(6)) out_ += '\n';
      spaces(column + static_cast<int>(1 + below(3)));
    } else if (!one_in(4)) {
      out_ += ' ';
    }
  }

  // --- scalars

  // `column`: of the key or dash that it belongs to.
  void scalar(int column) {
    if (one_in(2)) return block(column);
    flow_scalar(column, false);
    end_line();
  }

  void flow_scalar(int column, bool in_flow) {
    switch (below(4)) {
      case 0:
        return quoted(column, '\'');
      case 1:
        return quoted(column, '"');
      default:
        return plain(column, in_flow);
    }
  }

  void plain(int column, bool in_flow) {
    word(in_flow);
    while (one_in(3)) {
      next_line(column);
      word(in_flow);
    }
  }

  void word(bool in_flow) {
    out_ += pick({"a", "b c", "x:y", "-1", "a#b", "é", "true", "null", "~", "1.5", "/p/q", "a  b", "it's", "q\"q",
                  "a\tb", "x\\n", "x?", "/p?q=1", "?x"});
    if (!in_flow && one_in(12)) out_ += pick({"[x]", ", y", "{z}", "?", "!", "&a", "*b"});
  }

  // Between two lines of a text.
  void next_line(int column, bool blanks_before = true) {
    if (blanks_before && one_in(4)) out_ += pick({" ", "\t", "  ", " \t"});
    out_ += '\n';
    for (std::size_t empty = one_in(3) ? 1 + below(2) : 0; empty > 0; --empty) {
      if (one_in(3)) {
        spaces(column + 1);
        out_ += pick({"", "", " ", "   ", "\t"});
      }
      out_ += '\n';
    }
    spaces(column + static_cast<int>(1 + below(3)));
    if (one_in(15)) out_ += '\t';
  }

  void quoted(int column, char quote) {
    out_ += quote;
    if (one_in(4)) next_line(column);
    for (std::size_t words = below(4); words > 0; --words) {
      if (quote == '\'') {
        out_ += pick({"a", "b c", "''a", "\"", "\\", "x: y", "# z", "- ", "é", " ", "[", "a\tb", ", "});
      } else {
        out_ += pick({"a", "b c", "'", "\\\"", "\\\\a", "\\n", "\\t", "\\x41", "\\u00e9", "\\ a", "x: y", "# z", "é",
                      " ", "\\0", "\\/", "\\e", "a\\\tb"});
        if (one_in(12)) {
          out_ += '\\';
          next_line(column, false);
        }
      }
      if (one_in(3)) next_line(column);
    }
    out_ += quote;
  }

  // A literal or folded text; ends with a line end, or not.
  void block(int column) {
    out_ += one_in(2) ? '|' : '>';
    const int around = column < 0 ? 0 : column;
    const int indent = around + static_cast<int>(1 + below(3));
    const bool stated = one_in(5);
    const std::string_view chomping = pick({"", "", "-", "+"});
    if (stated && one_in(2)) out_ += static_cast<char>('0' + (indent - around));
    const bool told = out_.back() >= '1' && out_.back() <= '9';
    out_ += chomping;
    if (stated && !told) out_ += static_cast<char>('0' + (indent - around));
    if (one_in(8)) out_ += pick({" ", " # c", "\t", " \t# d"});
    out_ += '\n';
    bool any = false;
    for (std::size_t lines = 1 + below(6); lines > 0; --lines) {
      if (one_in(3) && (any || lines > 1)) {
        const int blanks = any ? indent + 2 : indent;
        if (one_in(2)) spaces(static_cast<int>(below(static_cast<std::size_t>(blanks + 1))));
        out_ += '\n';
        continue;
      }
      spaces(indent);
      if ((any || stated) && one_in(4)) out_ += pick({" ", "  ", "\t", " \t"});
      out_ += pick({"a", "b c", "x: y", "# z", "- w", "'", "\"", "é", "d ", "e  ", "f\t", "[", "\\n", "it's", "|"});
      out_ += '\n';
      any = true;
    }
    if (one_in(12)) comment_lines();
  }

  std::mt19937_64 random_;
  std::string out_;
  std::size_t budget_ = 0;
};

}  // namespace plumb::lang
