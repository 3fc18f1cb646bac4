// What the schemas of a registry's kinds ask for, made once for the resources that are read together.
#pragma once

#include <map>

#include "engine/config/rules.h"
#include "providers/sdk/kind.h"

namespace plumb::config {

// For one thread; the registry outlives it.
class KindRules {
 public:
  explicit KindRules(const Registry& kinds) : kinds_(kinds) {}

  const Registry& kinds() const { return kinds_; }
  // Of a kind that is in the registry and has a schema.
  Rules& of(const plumb::Kind& kind) {
    const Json& schema = kind.schema.json();
    return rules_.try_emplace(&schema, schema).first->second;
  }

 private:
  const Registry& kinds_;
  std::map<const Json*, Rules> rules_;
};

}  // namespace plumb::config
