#include "engine/config/schema.h"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>

#include "schemas/embedded.h"

namespace plumb::config {
namespace {

// Parsed when it is first asked for: a run needs a few of them.
struct Schema {
  std::string_view text;
  std::once_flag parsed;
  Json json;
};

using Schemas = std::map<std::string, Schema, std::less<>>;

[[noreturn]] void broken(std::string_view name, const std::string& why) {
  std::fprintf(stderr, "plumb: built-in schema %.*s: %s\n", static_cast<int>(name.size()), name.data(), why.c_str());
  std::abort();
}

Schemas& schemas() {
  static Schemas all = [] {
    Schemas found;
    for (const EmbeddedFile& file : plumb::schemas::documents()) found[std::string(file.name)].text = file.text;
    return found;
  }();
  return all;
}

}  // namespace

const Json& builtin_schema(std::string_view name) {
  const auto found = schemas().find(name);
  if (found == schemas().end()) broken(name, "there is none of this name");
  Schema& schema = found->second;
  std::call_once(schema.parsed, [&] {
    Result<Json> json = parse_json(schema.text, Code::kInternal);
    if (!json) broken(name, json.error().summary());
    schema.json = std::move(*json);
  });
  return schema.json;
}

bool has_schema(std::string_view name) {
  return schemas().find(name) != schemas().end();
}

}  // namespace plumb::config
