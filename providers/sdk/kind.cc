#include "providers/sdk/kind.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "engine/base/digest.h"
#include "engine/base/sealed.h"
#include "providers/sdk/json_type.h"

namespace plumb {

struct Schema::Parsed {
  std::string_view text;
  std::once_flag once;
  Json json;
};

Schema::Schema(std::string_view text) : parsed_(std::make_shared<Parsed>()) {
  parsed_->text = text;
}

const Json& Schema::json() const {
  std::call_once(parsed_->once, [this] {
    Result<Json> json = parse_json(parsed_->text, Code::kInternal);
    if (!json) std::abort();
    parsed_->json = std::move(*json);
  });
  return parsed_->json;
}

const ContentAttribute* Kind::content(std::string_view attribute) const {
  const auto found = std::find_if(contents.begin(), contents.end(),
                                  [attribute](const ContentAttribute& one) { return one.content == attribute; });
  return found == contents.end() ? nullptr : &*found;
}

namespace {

template <std::size_t... kEach>
bool may_run_programs(const OperationSet& set, std::index_sequence<kEach...>) {
  const auto may = [&set](const Operation& one) { return set.contains(one) && traits(one).may_run_programs; };
  return (may(Operation(std::in_place_index<kEach>)) || ...);
}

}  // namespace

bool Kind::may_run_programs() const {
  return plumb::may_run_programs(operations, std::make_index_sequence<std::variant_size_v<Operation>>());
}

namespace {

// Asked many times for each resource, and most names differ in how they begin.
bool stands_before(const std::string& name, std::string_view wanted) {
  if (name.empty() || wanted.empty() || name[0] == wanted[0]) return name.compare(wanted) < 0;
  return static_cast<unsigned char>(name[0]) < static_cast<unsigned char>(wanted[0]);
}

template <class Kinds>
auto place_of(Kinds& kinds, std::string_view name) {
  return std::lower_bound(kinds.begin(), kinds.end(), name,
                          [](const Kind& kind, std::string_view wanted) { return stands_before(kind.name, wanted); });
}

}  // namespace

void Registry::add(Kind kind) {
  const auto place = place_of(kinds_, kind.name);
  if (place != kinds_.end() && place->name == kind.name) {
    *place = std::move(kind);
  } else {
    kinds_.insert(place, std::move(kind));
  }
}

void Registry::describe(std::string_view kind, std::string_view schema) {
  const auto place = place_of(kinds_, kind);
  if (place != kinds_.end() && place->name == kind) place->schema = Schema(schema);
}

const Kind* Registry::find(std::string_view kind) const {
  const auto place = place_of(kinds_, kind);
  return place != kinds_.end() && place->name == kind ? &*place : nullptr;
}

const Provider* Registry::provider(std::string_view kind) const {
  const Kind* found = find(kind);
  return found == nullptr ? nullptr : found->provider.get();
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> all;
  for (const Kind& kind : kinds_) all.push_back(kind.name);
  return all;
}

std::string mistyped(const Kind& kind, const Json& attributes) {
  if (!kind.schema.is_given()) return {};
  const auto properties = kind.schema.json().find("properties");
  if (properties == kind.schema.json().end()) return {};
  for (const auto& [name, value] : attributes.items()) {
    const auto known = properties->find(name);
    if (known == properties->end() || value.is_null() || is_sealed(value)) continue;
    if (!has_its_type(*known, value)) return name;
  }
  return {};
}

std::vector<std::string> content_digests(const Registry& kinds, const Desired& desired) {
  std::vector<std::string> digests;
  const Kind* kind = kinds.find(desired.address.kind);
  if (kind == nullptr) return digests;
  for (const ContentAttribute& one : kind->contents) {
    const auto add = [&digests](std::string content) {
      if (is_digest(content) || is_keyed_digest(content)) digests.push_back(std::move(content));
    };
    const Json& content = desired.attribute(one.content);
    if (!content.is_array()) add(desired.text(one.content));
    // Of a folder with all that is in it.
    for (const Json& entry : content.is_array() ? content : Json::array()) add(text_of(entry, "content"));
  }
  return digests;
}

}  // namespace plumb
