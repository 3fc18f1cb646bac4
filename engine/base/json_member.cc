#include "engine/base/json_member.h"

namespace plumb {

const Json& member_of(const Json& object, std::string_view name) {
  static const Json kNull;
  const auto* const members = object.get_ptr<const Json::object_t*>();
  if (members == nullptr) return kNull;
  const auto found = members->find(name);
  return found == members->end() ? kNull : found->second;
}

std::string text_of(const Json& object, std::string_view name, std::string_view otherwise) {
  const Json& value = member_of(object, name);
  return value.is_string() ? value.get_ref<const std::string&>() : std::string(otherwise);
}

bool flag_of(const Json& object, std::string_view name, bool otherwise) {
  const Json& value = member_of(object, name);
  return value.is_boolean() ? value.get<bool>() : otherwise;
}

const Json& member_of(const Json& object, const char* name) {
  return member_of(object, std::string_view(name));
}

std::string text_of(const Json& object, const char* name) {
  return text_of(object, std::string_view(name));
}

std::string text_of(const Json& object, const char* name, const char* otherwise) {
  return text_of(object, std::string_view(name), std::string_view(otherwise));
}

bool flag_of(const Json& object, const char* name, bool otherwise) {
  return flag_of(object, std::string_view(name), otherwise);
}

std::uint64_t count_of(const Json& object, std::string_view name) {
  const Json& value = member_of(object, name);
  return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

std::vector<std::string> texts_in(const Json& list) {
  if (list.is_string()) return {list.get<std::string>()};
  std::vector<std::string> texts;
  if (!list.is_array()) return texts;
  for (const Json& item : list) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace plumb
