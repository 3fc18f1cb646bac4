// What schemas say, each found in a single walk over it and kept: a schema has few keywords of the many that it could
// have, and asking for each of them at every value costs more than all the rest.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/json.h"

namespace plumb::config {

// The types that a schema allows.
struct Types {
  bool text = false;
  bool integer = false;
  bool number = false;
  bool boolean = false;
  bool list = false;
  bool map = false;
  bool null = false;

  bool any() const { return text || integer || number || boolean || list || map || null; }
};

// Null where the schema does not say it. Points into the schema.
struct Keywords {
  explicit Keywords(const Json& schema);

  const Json* schema;
  Types types;  // as types_of(schema)

  const Json* type = nullptr;
  const Json* any_of = nullptr;
  const Json* one_of = nullptr;
  const Json* constant = nullptr;
  const Json* values = nullptr;  // enum
  const Json* default_value = nullptr;
  const Json* description = nullptr;
  const Json* expected = nullptr;  // x-expected
  const Json* format = nullptr;    // x-format
  const Json* pattern = nullptr;
  const Json* min_length = nullptr;
  const Json* max_length = nullptr;
  const Json* minimum = nullptr;
  const Json* maximum = nullptr;
  const Json* items = nullptr;
  const Json* min_items = nullptr;
  const Json* max_items = nullptr;
  const Json* unique_items = nullptr;
  const Json* properties = nullptr;
  const Json* pattern_properties = nullptr;
  const Json* additional_properties = nullptr;
  const Json* property_names = nullptr;
  const Json* required = nullptr;
  const Json* min_properties = nullptr;
  const Json* elsewhere = nullptr;  // x-elsewhere: words of other tools, as keys or values, and what to write here
  const Json* exclusive = nullptr;  // x-exclusive
  const Json* examples = nullptr;

  // The branches of anyOf or oneOf, where they stand in place of a type.
  const Json* choice() const;
};

// What a schema asks for.
struct Rule : Keywords {
  using Keywords::Keywords;

  std::vector<Json> conditions;                                      // between the keys of a map
  std::vector<std::pair<const std::string*, const Json*>> defaults;  // of a map's keys
};

// The rules of the schemas in a document, each made when it is first asked for. The document must outlive them.
class Rules {
 public:
  explicit Rules(const Json& root) : root_(root) {}

  const Json& root() const { return root_; }
  // What a schema says, with `$ref` followed.
  const Rule& of(const Json& schema);
  const Json& resolve(const Json& schema) const;

 private:
  const Json& root_;
  std::map<const Json*, Rule> rules_;
};

// A keyword's text; empty where there is none.
const std::string& text_of(const Json* keyword);

}  // namespace plumb::config
