// Keys that say how a resource's actions are carried out, of whatever kind it is, and that it may have from what stands
// around it: `retry`, `timeout`, `on_failure` and `env`.
#pragma once

#include <string>

#include "engine/config/parsed.h"

namespace plumb::config {

// Takes what the schema typed of a key; false where the key is none of these.
bool read_manner(const std::string& key, const Json& typed, WrittenManner& manner);

// What is written of it.
Json to_json(const WrittenManner& manner);

// Of `env`.
const Json& env_schema();

}  // namespace plumb::config
