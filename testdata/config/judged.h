// Documents that a schema accepts or refuses, for every judge that reads our schemas.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/lang/yaml.h"
#include "providers/sdk/kind.h"

namespace plumb::config {

struct Judged {
  std::string schema;
  std::string pointer;  // into the schema; empty for the whole
  std::string name;
  std::string text;
  bool good = false;
};

// schemas/NAME.txt holds documents for the schema NAME or resources/NAME, in sections "good …" and "bad …", written so
// that YAML's own types are the right ones. To them come the examples inside the schemas.
std::vector<Judged> all_judged();

// The built-in kinds.
const Registry& kinds();
// A schema by the name that documents are judged by.
const Json& schema_of(const std::string& name);

std::optional<lang::Node> tree(const Judged& one);

}  // namespace plumb::config
