// The tree that the parser makes of an expression. Macros are already nodes of their own.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "engine/lang/cel/value.h"

namespace plumb::cel {

enum class Macro : std::uint8_t {
  kAll,
  kExists,
  kExistsOne,
  kMap,
  kFilter,
  kTransformList,
  kTransformMap,
  kTransformMapEntry,
  kSortBy,
  kOptionalMap,
  kOptionalFlatMap,
};

struct Expr {
  enum class Kind : std::uint8_t {
    kLiteral,      // value
    kName,         // name
    kSelect,       // children[0].name
    kHas,          // has(children[0].name)
    kIndex,        // children[0][children[1]]
    kCall,         // name(children…) or children[0].name(…); operators are "_+_" and so on
    kAnd,          // two or more children
    kOr,           // two or more children
    kConditional,  // children[0] ? children[1] : children[2]
    kList,
    kMap,    // key, value, key, value, …
    kMacro,  // children[0] is the range; with a filter three children, else two
    kBind,   // cel.bind(variable, children[0], children[1])
    kBlock,  // cel.block: all children but the last are its slots
  };

  Kind kind = Kind::kLiteral;
  Macro macro{};
  bool optional = false;  // .?name, [?key]
  bool receiver = false;  // kCall: children[0] stands before the dot
  bool absolute = false;  // kName, kCall: with a leading dot
  std::uint16_t height = 1;
  std::uint32_t begin = 0;  // of the token that names the node best: the operator, the field, the function
  std::uint32_t end = 0;
  std::uint32_t from = 0;  // of all of it
  std::uint32_t to = 0;
  std::string name;
  std::string variable;   // kMacro, kBind; the index or key where there are two
  std::string variable2;  // kMacro with two variables, else empty
  Value value;
  std::vector<Expr*> children;
  std::vector<bool> optionals;  // kList, kMap: which entries are optional; empty where none is
};

struct Ast {
  std::deque<Expr> nodes;
  Expr* root = nullptr;
};

}  // namespace plumb::cel
