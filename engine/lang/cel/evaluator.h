// Evaluation of one program for one activation. Inside engine/lang/cel only.
#pragma once

#include "engine/lang/cel/code.h"

namespace plumb::cel {

class Evaluator {
 public:
  Evaluator(const ProgramCode& code, const Activation& activation, Budget& budget, Value* locals)
      : code_(code), activation_(activation), budget_(budget), locals_(locals) {}

  // The value of a node. It stands in `scratch`, or where it stood already: in a constant, a slot, a local or inside
  // one of those; it is then valid until the local changes. Texts, lists and maps are so never copied to be looked at.
  const Value& evaluate(std::uint32_t index, Value& scratch);

 private:
  const Value& variable(const Node& node, Value& scratch);
  const Value& select(const Node& node, Value& scratch);
  const Value& select_optional(const Node& node, const Value& operand, Value& scratch);
  const Value& has(const Node& node, Value& scratch);
  const Value& index(const Node& node, Value& scratch);
  const Value& call(const Node& node, Value& scratch);
  const Value& logic(const Node& node, Value& scratch);
  const Value& conditional(const Node& node, Value& scratch);
  const Value& binary(const Node& node, Value& scratch);
  const Value& negate(const Node& node, Value& scratch);
  const Value& concatenate(const Node& node, Value& scratch);
  const Value& text(const Node& node, Value& scratch);
  const Value& list(const Node& node, Value& scratch);
  const Value& map(const Node& node, Value& scratch);
  const Value& bind(const Node& node, Value& scratch);
  const Value& block(const Node& node, Value& scratch);

  // evaluate_macros.cc
  const Value& macro(const Node& node, Value& scratch);
  const Value& walk(const Node& node, const Comprehension& shape, const Value& range, Value& scratch);
  const Value& sort_by(const Node& node, const Comprehension& shape, const Value& range, Value& scratch);
  const Value& map_optional(const Node& node, const Comprehension& shape, const Value& target, Value& scratch);

  const Value& fail(const Node& node, Value& scratch, Value error);
  const Value& keep(const Value& value, Value& scratch);

  const ProgramCode& code_;
  const Activation& activation_;
  Budget& budget_;
  Value* locals_;
};

}  // namespace plumb::cel
