#include "engine/run/snapshot_json.h"

#include <simdjson.h>

namespace plumb::run {
namespace {

namespace dom = simdjson::dom;

bool convert(dom::element from, Json& to);

bool convert(dom::object from, Json& to) {
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

bool convert(dom::array from, Json& to) {
  to = Json::array();
  auto& items = to.get_ref<Json::array_t&>();
  items.reserve(from.size());
  for (const dom::element item : from) {
    if (!convert(item, items.emplace_back())) return false;
  }
  return true;
}

bool convert(dom::element from, Json& to) {
  switch (from.type()) {
    case dom::element_type::OBJECT:
      return convert(dom::object(from), to);
    case dom::element_type::ARRAY:
      return convert(dom::array(from), to);
    case dom::element_type::STRING:
      to = std::string_view(from);
      return true;
    case dom::element_type::BOOL:
      to = bool(from);
      return true;
    case dom::element_type::NULL_VALUE:
      return true;
    case dom::element_type::INT64: {
      // The other reader tells apart what is below zero.
      const std::int64_t number = from;
      if (number < 0) {
        to = number;
      } else {
        to = static_cast<std::uint64_t>(number);
      }
      return true;
    }
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
      return false;
  }
  return false;
}

}  // namespace

std::optional<Json> read_snapshot_json(std::string_view text, std::size_t depth) {
  dom::parser parser;
  if (parser.allocate(text.size(), depth) != simdjson::SUCCESS) return std::nullopt;
  dom::element root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
  std::optional<Json> json(std::in_place);
  if (!convert(root, *json)) return std::nullopt;
  return json;
}

}  // namespace plumb::run
