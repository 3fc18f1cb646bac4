// Facts as a host told them: judged by their schema before anything is worked out from them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/base/json.h"

namespace plumb::config {

// What the project declares itself, under this name among the facts: no host tells it without being asked for its file.
inline constexpr const char* kLocalFacts = "local";

// Facts that a host tells only where it is asked for them, by name.
const std::set<std::string>& asked_facts();

// The facts that the schema knows, with texts cleaned; what it does not know is left out. kProtocol names the first
// that is missing, but for those to be asked for, or has another type than it is to have.
Result<Json> checked_facts(Json told);

// Likewise one that was asked for.
Result<Json> checked_fact(const std::string& name, Json told);

// Without those to be asked for: what every host tells at once.
Json standing_facts(const Json& facts);

// The first of these names that was not told; "" where all were.
std::string missing_fact(const Json& facts, const std::set<std::string>& names);

// How much of the path below `facts` that an expression reads has a place in the schema, joined: "network.address" of
// network.address.size. Nothing is left of a path into a list or a map of names.
std::string known_fact_path(const std::vector<std::string>& path);

// Whether they are of an image (--root), and not of the host itself.
bool is_image(const Json& facts);

}  // namespace plumb::config
