// Program: an expression that was read and checked once and can be evaluated many times, from several threads.
#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/cel/budget.h"
#include "engine/lang/cel/environment.h"
#include "engine/lang/cel/fault.h"
#include "engine/lang/cel/type.h"
#include "engine/lang/cel/value.h"

namespace plumb::cel {

inline constexpr std::size_t kMaxExpressionBytes = std::size_t{100} << 10;
inline constexpr int kMaxExpressionDepth = 250;
inline constexpr std::size_t kMaxExpressionNodes = 20'000;

// What a condition has proved about a value that may be null or a field that may be absent. Made by Program::proves and
// handed to the programs that only run where the condition holds; paths mean something to the compiler alone.
struct Guard {
  std::string path;
  bool present = false;  // the field is there. Otherwise: the value is not null.
  // Whether it speaks of this variable.
  bool about(int slot) const;
};

struct CompileOptions {
  std::optional<Type> wanted;  // what the value is for; the result must be assignable to it
  bool check = true;           // false: names and overloads are resolved at run time, as the standard allows
  bool macros = true;
  std::vector<Guard> proved;
};

// What of a variable an expression reads: `inputs.site.name` is {slot of inputs, {"site", "name"}}.
// A path ends where something else than a constant field follows.
struct Reference {
  int slot = 0;
  std::vector<std::string> path;
  std::size_t begin = 0;  // where it stands first; not part of the order
  friend bool operator==(const Reference& a, const Reference& b) { return a.slot == b.slot && a.path == b.path; }
  friend std::strong_ordering operator<=>(const Reference& a, const Reference& b);
};

struct ProgramCode;  // the compiled tree

class Program {
 public:
  const Type& type() const;
  // Sorted, each once.
  const std::vector<Reference>& references() const;
  // What is known where this condition has turned out true, or false.
  const std::vector<Guard>& proves(bool outcome) const;
  // Whether it calls functions that the embedder added.
  bool calls_host() const;

  // The budget is used up further; an exhausted one makes a kCostLimit fault.
  Outcome<Value> evaluate(const Activation& activation, Budget& budget) const;
  Outcome<Value> evaluate(const Activation& activation) const;

  explicit Program(std::shared_ptr<const ProgramCode> code) : code_(std::move(code)) {}  // for compile()
  const ProgramCode& code() const { return *code_; }                                     // for residue()

 private:
  std::shared_ptr<const ProgramCode> code_;
};

// Reads and checks `text`. The environment may change or go away afterwards.
Outcome<Program> compile(std::string_view text, const Environment& environment, const CompileOptions& options = {});

}  // namespace plumb::cel
