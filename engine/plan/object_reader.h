// Reads members of one object of a plan's document and notes what was read, so that a member nobody asked for is found.
// Private to this folder.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb::plan {

class ObjectReader {
 public:
  ObjectReader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json_.is_object()) complain("is not an object");
  }

  const Json* find(const char* member, bool required = true) {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(member);
    seen_.insert(member);
    if (found != json_.end()) return &*found;
    if (required) complain(std::string("has no `") + member + "`");
    return nullptr;
  }
  std::string text(const char* member, bool required = true) {
    const Json* value = find(member, required);
    if (value == nullptr) return {};
    if (!value->is_string()) {
      complain(std::string("`") + member + "` is not a string");
      return {};
    }
    return value->get<std::string>();
  }
  std::int64_t integer(const char* member) {
    const Json* value = find(member);
    if (value == nullptr) return 0;
    if (!value->is_number_integer()) complain(std::string("`") + member + "` is not an integer");
    return value->is_number_integer() ? value->get<std::int64_t>() : 0;
  }
  bool flag(const char* member) {
    const Json* value = find(member, false);
    if (value != nullptr && !value->is_boolean()) complain(std::string("`") + member + "` is not a boolean");
    return value != nullptr && value->is_boolean() && value->get<bool>();
  }
  // False for one that is missing.
  bool is_object(const char* member, bool required = true) {
    const Json* value = find(member, required);
    if (value != nullptr && !value->is_object()) complain(std::string("`") + member + "` is not an object");
    return value != nullptr && value->is_object();
  }
  Json object(const char* member, bool required = true) {
    return is_object(member, required) ? json_[member] : Json::object();
  }
  std::vector<std::string> texts(const char* member) {
    std::vector<std::string> list;
    const Json* value = find(member, false);
    if (value == nullptr) return list;
    if (!value->is_array()) complain(std::string("`") + member + "` is not a list");
    for (const Json& item : *value) {
      if (item.is_string()) {
        list.push_back(item.get<std::string>());
      } else {
        complain(std::string("`") + member + "` holds something that is not a string");
      }
    }
    return list;
  }
  // The first complaint, or "".
  std::string finish() {
    if (json_.is_object()) {
      for (const auto& [member, unused] : json_.items()) {
        if (!seen_.contains(member)) complain("has the unknown member `" + member + "`");
      }
    }
    return problem_;
  }
  void complain(const std::string& what) {
    if (problem_.empty()) problem_ = where_ + " " + what;
  }

 private:
  const Json& json_;
  std::string where_;
  std::set<std::string> seen_;
  std::string problem_;
};

inline Error unreadable(const std::string& what) {
  return fail(Code::kPlanUnreadable, "this is not a plan: " + what);
}

}  // namespace plumb::plan
