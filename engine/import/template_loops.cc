// Loops of a template: `for`, over lists and maps, with what counts its turns.
#include "engine/import/expression.h"
#include "engine/import/template_translator.h"

namespace plumb::imports {
namespace {

void count(const std::string& counter, const Cel& list, LocalNames& inner) {
  const std::string size = "size(" + list.text + ")";
  inner.set("loop.index", {counter + " + 1", Type::kInt, Type::kAny, rank::kSum, "", ""});
  inner.set("loop.index0", {counter, Type::kInt, Type::kAny, 0, "", ""});
  inner.set("loop.first", {counter + " == 0", Type::kBool, Type::kAny, rank::kRelation, "", ""});
  inner.set("loop.last", {counter + " == " + size + " - 1", Type::kBool, Type::kAny, rank::kRelation, "", ""});
  inner.set("loop.length", {size, Type::kInt, Type::kAny, 0, "", ""});
  inner.set("loop.revindex", {size + " - " + counter, Type::kInt, Type::kAny, rank::kSum, "", ""});
}

}  // namespace

void TemplateTranslator::loop(const std::string& rest, LocalNames& names) {
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
  if (!pairs && targets.size() == 1 && gather(targets[0], list, names)) return;
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
  ++depth_in_loops_;
  body({"else", "endfor"}, inner);
  --depth_in_loops_;
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

// `{% for x in xs %}{% if c %}{% set _ = list.append(y) %}{% endif %}{% endfor %}`: a loop that does nothing but fill a
// list. False, with nothing done, where it is another one.
bool TemplateTranslator::gather(const std::string& target, const Cel& list, LocalNames& names) {
  ExprPtr decides;
  ExprPtr filled;
  std::size_t at = at_ + 1;
  for (bool inside = false;; ++at) {
    if (at >= pieces_.size()) return false;
    const Piece& piece = pieces_[at];
    if (piece.kind == Piece::Kind::kComment) continue;
    if (piece.kind == Piece::Kind::kText && trimmed(piece.text).empty()) continue;
    if (piece.kind != Piece::Kind::kStatement) return false;
    const std::string word = first_word(piece.text);
    const std::string_view rest = trimmed(std::string_view(piece.text).substr(word.size()));
    if (word == "endfor") break;
    if (word == "endif" && inside) {
      if (filled == nullptr) return false;
      inside = false;
      continue;
    }
    ExprPtr made;
    if (word == "if" && !inside && decides == nullptr && filled == nullptr) {
      inside = true;
      decides = parse_expression(rest);
      // `if c and list.append(y)` fills it by the way.
      const bool both = decides->is(Expr::Kind::kAnd);
      if (changed_by(both ? *decides->children[1] : *decides)) {
        made = both ? decides->children[1] : decides;
        decides = both ? decides->children[0] : nullptr;
      }
      if (made == nullptr) continue;
    } else if (word == "do") {
      made = parse_expression(rest);
    } else if (word == "set" && rest.find('=') != std::string_view::npos) {
      made = parse_expression(rest.substr(rest.find('=') + 1));
    }
    if (made == nullptr || filled != nullptr || !changed_by(*made)) return false;
    if (made->children[0]->text != "append") return false;
    filled = made;
  }
  if (filled == nullptr) return false;
  const Changed changed = *changed_by(*filled);
  if (changed.name == target) return false;
  const auto around = named_in_.find(changed.name);
  if ((around == named_in_.end() ? 0 : around->second) != depth_in_loops_) return false;
  const bool ends_line = pieces_[at].ends_line;
  const std::string own = fresh(safe_name(target));
  LocalNames inner(names);
  inner.set(target, {own, list.item, Type::kAny, 0, "", ""});
  std::string text = list.in_brackets(0);
  if (decides != nullptr) text += ".filter(" + own + ", " + condition(*decides, inner).text + ")";
  const Cel each = translate(*filled->children[1], inner);
  if (each.text != own || list.type == Type::kMap) text += ".map(" + own + ", " + each.text + ")";
  used_.erase(own);
  const Cel before = names.variable(changed.name);
  at_ = at + 1;
  let(changed.name, {before.in_brackets(rank::kSum) + " + " + text, Type::kList, each.type, rank::kSum, "", ""},
      ends_line, names);
  return true;
}

// Whether what follows up to the end of this loop speaks of `loop`.
bool TemplateTranslator::counts() const {
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

}  // namespace plumb::imports
