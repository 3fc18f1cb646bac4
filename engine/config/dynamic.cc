#include "engine/config/dynamic.h"

#include <algorithm>

#include "engine/config/untyped.h"
#include "engine/lang/cel/convert.h"
#include "engine/lang/text_position.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

// Literal text with `$${` undone; a node without expressions.
void unescape(Node& node) {
  std::string& text = node.text;
  for (std::size_t at = text.find("$${"); at != std::string::npos; at = text.find("$${", at + 2)) text.erase(at, 1);
}

std::optional<Node> to_node(const Json& value, const SourceSpan& span) {
  Node node;
  node.span = span;
  if (value.is_array()) {
    node.kind = Node::Kind::kSequence;
    for (const Json& item : value) node.items.push_back(*to_node(item, span));
  } else if (value.is_object()) {
    node.kind = Node::Kind::kMap;
    for (const auto& [key, member] : value.items()) node.entries.push_back({key, span, *to_node(member, span)});
  } else if (!value.is_null()) {
    node.kind = Node::Kind::kScalar;
    node.style = value.is_string() ? lang::Style::kDoubleQuoted : lang::Style::kPlain;
    node.text = value.is_string() ? value.get<std::string>() : canonical(value);
  }
  return node;
}

// Walks a node and gives each expression its value.
class NodeResolver {
 public:
  NodeResolver(std::span<const Dynamic::Spot> spots, bool reads_sensitive, const Evaluation& evaluation)
      : spots_(spots), reads_sensitive_(reads_sensitive), evaluation_(evaluation) {}

  std::optional<Node> node(const Node& given) {
    if (is_spot(given)) {
      const auto value = next();
      return value ? node_of(*value, given) : std::nullopt;
    }
    Node result = given;
    if (given.is_scalar()) unescape(result);
    for (std::size_t i = 0; i < given.items.size(); ++i) {
      auto item = node(given.items[i]);
      if (!item) return std::nullopt;
      result.items[i] = std::move(*item);
    }
    for (std::size_t i = 0; i < given.entries.size(); ++i) {
      auto member = node(given.entries[i].value);
      if (!member) return std::nullopt;
      result.entries[i].value = std::move(*member);
    }
    return result;
  }

  std::optional<Node> node_of(const cel::Value& value, const Node& given) {
    Json json;
    if (const cel::Value problem = cel::to_json(value, json, budget_); problem.is_error()) {
      tell(problem, given);
      return std::nullopt;
    }
    return to_node(json, given.span);
  }

  std::optional<cel::Value> value(const Node& given) {
    if (is_spot(given)) return next();
    if (given.is_sequence()) {
      std::vector<cel::Value> items;
      for (const Node& item : given.items) {
        auto one = value(item);
        if (!one) return std::nullopt;
        items.push_back(std::move(*one));
      }
      return cel::Value::list(std::move(items));
    }
    if (given.is_map()) {
      std::vector<std::pair<std::string, cel::Value>> fields;
      for (const Entry& entry : given.entries) {
        auto member = value(entry.value);
        if (!member) return std::nullopt;
        fields.emplace_back(entry.key, std::move(*member));
      }
      return cel::Value::record(std::move(fields));
    }
    Node literal = given;
    unescape(literal);
    return cel::from_json(untyped(literal));
  }

 private:
  bool is_spot(const Node& given) const { return at_ < spots_.size() && spots_[at_].node == &given; }

  std::optional<cel::Value> next() {
    const Dynamic::Spot& spot = spots_[at_++];
    auto value = spot.text.evaluate(evaluation_.activation, budget_);
    if (value) return std::move(*value);
    report_fault(std::move(value.error()), reads_sensitive_, *spot.node, evaluation_);
    return std::nullopt;
  }

  void tell(const cel::Value& problem, const Node& at) {
    const auto& error = problem.as_error();
    cel::Fault fault{error.code, 0, 0, error.message, "this value", error.hint};
    if (reads_sensitive_) fault = cel::without_values(std::move(fault));
    evaluation_.diagnostics.add(cel::diagnose(fault).at(at.span, fault.label));
  }

  std::span<const Dynamic::Spot> spots_;
  bool reads_sensitive_;
  const Evaluation& evaluation_;
  cel::Budget budget_;
  std::size_t at_ = 0;
};

bool compile_texts(const Node& node, const ExpressionScope& scope, std::vector<Dynamic::Spot>& spots) {
  bool good = true;
  for (const Node& item : node.items) good = compile_texts(item, scope, spots) && good;
  for (const Entry& entry : node.entries) good = compile_texts(entry.value, scope, spots) && good;
  if (!node.is_scalar() || !lang::may_interpolate(node.text)) return good;
  auto text = lang::Interpolation::parse(node.text, scope.environment, std::nullopt, scope.proved);
  if (!text) {
    report_fault(text.error(), node, scope.sources, scope.diagnostics);
    return false;
  }
  if (!text->is_literal()) spots.push_back({&node, std::move(*text)});
  return good;
}

}  // namespace

bool may_be_dynamic(const Node& node) {
  if (node.is_scalar()) return lang::may_interpolate(node.text);
  return std::any_of(node.items.begin(), node.items.end(), may_be_dynamic) ||
         std::any_of(node.entries.begin(), node.entries.end(),
                     [](const Entry& entry) { return may_be_dynamic(entry.value); });
}

void report_fault(const cel::Fault& fault, const Node& scalar, const lang::SourceMap& sources,
                  Diagnostics& diagnostics) {
  if (!sources.text(scalar.span.file).empty()) {
    diagnostics.add(cel::diagnose(fault, lang::origin_of(scalar, sources)));
  } else {
    Diagnostic diagnostic = cel::diagnose(fault);
    diagnostic.span = scalar.span;
    diagnostics.add(std::move(diagnostic));
  }
}

void report_fault(cel::Fault fault, bool reads_sensitive, const Node& scalar, const Evaluation& evaluation) {
  if (cel::was_told(fault)) return;
  if (reads_sensitive) fault = cel::without_values(std::move(fault));
  report_fault(fault, scalar, evaluation.sources, evaluation.diagnostics);
}

std::optional<Dynamic> Dynamic::compile(WrittenValue written, const ExpressionScope& scope) {
  std::vector<Spot> spots;
  if (!compile_texts(*written, scope, spots)) return std::nullopt;
  return Dynamic(std::move(written), std::move(spots));
}

Dynamic::Dynamic(WrittenValue written, std::vector<Spot> spots) : node_(std::move(written)), spots_(std::move(spots)) {
  std::size_t spot = 0;
  type_ = type_of(*node_, spot);
}

cel::Type Dynamic::type_of(const Node& node, std::size_t& spot) const {
  using Type = cel::Type;
  if (spot < spots_.size() && spots_[spot].node == &node) return spots_[spot++].text.type();
  if (node.is_map()) {
    std::vector<cel::Field> fields;
    for (const Entry& entry : node.entries) fields.push_back({entry.key, type_of(entry.value, spot), false});
    return cel::make_record("this map", std::move(fields));
  }
  if (node.is_sequence()) {
    std::optional<Type> common;
    for (const Node& item : node.items) {
      const Type type = type_of(item, spot);
      common = !common || *common == type ? type : Type();
    }
    return Type::list(common.value_or(Type()));
  }
  const Json literal = untyped(node);
  if (literal.is_boolean()) return Type(Type::Kind::kBool);
  if (literal.is_number_integer()) return Type(Type::Kind::kInt);
  if (literal.is_number()) return Type(Type::Kind::kDouble);
  if (literal.is_null()) return Type(Type::Kind::kNull);
  return Type(Type::Kind::kString);
}

std::vector<cel::Reference> Dynamic::references() const {
  std::vector<cel::Reference> all;
  for (const Spot& spot : spots_) all.insert(all.end(), spot.text.references().begin(), spot.text.references().end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

bool Dynamic::calls_host() const {
  return std::any_of(spots_.begin(), spots_.end(), [](const Spot& spot) { return spot.text.calls_host(); });
}

std::optional<Node> Dynamic::resolve(const Evaluation& evaluation) const {
  return NodeResolver(spots_, reads_sensitive_, evaluation).node(*node_);
}

std::optional<cel::Value> Dynamic::evaluate(const Evaluation& evaluation) const {
  return NodeResolver(spots_, reads_sensitive_, evaluation).value(*node_);
}

std::optional<Node> Dynamic::node_of(const cel::Value& value, const Evaluation& evaluation) const {
  return NodeResolver(spots_, reads_sensitive_, evaluation).node_of(value, *node_);
}

std::optional<Expression> Expression::compile(WrittenValue written, const ExpressionScope& scope,
                                              const std::optional<cel::Type>& wanted) {
  cel::CompileOptions options;
  options.wanted = wanted;
  options.proved = scope.proved;
  auto program = cel::compile(written->text, scope.environment, options);
  if (program) return Expression(std::move(written), std::move(*program));
  cel::Fault fault = std::move(program.error());
  if (lang::may_interpolate(written->text) && fault.code == Code::kExpressionSyntax) {
    fault.hint = "this is a bare expression: write it without `${` and `}`";
  }
  report_fault(fault, *written, scope.sources, scope.diagnostics);
  return std::nullopt;
}

std::optional<cel::Value> Expression::evaluate(const Evaluation& evaluation) const {
  auto value = program_.evaluate(evaluation.activation);
  if (value) return std::move(*value);
  report_fault(std::move(value.error()), reads_sensitive_, *node_, evaluation);
  return std::nullopt;
}

std::optional<Condition> Condition::compile(WrittenValue written, const ExpressionScope& scope) {
  auto expression = Expression::compile(std::move(written), scope, cel::Type(cel::Type::Kind::kBool));
  if (!expression) return std::nullopt;
  return Condition(std::move(*expression));
}

std::optional<bool> Condition::holds(const Evaluation& evaluation) const {
  const auto value = expression_.evaluate(evaluation);
  if (!value) return std::nullopt;
  if (value->is(cel::Kind::kBool)) return value->as_bool();
  evaluation.diagnostics.add(Diagnostic(Code::kExpressionType, "a condition must be true or false")
                                 .at(span(), "this is " + std::string(cel::type_name(value->kind()))));
  return std::nullopt;
}

}  // namespace plumb::config
