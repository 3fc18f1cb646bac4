// What the schema of a kind from outside says of comparing, read once.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"

namespace plumb::outside {

// Attributes with a meaning of their own: as whom the program runs, and lists of what sets a restart or reload off.
inline constexpr const char* kRunsAs = "as";
bool sets_off(std::string_view attribute);

enum class PathUse { kNone, kManages, kEdits };

struct AttributeWords {
  Json schema;
  bool sensitive = false;
  bool parameter = false;
  bool once = false;
  bool judged = false;
  bool replaces = false;
  bool is_set = false;
  std::string refers = {};  // a kind
  PathUse path = PathUse::kNone;
};

class Words {
 public:
  // `schema` is one that was checked: an object with properties that are objects.
  explicit Words(const Json& schema);

  const std::string& identity() const { return identity_; }
  // Those of the address, beside the identity.
  const std::vector<std::string>& keys() const { return keys_; }
  const std::map<std::string, AttributeWords, std::less<>>& attributes() const { return attributes_; }
  // Null where the schema has no such attribute.
  const AttributeWords* find(std::string_view attribute) const;
  bool can_be_absent() const { return can_be_absent_; }
  bool is_required(std::string_view attribute) const;

  // Whether a difference in it is looked for: not in what names the resource, says how to get there, sets it off, or is
  // given once.
  bool is_compared(std::string_view attribute, const Json& wanted) const;
  bool is_equal(std::string_view attribute, const Json& a, const Json& b) const;

 private:
  std::string identity_;
  std::vector<std::string> keys_;
  std::vector<std::string> required_;
  std::map<std::string, AttributeWords, std::less<>> attributes_;
  bool can_be_absent_ = false;
};

}  // namespace plumb::outside
