// Filters of texts: patterns, remarks, digests, capitals.
#include <algorithm>
#include <functional>
#include <map>

#include "engine/import/filters.h"

namespace plumb::imports::filters {
namespace {

using Kind = Expr::Kind;

// The flags of a pattern, as RE2 has them in front of it.
std::string pattern_flags(const Arguments& given) {
  std::string flags;
  if (given.truth(99, "ignorecase")) flags += "i";
  if (given.truth(99, "multiline")) flags += "m";
  return flags.empty() ? flags : "(?" + flags + ")";
}

// A pattern with them; what is known stays one literal.
Cel flagged(const Cel& pattern, const Arguments& given) {
  const std::string flags = pattern_flags(given);
  if (flags.empty()) return pattern;
  if (const std::optional<std::string> known = literal_text(pattern))
    return made(cel_text(flags + *known), Type::kText);
  return made(cel_text(flags) + " + " + pattern.in_brackets(rank::kProduct), Type::kText, rank::kSum);
}

// Python's replacement text, whose groups are `\1` or `\g<1>`, is RE2's.
std::string group_references(std::string text) {
  for (std::size_t at = text.find("\\\\g<"); at != std::string::npos; at = text.find("\\\\g<", at)) {
    const std::size_t end = text.find('>', at);
    if (end == std::string::npos) break;
    text = text.substr(0, at + 2) + text.substr(at + 4, end - at - 4) + text.substr(end + 1);
  }
  return text;
}

// A pattern whose group `kept`, counted from 1, is the only one that catches; none where it is 0.
std::string with_group(const std::string& pattern, int kept) {
  std::string out;
  int number = 0;
  bool in_class = false;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    out += c;
    if (c == '\\' && at + 1 < pattern.size()) {
      out += pattern[++at];
    } else if (in_class) {
      // A bracket that comes first is one of its characters.
      if (c == ']' && pattern[at - 1] != '[' && !(pattern[at - 1] == '^' && at > 1 && pattern[at - 2] == '['))
        in_class = false;
    } else if (c == '[') {
      in_class = true;
    } else if (c == '(') {
      const bool named = pattern.compare(at, 3, "(?P") == 0;
      if (at + 1 < pattern.size() && pattern[at + 1] == '?' && !named) continue;
      if (++number == kept) continue;
      out += "?:";
      if (named) at = std::min(pattern.find('>', at), pattern.size());
    }
  }
  return out;
}

// What Ansible puts around a text that is a comment: a line before and behind, and signs that begin and end it.
Cel commented(const Cel& value, const Arguments& given) {
  struct Style {
    std::string_view beginning;
    std::string_view decoration;
    std::string_view end;
  };
  static const std::map<std::string, Style, std::less<>> kStyles = {{"plain", {"", "# ", ""}},
                                                                    {"erlang", {"", "% ", ""}},
                                                                    {"c", {"", "// ", ""}},
                                                                    {"cblock", {"/*", " * ", " */"}},
                                                                    {"xml", {"<!--", " - ", "-->"}}};
  const auto word = [&](std::size_t place, const char* name, std::string_view otherwise) {
    const Expr* found = given.given(place, name);
    if (found != nullptr && !found->is(Kind::kText))
      throw Untranslatable{"`comment` with a computed `" + std::string(name) + "`"};
    return found == nullptr ? std::string(otherwise) : found->text;
  };
  const std::string name = word(0, "style", "plain");
  const auto style = kStyles.find(name);
  if (style == kStyles.end()) throw Untranslatable{"`comment('" + name + "')`"};
  const std::string decoration = word(99, "decoration", style->second.decoration);
  const std::string bare = decoration.substr(0, decoration.find_last_not_of(' ') + 1);
  const std::string beginning = word(99, "beginning", style->second.beginning);
  const std::string end = word(99, "end", style->second.end);
  const std::string prefix = word(99, "prefix", bare);
  const std::string head = (beginning.empty() ? "" : beginning + "\n") + (prefix.empty() ? "" : prefix + "\n");
  const std::string tail = "\n" + word(99, "postfix", bare) + (end.empty() ? "" : "\n" + end);
  const std::string own = decoration == "# " ? "" : cel_text(decoration);
  const std::string text = text_of(value) + ".comment(" + own + ") + " + cel_text(tail);
  return made((head.empty() ? "" : cel_text(head) + " + ") + text, Type::kText, rank::kSum);
}

}  // namespace

std::optional<Cel> of_text(const Expr& expr, const Cel& value, const Arguments& given) {
  const std::string& name = expr.text;
  if (name == "replace" && given.count() >= 2)
    return made(text_of(value) + ".replace(" + text_of(given.need(0)) + ", " + text_of(given.need(1)) + ")",
                Type::kText);
  if (name == "regex_replace") {
    const Cel pattern = given.given(0, "pattern") == nullptr ? made("''", Type::kText) : given.need(0, "pattern");
    return made("regex.replace(" + text_of(value) + ", " + flagged(pattern, given).text + ", " +
                    group_references(given.text(1, "replacement", "''")) + ")",
                Type::kText);
  }
  if (name == "regex_search") {
    // With groups it gives a list of what they are; else all that matches, whatever groups there are.
    const Cel pattern = flagged(given.need(0), given);
    const std::optional<std::string> known = literal_text(pattern);
    if (given.count() < 2) {
      const std::string whole = known ? cel_text(with_group(*known, 0)) : pattern.text;
      return made("regex.extract(" + text_of(value) + ", " + whole + ").orValue('')", Type::kText);
    }
    std::string list;
    for (std::size_t i = 1; i < given.count(); ++i) {
      const Expr* group = given.given(i);
      const bool number = group != nullptr && group->is(Kind::kText) && group->text.size() == 2 &&
                          group->text[0] == '\\' && group->text[1] >= '1' && group->text[1] <= '9';
      if (!known || !number) throw Untranslatable{"`regex_search` with groups that have names"};
      list += (list.empty() ? "" : ", ") + std::string("?regex.extract(") + text_of(value) + ", " +
              cel_text(with_group(*known, group->text[1] - '0')) + ")";
    }
    return made("[" + list + "]", Type::kList, Type::kText);
  }
  if (name == "regex_findall")
    return made("regex.extractAll(" + text_of(value) + ", " + flagged(given.need(0), given).text + ")", Type::kList,
                Type::kText);
  if (name == "split" && given.count() == 0) return words_of(value);
  if (name == "split") return made(text_of(value) + ".split(" + given.need(0).text + ")", Type::kList, Type::kText);
  if (name == "indent") {
    const std::string width = given.text(0, "width", "4");
    return made(text_of(value) + ".indent(" + width + ")", Type::kText);
  }
  if (name == "comment") return commented(value, given);
  if (name == "hash" || name == "checksum") {
    const Expr* kind = given.given(0, "hashtype");
    const std::string which = kind != nullptr && kind->is(Kind::kText) ? kind->text : "sha1";
    if (which != "sha1" && which != "sha256" && which != "sha512" && which != "md5")
      throw Untranslatable{"`hash('" + which + "')`"};
    return made(which + "(" + text_of(value) + ")", Type::kText);
  }
  if (name == "title")
    return made(
        text_of(value) +
            ".lowerAscii().split(' ').map(w, w.split('-').map(p, p == '' ? p : p.substring(0, 1).upperAscii() + "
            "p.substring(1)).join('-')).join(' ')",
        Type::kText);
  if (name == "capitalize")
    return made("cel.bind(t, " + value.text + ", t.substring(0, 1).upperAscii() + t.substring(1).lowerAscii())",
                Type::kText);
  if (name == "truncate") {
    // Else it ends between two words, with dots.
    const Expr* end = given.given(2, "end");
    if (!given.truth(1, "killwords") || end == nullptr || !end->is(Kind::kText) || !end->text.empty())
      throw Untranslatable{"`truncate` that ends between words, or with a sign"};
    // What is longer by no more than the leeway stays whole.
    const std::string length = given.text(0, "length", "255");
    return made("cel.bind(t, " + text_of(value) + ", size(t) <= " + length + " + " + given.text(3, "leeway", "5") +
                    " ? t : t.substring(0, " + length + "))",
                Type::kText);
  }
  if (name == "splitext")
    return made("[path.withoutExtension(" + text_of(value) + "), path.extension(" + text_of(value) + ")]", Type::kList,
                Type::kText);
  if (name == "format") {
    std::string list;
    for (std::size_t i = 0; i < given.count(); ++i) list += (list.empty() ? "" : ", ") + formatted(given.need(i));
    return made(base(value) + ".format([" + list + "])", Type::kText);
  }
  return std::nullopt;
}

}  // namespace plumb::imports::filters
