#include "engine/lsp/schema_view.h"

#include <algorithm>
#include <utility>

#include "engine/base/joined.h"
#include "engine/config/schema.h"
#include "engine/config/types.h"
#include "engine/config/words.h"

namespace plumb::lsp {
namespace {

using lang::Entry;
using lang::Node;

constexpr int kDeepestReferences = 8;

const Json& project_schema() {
  return config::builtin_schema("project");
}

View plain(const Json& schema, const Json& document) {
  View view;
  view.schema = &schema;
  view.document = &document;
  return view;
}

const Json* member_or_null(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

// "#/definitions/name" and further down.
const Json* referred(const Json& document, std::string_view reference) {
  const Json* at = &document;
  while (at != nullptr && reference.starts_with("#/")) reference.remove_prefix(1);
  while (at != nullptr && reference.starts_with('/')) {
    reference.remove_prefix(1);
    const std::size_t end = std::min(reference.find('/'), reference.size());
    at = member_or_null(*at, reference.substr(0, end));
    reference.remove_prefix(end);
  }
  return at;
}

const Json& shared_keys() {
  return project_schema()["definitions"]["resource"]["properties"];
}

View inputs_of(const config::Module* module) {
  View view;
  view.role = View::Role::kInputs;
  view.module = module;
  return view;
}

std::string identity_of(const plumb::Kind& kind) {
  return text_member(kind.schema.json(), "x-identity");
}

bool is_required(const Json& schema, const std::string& key) {
  const Json* required = member_or_null(schema, "required");
  return required != nullptr && std::find(required->begin(), required->end(), Json(key)) != required->end();
}

}  // namespace

std::string text_member(const Json& schema, const char* key) {
  const Json* found = member_or_null(schema, key);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

std::string value_words(const Json& schema) {
  std::string words = config::words_for(config::types_of(schema));
  const auto add = [&words](const std::string& more) { append_item(words, more, "; "); };
  if (const Json* values = member_or_null(schema, "enum")) add("one of " + config::list_of(*values));
  if (const std::string expected = text_member(schema, "x-expected"); !expected.empty()) add(expected);
  if (const Json* value = member_or_null(schema, "default")) add("default " + config::shown(*value));
  return words;
}

SchemaViews::SchemaViews(const Registry& kinds, const Look* look, std::string file)
    : kinds_(kinds), look_(look), file_(std::move(file)), shape_(shape_of(file_)) {}

std::vector<View> SchemaViews::root() const {
  const Json& project = project_schema();
  switch (shape_) {
    case Shape::kProject:
      return expanded(plain(project, project));
    case Shape::kModule:
      return expanded(plain(project["definitions"]["module"], project));
    case Shape::kIncluded:
      return expanded(plain(project["definitions"]["included"], project));
    case Shape::kInputs:
      return {inputs_of(look_ == nullptr ? nullptr : look_->module_of(file_))};
    case Shape::kTemplate:
      return {};
    default:
      break;
  }
  const Json& document = config::builtin_schema(schema_name(shape_));
  return expanded(plain(document, document));
}

// With what it refers to, and each of its alternatives.
std::vector<View> SchemaViews::expanded(const View& view, int depth) const {
  if (view.role != View::Role::kPlain || view.schema == nullptr || depth > kDeepestReferences) return {view};
  const std::string reference = text_member(*view.schema, "$ref");
  if (!reference.empty()) {
    const Json* target = referred(*view.document, reference);
    if (target == nullptr) return {};
    View next = plain(*target, *view.document);
    if (reference == "#/definitions/resource") next.role = View::Role::kResource;
    if (reference == "#/definitions/step") next.role = View::Role::kStep;
    return expanded(next, depth + 1);
  }
  std::vector<View> all = {view};
  for (const char* choice : {"anyOf", "oneOf", "allOf"}) {
    const Json* branches = member_or_null(*view.schema, choice);
    if (branches == nullptr) continue;
    for (const Json& branch : *branches) {
      for (const View& one : expanded(plain(branch, *view.document), depth + 1)) all.push_back(one);
    }
  }
  return all;
}

// Which kind of resource it is, once there is a node.
View SchemaViews::chosen(View view, const Node& node) const {
  if (view.role != View::Role::kResource && view.role != View::Role::kStep) return view;
  if (!node.is_map() || node.entries.empty()) return view;
  const Json& definitions = project_schema()["definitions"];
  const std::string& first = node.entries.front().key;
  if (view.role == View::Role::kResource) {
    if (first == "use") return plain(definitions["use"], project_schema());
    if (const plumb::Kind* kind = kinds_.find(first); kind == nullptr && node.find("resources") != nullptr)
      return plain(definitions["block"], project_schema());
  }
  if (const plumb::Kind* kind = kinds_.find(first)) {
    view.role = View::Role::kKind;
    view.kind = kind;
    view.schema = &kind->schema.json();
    view.document = view.schema;
  }
  return view;
}

const config::Module* SchemaViews::used_by(const Node& use) const {
  if (look_ == nullptr) return nullptr;
  const config::Module* user = look_->module_of(file_);
  if (user == nullptr || use.entries.empty()) return nullptr;
  const SourceSpan& place = use.entries.front().value.span;
  const std::string& source = use.entries.front().value.text;
  for (const auto& entry : user->body) {
    const auto* call = std::get_if<config::ModuleCall>(&entry);
    if (call == nullptr || call->written->module == nullptr) continue;
    if (call->written->span == place) return call->written->module.get();
  }
  // Lines have moved since, or it is new: by its folder.
  const std::string folder = (std::filesystem::path(user->folder) / source).lexically_normal().generic_string();
  const auto found = look_->modules().find(folder.ends_with('/') ? folder.substr(0, folder.size() - 1) : folder);
  return found == look_->modules().end() || source.empty() ? nullptr : found->second;
}

std::vector<View> SchemaViews::below(const View& view, const Step& step) const {
  if (step.entry == nullptr) {
    if (view.schema == nullptr || view.role == View::Role::kKind) return {};
    const Json* items = member_or_null(*view.schema, "items");
    return items == nullptr ? std::vector<View>() : expanded(plain(*items, *view.document));
  }
  const std::string& key = step.entry->key;
  const bool of_project = shape_ == Shape::kInventory || shape_ == Shape::kTests;
  if (of_project && key == "inputs" && view.role == View::Role::kPlain)
    return {inputs_of(look_ == nullptr ? nullptr : look_->module_of(file_))};
  if (view.role == View::Role::kInputs) {
    if (view.module == nullptr) return {};
    const auto input = view.module->inputs.find(key);
    if (input == view.module->inputs.end() || !input->second.schema.is_object()) return {};
    return expanded(plain(input->second.schema, input->second.schema));
  }
  if (view.schema == nullptr) return {};
  if (view.role == View::Role::kKind) {
    const std::string& attribute = key == view.kind->name ? identity_of(*view.kind) : key;
    const Json* own = member_or_null((*view.schema)["properties"], attribute);
    if (own != nullptr) return expanded(plain(*own, *view.document));
    const Json* shared = member_or_null(shared_keys(), key);
    return shared == nullptr ? std::vector<View>() : expanded(plain(*shared, project_schema()));
  }
  if (key == "with" && view.schema == &project_schema()["definitions"]["use"])
    return {inputs_of(used_by(*step.within))};
  if (const Json* properties = member_or_null(*view.schema, "properties")) {
    if (const Json* own = member_or_null(*properties, key)) return expanded(plain(*own, *view.document));
  }
  const Json* further = member_or_null(*view.schema, "additionalProperties");
  return further == nullptr || !further->is_object() ? std::vector<View>() : expanded(plain(*further, *view.document));
}

std::vector<View> SchemaViews::at(const std::vector<Step>& steps, std::size_t count) const {
  std::vector<View> views = root();
  for (std::size_t i = 0; i < std::min(count, steps.size()); ++i) {
    std::vector<View> next;
    for (const View& view : views) {
      for (const View& one : below(chosen(view, *steps[i].within), steps[i])) next.push_back(one);
    }
    views = std::move(next);
  }
  if (count < steps.size()) {
    for (View& view : views) view = chosen(view, *steps[count].within);
  }
  return views;
}

void SchemaViews::add_keys(const View& view, std::vector<KeyView>& keys) const {
  const auto add = [&](const std::string& key, std::string description, bool required, const Json& schema,
                       const Json& document) {
    const auto known = [&](const KeyView& one) { return one.key == key; };
    if (std::none_of(keys.begin(), keys.end(), known))
      keys.push_back({key, std::move(description), required, expanded(plain(schema, document))});
  };
  const auto add_properties = [&](const Json& schema, const Json& document) {
    const Json* properties = member_or_null(schema, "properties");
    if (properties == nullptr) return;
    for (const auto& [key, own] : properties->items()) {
      std::string description = text_member(own, "description");
      const Json* target = referred(document, text_member(own, "$ref"));
      if (description.empty() && target != nullptr) description = text_member(*target, "description");
      add(key, std::move(description), is_required(schema, key), own, document);
    }
  };
  const Json& definitions = project_schema()["definitions"];
  switch (view.role) {
    case View::Role::kPlain:
      if (view.schema != nullptr) add_properties(*view.schema, *view.document);
      return;
    case View::Role::kInputs:
      if (view.module == nullptr) return;
      for (const auto& [key, input] : view.module->inputs) {
        if (!input.schema.is_object()) continue;
        const bool required = !input.default_value && !config::types_of(input.schema).contains("null");
        add(key, text_member(input.schema, "description"), required, input.schema, input.schema);
      }
      return;
    case View::Role::kResource:
    case View::Role::kStep:
      for (const plumb::Kind& kind : kinds_.all()) {
        const Json& schema = kind.schema.json();
        if (view.role == View::Role::kStep && !schema.contains("x-step")) continue;
        add(kind.name, text_member(schema, "description"), false, schema["properties"][identity_of(kind)], schema);
      }
      if (view.role == View::Role::kStep) return;
      add("use", text_member(definitions["use"], "description"), false, definitions["use"]["properties"]["use"],
          project_schema());
      add("resources", text_member(definitions["block"], "description"), false,
          definitions["block"]["properties"]["resources"], project_schema());
      return;
    case View::Role::kKind: {
      const Json& schema = *view.schema;
      const std::string identity = identity_of(*view.kind);
      for (const auto& [key, own] : schema["properties"].items()) {
        if (key != identity) add(key, text_member(own, "description"), is_required(schema, key), own, schema);
      }
      for (const auto& [key, own] : shared_keys().items()) {
        std::string description = text_member(own, "description");
        if (const Json* target = referred(project_schema(), text_member(own, "$ref")); description.empty() && target)
          description = text_member(*target, "description");
        add(key, std::move(description), false, own, project_schema());
      }
      // The kind itself, for who asks what it is.
      add(view.kind->name, text_member(schema, "description"), true, schema["properties"][identity], schema);
    }
  }
}

std::vector<KeyView> SchemaViews::keys(const std::vector<View>& views) const {
  std::vector<KeyView> keys;
  for (const View& view : views) add_keys(view, keys);
  return keys;
}

const plumb::Kind* SchemaViews::kind_around(const std::vector<Step>& steps) const {
  for (std::size_t i = steps.size(); i-- > 0;) {
    for (const View& view : at(steps, i)) {
      if (view.role == View::Role::kKind) return view.kind;
    }
  }
  return nullptr;
}

}  // namespace plumb::lsp
