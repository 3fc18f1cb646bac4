// Members of the JSON or YAML that a store keeps in one place.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/config/secret_stores.h"

namespace plumb::secrets {

// "`db/web` of the store `vault`"
std::string called(const config::SecretReference& reference);

// The reference's field of `text`, looked for at `select`, "" for the top: a text as it is, anything else as JSON. A
// name with dots is a member of that name, else one that lies deeper. Errors: kNoSuchSecret, also where it is empty;
// kSecretStore where nothing is at `select`. None of them shows anything of `text`.
Result<std::string> field_of(const std::string& text, const std::string& select,
                             const config::SecretReference& reference);

// Sets it in a map, in the place where field_of() would find it. False where something that is no map is in its way.
bool set_field(Json& map, std::string_view field, const std::string& value);

}  // namespace plumb::secrets
