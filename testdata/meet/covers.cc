#include "testdata/meet/covers.h"

#include <cstdio>
#include <map>
#include <set>

#include "providers/sdk/builtin.h"
#include "testdata/meet/generate.h"
#include "testdata/meet/pairs.h"

namespace plumb::meet {
namespace {

// By kind: its attributes, and "ATTRIBUTE=VALUE" for those of which few values are possible.
using Said = std::map<std::string, std::set<std::string>>;

Said all_that_can_be_said(const Registry& kinds) {
  Said all;
  for (const Kind& kind : kinds.all()) {
    const Json& schema = kind.schema.json();
    const std::string identity = schema.value("x-identity", "");
    std::set<std::string>& names = all[kind.name];
    for (const auto& [name, type] : schema.at("properties").items()) {
      if (name == identity) continue;
      names.insert(name);
      if (type.value("type", Json()) == "boolean") names.insert(name + "=true");
      for (const Json& value : type.value("enum", Json::array())) {
        if (value != type.value("default", Json())) names.insert(name + "=" + value.get<std::string>());
      }
    }
  }
  return all;
}

class Coverage {
 public:
  explicit Coverage(const Registry& kinds) : missing_(all_that_can_be_said(kinds)) {}

  void take(const Case& one) {
    for (const Resource& resource : one.resources) {
      std::set<std::string>& missing = missing_[resource.kind];
      for (const auto& [name, value] : resource.attributes.items()) {
        missing.erase(name);
        missing.erase(name + "=" + (value.is_string() ? value.get<std::string>() : value.dump()));
      }
    }
  }
  bool tell(const char* generator) const {
    bool all = true;
    for (const auto& [kind, names] : missing_) {
      for (const std::string& name : names) {
        std::printf("%s: no %s has `%s`\n", generator, kind.c_str(), name.c_str());
        all = false;
      }
    }
    return all;
  }

 private:
  Said missing_;
};

}  // namespace

bool covers_everything() {
  const Registry kinds = described_builtin_kinds();
  Coverage random(kinds), pairs(kinds);
  constexpr std::uint64_t kSeeds = 40000;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) random.take(generate(seed));
  std::string unused;
  for (std::size_t place = 0; place < pair_count(); place += pair_starts()) pairs.take(pair(place, unused));
  const bool random_does = random.tell("random");
  return pairs.tell("pairs") && random_does;
}

}  // namespace plumb::meet
