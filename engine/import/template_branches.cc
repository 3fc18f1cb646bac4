// Branches of a template: `if`, and what is named in one of several.
#include <algorithm>
#include <set>

#include "engine/import/expression.h"
#include "engine/import/template_translator.h"

namespace plumb::imports {
namespace {

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

// A branch that can never hold, as far as the types of the values say, is left out.
void TemplateTranslator::conditional(const std::string& rest, LocalNames& names) {
  if (set_chain(rest, names)) return;
  std::string word = "if";
  std::string text = rest;
  bool opened = false;
  bool settled = false;  // a branch that always holds stands there
  std::vector<Branch> branches;
  while (word != "endif") {
    const bool ends_line = pieces_[at_].ends_line;
    const std::size_t lets = lets_.size();
    const Cel holds = word == "else" ? Cel{"true", Type::kBool, Type::kAny, 0, "", ""} : condition_text(text, names);
    ++at_;
    if (settled || holds.text == "false") {
      skip_branch();
    } else {
      settled = holds.text == "true";
      if (opened || !settled) directive(settled ? "else" : (opened ? "else if " : "if ") + holds.text, ends_line);
      opened = opened || !settled;
      LocalNames inner(names);
      if (depth_in_blocks_ > kDeepestBlock) throw Untranslatable{"statements that are nested too deeply"};
      ++depth_in_blocks_;
      body({"elif", "else", "endif"}, inner);
      --depth_in_blocks_;
      branches.push_back({holds, {}});
      for (const std::string& name : inner.own_names()) {
        const Cel own = inner.variable(name);
        // It begins with all that is known around it.
        if (names.has(name) && names.variable(name).text == own.text) continue;
        branches.back().set.emplace(name, opened ? without_lets(own, lets) : own);
      }
    }
    text = pieces_[at_].text;
    word = first_word(text);
    if (word == "elif") text = trimmed(std::string_view(text).substr(4));
  }
  if (opened) directive("endif", pieces_[at_].ends_line);
  ++at_;
  name_behind(branches, opened, names);
}

// `{% if a %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}`: one name for one of several values.
bool TemplateTranslator::set_chain(const std::string& rest, LocalNames& names) {
  struct Choice {
    std::string condition;
    std::string value;
  };
  std::vector<Choice> branches{{rest, ""}};
  std::string name;
  std::size_t at = at_ + 1;
  bool ends_line = false;
  for (;; ++at) {
    if (at >= pieces_.size()) return false;
    const Piece& piece = pieces_[at];
    if (piece.kind == Piece::Kind::kComment) continue;
    if (piece.kind == Piece::Kind::kText) {
      if (!trimmed(piece.text).empty()) return false;
      continue;
    }
    if (piece.kind == Piece::Kind::kOutput) return false;
    const std::string word = first_word(piece.text);
    const std::string_view tail = trimmed(std::string_view(piece.text).substr(word.size()));
    if (word == "set") {
      const std::size_t equals = tail.find('=');
      if (equals == std::string_view::npos || !branches.back().value.empty()) return false;
      const std::string own(trimmed(tail.substr(0, equals)));
      if (!name.empty() && own != name) return false;
      name = own;
      branches.back().value = trimmed(tail.substr(equals + 1));
      if (changed_by(*parse_expression(branches.back().value))) return false;
    } else if (word == "elif") {
      branches.push_back({std::string(tail), ""});
    } else if (word == "else") {
      branches.push_back({"", ""});
    } else if (word == "endif") {
      ends_line = piece.ends_line;
      break;
    } else {
      return false;
    }
  }
  if (name.empty()) return false;
  const bool ends_in_else = branches.back().condition.empty();
  std::optional<Cel> before = !ends_in_else && names.knows(name) ? std::optional(names.variable(name)) : std::nullopt;
  Cel value = branches.back().condition.empty() ? Cel{"", Type::kAny, Type::kAny, 0, "", ""}
                                                : before.value_or(Cel{"null", Type::kNull, Type::kAny, 0, "", ""});
  for (auto branch = branches.rbegin(); branch != branches.rend(); ++branch) {
    if (branch->value.empty()) return false;
    const Cel own = translate(*parse_expression(branch->value), names);
    value = branch->condition.empty() ? own : choice_of(condition_text(branch->condition, names), own, value);
  }
  at_ = at + 1;
  let(name, value, ends_line, names);
  return true;
}

// To the next branch, or the end.
void TemplateTranslator::skip_branch() {
  int depth = 0;
  for (; at_ < pieces_.size(); ++at_) {
    if (pieces_[at_].kind != Piece::Kind::kStatement) continue;
    const std::string word = first_word(pieces_[at_].text);
    if (depth == 0 && (word == "elif" || word == "else" || word == "endif")) return;
    if (word == "if" || word == "for") ++depth;
    if (word == "endif" || word == "endfor") --depth;
  }
  throw Untranslatable{"`endif` is missing"};
}

// What branches name is known behind them as well: to Jinja an `if` is no block of its own.
void TemplateTranslator::name_behind(const std::vector<Branch>& branches, bool opened, LocalNames& names) {
  std::set<std::string> all;
  for (const Branch& branch : branches) {
    for (const auto& [name, value] : branch.set) all.insert(name);
  }
  std::set<std::string> names_before;
  for (const std::string& name : all) {
    if (names.knows(name)) names_before.insert(name);
  }
  for (const std::string& name : all) {
    if (opened && !is_spoken_of(name)) continue;
    if (!opened) {
      names.set(name, branches.front().set.at(name));
      continue;
    }
    const bool always =
        branches.back().holds.text == "true" &&
        std::all_of(branches.begin(), branches.end(), [&](const Branch& branch) { return branch.set.contains(name); });
    const Cel before =
        always || !names.knows(name) ? Cel{"null", Type::kNull, Type::kAny, 0, "", ""} : names.variable(name);
    Cel value = before;
    for (auto branch = branches.rbegin(); branch != branches.rend(); ++branch) {
      const auto own = branch->set.find(name);
      value = choice_of(branch->holds, own == branch->set.end() ? before : own->second, value);
    }
    let(name, value, false, names);
    if (always || names_before.contains(name)) continue;
    Cel own = names.variable(name);
    own.present = own.text + " != null";
    names.set(name, own);
  }
}

// Whether something that comes later speaks of a name.
bool TemplateTranslator::is_spoken_of(const std::string& name) const {
  return std::any_of(pieces_.begin() + static_cast<std::ptrdiff_t>(at_), pieces_.end(), [&](const Piece& piece) {
    const bool code = piece.kind == Piece::Kind::kOutput || piece.kind == Piece::Kind::kStatement;
    return code && piece.text.find(name) != std::string::npos;
  });
}

// A value without the names that were let since: outside of the branch there are none of them.
Cel TemplateTranslator::without_lets(Cel value, std::size_t since) const {
  constexpr std::size_t kLongest = 8000;
  for (std::size_t nth = lets_.size(); nth-- > since;) {
    const auto& [name, meaning] = lets_[nth];
    std::string out;
    char quote = '\0';
    for (std::size_t at = 0; at < value.text.size();) {
      const char c = value.text[at];
      const bool begins = quote == '\0' && value.text.compare(at, name.size(), name) == 0 &&
                          (at == 0 || (!in_word(value.text[at - 1]) && value.text[at - 1] != '.')) &&
                          (at + name.size() == value.text.size() || !in_word(value.text[at + name.size()]));
      if (begins) {
        out += meaning.in_brackets(rank::kAtom);
        at += name.size();
        continue;
      }
      if (quote != '\0' && c == '\\' && at + 1 < value.text.size()) out += value.text[at++];
      if (quote != '\0' && c == quote) {
        quote = '\0';
      } else if (quote == '\0' && (c == '\'' || c == '"')) {
        quote = c;
      }
      out += value.text[at++];
    }
    if (out == name) value.rank = meaning.rank;
    if (out == meaning.in_brackets(rank::kAtom)) value.rank = rank::kAtom;
    value.text = std::move(out);
    if (value.text.size() > kLongest) throw Untranslatable{"names that are set in branches, and grow too long"};
  }
  return value;
}

}  // namespace plumb::imports
