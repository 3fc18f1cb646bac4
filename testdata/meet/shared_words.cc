#include "testdata/meet/shared_words.h"

#include <algorithm>

namespace plumb::meet {
namespace {

void add_manner(Resource& resource, Random& random) {
  Json& attributes = resource.attributes;
  if (random.one_in(3)) attributes["tags"] = Json::array({random.of({"a", "b"})});
  if (random.one_in(8)) attributes["once"] = true;
  if (random.one_in(8)) attributes["retry"] = {{"times", 2}, {"every", "1s"}};
  if (random.one_in(8)) attributes["on_failure"] = random.of({"continue", "stop"});
  if (random.one_in(10)) attributes["when"] = random.of({"true", "false", "facts.arch != ''"});
  if (random.one_in(12)) attributes["prevent_destroy"] = true;
  if (random.one_in(12)) attributes["allow_lock_out"] = true;
  if (resource.kind == "file" && random.one_in(8)) attributes["ignore"] = Json::array({random.of({"mode", "content"})});
  if (resource.kind == "command" && random.one_in(8)) attributes["timeout"] = "20s";
  if (resource.kind == "command" && random.one_in(8) && !attributes.contains("env")) attributes["env"] = {{"A", "b"}};
}

// What is done where something of it fails is another thing, at a path of its own.
void add_block(Case& one, Random& random) {
  const std::size_t first = random.below(one.resources.size());
  const std::size_t last = first + random.below(one.resources.size() - first);
  for (std::size_t i = first; i <= last; ++i) one.resources[i].part = Part::kOfBlock;
  if (random.one_in(3)) return;
  Resource rescue{"file", "/tmp/rescued", {{"content", "it failed\n"}}};
  rescue.part = Part::kOfRescue;
  one.resources.insert(one.resources.begin() + static_cast<std::ptrdiff_t>(last) + 1, std::move(rescue));
}

void add_readings(Case& one, const Scene& scene, Random& random) {
  Texts conditions;
  const std::size_t count = 1 + random.below(2);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& path = random.of(scene.paths);
    const std::string name = "r" + std::to_string(i);
    const std::string reading = "readings." + name;
    if (random.one_in(3)) {
      one.readings[name] = {{"file", path}, {"type", "string"}, {"absent", "none"}};
      for (const char* text : {" == 'one'", " != 'none'", " == 'none'"}) conditions.push_back(reading + text);
    } else {
      one.readings[name] = {{"path", path}};
      conditions.push_back(reading + ".exists");
      conditions.push_back("!" + reading + ".exists");
      conditions.push_back(reading + ".type == 'directory'");
      conditions.push_back(reading + ".type == 'file'");
    }
  }
  for (Resource& resource : one.resources) {
    if (resource.part != Part::kOfRescue && random.one_in(3)) resource.attributes["when"] = random.of(conditions);
  }
}

}  // namespace

void add_shared_words(Case& one, const Scene& scene, Random& random) {
  if (one.resources.empty()) return;
  if (random.one_in(2)) {
    for (Resource& resource : one.resources) add_manner(resource, random);
  }
  if (random.one_in(3)) add_readings(one, scene, random);
  if (random.one_in(4)) add_block(one, random);
}

}  // namespace plumb::meet
