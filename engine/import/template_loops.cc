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
