// Which types fit where: CEL's gradual typing with type parameters, and records and nullable types beside it.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/lang/cel/type.h"

namespace plumb::cel {

class TypeSolver {
 public:
  Type fresh();  // a type parameter of its own, still unknown

  // Whether a value of type `given` can be used as `wanted`. What is thereby found out about type parameters is kept,
  // but only where the answer is yes.
  bool assign(const Type& given, const Type& wanted);
  bool assign(std::span<const Type> given, std::span<const Type> wanted);

  // The type of a list that holds both, dyn where they have nothing in common.
  Type join(const Type& a, const Type& b);

  // With all that is known put in for type parameters. `final` makes dyn of the unknown ones.
  Type resolve(const Type& type, bool final = false) const;

  // The signature of an overload with parameters of its own for each call; parameters first, the result last.
  std::vector<Type> instantiate(std::span<const Type> parameters, const Type& result);

 private:
  using Known = std::map<std::string, Type, std::less<>>;

  bool fits(Known& known, const Type& given, const Type& wanted) const;
  bool fits_all(Known& known, std::span<const Type> given, std::span<const Type> wanted) const;
  bool fits_record(Known& known, const Type& record, const Type& other) const;
  // 1: `type` is or becomes what the parameter stands for; 0: no, it stands for another; -1: no, it contains itself.
  int bind(Known& known, const Type& type, const Type& parameter) const;
  static bool occurs(const Known& known, const Type& parameter, const Type& within);
  static Type substitute(const Known& known, const Type& type, bool final);

  Known known_;
  int made_ = 0;
};

// Rebuilds a type with other parameters.
Type with_parameters(const Type& type, std::vector<Type> parameters);
bool has_type_parameters(const Type& type);

}  // namespace plumb::cel
