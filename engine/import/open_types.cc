#include "engine/import/open_types.h"

#include <algorithm>
#include <vector>

#include "engine/base/ascii.h"

namespace plumb::imports {
namespace {

// The end of the text in quotes that begins at `at`.
std::size_t past_quotes(std::string_view text, std::size_t at) {
  const char quote = text[at++];
  while (at < text.size() && text[at] != quote) at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

bool opens(char c) {
  return c == '(' || c == '[' || c == '{';
}
bool closes(char c) {
  return c == ')' || c == ']' || c == '}';
}

// Where what stands at `at` ends: at a closing sign or a comma of its own depth, or where `stop` says.
template <typename Stop>
std::size_t end_of(std::string_view text, std::size_t at, const Stop& stop) {
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '\'' || c == '"') {
      at = past_quotes(text, at);
      continue;
    }
    if (depth == 0 && (closes(c) || c == ',' || stop(at))) return at;
    if (opens(c)) ++depth;
    if (closes(c)) --depth;
    ++at;
  }
  return at;
}

std::string_view bare(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::string opened(const std::string& text) {
  const std::string_view own = bare(text);
  const bool is_open = own.starts_with("dyn(") && end_of(own, 4, [](std::size_t) { return false; }) + 1 == own.size();
  return is_open || own.empty() ? std::string(own) : "dyn(" + std::string(own) + ")";
}

// `? :` of this text, at the depth that it begins with; what is in brackets is done with already.
bool is_choice(std::string_view text, std::size_t at) {
  return text[at] == '?' && at > 0 && text[at - 1] != '.' && text[at - 1] != '[' && text[at - 1] != '{' &&
         (at + 1 >= text.size() || text[at + 1] == ' ');
}

std::string choices(std::string_view text) {
  const std::size_t mark = end_of(text, 0, [&](std::size_t at) { return is_choice(text, at); });
  if (mark >= text.size() || text[mark] != '?') return std::string(text);
  int nested = 0;
  const std::size_t colon = end_of(text, mark + 1, [&](std::size_t at) {
    if (is_choice(text, at)) ++nested;
    return text[at] == ':' && nested-- == 0;
  });
  if (colon >= text.size() || text[colon] != ':') return std::string(text);
  const std::string yes = choices(text.substr(mark + 1, colon - mark - 1));
  const std::string no = choices(text.substr(colon + 1));
  return std::string(text.substr(0, mark)) + "? " + opened(yes) + " : " + opened(no);
}

// Each part between commas, or behind the colon of a map's key.
std::string open_parts(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = end_of(text, at, [](std::size_t) { return false; });
    std::string part;
    std::size_t from = at;
    for (std::size_t i = at; i < end;) {
      const char c = text[i];
      if (c == '\'' || c == '"') {
        i = past_quotes(text, i);
      } else if (opens(c)) {
        std::size_t close = i + 1;
        for (int depth = 1; close < end && depth > 0;) {
          if (text[close] == '\'' || text[close] == '"') {
            close = past_quotes(text, close);
            continue;
          }
          depth += opens(text[close]) ? 1 : closes(text[close]) ? -1 : 0;
          ++close;
        }
        part += text.substr(from, i + 1 - from);
        std::string inner = open_parts(text.substr(i + 1, close - i - 2));
        if (part.ends_with(".orValue(")) inner = opened(inner);
        part += inner;
        from = close - 1;
        i = close;
      } else {
        ++i;
      }
    }
    part += text.substr(from, end - from);
    out += choices(part);
    if (end >= text.size()) break;
    out += text[end];
    at = end + 1;
  }
  return out;
}

// `x.y` as `dyn(x).y`, where `x` is a name of its own and no end of another.
std::string with_open_object(std::string_view text, const std::string& object) {
  const auto in_name = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '.'; };
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with(object + ".") && (at == 0 || !in_name(text[at - 1]))) {
      out += "dyn(" + object + ")";
      at += object.size();
    } else {
      out += text[at++];
    }
  }
  return out;
}

// `X` of "`X` is bool and has no fields".
std::string without_fields(std::string_view why) {
  const std::size_t says = why.find("` is ");
  if (!why.starts_with('`') || says == std::string_view::npos || why.find("has no fields") == std::string_view::npos)
    return "";
  return std::string(why.substr(1, says - 1));
}

}  // namespace

bool is_about_types(std::string_view why) {
  static constexpr std::string_view kWords[] = {"has two types", "no form of it fits", "has no fields",
                                                "no such overload for the types"};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view one) { return why.find(one) != std::string_view::npos; });
}

std::string with_open_types(std::string_view expression, std::string_view why) {
  std::string text(expression);
  if (const std::string object = without_fields(why); !object.empty()) return with_open_object(text, object);
  return open_parts(text);
}

std::string text_with_open_types(std::string_view text, std::string_view why) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool value = text.substr(at).starts_with("${");
    const bool statement = text.substr(at).starts_with("%{");
    if ((!value && !statement) || (at > 0 && text[at - 1] == text[at]) || text.substr(at).starts_with("%{#")) {
      out += text[at++];
      continue;
    }
    std::size_t end = at + 2;
    for (int depth = 0; end < text.size() && (depth > 0 || text[end] != '}');) {
      if (text[end] == '\'' || text[end] == '"') {
        end = past_quotes(text, end);
        continue;
      }
      depth += text[end] == '{' ? 1 : text[end] == '}' ? -1 : 0;
      ++end;
    }
    std::string_view inner = text.substr(at + 2, end - at - 2);
    const bool eats = inner.ends_with('~');
    if (eats) inner.remove_suffix(1);
    std::string head;
    if (statement) {
      // What stands before the expression: `if`, `let x =`, `for x in`.
      for (const std::string_view word : {" in ", " = ", "else if ", "if "}) {
        const std::size_t found = inner.find(word);
        if (found == std::string_view::npos) continue;
        head = inner.substr(0, found + word.size());
        inner.remove_prefix(head.size());
        break;
      }
    }
    const bool blank = inner.ends_with(' ');
    out += std::string(text.substr(at, 2)) + head + with_open_types(bare(inner), why) + (blank ? " " : "") +
           (eats ? "~" : "");
    at = end;
  }
  return out;
}

bool open_types(Written& value, bool is_condition, std::string_view why) {
  bool any = false;
  if (value.is_scalar() && !value.plain) {
    std::string text = is_condition ? with_open_types(value.text, why) : text_with_open_types(value.text, why);
    any = text != value.text;
    value.text = std::move(text);
  }
  for (Written& item : value.items) any = open_types(item, false, why) || any;
  for (WrittenEntry& entry : value.entries) any = open_types(entry.value, false, why) || any;
  return any;
}

std::string text_that_is_a_number(std::string_view why) {
  if (!why.ends_with("must be text (this is a whole number)") && !why.ends_with("must be text (this is a number)"))
    return "";
  const std::size_t from = why.find('`');
  const std::size_t end = why.find('`', from + 1);
  return end == std::string_view::npos ? "" : std::string(why.substr(from + 1, end - from - 1));
}

bool print_numbers(Written& value) {
  if (value.is_list()) {
    bool any = false;
    for (Written& item : value.items) any = print_numbers(item) || any;
    return any;
  }
  const std::string& text = value.text;
  const bool whole = value.is_scalar() && text.starts_with("${") &&
                     end_of(text, 2, [](std::size_t) { return false; }) == text.size() - 1;
  if (!whole || text.starts_with("${string(")) return false;
  value.text = "${string(" + text.substr(2, text.size() - 3) + ")}";
  return true;
}

}  // namespace plumb::imports
