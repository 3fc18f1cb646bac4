#include "engine/lang/cel/solver.h"

#include <algorithm>

namespace plumb::cel {
namespace {

using TypeKind = Type::Kind;

bool accepts_null(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kNull:
    case TypeKind::kNullable:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration:
    case TypeKind::kOptional:
    case TypeKind::kOpaque:
      return true;
    default:
      return false;
  }
}

// Whether every value of `b` is one of `a` as far as the types tell.
bool at_least_as_general(const Type& a, const Type& b) {
  if (a.is_dyn() || a.is(TypeKind::kParameter)) return true;
  if (b.is_dyn() || b.is(TypeKind::kParameter)) return false;
  if (a.is(TypeKind::kNullable) && !b.is(TypeKind::kNullable)) {
    return b.is(TypeKind::kNull) || at_least_as_general(a.parameter(0), b);
  }
  if (b.is(TypeKind::kNull) && accepts_null(a)) return true;
  if (a.is(TypeKind::kMap) && b.is(TypeKind::kRecord)) return true;
  if (a.kind() != b.kind()) return false;
  if (a.is(TypeKind::kType)) return true;
  if (a.is(TypeKind::kRecord)) return a == b;
  if (a.is(TypeKind::kOpaque) && a.name() != b.name()) return false;
  const auto more = a.parameters();
  const auto less = b.parameters();
  return std::equal(more.begin(), more.end(), less.begin(), less.end(), at_least_as_general);
}

const Type& more_general(const Type& a, const Type& b) {
  return at_least_as_general(a, b) ? a : b;
}

}  // namespace

Type with_parameters(const Type& type, std::vector<Type> parameters) {
  switch (type.kind()) {
    case TypeKind::kList:
      return Type::list(std::move(parameters[0]));
    case TypeKind::kMap:
      return Type::map(std::move(parameters[0]), std::move(parameters[1]));
    case TypeKind::kType:
      return Type::type_of(std::move(parameters[0]));
    case TypeKind::kOptional:
      return Type::optional(std::move(parameters[0]));
    case TypeKind::kNullable:
      return Type::nullable(std::move(parameters[0]));
    case TypeKind::kOpaque:
      return Type::opaque(std::string(type.name()), std::move(parameters));
    default:
      return type;
  }
}

bool has_type_parameters(const Type& type) {
  const auto parameters = type.parameters();
  return type.is(TypeKind::kParameter) || std::any_of(parameters.begin(), parameters.end(), has_type_parameters);
}

Type TypeSolver::fresh() {
  return Type::parameter("#" + std::to_string(made_++));
}

Type TypeSolver::substitute(const Known& known, const Type& type, bool final) {
  if (type.is(TypeKind::kParameter)) {
    const auto found = known.find(type.name());
    if (found != known.end()) return substitute(known, found->second, final);
    return final ? Type() : type;
  }
  if (!has_type_parameters(type)) return type;
  std::vector<Type> parameters;
  for (const Type& parameter : type.parameters()) parameters.push_back(substitute(known, parameter, final));
  return with_parameters(type, std::move(parameters));
}

Type TypeSolver::resolve(const Type& type, bool final) const {
  return substitute(known_, type, final);
}

bool TypeSolver::occurs(const Known& known, const Type& parameter, const Type& within) {
  if (parameter == within) return true;
  if (within.is(TypeKind::kParameter)) {
    const auto found = known.find(within.name());
    return found != known.end() && occurs(known, parameter, found->second);
  }
  const auto parts = within.parameters();
  return std::any_of(parts.begin(), parts.end(), [&](const Type& part) { return occurs(known, parameter, part); });
}

int TypeSolver::bind(Known& known, const Type& type, const Type& parameter) const {
  if (type == parameter) return 1;
  const auto found = known.find(parameter.name());
  if (found == known.end()) {
    if (occurs(known, parameter, type)) return -1;
    known.emplace(parameter.name(), type);
    return 1;
  }
  const Type before = found->second;
  if (type == before) return 1;
  // Null and values that may be null fit one way only, but in any order of the arguments.
  if (!fits(known, type, before) && !(type.is(TypeKind::kNullable) && fits(known, before, type))) return 0;
  const Type general = more_general(type, before);
  if (!occurs(known, parameter, general)) known.insert_or_assign(std::string(parameter.name()), general);
  return 1;
}

bool TypeSolver::fits_record(Known& known, const Type& record, const Type& other) const {
  if (other.is(TypeKind::kRecord)) return record == other;
  if (!other.is(TypeKind::kMap) || !fits(known, Type(TypeKind::kString), other.parameter(0))) return false;
  const auto& fields = record.record_fields().fields;
  if (other.parameter(1).is(TypeKind::kParameter)) return fits(known, Type(), other.parameter(1));
  return std::all_of(fields.begin(), fields.end(),
                     [&](const Field& field) { return fits(known, field.type, other.parameter(1)); });
}

bool TypeSolver::fits_all(Known& known, std::span<const Type> given, std::span<const Type> wanted) const {
  return std::equal(given.begin(), given.end(), wanted.begin(), wanted.end(),
                    [&](const Type& a, const Type& b) { return fits(known, a, b); });
}

bool TypeSolver::fits(Known& known, const Type& given, const Type& wanted) const {
  if (wanted.is(TypeKind::kParameter)) {
    const int bound = bind(known, given, wanted);
    if (bound == 1) return true;
    if (bound == 0) return false;
  }
  if (given.is(TypeKind::kParameter)) return bind(known, wanted, given) == 1;
  if (given.is_dyn() || wanted.is_dyn()) return true;
  if (given.is(TypeKind::kNull)) return accepts_null(wanted);
  if (wanted.is(TypeKind::kNullable)) {
    return fits(known, given.is(TypeKind::kNullable) ? given.parameter(0) : given, wanted.parameter(0));
  }
  if (given.is(TypeKind::kNullable)) return false;
  if (wanted.is(TypeKind::kNull)) return accepts_null(given);
  if (given.is(TypeKind::kRecord)) return fits_record(known, given, wanted);
  if (given.kind() != wanted.kind()) return false;
  if (given.is(TypeKind::kType)) return true;
  if (given.is(TypeKind::kOpaque) && given.name() != wanted.name()) return false;
  return fits_all(known, given.parameters(), wanted.parameters());
}

bool TypeSolver::assign(const Type& given, const Type& wanted) {
  return assign(std::span(&given, 1), std::span(&wanted, 1));
}

bool TypeSolver::assign(std::span<const Type> given, std::span<const Type> wanted) {
  Known known = known_;
  if (!fits_all(known, given, wanted)) return false;
  known_ = std::move(known);
  return true;
}

Type TypeSolver::join(const Type& a, const Type& b) {
  const bool a_nullable = a.is(TypeKind::kNullable);
  const bool b_nullable = b.is(TypeKind::kNullable);
  if (a_nullable || b_nullable) {
    return Type::nullable(join(a_nullable ? a.parameter(0) : a, b_nullable ? b.parameter(0) : b));
  }
  if (assign(a, b) || assign(b, a)) return more_general(a, b);
  return Type();
}

std::vector<Type> TypeSolver::instantiate(std::span<const Type> parameters, const Type& result) {
  Known own;
  const auto add = [&](const auto& self, const Type& type) -> void {
    if (type.is(TypeKind::kParameter) && !own.contains(type.name())) own.emplace(type.name(), fresh());
    for (const Type& part : type.parameters()) self(self, part);
  };
  std::vector<Type> types(parameters.begin(), parameters.end());
  types.push_back(result);
  for (const Type& type : types) add(add, type);
  if (own.empty()) return types;
  for (Type& type : types) type = substitute(own, type, false);
  return types;
}

}  // namespace plumb::cel
