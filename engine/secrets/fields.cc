#include "engine/secrets/fields.h"

#include "engine/config/untyped.h"
#include "engine/lang/yaml.h"

namespace plumb::secrets {
namespace {

const lang::Node* member_at(const lang::Node& root, std::string_view path) {
  const lang::Node* node = &root;
  while (true) {
    if (!node->is_map()) return nullptr;
    if (const lang::Entry* whole = node->find(std::string(path))) return &whole->value;
    const std::size_t dot = path.find('.');
    if (dot == std::string_view::npos) return nullptr;
    const lang::Entry* entry = node->find(std::string(path.substr(0, dot)));
    if (entry == nullptr) return nullptr;
    node = &entry->value;
    path.remove_prefix(dot + 1);
  }
}

// A text as it is, anything else as JSON.
std::string scalar_text(const lang::Node& node) {
  if (node.is_scalar()) return node.text;
  return config::untyped(node).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string called(const config::SecretReference& reference) {
  return "`" + reference.path + "` of the store `" + reference.store + "`";
}

Result<std::string> field_of(const std::string& text, const std::string& select,
                             const config::SecretReference& reference) {
  // Messages of the reader would show what it read.
  Diagnostics unshown;
  const std::optional<lang::Node> root = lang::read_yaml("", text, unshown);
  if (!root || !root->is_map() || unshown.has_errors())
    return fail(Code::kNoSuchSecret, called(reference) + " is no JSON or YAML with fields");
  const lang::Node* within = select.empty() ? &*root : member_at(*root, select);
  if (within == nullptr) return fail(Code::kSecretStore, called(reference) + " has nothing at `" + select + "`");
  const lang::Node* field = member_at(*within, reference.field);
  if (field == nullptr || config::untyped(*field).is_null())
    return fail(Code::kNoSuchSecret, called(reference) + " has no field `" + reference.field + "`");
  std::string text_there = scalar_text(*field);
  if (text_there.empty())
    return fail(Code::kNoSuchSecret, "the field `" + reference.field + "` of " + called(reference) + " is empty");
  return text_there;
}

bool set_field(Json& map, std::string_view field, const std::string& value) {
  const std::string name(field);
  const std::size_t dot = field.find('.');
  if (dot == std::string_view::npos || map.contains(name)) {
    map[name] = value;
    return true;
  }
  Json& below = map.emplace(name.substr(0, dot), Json::object()).first.value();
  return below.is_object() && set_field(below, field.substr(dot + 1), value);
}

}  // namespace plumb::secrets
