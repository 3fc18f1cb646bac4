#include "providers/outside/words.h"

#include <algorithm>
#include <array>

#include "engine/base/in_order.h"
#include "providers/sdk/provider.h"

namespace plumb::outside {
namespace {

// Attributes that set it off, and whom the program runs as: no part of what it is like.
bool is_no_state(std::string_view attribute) {
  return attribute == kRunsAs || sets_off(attribute);
}

AttributeWords words_of(const Json& schema) {
  AttributeWords words;
  words.schema = schema;
  words.sensitive = flag_of(schema, "x-sensitive", false);
  words.parameter = flag_of(schema, "x-parameter", false);
  words.once = flag_of(schema, "x-once", false);
  words.judged = flag_of(schema, "x-judged", false);
  words.replaces = flag_of(schema, "x-replaces", false);
  words.is_set = flag_of(schema, "uniqueItems", false);
  words.refers = text_of(schema, "x-refers");
  const std::string path = text_of(schema, "x-path");
  if (path == "manages") words.path = PathUse::kManages;
  if (path == "edits") words.path = PathUse::kEdits;
  return words;
}

bool knows_absent(const Json& state) {
  const Json& values = member_of(state, "enum");
  return values.is_array() && std::find(values.begin(), values.end(), Json("absent")) != values.end();
}

Json sorted(Json list) {
  if (auto* const items = list.get_ptr<Json::array_t*>()) put_in_order(*items);
  return list;
}

}  // namespace

bool sets_off(std::string_view attribute) {
  return attribute == "restart_on" || attribute == "reload_on";
}

Words::Words(const Json& schema)
    : identity_(text_of(schema, "x-identity")),
      keys_(texts_in(member_of(schema, "x-key"))),
      required_(texts_in(member_of(schema, "required"))) {
  const Json& properties = member_of(schema, "properties");
  if (!properties.is_object()) return;
  for (const auto& [name, part] : properties.items()) attributes_.emplace(name, words_of(part));
  can_be_absent_ = knows_absent(member_of(properties, "state"));
}

const AttributeWords* Words::find(std::string_view attribute) const {
  const auto found = attributes_.find(attribute);
  return found == attributes_.end() ? nullptr : &found->second;
}

bool Words::is_required(std::string_view attribute) const {
  return std::find(required_.begin(), required_.end(), attribute) != required_.end();
}

bool Words::is_compared(std::string_view attribute, const Json& wanted) const {
  if (attribute == identity_ || std::find(keys_.begin(), keys_.end(), attribute) != keys_.end()) return false;
  if (is_no_state(attribute)) return false;
  // Whether it is there says so.
  if (attribute == "state" && (wanted == "present" || wanted == "absent")) return false;
  const AttributeWords* words = find(attribute);
  return words != nullptr && !words->parameter && !words->once;
}

bool Words::is_equal(std::string_view attribute, const Json& a, const Json& b) const {
  const AttributeWords* words = find(attribute);
  return words != nullptr && words->is_set ? sorted(a) == sorted(b) : a == b;
}

}  // namespace plumb::outside
