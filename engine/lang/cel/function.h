// Functions that expressions can call: one table with signatures, implementations and a line of documentation each,
// from which overloads are resolved and the reference pages are made.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/cel/budget.h"
#include "engine/lang/cel/type.h"
#include "engine/lang/cel/value.h"

namespace plumb::cel {

// One call at run time. Arguments, the receiver first, have the kinds that the signature asks for.
struct Call {
  std::span<const Value* const> arguments;
  Budget& budget;
  void* context = nullptr;         // Activation::context
  const void* prepared = nullptr;  // what Overload::prepare made, where the argument is a constant

  const Value& operator[](std::size_t index) const { return *arguments[index]; }
  std::size_t size() const { return arguments.size(); }
  std::string_view text(std::size_t index) const { return arguments[index]->as_text(); }
  // Whether the budget has room for so many values; cost_exceeded() where it has not.
  bool has_room_for(std::size_t values) const { return budget.allocate(values * sizeof(Value)); }
};

// Pure: the same arguments and the same context give the same value. An error is a value of kind kError; see fail().
using Implementation = Value (*)(Call& call);

// Work on a constant argument that is done once, when the expression is compiled. Null where nothing comes of it.
using Preparation = std::shared_ptr<const void> (*)(const Value& constant);

Value fail(std::string message, std::string hint = {});  // kEvaluationFailed
Value no_such_overload();
Value cost_exceeded();

struct Overload {
  std::vector<Type> parameters;  // the receiver first
  Type result;
  bool receiver = false;  // x.f(…)
  Implementation implementation = nullptr;
  Preparation prepare = nullptr;     // of the second argument
  std::vector<std::uint32_t> kinds;  // per parameter, the run-time kinds it takes: bit 1 << Kind

  // "string.split(string, int) -> list(string)"
  std::string signature(std::string_view name) const;
};

struct Function {
  std::string name;
  std::vector<Overload> overloads;
  std::string doc;
};

class FunctionTable {
 public:
  // `signature` as in "math.ceil(double) -> double" or "list(T).first() -> optional_type(T)"; capital letters are
  // type parameters. A second signature of a name adds an overload. The signature is part of the program: a wrong
  // one aborts.
  void add(std::string_view signature, Implementation implementation, std::string_view doc = {},
           Preparation prepare = nullptr);
  void add(std::string name, Overload overload, std::string_view doc = {});
  const Function* find(std::string_view name) const;
  const std::map<std::string, Function, std::less<>>& all() const { return functions_; }

 private:
  std::map<std::string, Function, std::less<>> functions_;
};

// Operators ("_+_") and what macros expand to ("math.@max") have names that nobody can write.
bool is_writable(std::string_view name);

// The standard's functions and operators, the extensions and plumb's own. Made once, never changed.
const FunctionTable& standard_functions();

// What a person can write, for reference pages: sorted by name; operators are left out, macros are in.
struct FunctionDoc {
  std::string name;
  std::vector<std::string> signatures;
  std::string doc;
  std::string example = {};  // an expression that is true
};
std::vector<FunctionDoc> documentation(const FunctionTable& table);

}  // namespace plumb::cel
