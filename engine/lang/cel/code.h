// The compiled form of an expression: a tree in flat tables, read only once it is made.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/lang/cel/ast.h"
#include "engine/lang/cel/function.h"
#include "engine/lang/cel/program.h"

namespace plumb::cel {

enum class Op : std::uint8_t {
  kConstant,  // constants[payload]; an error constant is an error each time
  kVariable,  // slot payload
  kLocal,     // local payload
  kSelect,    // child 0, field constants[payload]; flag: optional
  kHas,       // as kSelect
  kIndex,     // child 0 by child 1; flag: optional
  kCall,      // dispatches[payload] over the children
  kAnd,
  kOr,
  kConditional,
  kAdd,
  kConcatenate,  // strings, all of them
  kText,         // string(x)
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kNot,
  kList,   // flags per element in constants[payload] where that is set
  kMap,    // key, value, …
  kMacro,  // comprehensions[payload]; child 0 is the range
  kBind,   // child 0 into local payload, then child 1
  kBlock,  // all children but the last into locals from payload on, then the last
};

struct Node {
  Op op = Op::kConstant;
  bool optional = false;
  std::uint16_t count = 0;  // of children
  std::uint32_t first = 0;  // in ProgramCode::children
  std::uint32_t payload = 0;
  std::uint32_t begin = 0;  // place in the text
  std::uint32_t end = 0;
};

// One overload that a call may take, by the kinds of its arguments at run time.
struct Candidate {
  Implementation implementation = nullptr;
  std::vector<std::uint32_t> kinds;
};

struct Dispatch {
  std::string name;
  std::vector<Candidate> candidates;
  std::shared_ptr<const void> prepared;
};

struct Comprehension {
  Macro macro{};
  bool two_variables = false;
  bool has_filter = false;  // children: range, [filter,] body
  std::uint32_t local = 0;  // of the variable; the second one's is the next
};

struct ProgramCode {
  std::vector<Node> nodes;
  std::vector<std::uint32_t> children;
  std::vector<Value> constants;
  std::vector<std::vector<bool>> optionals;  // of kList and kMap
  std::vector<Dispatch> dispatches;
  std::vector<Comprehension> comprehensions;
  std::uint32_t root = 0;
  std::uint32_t locals = 0;
  Type type;
  std::vector<Reference> references;
  std::vector<Guard> proved_if_true;
  std::vector<Guard> proved_if_false;
  bool calls_host = false;

  std::uint32_t child(const Node& node, std::size_t index) const { return children[node.first + index]; }
};

}  // namespace plumb::cel
