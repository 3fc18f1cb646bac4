// Documents that a schema accepts or refuses, for every judge that reads our schemas.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/lang/yaml.h"

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

std::optional<lang::Node> tree(const Judged& one);

}  // namespace plumb::config
