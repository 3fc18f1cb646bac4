#include "engine/config/schema.h"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <vector>

#include "schemas/embedded.h"

namespace plumb::config {
namespace {

using Schemas = std::map<std::string, Json, std::less<>>;

[[noreturn]] void broken(std::string_view name, const std::string& why) {
  std::fprintf(stderr, "plumb: built-in schema %.*s: %s\n", static_cast<int>(name.size()), name.data(), why.c_str());
  std::abort();
}

const Schemas& schemas() {
  static const Schemas all = [] {
    Schemas parsed;
    for (const schemas::Embedded& file : plumb::schemas::files()) {
      Result<Json> json = parse_json(file.text, Code::kInternal);
      if (!json) broken(file.name, json.error().summary());
      parsed.emplace(file.name, std::move(*json));
    }
    return parsed;
  }();
  return all;
}

}  // namespace

std::span<const std::string> resource_kinds() {
  static const std::vector<std::string> kinds = [] {
    constexpr std::string_view kFolder = "resources/";
    std::vector<std::string> found;
    for (const auto& [name, schema] : schemas()) {
      if (name.starts_with(kFolder)) found.push_back(name.substr(kFolder.size()));
    }
    return found;
  }();
  return kinds;
}

const Json& builtin_schema(std::string_view name) {
  const auto found = schemas().find(name);
  if (found == schemas().end()) broken(name, "there is none of this name");
  return found->second;
}

bool has_schema(std::string_view name) {
  return schemas().find(name) != schemas().end();
}

}  // namespace plumb::config
