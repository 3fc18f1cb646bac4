#include "providers/container/engine_provider.h"

namespace plumb::providers::container {

std::vector<Result<Observed>> observe_inspected(std::span<const Desired* const> desired, System& system,
                                                const Inspected& what) {
  const auto look = [&what](const Engine& engine, const std::vector<const Desired*>& together, System& host) {
    std::vector<Result<Observed>> results;
    std::vector<std::string> names;
    for (const Desired* one : together) names.push_back(one->text("name"));
    const Result<Json> told = inspect(engine, what.type, names, host);
    const char* name = engine.is_podman() ? what.podman_name : what.docker_name;
    for (const Desired* one : together) {
      if (!told) {
        results.emplace_back(Error(told.error()));
        continue;
      }
      Observed observed;
      for (const Json& thing : *told) {
        if (text_of(thing, name) == one->text("name")) what.note(thing, *one, engine, observed);
      }
      results.emplace_back(std::move(observed));
    }
    return results;
  };
  return by_engine(desired, system, look);
}

Json asked_members(const Json& asked, const Json& told) {
  Json members = Json::object();
  const std::map<std::string, std::string> wanted = texts_by_name(asked);
  for (const auto& [name, value] : texts_by_name(told)) {
    if (wanted.contains(name)) members[name] = value;
  }
  return members;
}

void note_differences(const Desired& desired, const Observed& observed, std::span<const char* const> attributes,
                      Change& change) {
  for (const char* attribute : attributes) {
    const Json& wanted = desired.attribute(attribute);
    if (!desired.has(attribute) || (observed.exists && observed.attribute(attribute) == wanted)) continue;
    note_change(attribute, observed.exists ? observed.attribute(attribute) : Json(), wanted, change);
  }
}

Desired of_same_engine(const Desired& desired, const char* identity, std::initializer_list<const char*> also) {
  Desired same;
  same.address = desired.address;
  same.env = desired.env;
  same.attributes = {{identity, desired.text(identity)}};
  const auto take = [&](const char* attribute) {
    if (desired.has(attribute)) same.attributes[attribute] = desired.attribute(attribute);
  };
  take("engine");
  take("as");
  for (const char* attribute : also) take(attribute);
  return same;
}

}  // namespace plumb::providers::container
