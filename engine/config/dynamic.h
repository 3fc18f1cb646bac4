// A value of the configuration in which some texts are expressions: compiled once, worked out for each host.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/config/parsed.h"
#include "engine/lang/interpolation.h"
#include "engine/lang/source.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// Whether a text below the node holds an expression or an escaped `${`.
bool may_be_dynamic(const lang::Node& node);

// Tells of a fault in the text of a scalar.
void report_fault(const cel::Fault& fault, const lang::Node& scalar, const lang::SourceMap& sources,
                  Diagnostics& diagnostics);

// What one evaluation needs.
struct Evaluation {
  const cel::Activation& activation;
  const lang::SourceMap& sources;
  Diagnostics& diagnostics;
  // Sensitive attributes without a value are left out of their resource.
  bool without_secrets = false;
};

// The same of a fault of an evaluation; of one that reads what is sensitive without any value.
void report_fault(cel::Fault fault, bool reads_sensitive, const lang::Node& scalar, const Evaluation& evaluation);

// The names that expressions may use, the texts they stand in, and where faults are told.
struct ExpressionScope {
  const cel::Environment& environment;
  const lang::SourceMap& sources;
  Diagnostics& diagnostics;
  std::vector<cel::Guard> proved = {};  // by the `when` around them
};

class Dynamic {
 public:
  // A text in the node that is an expression.
  struct Spot {
    const lang::Node* node = nullptr;
    lang::Interpolation text;
  };

  // Reads and checks the expressions. Nothing after a fault was told.
  static std::optional<Dynamic> compile(WrittenValue written, const ExpressionScope& scope);

  const lang::Node& node() const { return *node_; }
  const SourceSpan& span() const { return node_->span; }
  std::span<const Spot> spots() const { return spots_; }  // in the order of the text
  // Of the whole value, where no schema says more.
  const cel::Type& type() const { return type_; }
  std::vector<cel::Reference> references() const;
  bool calls_host() const;
  // From here on faults of its evaluation tell nothing of values, where it reads what is sensitive.
  void set_reads_sensitive(bool reads) { reads_sensitive_ = reads; }

  // The node with values in the places of its expressions; nothing after a fault was told.
  std::optional<lang::Node> resolve(const Evaluation& evaluation) const;
  // The value where no schema types it.
  std::optional<cel::Value> evaluate(const Evaluation& evaluation) const;

  // Whether the whole is one expression, so that evaluate() and then node_of() do what resolve() does.
  bool is_expression() const { return spots_.size() == 1 && spots_.front().node == node_.get(); }
  std::optional<lang::Node> node_of(const cel::Value& value, const Evaluation& evaluation) const;

 private:
  Dynamic(WrittenValue written, std::vector<Spot> spots);

  cel::Type type_of(const lang::Node& node, std::size_t& spot) const;

  WrittenValue node_;
  std::vector<Spot> spots_;
  cel::Type type_;
  bool reads_sensitive_ = false;
};

// A bare expression, without `${` and `}` around it.
class Expression {
 public:
  // Nothing after a fault was told.
  static std::optional<Expression> compile(WrittenValue written, const ExpressionScope& scope,
                                           const std::optional<cel::Type>& wanted = std::nullopt);

  const cel::Program& program() const { return program_; }
  const SourceSpan& span() const { return node_->span; }
  const std::string& text() const { return node_->text; }
  // As that of Dynamic.
  void set_reads_sensitive(bool reads) { reads_sensitive_ = reads; }
  // Nothing after a fault was told.
  std::optional<cel::Value> evaluate(const Evaluation& evaluation) const;

 private:
  Expression(WrittenValue written, cel::Program program) : node_(std::move(written)), program_(std::move(program)) {}

  WrittenValue node_;
  cel::Program program_;
  bool reads_sensitive_ = false;
};

// What `when` holds.
class Condition {
 public:
  // Nothing after a fault was told.
  static std::optional<Condition> compile(WrittenValue written, const ExpressionScope& scope);

  const cel::Program& program() const { return expression_.program(); }
  const SourceSpan& span() const { return expression_.span(); }
  const std::string& text() const { return expression_.text(); }
  void set_reads_sensitive(bool reads) { expression_.set_reads_sensitive(reads); }
  // Nothing after a fault was told.
  std::optional<bool> holds(const Evaluation& evaluation) const;

 private:
  explicit Condition(Expression expression) : expression_(std::move(expression)) {}

  Expression expression_;
};

}  // namespace plumb::config
