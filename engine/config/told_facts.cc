#include "engine/config/told_facts.h"

#include <algorithm>

#include "engine/base/joined.h"
#include "engine/base/outside_text.h"
#include "engine/config/schema.h"
#include "providers/sdk/json_type.h"

namespace plumb::config {
namespace {

constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kLongestList = 4096;
constexpr const char* kAsked = "x-asked";

const Json& known_facts() {
  return builtin_schema("facts")["properties"];
}

Result<Json> checked(Json told, const Json& schema, const std::string& name);

// A map of names that nobody knows beforehand.
Result<Json> checked_names(const Json& told, const Json& schema, const std::string& name) {
  if (told.size() > kLongestList) {
    return fail(Code::kProtocol, "the host's fact `" + name + "` holds " + std::to_string(told.size()) +
                                     " names; at most " + std::to_string(kLongestList) + " are taken");
  }
  Json known = Json::object();
  for (const auto& [member, value] : told.items()) {
    const std::string clean = outside_line(member, kLongestText);
    PLUMB_TRY_ASSIGN(known[clean], checked(value, schema, name + "." + clean));
  }
  return known;
}

Result<Json> checked(Json told, const Json& schema, const std::string& name) {
  const auto type = schema["type"].get<std::string>();
  if (!is_of_type(told, type)) {
    return fail(Code::kProtocol, "the host's fact `" + name + "` is " + told.type_name() + " and not " + type);
  }
  if (type == "string") return Json(outside_line(told.get_ref<const std::string&>(), kLongestText));
  if (type == "array") {
    if (told.size() > kLongestList) {
      return fail(Code::kProtocol, "the host's fact `" + name + "` is a list of " + std::to_string(told.size()) +
                                       "; at most " + std::to_string(kLongestList) + " are taken");
    }
    for (Json& item : told) {
      PLUMB_TRY_ASSIGN(item, checked(std::move(item), schema["items"], name + "[]"));
    }
  }
  if (type != "object") return told;
  Json known = Json::object();
  if (!schema.contains("properties")) return checked_names(told, schema["additionalProperties"], name);
  for (const auto& [member, inner] : schema["properties"].items()) {
    const std::string path = name.empty() ? member : name + "." + member;
    const auto found = told.find(member);
    if (found == told.end() && name.empty() && inner.contains(kAsked)) continue;
    if (found == told.end()) return fail(Code::kProtocol, "the host does not tell its fact `" + path + "`");
    PLUMB_TRY_ASSIGN(known[member], checked(std::move(*found), inner, path));
  }
  return known;
}

}  // namespace

const std::set<std::string>& asked_facts() {
  static const std::set<std::string> kNames = [] {
    std::set<std::string> names;
    for (const auto& [name, schema] : known_facts().items()) {
      if (schema.contains(kAsked) && name != kLocalFacts) names.insert(name);
    }
    return names;
  }();
  return kNames;
}

Result<Json> checked_fact(const std::string& name, Json told) {
  return checked(std::move(told), known_facts()[name], name);
}

Json standing_facts(const Json& facts) {
  Json standing = facts;
  for (const std::string& name : asked_facts()) standing.erase(name);
  return standing;
}

std::string missing_fact(const Json& facts, const std::set<std::string>& names) {
  const auto missing =
      std::find_if(names.begin(), names.end(), [&](const std::string& name) { return !facts.contains(name); });
  return missing == names.end() ? std::string() : *missing;
}

std::string known_fact_path(const std::vector<std::string>& path) {
  std::string known;
  const Json* schema = &builtin_schema("facts");
  for (const std::string& name : path) {
    if (!schema->contains("properties") || !(*schema)["properties"].contains(name)) break;
    schema = &(*schema)["properties"][name];
    append_item(known, name, ".");
  }
  return known;
}

Result<Json> checked_facts(Json told) {
  if (!told.is_object()) return fail(Code::kProtocol, "the host's facts are no object");
  told.erase(kLocalFacts);
  return checked(std::move(told), builtin_schema("facts"), "");
}

bool is_image(const Json& facts) {
  const auto image = facts.find("image");
  return image != facts.end() && *image == Json(true);
}

}  // namespace plumb::config
