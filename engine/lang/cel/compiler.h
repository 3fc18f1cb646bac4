// Tree to program: resolves names and overloads and checks types on the way. Inside engine/lang/cel only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/cel/ast.h"
#include "engine/lang/cel/code.h"
#include "engine/lang/cel/environment.h"
#include "engine/lang/cel/fault.h"
#include "engine/lang/cel/program.h"
#include "engine/lang/cel/solver.h"

namespace plumb::cel {

class Compiler {
 public:
  Compiler(std::string_view text, const Environment& environment, const CompileOptions& options)
      : text_(text),
        environment_(environment),
        options_(options),
        code_(std::make_shared<ProgramCode>()),
        guards_(options.proved) {}

  Outcome<std::shared_ptr<const ProgramCode>> run(const Ast& ast);

 private:
  struct Checked {
    Type type;
    std::uint32_t node = 0;
  };
  using Result = std::optional<Checked>;  // nothing: the fault is in `fault_`

  struct Local {
    std::string name;
    Type type;
    std::uint32_t index = 0;
  };

  // What a name stands for.
  struct Meaning {
    enum class Kind { kNone, kLocal, kVariable, kType } kind = Kind::kNone;
    std::uint32_t index = 0;  // of the local or the slot
    Type type;
    std::string type_name;
  };

  // compiler.cc
  Result compile(const Expr& expr);
  Result compile_node(const Expr& expr);
  Result literal(const Expr& expr);
  Result logic(const Expr& expr, Op op);
  Result conditional(const Expr& expr);
  Result list(const Expr& expr);
  Result map(const Expr& expr);
  Result bind(const Expr& expr);
  Result block(const Expr& expr);
  bool entry_type(const Expr& entry, bool optional, Result& checked, std::optional<Type>& joined);
  std::uint32_t emit(const Expr& expr, Op op, std::vector<std::uint32_t> children = {}, std::uint32_t payload = 0);
  std::uint32_t constant(Value value);
  Result make_literal(const Expr& expr, Value value, Type type);
  // An error that only shows if it is evaluated, in place of a fault.
  Result or_error(const Expr& expr, Fault fault);
  std::uint32_t add_local(const std::string& name, Type type);
  void drop_locals(std::size_t count);
  bool wants(const Expr& expr, const Type& given, const Type& wanted, std::string_view purpose);
  bool check_result(const Expr& root, const Type& type);

  // names.cc
  Result name(const Expr& expr);
  Result select(const Expr& expr);
  Result has(const Expr& expr);
  Result use(const Expr& expr, const Meaning& meaning);
  Meaning find_local(std::string_view name) const;
  Meaning find_declared(std::string_view name, bool absolute) const;
  Meaning meaning_of(const Expr& expr) const;
  bool select_type(const Expr& expr, const Type& operand, Type& result);
  bool record_field(const Expr& expr, const Type& operand, Type& result);
  void refer(const Expr& expr);
  void extend_reference(const Expr& expr, std::size_t before);
  Fault unknown_name(const Expr& expr) const;

  // calls.cc
  struct Call {
    std::string name;
    std::vector<const Expr*> arguments;  // the receiver first
    bool receiver = false;
  };
  Result call(const Expr& expr);
  Result index(const Expr& expr);
  Result record_index(const Expr& expr, const Type& record, std::uint32_t operand);
  Call called(const Expr& expr) const;
  std::string declared_function(const std::string& name, bool absolute) const;
  bool check_format(const Call& call);
  bool check_version_scheme(const Call& call);
  Result finish_call(const Expr& expr, const Call& call, std::vector<Type> types, std::vector<std::uint32_t> children);
  bool choose(std::span<const Overload* const> overloads, const Call& call, const std::vector<Type>& types,
              std::vector<const Overload*>& chosen, Type& result);
  std::uint32_t emit_call(const Expr& expr, const Call& call, const std::vector<const Overload*>& chosen,
                          const Type& type, std::vector<std::uint32_t> children);
  std::uint32_t concatenate(const Expr& expr, const std::vector<std::uint32_t>& children);

  // call_faults.cc
  Fault no_overload(const Expr& expr, const Call& call, std::vector<Type> types);
  Fault unknown_function(const Expr& expr, const Call& call) const;

  // comprehensions.cc
  Result comprehension(const Expr& expr);
  Result optional_map(const Expr& expr);
  Result sort_by(const Expr& expr);
  bool range_types(const Expr& range, const Type& type, bool two_variables, Type& first, Type& second);
  Type filtered(const Expr& body, const Type& element) const;
  std::optional<Type> body_type(const Expr& expr, const Expr& body, const Type& type, const Type& first);

  // guards.cc
  std::optional<std::string> path_of(const Expr& expr) const;
  void collect_guards(const Expr& condition, bool truth, std::vector<Guard>& out) const;
  void collect_comparison(const Expr& condition, bool truth, std::vector<Guard>& out) const;
  bool guarded(const std::string& path, bool present) const;
  Type narrowed(const Expr& expr, Type type) const;
  Fault may_be_null(const Expr& expr, const Type& type) const;

  bool fail(Fault fault);
  std::string written(const Expr& expr) const;
  Fault fault_at(const Expr& expr, Code code, std::string summary, std::string label = {}, std::string hint = {}) const;

  std::string_view text_;
  const Environment& environment_;
  const CompileOptions& options_;
  std::shared_ptr<ProgramCode> code_;
  TypeSolver solver_;
  std::vector<Local> locals_;
  std::vector<Guard> guards_;
  std::optional<Fault> fault_;
};

}  // namespace plumb::cel
