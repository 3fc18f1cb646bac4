#include "providers/sdk/toml_spans.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <set>
#include <utility>

#include "engine/base/joined.h"
#include "engine/base/pattern.h"
#include "engine/base/utf8.h"
#include "providers/sdk/json_answer.h"

namespace plumb {
namespace {

constexpr int kDeepestToml = 100;
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

class TomlReader {
 public:
  explicit TomlReader(std::string_view text) : text_(text) {}

  Result<TomlDocument> read() {
    if (!valid_utf8(text_)) return fail(Code::kRefusedByState, "it is no UTF-8, so no TOML");
    PLUMB_TRY(check_signs());
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    table_ = &document_.root;
    while (true) {
      const std::size_t line = at_;
      PLUMB_TRY(skip_lines());
      if (at_ == text_.size()) return std::move(document_);
      TomlStatement statement;
      statement.begin = at_ == 0 ? 0 : text_.rfind('\n', at_ - 1) + 1;  // npos + 1 is 0
      statement.begin = std::max(statement.begin, line);
      PLUMB_TRY(sign() == '[' ? header(statement) : key_value(statement));
      statement.end = at_;
      document_.statements.push_back(statement);
      blanks();
      if (sign() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
      if (at_ < text_.size() && !is_break()) return wrong("more stands behind it");
    }
  }

 private:
  char sign(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool is_break() const { return sign() == '\n' || (sign() == '\r' && sign(1) == '\n'); }
  bool starts(std::string_view with) const { return text_.substr(at_).starts_with(with); }
  void blanks() {
    while (sign() == ' ' || sign() == '\t') ++at_;
  }
  Error wrong(const std::string& why) const {
    const std::string_view before = text_.substr(0, at_);
    return fail(Code::kRefusedByState,
                "line " + std::to_string(1 + std::count(before.begin(), before.end(), '\n')) + " is no TOML: " + why);
  }
  // Of those that mean nothing by themselves a text has blanks and ends of lines alone, also in comments and quotes.
  Result<> check_signs() {
    for (; at_ < text_.size(); ++at_) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      const bool control = c == 0x7f || (c < 0x20 && c != '\t' && !is_break());
      if (control) return wrong("a control character stands there");
    }
    at_ = 0;
    return {};
  }
  // Blanks, ends of lines and comments.
  Result<> skip_lines() {
    while (at_ < text_.size()) {
      blanks();
      if (sign() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
      if (!is_break()) break;
      at_ = text_.find('\n', at_) + 1;
    }
    return {};
  }

  Result<TreePath> name() {
    TreePath path;
    while (true) {
      blanks();
      if (sign() == '"' || sign() == '\'') {
        PLUMB_TRY_ASSIGN(std::string step, text_value(false));
        path.push_back(std::move(step));
      } else {
        const std::size_t end = std::min(text_.find_first_not_of(kLetters, at_), text_.size());
        if (end == at_) return wrong("a name is expected");
        path.emplace_back(text_.substr(at_, end - at_));
        at_ = end;
      }
      if (path.size() > kDeepestToml) return wrong("it is nested too deeply");
      blanks();
      if (sign() != '.') return path;
      ++at_;
    }
  }

  static TomlNode& child(TomlNode& table, const std::string& step) {
    table.names.push_back(step);
    return *table.values.emplace_back(std::make_unique<TomlNode>());
  }
  Error twice(const std::string& step) const { return wrong("`" + step + "` stands there twice"); }

  Result<> header(TomlStatement& statement) {
    statement.header = true;
    const bool array = starts("[[");
    at_ += array ? 2 : 1;
    PLUMB_TRY_ASSIGN(const TreePath path, name());
    if (!starts(array ? "]]" : "]")) return wrong("`]` is expected");
    TomlNode* node = &document_.root;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      const std::size_t found = node->find(path[i]);
      node = found == kNoStatement ? &child(*node, path[i]) : node->values[found].get();
      if (node->kind == TomlNode::Kind::kTables) node = node->values.back().get();
      if (node->kind == TomlNode::Kind::kValue) return twice(path[i]);
    }
    const std::size_t found = node->find(path.back());
    TomlNode* own = found == kNoStatement ? &child(*node, path.back()) : node->values[found].get();
    const bool fresh = found == kNoStatement;
    if (array) {
      if (!fresh && own->kind != TomlNode::Kind::kTables) return twice(path.back());
      own->kind = TomlNode::Kind::kTables;
      own = own->values.emplace_back(std::make_unique<TomlNode>()).get();
    } else if (!fresh && (own->kind != TomlNode::Kind::kTable || own->statement != kNoStatement || own->dotted)) {
      return twice(path.back());
    }
    own->statement = document_.statements.size();
    table_ = own;
    at_ += array ? 2 : 1;
    return {};
  }

  Result<> key_value(TomlStatement& statement) {
    const std::size_t number = document_.statements.size();
    PLUMB_TRY_ASSIGN(const TreePath path, name());
    if (sign() != '=') return wrong("`=` is expected");
    ++at_;
    TomlNode* node = table_;
    node->last = number;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      const std::size_t found = node->find(path[i]);
      const bool fresh = found == kNoStatement;
      node = fresh ? &child(*node, path[i]) : node->values[found].get();
      if (fresh) node->dotted = true;
      if (node->kind != TomlNode::Kind::kTable || !node->dotted) return twice(path[i]);
      node->last = number;
    }
    if (node->find(path.back()) != kNoStatement) return twice(path.back());
    TomlNode& own = child(*node, path.back());
    own.kind = TomlNode::Kind::kValue;
    own.statement = number;
    blanks();
    statement.value_begin = at_;
    PLUMB_TRY_ASSIGN(own.value.value, value(own.value.certain, 0));
    statement.value_end = at_;
    statement.date = is_toml_date(text_.substr(statement.value_begin, at_ - statement.value_begin));
    return {};
  }

  Result<Json> value(bool& certain, int depth) {
    if (depth > kDeepestToml) return wrong("it is nested too deeply");
    if (sign() == '"' || sign() == '\'') {
      PLUMB_TRY_ASSIGN(std::string read, text_value(true));
      return Json(std::move(read));
    }
    if (sign() == '[') return array(certain, depth);
    if (sign() == '{') return inline_table(certain, depth);
    return bare(certain);
  }

  Result<Json> array(bool& certain, int depth) {
    Json list = Json::array();
    ++at_;
    PLUMB_TRY(skip_lines());
    while (sign() != ']') {
      PLUMB_TRY_ASSIGN(Json item, value(certain, depth + 1));
      list.push_back(std::move(item));
      PLUMB_TRY(skip_lines());
      if (sign() == ']') break;
      if (sign() != ',') return wrong("`,` or `]` is expected");
      ++at_;
      PLUMB_TRY(skip_lines());
    }
    ++at_;
    return list;
  }

  Result<Json> inline_table(bool& certain, int depth) {
    Json map = Json::object();
    std::set<TreePath> given;  // what has a value is not added to by names with dots
    ++at_;
    blanks();
    while (sign() != '}') {
      PLUMB_TRY_ASSIGN(const TreePath path, name());
      if (sign() != '=') return wrong("`=` is expected");
      ++at_;
      blanks();
      Json* at = &map;
      for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        at = &(*at)[path[i]];
        if (given.contains(TreePath(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(i) + 1)))
          return twice(path[i]);
      }
      PLUMB_TRY_ASSIGN(Json inner, value(certain, depth + 1));
      if (at->contains(path.back())) return twice(path.back());
      (*at)[path.back()] = std::move(inner);
      given.insert(path);
      blanks();
      if (sign() == '}') break;
      if (sign() != ',') return wrong("`,` or `}` is expected");
      ++at_;
      blanks();
      if (sign() == '}') return wrong("a name is expected");
    }
    ++at_;
    return map;
  }

  // A number, a word, a date.
  Result<Json> bare(bool& certain) {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_of(",]}# \t\r\n", at_), text_.size());
    // A date may have a blank before its time.
    if (at_ - begin == 10 && sign() == ' ' && is_toml_date(text_.substr(begin, 10))) {
      const std::size_t end = std::min(text_.find_first_of(",]}# \t\r\n", at_ + 1), text_.size());
      if (is_toml_date(text_.substr(begin, end - begin))) at_ = end;
    }
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word == "true" || word == "false") return Json(word == "true");
    if (is_toml_date(word)) return Json(std::string(word));
    if (!is_number(word)) {
      at_ = begin;
      return wrong("a value is expected");
    }
    std::string number;
    for (const char c : word) {
      if (c != '_' && c != '+') number += c;
    }
    if (number.ends_with("inf") || number.ends_with("nan")) {
      certain = false;
      return Json(std::string(word));
    }
    const int base = number.starts_with("0x") ? 16 : number.starts_with("0o") ? 8 : number.starts_with("0b") ? 2 : 10;
    if (base != 10) {
      std::int64_t read = 0;
      const char* const end = number.data() + number.size();
      const auto result = std::from_chars(number.data() + 2, end, read, base);
      if (result.ec == std::errc() && result.ptr == end) return Json(read);
    }
    Json read = json_answer(number);
    if (read.is_number()) return read;
    at_ = begin;
    return wrong("a value is expected");
  }

  bool is_number(std::string_view word) {
    static constexpr std::string_view kNumber =
        "^(?:[-+]?(?:0|[1-9](?:_?[0-9])*)(?:\\.[0-9](?:_?[0-9])*)?(?:[eE][-+]?[0-9](?:_?[0-9])*)?|[-+]?(?:inf|nan)"
        "|0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*)$";
    if (!number_) number_ = Pattern::parse(std::string(kNumber)).value();
    return number_->matches(word);
  }

  // `over_lines`: it may begin with three quotes.
  Result<std::string> text_value(bool over_lines) {
    const char quote = sign();
    const std::string three(3, quote);
    const bool long_one = over_lines && starts(three);
    at_ += long_one ? 3 : 1;
    if (long_one && is_break()) at_ = text_.find('\n', at_) + 1;
    std::string read;
    while (at_ < text_.size()) {
      if (long_one ? starts(three) : sign() == quote) {
        at_ += long_one ? 3 : 1;
        // Up to two more belong to the text.
        for (int i = 0; long_one && i < 2 && sign() == quote; ++i, ++at_) read += quote;
        return read;
      }
      if (is_break()) {
        if (!long_one) break;
        read += '\n';
        at_ = text_.find('\n', at_) + 1;
      } else if (sign() == '\\' && quote == '"') {
        PLUMB_TRY(escape(read, long_one));
      } else {
        read += text_[at_++];
      }
    }
    return wrong("a quote is not closed");
  }

  Result<> escape(std::string& read, bool long_one) {
    const char c = sign(1);
    if (c == 'u' || c == 'U') {
      const std::size_t width = c == 'u' ? 4 : 8;
      const std::string_view digits = text_.substr(std::min(at_ + 2, text_.size()), width);
      std::uint32_t code = 0;
      const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
      if (digits.size() != width || result.ptr != digits.data() + width || code > 0x10ffff ||
          (code >= 0xd800 && code < 0xe000))
        return wrong("an escape that there is not");
      at_ += 2 + width;
      append_utf8(read, code);
      return {};
    }
    static constexpr std::string_view kPlain = "btnfr\"\\e";
    static constexpr std::string_view kMeant = "\b\t\n\f\r\"\\\x1b";
    if (const std::size_t found = kPlain.find(c); found != std::string_view::npos && c != '\0') {
      read += kMeant[found];
      at_ += 2;
      return {};
    }
    // A backslash takes the end of a line with all blanks behind it.
    const std::size_t next = std::min(text_.find_first_not_of(" \t\r\n", at_ + 1), text_.size());
    if (!long_one || text_.substr(at_, next - at_).find('\n') == std::string_view::npos)
      return wrong("an escape that there is not");
    at_ = next;
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  TomlDocument document_;
  TomlNode* table_ = nullptr;
  std::optional<Pattern> number_;  // once one was asked about
};

}  // namespace

std::size_t TomlNode::find(std::string_view name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? kNoStatement : static_cast<std::size_t>(found - names.begin());
}

Result<TomlDocument> read_toml_spans(std::string_view text) {
  TomlReader reader(text);
  return reader.read();
}

TreeValue value_of(const TomlNode& node) {
  if (node.kind == TomlNode::Kind::kValue) return node.value;
  const bool table = node.kind == TomlNode::Kind::kTable;
  TreeValue all{table ? Json::object() : Json::array()};
  for (std::size_t i = 0; i < node.values.size(); ++i) {
    TreeValue inner = value_of(*node.values[i]);
    all.certain = all.certain && inner.certain;
    if (table) {
      all.value[node.names[i]] = std::move(inner.value);
    } else {
      all.value.push_back(std::move(inner.value));
    }
  }
  return all;
}

std::string toml_name(const std::string& name) {
  const bool plain = !name.empty() && name.find_first_not_of(kLetters) == std::string::npos;
  return plain ? name : toml_value(Json(name));
}

std::string toml_value(const Json& value) {
  std::string out;
  if (value.is_array()) {
    for (const Json& item : value) append_item(out, toml_value(item));
    return '[' + out + ']';
  }
  if (value.is_object()) {
    for (const auto& [name, item] : value.items())
      out += (out.empty() ? " " : ", ") + toml_name(name) + " = " + toml_value(item);
    return '{' + out + (out.empty() ? "}" : " }");
  }
  out = value.dump();
  for (std::size_t at = 0; (at = out.find('\x7f', at)) != std::string::npos;) out.replace(at, 1, "\\u007F");
  return out;
}

namespace {

// Days and times that there are, of one that is written as it is to be.
bool is_in_bounds(std::string_view text) {
  const auto number = [&text](std::size_t at, std::size_t length) {
    int read = 0;
    std::from_chars(text.data() + at, text.data() + at + length, read);
    return read;
  };
  if (text[4] == '-') {
    const std::chrono::year_month_day day(std::chrono::year(number(0, 4)),
                                          std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                          std::chrono::day(static_cast<unsigned>(number(8, 2))));
    if (!day.ok() || text.size() == 10) return day.ok();
    text.remove_prefix(11);
  }
  if (number(0, 2) > 23 || number(3, 2) > 59 || number(6, 2) > 60) return false;  // there are seconds that leap
  const std::size_t offset = text.find_first_of("+-");
  return offset == std::string_view::npos || (number(offset + 1, 2) <= 23 && number(offset + 4, 2) <= 59);
}

}  // namespace

bool is_toml_date(std::string_view text) {
  // Nothing else begins with so many digits and one of these signs.
  if (text.size() < 8 || (text[2] != ':' && text[4] != '-')) return false;
  const auto pattern = Pattern::parse(
      "^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]+)?(?:[Zz]|[-+][0-9]{2}:[0-9]{2})?)?"
      "|[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]+)?)$");
  return pattern && pattern->matches(text) && is_in_bounds(text);
}

}  // namespace plumb
