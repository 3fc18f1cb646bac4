#include "engine/config/told_facts.h"

#include "engine/base/outside_text.h"
#include "engine/config/schema.h"

namespace plumb::config {
namespace {

constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kLongestList = 4096;

bool has_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  return type == "boolean" && value.is_boolean();
}

Result<Json> checked(Json told, const Json& schema, const std::string& name) {
  const auto type = schema["type"].get<std::string>();
  if (!has_type(told, type)) {
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
  for (const auto& [member, inner] : schema["properties"].items()) {
    const std::string path = name.empty() ? member : name + "." + member;
    const auto found = told.find(member);
    if (found == told.end()) return fail(Code::kProtocol, "the host does not tell its fact `" + path + "`");
    PLUMB_TRY_ASSIGN(known[member], checked(std::move(*found), inner, path));
  }
  return known;
}

}  // namespace

Result<Json> checked_facts(Json told) {
  if (!told.is_object()) return fail(Code::kProtocol, "the host's facts are no object");
  return checked(std::move(told), builtin_schema("facts"), "");
}

bool is_image(const Json& facts) {
  const auto image = facts.find("image");
  return image != facts.end() && *image == Json(true);
}

}  // namespace plumb::config
