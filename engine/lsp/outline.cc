#include "engine/lsp/outline.h"

#include <algorithm>
#include <tuple>

#include "engine/lang/yaml.h"
#include "engine/lsp/expression_text.h"
#include "engine/lsp/shape.h"

namespace plumb::lsp {
namespace {

using lang::Entry;
using lang::Node;

// As the protocol numbers them.
enum SymbolKind { kModuleSymbol = 2, kNamespaceSymbol = 3, kVariableSymbol = 13, kObjectSymbol = 19, kKeySymbol = 20 };

// Where the last scalar or key below ends.
SourceSpan last_of(const Node& node, SourceSpan best) {
  const auto take = [&best](const SourceSpan& span) {
    if (std::tuple(span.end_line, span.end_column) > std::tuple(best.end_line, best.end_column)) best = span;
  };
  if (node.is_scalar()) take(node.span);
  for (const Entry& entry : node.entries) {
    take(entry.key_span);
    best = last_of(entry.value, best);
  }
  for (const Node& item : node.items) best = last_of(item, best);
  return best;
}

class Outline {
 public:
  Outline(const Registry& kinds, const Text& text, Encoding encoding)
      : kinds_(kinds), text_(text), encoding_(encoding) {}

  Json document(const Node& root) const {
    Json list = Json::array();
    for (const Entry& entry : root.entries) {
      Json symbol = of(entry, kNamespaceSymbol);
      Json children = Json::array();
      if (entry.key == "resources") {
        children = resources(entry.value);
      } else {
        for (const Entry& own : entry.value.entries) children.push_back(of(own, kVariableSymbol));
      }
      if (!children.empty()) symbol["children"] = std::move(children);
      if (entry.value.is_scalar()) symbol["detail"] = entry.value.text.substr(0, entry.value.text.find('\n'));
      list.push_back(std::move(symbol));
    }
    return list;
  }

 private:
  Json resources(const Node& list) const {
    Json children = Json::array();
    for (const Node& item : list.items) {
      if (!item.is_map() || item.entries.empty()) continue;
      const Entry& first = item.entries.front();
      const Entry* inner = item.find("resources");
      const bool block = inner != nullptr && kinds_.find(first.key) == nullptr && first.key != "use";
      Json symbol = of(first, first.key == "use" ? kModuleSymbol : block ? kNamespaceSymbol : kObjectSymbol);
      symbol["range"] = to_json(range_between(first.key_span, last_of(item, first.key_span)));
      if (block) {
        symbol["name"] = "block";
        symbol["children"] = resources(inner->value);
      } else if (first.value.is_scalar() && !first.value.text.empty()) {
        symbol["name"] = first.key + " " + first.value.text.substr(0, first.value.text.find('\n'));
      }
      children.push_back(std::move(symbol));
    }
    return children;
  }

  Range range_between(const SourceSpan& first, const SourceSpan& last) const {
    const std::size_t begin = text_.offset(first.line, first.column);
    return text_.range(begin, std::max(begin, text_.offset(last.end_line, last.end_column)), encoding_);
  }

  Json of(const Entry& entry, SymbolKind kind) const {
    return {{"name", entry.key.empty() ? std::string("?") : entry.key},
            {"kind", static_cast<int>(kind)},
            {"range", to_json(range_between(entry.key_span, last_of(entry.value, entry.key_span)))},
            {"selectionRange", to_json(text_.range(entry.key_span, encoding_))}};
  }

  const Registry& kinds_;
  const Text& text_;
  Encoding encoding_;
};

void add_fold(const SourceSpan& first, const Node& value, Json& list) {
  const int last = last_of(value, first).end_line;
  if (last > first.line) list.push_back({{"startLine", first.line - 1}, {"endLine", last - 1}});
}

void add_folds(const Node& node, Json& list) {
  for (const Entry& entry : node.entries) {
    add_fold(entry.key_span, entry.value, list);
    add_folds(entry.value, list);
  }
  for (const Node& item : node.items) {
    if (item.is_map() && !item.entries.empty()) add_fold(item.entries.front().key_span, item, list);
    add_folds(item, list);
  }
}

// --- tokens

enum TokenType { kNamespace, kVariable, kProperty, kFunction, kString, kNumber, kKeyword, kOperator };

class Tokens {
 public:
  Tokens(const Text& text, Encoding encoding) : text_(text), encoding_(encoding) {}

  // Each place is counted from the beginning of its line: what nobody reads is not worth the time.
  void add(const std::string& scalar, Writing writing, const cel::Origin& origin) {
    constexpr std::size_t kMost = 4000;
    std::size_t seen = 0;
    for (const ExpressionPlace& place : expressions_in(scalar, writing)) {
      const std::vector<cel::Token> tokens = tokens_in(scalar, place);
      seen += tokens.size();
      if (seen > kMost) return;
      for (std::size_t i = 0; i < tokens.size(); ++i) add(type_of(tokens, i), tokens[i], origin);
    }
  }

  void add(const Node& node, const std::vector<Step>& steps) {
    const bool bare = node.is_scalar() && writing_of(steps) == Writing::kBare;
    if (bare || (node.is_scalar() && node.text.find('{') != std::string::npos))
      add(node.text, bare ? Writing::kBare : Writing::kTemplate, origin_in(text_, node));
  }

  // Each as its distance from the one before, its length, its type, and no modifier.
  Json numbers() {
    std::sort(found_.begin(), found_.end());
    Json list = Json::array();
    Position last;
    for (const auto& [line, character, length, type] : found_) {
      if (line < last.line || (line == last.line && character < last.character)) continue;
      list.push_back(line - last.line);
      list.push_back(line == last.line ? character - last.character : character);
      list.push_back(length);
      list.push_back(type);
      list.push_back(0);
      last = {line, character};
    }
    return list;
  }

 private:
  static TokenType type_of(const std::vector<cel::Token>& tokens, std::size_t i) {
    switch (tokens[i].kind) {
      case cel::TokenKind::kString:
      case cel::TokenKind::kBytes:
        return kString;
      case cel::TokenKind::kInt:
      case cel::TokenKind::kUint:
      case cel::TokenKind::kDouble:
        return kNumber;
      case cel::TokenKind::kKeyword:
        return kKeyword;
      case cel::TokenKind::kName:
      case cel::TokenKind::kQuotedName:
        break;
      default:
        return kOperator;
    }
    if (i + 1 < tokens.size() && tokens[i + 1].is("(")) return kFunction;
    if (i > 0 && (tokens[i - 1].is(".") || tokens[i - 1].is(".?"))) return kProperty;
    if (i == 0 && cel::is_reserved_word(tokens[i].source)) return kKeyword;  // of a directive
    return i + 1 < tokens.size() && tokens[i + 1].is(".") ? kNamespace : kVariable;
  }

  void add(TokenType type, const cel::Token& token, const cel::Origin& origin) {
    const SourceSpan span = origin.span(token.begin, token.end);
    if (span.line < 1 || span.line != span.end_line) return;  // an editor takes none over several lines
    const Range range = text_.range(span, encoding_);
    if (range.end.character > range.begin.character)
      found_.emplace_back(range.begin.line, range.begin.character, range.end.character - range.begin.character, type);
  }

  const Text& text_;
  Encoding encoding_;
  std::vector<std::tuple<std::size_t, std::size_t, std::size_t, int>> found_;
};

Node partial_tree(const std::string& file, const Text& text) {
  Diagnostics told_elsewhere;
  return lang::read_partial_yaml(file, text.str(), told_elsewhere);
}

}  // namespace

Json symbols(const Registry& kinds, const std::string& file, const Text& text, Encoding encoding) {
  if (shape_of(file) == Shape::kTemplate) return Json::array();
  return Outline(kinds, text, encoding).document(partial_tree(file, text));
}

Json folds(const std::string& file, const Text& text) {
  Json list = Json::array();
  if (shape_of(file) != Shape::kTemplate) add_folds(partial_tree(file, text), list);
  return list;
}

const std::vector<std::string>& token_types() {
  static const std::vector<std::string> names = {"namespace", "variable", "property", "function",
                                                 "string",    "number",   "keyword",  "operator"};
  return names;
}

Json semantic_tokens(const std::string& file, const Text& text, Encoding encoding) {
  Tokens tokens(text, encoding);
  if (shape_of(file) == Shape::kTemplate) {
    tokens.add(text.str(), Writing::kTemplate, cel::Origin::of_file(file, text.str()));
  } else {
    for_each_node(partial_tree(file, text),
                  [&tokens](const Node& node, const std::vector<Step>& steps) { tokens.add(node, steps); });
  }
  return tokens.numbers();
}

}  // namespace plumb::lsp
