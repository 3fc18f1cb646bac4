// From what simdjson read to the document type, several times as fast as the library that other JSON is read with. For
// who links simdjson.
#pragma once

#include <simdjson.h>

#include "engine/base/json.h"

namespace plumb {

// Equal to what parse_json() makes of it. False for what that refuses, and for large integers and fractions, which it
// has to say itself.
inline bool convert(simdjson::dom::element from, Json& to);

inline bool convert(simdjson::dom::object from, Json& to) {
  to = Json::object();
  auto& members = to.get_ref<Json::object_t&>();
  for (const auto [name, value] : from) {
    const std::size_t known = members.size();
    // Canonical documents are sorted: most members come last.
    const auto member = members.emplace_hint(members.end(), name, nullptr);
    if (members.size() == known || !convert(value, member->second)) return false;
  }
  return true;
}

inline bool convert(simdjson::dom::array from, Json& to) {
  to = Json::array();
  auto& items = to.get_ref<Json::array_t&>();
  items.reserve(from.size());
  for (const simdjson::dom::element item : from) {
    if (!convert(item, items.emplace_back())) return false;
  }
  return true;
}

inline bool convert(simdjson::dom::element from, Json& to) {
  switch (from.type()) {
    case simdjson::dom::element_type::OBJECT:
      return convert(simdjson::dom::object(from), to);
    case simdjson::dom::element_type::ARRAY:
      return convert(simdjson::dom::array(from), to);
    case simdjson::dom::element_type::STRING:
      to = std::string_view(from);
      return true;
    case simdjson::dom::element_type::BOOL:
      to = bool(from);
      return true;
    case simdjson::dom::element_type::NULL_VALUE:
      return true;
    case simdjson::dom::element_type::INT64: {
      // The other reader tells apart what is below zero.
      const std::int64_t number = from;
      if (number < 0) {
        to = number;
      } else {
        to = static_cast<std::uint64_t>(number);
      }
      return true;
    }
    case simdjson::dom::element_type::UINT64:
    case simdjson::dom::element_type::DOUBLE:
      return false;
  }
  return false;
}

}  // namespace plumb
