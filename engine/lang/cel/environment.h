// Environment: the names that an expression may use. Built first, then only read, from any number of threads.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/cel/function.h"
#include "engine/lang/cel/type.h"
#include "engine/lang/cel/value.h"

namespace plumb::cel {

struct Variable {
  std::string name;  // may be qualified: "com.example.x"
  Type type;
};

class Environment {
 public:
  // Programs compiled against a copy with more variables use the same slots for the old ones.
  int add_variable(std::string name, Type type);  // its slot; a name again keeps its slot and takes the new type
  // A function of the embedder's.
  void add_overload(std::string name, Overload overload);
  // "com.example": `x` then stands for com.example.x, com.x or x, whichever is declared first.
  void set_container(std::string container) { container_ = std::move(container); }

  const std::string& container() const { return container_; }
  std::span<const Variable> variables() const { return variables_; }  // by slot
  std::size_t slot_count() const { return variables_.size(); }
  // -1 where there is none.
  int find_variable(std::string_view name) const;
  // All overloads of a name, the standard ones first.
  std::vector<const Overload*> find_overloads(std::string_view name) const;
  bool has_function(std::string_view name) const;
  // Names of functions and variables, for suggestions.
  std::vector<std::string> function_names() const;
  const FunctionTable& own_functions() const { return functions_; }

 private:
  std::string container_;
  std::vector<Variable> variables_;
  std::map<std::string, int, std::less<>> slots_;
  FunctionTable functions_;
};

// What one evaluation is given. The values outlive it.
struct Activation {
  std::span<const Value> slots;  // by Environment slot; kUnset where there is no value
  void* context = nullptr;       // handed to the embedder's functions
};

}  // namespace plumb::cel
