#include "engine/config/csv.h"

#include <set>
#include <vector>

#include "engine/base/json.h"

namespace plumb::config {
namespace {

using lang::Node;

struct Field {
  std::string text;
  int line = 0;
};
using Row = std::vector<Field>;

class CsvReader {
 public:
  CsvReader(const std::string& file, std::string_view text, Diagnostics& diagnostics)
      : file_(file), text_(text), diagnostics_(diagnostics) {}

  std::optional<Node> read() {
    if (!valid_utf8(text_)) return fault(1, Code::kYamlEncoding, "a table must be clean UTF-8", "this file is not");
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
    Row names;
    if (!next(names) || !are_names(names)) return std::nullopt;
    Node list;
    list.kind = Node::Kind::kSequence;
    list.span = span(1);
    Row row;
    std::size_t count = 0;
    while (at_ < text_.size()) {
      const int first = line_;
      if (!next(row)) return std::nullopt;
      if (row.size() == 1 && row.front().text.empty()) continue;  // an empty line
      if (row.size() != names.size()) {
        return fault(first, Code::kBadValue,
                     "a line with " + std::to_string(row.size()) + (row.size() == 1 ? " value" : " values") +
                         ", under " + std::to_string(names.size()) + (names.size() == 1 ? " name" : " names"),
                     "quote values that hold a comma");
      }
      if ((count += row.size()) > lang::kMaxYamlNodes)
        return fault(first, Code::kYamlLimit, "a table with too many values", "more than a million");
      list.items.push_back(entry(names, row, first));
    }
    return list;
  }

 private:
  SourceSpan span(int line) const { return {file_, line, 1, line, 1}; }

  std::nullopt_t fault(int line, Code code, std::string summary, std::string label) {
    diagnostics_.add(Diagnostic(code, std::move(summary)).at(span(line), std::move(label)));
    return std::nullopt;
  }

  bool are_names(const Row& names) {
    std::set<std::string> known;
    for (const Field& name : names) {
      if (!name.text.empty() && known.insert(name.text).second) continue;
      fault(1, Code::kDuplicateKey,
            name.text.empty() ? "a column has no name" : "two columns are called `" + name.text + "`",
            "the first line names the columns");
      return false;
    }
    return true;
  }

  // The fields up to the end of the line. False after a fault was told.
  bool next(Row& row) {
    row.clear();
    while (true) {
      Field field{{}, line_};
      if (at_ < text_.size() && text_[at_] == '"') {
        if (!quoted(field.text)) return false;
      } else {
        const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
        field.text = text_.substr(at_, end - at_);
        at_ = end;
      }
      row.push_back(std::move(field));
      if (at_ >= text_.size() || end_of_line()) return true;
      if (text_[at_++] == ',') continue;
      fault(line_, Code::kYamlSyntax, "text behind a quoted value", "expected a comma or the end of the line");
      return false;
    }
  }

  bool end_of_line() {
    if (text_.substr(at_).starts_with("\r\n")) ++at_;
    if (text_[at_] != '\n' && text_[at_] != '\r') return false;
    ++at_;
    ++line_;
    return true;
  }

  bool quoted(std::string& field) {
    const int first = line_;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (!text_.substr(at_ + 1).starts_with('"')) {
          ++at_;
          return true;
        }
        ++at_;
      }
      if (text_[at_] == '\n') ++line_;
      field += text_[at_];
    }
    fault(first, Code::kYamlSyntax, "a quoted value is not closed", "expected another \"");
    return false;
  }

  Node entry(const Row& names, Row& row, int line) const {
    Node map;
    map.kind = Node::Kind::kMap;
    map.span = span(line);
    for (std::size_t i = 0; i < names.size(); ++i) {
      Node value;
      value.kind = Node::Kind::kScalar;
      value.style = lang::Style::kDoubleQuoted;
      value.span = span(row[i].line);
      value.text = std::move(row[i].text);
      map.entries.push_back({names[i].text, value.span, std::move(value)});
    }
    return map;
  }

  const std::string& file_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

std::optional<Node> read_csv(const std::string& file, std::string_view text, Diagnostics& diagnostics) {
  return CsvReader(file, text, diagnostics).read();
}

}  // namespace plumb::config
