#include "engine/import/jinja_template.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "engine/base/outside_text.h"
#include "engine/import/expression.h"
#include "engine/import/jinja_pieces.h"

namespace plumb::imports {
namespace {

constexpr int kDeepestTemplate = 20;
constexpr int kDeepestBlock = 60;
constexpr std::size_t kMostExpanded = std::size_t{1} << 20;

class Translator {
 public:
  Translator(std::vector<Piece> pieces, LocalNames& names, const TemplateOptions& options, int depth)
      : pieces_(std::move(pieces)), names_(names), options_(options), depth_(depth) {}

  std::string run() {
    body({}, names_);
    if (at_ < pieces_.size()) throw Untranslatable{"`" + pieces_[at_].text + "` without its beginning"};
    return out_;
  }
  int line() const { return at_ < pieces_.size() ? pieces_[at_].line : 0; }

 private:
  static std::string literal(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text.substr(at).starts_with("${")) out += '$';
      if (text.substr(at).starts_with("%{")) out += '%';
      out += text[at];
    }
    return out;
  }

  void directive(const std::string& text, bool ends_line) { out_ += "%{ " + text + (ends_line ? " ~}\n" : " }"); }

  // Up to a statement that begins with one of `ends`, which is left standing.
  void body(const std::vector<std::string>& ends, LocalNames& names) {
    while (at_ < pieces_.size()) {
      const Piece& piece = pieces_[at_];
      switch (piece.kind) {
        case Piece::Kind::kText:
          out_ += literal(piece.text);
          break;
        case Piece::Kind::kComment: {
          std::string text = piece.text;
          for (std::size_t end = text.find("#}"); end != std::string::npos; end = text.find("#}")) text.erase(end, 2);
          for (std::size_t end = text.find("~}"); end != std::string::npos; end = text.find("~}")) text.erase(end, 2);
          out_ += "%{# " + text + (piece.ends_line ? " #~}\n" : " #}");
          break;
        }
        case Piece::Kind::kOutput: {
          if (out_.size() > kMostExpanded) throw Untranslatable{"a template that grows beyond a megabyte"};
          const ExprPtr expr = parse_expression(piece.text);
          if (expand(*expr, names)) break;
          const Cel value = translate(*expr, names);
          if (value.type == Type::kMap) throw Untranslatable{"a map that is printed as Python writes it"};
          const std::optional<std::string> known = literal_text(value);
          out_ +=
              known && !piece.ends_line ? literal(*known) : "${" + printed(value) + (piece.ends_line ? " ~}\n" : "}");
          break;
        }
        case Piece::Kind::kStatement: {
          const std::string word = first_word(piece.text);
          if (std::find(ends.begin(), ends.end(), word) != ends.end()) return;
          statement(word, std::string(trimmed(std::string_view(piece.text).substr(word.size()))), names);
          continue;
        }
      }
      ++at_;
    }
    if (!ends.empty()) throw Untranslatable{"`" + ends.back() + "` is missing"};
  }

  // Takes what it begins with, and all that belongs to it.
  void statement(const std::string& word, const std::string& rest, LocalNames& names) {
    const bool ends_line = pieces_[at_].ends_line;
    if (word == "if") return conditional(rest, names);
    if (word == "for") return loop(rest, names);
    if (word == "set") return name_value(rest, ends_line, names);
    if (word == "block") {
      skip();
      body({"endblock"}, names);
      return skip();
    }
    if (word == "include") return include(rest, names);
    if (word == "macro") return define(rest);
    throw Untranslatable{"the statement `" + word + "`"};
  }

  // A statement that has no counterpart: what it takes away around it is gone already.
  void skip() { ++at_; }

  // A branch, and what it names.
  struct Branch {
    Cel holds;
    std::map<std::string, Cel> set;
  };

  // A branch that can never hold, as far as the types of the values say, is left out.
  void conditional(const std::string& rest, LocalNames& names) {
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

  // What branches name is known behind them as well: to Jinja an `if` is no block of its own.
  void name_behind(const std::vector<Branch>& branches, bool opened, LocalNames& names) {
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
      const bool always = branches.back().holds.text == "true" &&
                          std::all_of(branches.begin(), branches.end(),
                                      [&](const Branch& branch) { return branch.set.contains(name); });
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
  bool is_spoken_of(const std::string& name) const {
    return std::any_of(pieces_.begin() + static_cast<std::ptrdiff_t>(at_), pieces_.end(), [&](const Piece& piece) {
      const bool code = piece.kind == Piece::Kind::kOutput || piece.kind == Piece::Kind::kStatement;
      return code && piece.text.find(name) != std::string::npos;
    });
  }

  // A value without the names that were let since: outside of the branch there are none of them.
  Cel without_lets(Cel value, std::size_t since) const {
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
  static bool in_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  // To the next branch, or the end.
  void skip_branch() {
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

  struct Macro {
    std::vector<std::string> parameters;
    std::map<std::string, ExprPtr> defaults;
    std::vector<Piece> pieces;
  };

  // A macro is kept, and put in the place of each call.
  void define(const std::string& rest) {
    const ExprPtr head = parse_expression(rest);
    if (!head->is(Expr::Kind::kCall) || !head->children[0]->is(Expr::Kind::kName)) throw Untranslatable{"a `macro`"};
    Macro macro;
    for (std::size_t at = 1; at < head->children.size(); ++at) {
      if (!head->children[at]->is(Expr::Kind::kName)) throw Untranslatable{"a `macro` that takes parts"};
      macro.parameters.push_back(head->children[at]->text);
    }
    for (const auto& [name, value] : head->named) {
      macro.parameters.push_back(name);
      macro.defaults[name] = value;
    }
    ++at_;
    const std::size_t from = at_;
    for (int depth = 0; at_ < pieces_.size(); ++at_) {
      const std::string word = pieces_[at_].kind == Piece::Kind::kStatement ? first_word(pieces_[at_].text) : "";
      if (word == "macro") ++depth;
      if (word == "endmacro" && depth-- == 0) break;
    }
    if (at_ >= pieces_.size()) throw Untranslatable{"`endmacro` is missing"};
    macro.pieces.assign(pieces_.begin() + static_cast<std::ptrdiff_t>(from),
                        pieces_.begin() + static_cast<std::ptrdiff_t>(at_));
    macros_[head->children[0]->text] = std::move(macro);
    ++at_;
  }

  // Whether `expr` calls a macro, which is put in its place then.
  bool expand(const Expr& expr, LocalNames& names) {
    if (!expr.is(Expr::Kind::kCall) || !expr.children[0]->is(Expr::Kind::kName)) return false;
    const auto found = macros_.find(expr.children[0]->text);
    if (found == macros_.end()) return false;
    if (depth_ > kDeepestTemplate) throw Untranslatable{"macros that call each other too deeply"};
    const Macro& macro = found->second;
    LocalNames inner(names);
    for (std::size_t at = 0; at < macro.parameters.size(); ++at) {
      const std::string& parameter = macro.parameters[at];
      ExprPtr given = at + 1 < expr.children.size() ? expr.children[at + 1] : nullptr;
      for (const auto& [name, value] : expr.named) {
        if (name == parameter) given = value;
      }
      if (given == nullptr && macro.defaults.contains(parameter)) given = macro.defaults.at(parameter);
      inner.set(parameter,
                given != nullptr ? translate(*given, names) : Cel{"null", Type::kNull, Type::kAny, 0, "", "false"});
    }
    Translator body(macro.pieces, inner, options_, depth_ + 1);
    body.used_ = used_;
    body.macros_ = macros_;
    out_ += body.run();
    return true;
  }

  // `{% if a %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}`: one name for one of several values.
  bool set_chain(const std::string& rest, LocalNames& names) {
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

  void let(const std::string& name, const Cel& value, bool ends_line, LocalNames& names) {
    std::string own = fresh(safe_name(name));
    directive("let " + own + " = " + value.text, ends_line);
    lets_.emplace_back(own, value);
    names.set(name, {own, value.type, value.item, 0, "", ""});
  }

  void name_value(const std::string& rest, bool ends_line, LocalNames& names) {
    const std::size_t equals = rest.find('=');
    if (equals == std::string::npos) throw Untranslatable{"`set` over several lines"};
    const std::string name(trimmed(std::string_view(rest).substr(0, equals)));
    if (name.find_first_of(".,[( ") != std::string::npos) throw Untranslatable{"`set` of a part of a value"};
    const Cel value = translate(*parse_expression(std::string_view(rest).substr(equals + 1)), names);
    ++at_;
    let(name, value, ends_line, names);
  }

  std::string fresh(std::string name) {
    while (used_.contains(name)) name += "_";
    used_[name] = true;
    return name;
  }

  // Whether what follows up to the end of this loop speaks of `loop`.
  bool counts() const {
    int depth = 0;
    for (std::size_t i = at_ + 1; i < pieces_.size(); ++i) {
      const Piece& piece = pieces_[i];
      if (piece.kind == Piece::Kind::kText || piece.kind == Piece::Kind::kComment) continue;
      const std::string word = first_word(piece.text);
      if (piece.kind == Piece::Kind::kStatement && word == "for") ++depth;
      if (piece.kind == Piece::Kind::kStatement && word == "endfor" && depth-- == 0) return false;
      if (depth == 0 && piece.text.find("loop.") != std::string::npos) return true;
    }
    return false;
  }

  void loop(const std::string& rest, LocalNames& names) {
    const std::size_t in = rest.find(" in ");
    if (in == std::string::npos) throw Untranslatable{"`for` without `in`"};
    std::vector<std::string> targets;
    std::vector<ExprPtr> named = parse_list(std::string_view(rest).substr(0, in));
    if (named.size() == 1 && named[0]->is(Expr::Kind::kList)) named = named[0]->children;
    for (const ExprPtr& target : named) {
      if (!target->is(Expr::Kind::kName)) throw Untranslatable{"a `for` that takes parts"};
      targets.push_back(target->text);
    }
    std::string source = rest.substr(in + 4);
    if (source.ends_with(" recursive")) throw Untranslatable{"a recursive `for`"};
    ExprPtr expr = parse_expression(source);
    ExprPtr only;
    if (expr->is(Expr::Kind::kConditional) && expr->children[2] == nullptr) {
      only = expr->children[1];
      expr = expr->children[0];
    }
    Cel list = translate(*expr, names);
    LocalNames inner(names);
    const bool counted = counts();
    const bool pairs = targets.size() == 2;
    const bool sorted = source.find("dictsort") != std::string::npos || source.ends_with("| sort") ||
                        source.ends_with("|sort") || source.ends_with("| sort)");
    const auto calls = [&](std::string_view word) { return source.find(word) != std::string::npos; };
    const bool of_map = list.type == Type::kMap || calls(".items()") || calls(".iteritems()") || calls("| items") ||
                        calls("dict2items") || calls(".keys()") || calls(".values()");
    if (of_map && !sorted) walks_maps_ = true;
    // Without a word that makes pairs of a map, two names take what is a list of pairs.
    const bool list_of_pairs = list.type == Type::kList || (list.type == Type::kAny && !of_map);
    if (targets.size() > 2) throw Untranslatable{"a `for` with three names"};
    std::string head;
    std::vector<std::string> own;
    for (const std::string& target : targets) own.push_back(fresh(safe_name(target)));
    if (only != nullptr) {
      if (pairs) throw Untranslatable{"a `for` over pairs with a condition"};
      LocalNames chosen(names);
      chosen.set(targets[0], {"e", list.item, Type::kAny, 0, "", ""});
      list.text = list.in_brackets(0) + ".filter(e, " + condition(*only, chosen).text + ")";
      list.rank = 0;
    }
    std::string counter;
    if (pairs && counted) throw Untranslatable{"a `for` over pairs that counts"};
    if (pairs) {
      // Pairs of a map; a list of pairs has them as its elements.
      if (list_of_pairs) {
        const std::string pair = fresh("pair");
        directive("for " + pair + " in " + list.text, pieces_[at_].ends_line);
        inner.set(targets[0], {pair + "[0]", Type::kAny, Type::kAny, 0, "", ""});
        inner.set(targets[1], {pair + "[1]", Type::kAny, Type::kAny, 0, "", ""});
      } else {
        directive("for " + own[0] + ", " + own[1] + " in " + list.text, pieces_[at_].ends_line);
        inner.set(targets[0], {own[0], Type::kText, Type::kAny, 0, "", ""});
        inner.set(targets[1], {own[1], Type::kAny, Type::kAny, 0, "", ""});
      }
    } else {
      if (list.type == Type::kMap) list.text = list.in_brackets(0) + ".map(k, k)";
      if (list.type == Type::kMap) list.item = Type::kText;
      if (counted) counter = fresh(own[0] + "_index");
      directive("for " + (counted ? counter + ", " : "") + own[0] + " in " + list.text, pieces_[at_].ends_line);
      inner.set(targets[0], {own[0], list.item, Type::kAny, 0, "", ""});
      if (counted) count(counter, list, inner);
    }
    ++at_;
    if (depth_in_blocks_ > kDeepestBlock) throw Untranslatable{"statements that are nested too deeply"};
    ++depth_in_blocks_;
    body({"else", "endfor"}, inner);
    --depth_in_blocks_;
    const bool otherwise = first_word(pieces_[at_].text) == "else";
    directive("endfor", pieces_[at_].ends_line);
    ++at_;
    if (otherwise) {
      // What stands there where the list is empty.
      directive("if size(" + list.text + ") == 0", false);
      LocalNames empty(names);
      body({"endfor"}, empty);
      directive("endif", pieces_[at_].ends_line);
      ++at_;
    }
    for (const std::string& name : own) used_.erase(name);
  }

  static void count(const std::string& counter, const Cel& list, LocalNames& inner) {
    const std::string size = "size(" + list.text + ")";
    inner.set("loop.index", {counter + " + 1", Type::kInt, Type::kAny, rank::kSum, "", ""});
    inner.set("loop.index0", {counter, Type::kInt, Type::kAny, 0, "", ""});
    inner.set("loop.first", {counter + " == 0", Type::kBool, Type::kAny, rank::kRelation, "", ""});
    inner.set("loop.last", {counter + " == " + size + " - 1", Type::kBool, Type::kAny, rank::kRelation, "", ""});
    inner.set("loop.length", {size, Type::kInt, Type::kAny, 0, "", ""});
    inner.set("loop.revindex", {size + " - " + counter, Type::kInt, Type::kAny, rank::kSum, "", ""});
  }

  void include(const std::string& rest, LocalNames& names) {
    std::string text = rest;
    for (const char* tail : {" with context", " without context", " ignore missing"}) {
      if (const std::size_t at = text.find(tail); at != std::string::npos) text.erase(at, std::string(tail).size());
    }
    const std::optional<lang::Node> path = constant_of(*parse_expression(text), names);
    if (!path || !path->is_scalar()) throw Untranslatable{"an `include` whose name hangs on the host"};
    if (depth_ > kDeepestTemplate) throw Untranslatable{"templates that include each other too deeply"};
    const std::optional<std::string> source = options_.included ? options_.included(path->text) : std::nullopt;
    if (!source) throw Untranslatable{"the included template `" + path->text + "`, which is not there"};
    // A part does not see what the templates around it name; so it is put in its place as a whole.
    int line = 1;
    Translator inner(pieces_of(*source, true, line), names, options_, depth_ + 1);
    inner.used_ = used_;
    inner.macros_ = macros_;
    out_ += inner.run();
    ++at_;
  }

  std::vector<Piece> pieces_;
  LocalNames& names_;
  const TemplateOptions& options_;
  int depth_ = 0;
  int depth_in_blocks_ = 0;
  bool walks_maps_ = false;
  std::size_t at_ = 0;
  std::string out_;
  std::vector<std::pair<std::string, Cel>> lets_;  // what each `let` is, in order
  std::map<std::string, bool> used_;
  std::map<std::string, Macro> macros_;

  friend TranslatedTemplate plumb::imports::translate_template(std::string_view, Names&, const TemplateOptions&);
};

}  // namespace

TranslatedTemplate translate_template(std::string_view source, Names& names, const TemplateOptions& options) {
  TranslatedTemplate result;
  int line = 1;
  LocalNames local(names);
  try {
    Translator translator(pieces_of(source, false, line, options.layout), local, options, 0);
    try {
      result.text = translator.run();
      result.walks_maps = translator.walks_maps_;
    } catch (const Untranslatable& problem) {
      result.problem = outside_line(problem.reason);
      result.line = translator.line();
    }
  } catch (const Untranslatable& problem) {
    result.problem = outside_line(problem.reason);
    result.line = line;
  }
  return result;
}

}  // namespace plumb::imports
