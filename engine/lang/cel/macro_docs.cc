// What the reference says of macros, which have no signatures that a checker reads.
#include "engine/lang/cel/library.h"

namespace plumb::cel {

std::vector<FunctionDoc> macro_documentation() {
  return {
      {"all",
       {"list.all(x, condition) -> bool", "map.all(key, condition) -> bool", "….all(i, x, condition) -> bool"},
       "Whether a condition holds for all elements or keys"},
      {"cel.bind", {"cel.bind(name, value, expression) -> T"}, "Gives a value a name inside an expression"},
      {"exists",
       {"list.exists(x, condition) -> bool", "map.exists(key, condition) -> bool", "….exists(i, x, condition) -> bool"},
       "Whether a condition holds for at least one element or key"},
      {"exists_one",
       {"list.exists_one(x, condition) -> bool", "….existsOne(i, x, condition) -> bool"},
       "Whether a condition holds for exactly one element or key"},
      {"filter",
       {"list(T).filter(x, condition) -> list(T)", "map(K, V).filter(key, condition) -> list(K)"},
       "The elements or keys for which a condition holds"},
      {"has", {"has(x.field) -> bool"}, "Whether a field is there"},
      {"map",
       {"list.map(x, value) -> list(T)", "list.map(x, condition, value) -> list(T)"},
       "A value for each element or key, or for those for which a condition holds"},
      {"math.greatest", {"math.greatest(number, …) -> number", "math.greatest(list) -> number"}, "The greatest number"},
      {"math.least", {"math.least(number, …) -> number", "math.least(list) -> number"}, "The least number"},
      {"optFlatMap",
       {"optional_type(T).optFlatMap(x, optional) -> optional_type(U)"},
       "An optional value made from the one inside, if it is there"},
      {"optMap",
       {"optional_type(T).optMap(x, value) -> optional_type(U)"},
       "A value made from the one inside, if it is there"},
      {"sortBy", {"list(T).sortBy(x, key) -> list(T)"}, "The elements in the order of a key"},
      {"transformList",
       {"….transformList(i, x, value) -> list(T)", "….transformList(i, x, condition, value) -> list(T)"},
       "A list of a value for each index and element, or key and value"},
      {"transformMap",
       {"….transformMap(k, v, value) -> map(K, T)", "….transformMap(k, v, condition, value) -> map(K, T)"},
       "A map with the same keys and other values"},
      {"transformMapEntry",
       {"….transformMapEntry(k, v, map) -> map(K, T)", "….transformMapEntry(k, v, condition, map) -> map(K, T)"},
       "A map of the entries made for each key and value"},
  };
}

}  // namespace plumb::cel
