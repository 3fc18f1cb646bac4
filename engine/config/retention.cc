#include "engine/config/retention.h"

namespace plumb::config {
namespace {

std::optional<std::int64_t> number(const Json& keep, const char* name) {
  return keep.contains(name) ? std::optional(keep[name].get<std::int64_t>()) : std::nullopt;
}

}  // namespace

Retention read_retention(const Json& typed) {
  const Json& keep = typed.at("keep");
  return {number(keep, "runs"), number(keep, "age"), number(keep, "size")};
}

}  // namespace plumb::config
