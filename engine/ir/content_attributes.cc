#include "engine/ir/content_attributes.h"

#include <algorithm>
#include <map>

#include "engine/config/schema.h"

namespace plumb::ir {

const std::vector<ContentAttribute>& content_attributes(const std::string& kind) {
  static const std::map<std::string, std::vector<ContentAttribute>> kAll = [] {
    std::map<std::string, std::vector<ContentAttribute>> all;
    for (const std::string& one : config::resource_kinds()) {
      const Json& properties = config::builtin_schema("resources/" + one).at("properties");
      for (const auto& [name, schema] : properties.items()) {
        if (schema.value("x-format", std::string()) != "content") continue;
        ContentAttribute special{name, ""};
        for (const auto& [other, part] : properties.items()) {
          if (part.value("x-format", std::string()) == "source" && part.value("x-content-of", std::string()) == name)
            special.source = other;
        }
        all[one].push_back(std::move(special));
      }
    }
    return all;
  }();
  static const std::vector<ContentAttribute> kNone;
  const auto found = kAll.find(kind);
  return found == kAll.end() ? kNone : found->second;
}

bool holds_content(const std::string& kind, std::string_view attribute) {
  const std::vector<ContentAttribute>& all = content_attributes(kind);
  return std::any_of(all.begin(), all.end(), [&](const ContentAttribute& one) { return one.content == attribute; });
}

}  // namespace plumb::ir
