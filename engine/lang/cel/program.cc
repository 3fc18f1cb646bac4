#include "engine/lang/cel/program.h"

#include "engine/lang/cel/compiler.h"
#include "engine/lang/cel/evaluator.h"
#include "engine/lang/cel/parser.h"

namespace plumb::cel {

std::strong_ordering operator<=>(const Reference& a, const Reference& b) {
  if (const auto order = a.slot <=> b.slot; order != 0) return order;
  return a.path <=> b.path;
}

Outcome<Program> compile(std::string_view text, const Environment& environment, const CompileOptions& options) {
  Outcome<Ast> ast = parse(text, options.macros);
  if (!ast) return tl::make_unexpected(std::move(ast.error()));
  auto code = Compiler(text, environment, options).run(*ast);
  if (!code) return tl::make_unexpected(std::move(code.error()));
  return Program(std::move(*code));
}

const Type& Program::type() const {
  return code_->type;
}

const std::vector<Reference>& Program::references() const {
  return code_->references;
}

const std::vector<Guard>& Program::proves(bool outcome) const {
  return outcome ? code_->proved_if_true : code_->proved_if_false;
}

bool Program::calls_host() const {
  return code_->calls_host;
}

namespace {

Fault fault_of(const Value& error) {
  const Value::ErrorInfo& info = error.as_error();
  return {info.code, info.begin, info.end, info.message, {}, info.hint};
}

Outcome<Value> run(const ProgramCode& code, const Activation& activation, Budget& budget, Value* locals) {
  Value scratch;
  const Value& result = Evaluator(code, activation, budget, locals).evaluate(code.root, scratch);
  if (result.is_error()) return tl::make_unexpected(fault_of(result));
  if (&result == &scratch) return scratch;
  return result;
}

}  // namespace

Outcome<Value> Program::evaluate(const Activation& activation, Budget& budget) const {
  if (code_->locals == 0) return run(*code_, activation, budget, nullptr);
  std::vector<Value> locals(code_->locals);
  return run(*code_, activation, budget, locals.data());
}

Outcome<Value> Program::evaluate(const Activation& activation) const {
  Budget budget;
  return evaluate(activation, budget);
}

}  // namespace plumb::cel
