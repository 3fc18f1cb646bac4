// Text that is to stand in other text: lines moved in or commented, words for a shell, literals for a pattern.
#include <algorithm>

#include "engine/base/quoted_text.h"
#include "engine/lang/cel/library.h"
#include "engine/lang/cel/operators.h"

namespace plumb::cel {
namespace {

constexpr std::int64_t kWidestIndent = 1000;

// Puts `prefix` before each line from the first or second on; lines of nothing get what `empty` says.
Value prefixed(Call& call, std::string_view prefix, std::string_view empty, bool first) {
  std::string text;
  bool now = first;
  for (std::string_view rest = call.text(0); !rest.empty(); now = true) {
    const std::string_view line = rest.substr(0, std::min(rest.find('\n'), rest.size() - 1) + 1);
    if (!call.budget.allocate(prefix.size() + line.size())) return cost_exceeded();
    if (now) text += line == "\n" ? empty : prefix;
    text += line;
    rest.remove_prefix(line.size());
  }
  return Value::string(text);
}

Value indent(Call& call) {
  const std::int64_t width = call[1].as_int();
  if (width < 0 || width > kWidestIndent) {
    return fail("text can be moved in by 0 to " + std::to_string(kWidestIndent) + " blanks, not by " +
                std::to_string(width));
  }
  return prefixed(call, std::string(static_cast<std::size_t>(width), ' '), "", false);
}

Value comment(Call& call) {
  const std::string_view prefix = call.size() == 2 ? call.text(1) : "# ";
  return prefixed(call, prefix, prefix.substr(0, prefix.find_last_not_of(' ') + 1), true);
}

bool is_safe_in_shell(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
}

// An error value, or none; POSIX knows no way to write a NUL.
Value append_word(std::string& out, std::string_view word, Budget& budget) {
  if (!budget.allocate(4 * word.size() + 2)) return cost_exceeded();
  if (word.find('\0') != std::string_view::npos) return fail("no word of a shell can hold the character NUL");
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_safe_in_shell)) {
    out += word;
    return {};
  }
  out += '\'';
  for (const char c : word) {
    if (c == '\'') {
      out += R"('\'')";
    } else {
      out += c;
    }
  }
  out += '\'';
  return {};
}

Value shell_quote(Call& call) {
  std::string text;
  Value error = append_word(text, call.text(0), call.budget);
  return error.is_error() ? error : Value::string(text);
}

Value shell_quote_list(Call& call) {
  std::string text;
  for (const Value& word : call[0].as_list()) {
    if (!word.is_text()) return no_such_overload();
    if (&word != call[0].as_list().data()) text += ' ';
    if (Value error = append_word(text, word.as_text(), call.budget); error.is_error()) return error;
  }
  return Value::string(text);
}

Value regex_escape(Call& call) {
  if (!call.budget.allocate(2 * call.text(0).size())) return cost_exceeded();
  std::string text;
  for (const char c : call.text(0)) {
    if (std::string_view(R"(\.+*?()|[]{}^$)").find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return Value::string(text);
}

// A text as Python writes it among the items of a list.
void append_python_text(std::string& out, std::string_view text) {
  const bool double_quotes = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  append_quoted_text(out, text, double_quotes ? '"' : '\'');
}

// An error value, or none.
Value append_jinja_text(std::string& out, const Value& value, bool in_list, Budget& budget) {
  constexpr std::size_t kLongestNumber = 32;
  const std::size_t size = value.is_text() ? 2 * value.as_text().size() : 0;
  if (!budget.allocate(kLongestNumber + size)) return cost_exceeded();
  switch (value.kind()) {
    case Kind::kString:
      if (in_list) {
        append_python_text(out, value.as_text());
      } else {
        out += value.as_text();
      }
      return {};
    case Kind::kBool:
      out += value.as_bool() ? "True" : "False";
      return {};
    case Kind::kInt:
    case Kind::kUint:
    case Kind::kDouble: {
      std::string number(to_string(value).as_text());
      // 2.0 is no whole number to Python.
      if (value.is(Kind::kDouble) && number.find_first_not_of("-0123456789") == std::string::npos) number += ".0";
      out += number;
      return {};
    }
    case Kind::kList: {
      out += '[';
      bool first = true;
      for (const Value& item : value.as_list()) {
        if (!first) out += ", ";
        first = false;
        if (Value error = append_jinja_text(out, item, true, budget); error.is_error()) return error;
      }
      out += ']';
      return {};
    }
    case Kind::kNull:
      if (!in_list) return fail("null cannot stand inside text");
      out += "None";
      return {};
    default:
      return fail("Jinja prints text, numbers, booleans and lists of these as it does here, and nothing else");
  }
}

Value jinja_text(Call& call) {
  std::string text;
  Value error = append_jinja_text(text, call[0], false, call.budget);
  return error.is_error() ? error : Value::string(text);
}

}  // namespace

void add_text_functions(FunctionTable& table) {
  table.add("string.indent(int) -> string", indent,
            "The text with its lines moved in by so many blanks, all but the first and empty ones");
  table.add("string.comment() -> string", comment, "The text with `# `, or the text given, before each line");
  table.add("string.comment(string) -> string", comment);
  table.add("shellQuote(string) -> string", shell_quote,
            "The text as one word of a POSIX shell; of a list, its words with blanks between them");
  table.add("shellQuote(list(string)) -> string", shell_quote_list);
  table.add("jinjaText(dyn) -> string", jinja_text,
            "A value as Jinja prints it: `True` and `False`, `1.0`, a list as Python writes it");
  table.add("regexEscape(string) -> string", regex_escape, "A pattern that matches the text as it stands");
}

}  // namespace plumb::cel
