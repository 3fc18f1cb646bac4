// What the schemas of a registry's kinds ask for, made once for the resources that are read together.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "engine/config/replacement.h"
#include "engine/config/rules.h"
#include "providers/sdk/kind.h"

namespace plumb::config {

// What the schema of a kind says to each of its declarations. The schema outlives it.
struct RulesOfKind {
  explicit RulesOfKind(const Json& schema) : rules(schema), replacement(replacement_of(schema)) {
    for (const auto& [name, part] : schema.at("properties").items()) {
      if (part.value("x-sensitive", false)) sensitive.insert(name);
    }
  }

  Rules rules;
  std::set<std::string> sensitive;  // attributes, whatever a declaration says
  std::optional<Replacement> replacement;
};

// For one thread; the registry outlives it.
class KindRules {
 public:
  explicit KindRules(const Registry& kinds) : kinds_(kinds) {}

  const Registry& kinds() const { return kinds_; }
  // Of a kind that is in the registry and has a schema.
  RulesOfKind& of(const plumb::Kind& kind) {
    const Json& schema = kind.schema.json();
    return schemas_.try_emplace(&schema, schema).first->second;
  }

 private:
  const Registry& kinds_;
  std::map<const Json*, RulesOfKind> schemas_;
};

}  // namespace plumb::config
