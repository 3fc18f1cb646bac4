// What schemas say of a place in a document: which keys may stand there, and which values. Resources have the schema of
// their kind, `with` that of the module's inputs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/config/module.h"
#include "engine/lsp/look.h"
#include "engine/lsp/shape.h"
#include "engine/lsp/spot.h"

namespace plumb::lsp {

// One schema that a value may have.
struct View {
  enum class Role { kPlain, kResource, kStep, kKind, kInputs };

  Role role = Role::kPlain;
  const Json* schema = nullptr;            // null where there is none of its own
  const Json* document = nullptr;          // that its references start from
  const plumb::Kind* kind = nullptr;       // kKind
  const config::Module* module = nullptr;  // kInputs: whose
};

// A key that may stand in a map.
struct KeyView {
  std::string key;
  std::string description;
  bool required = false;
  std::vector<View> values;
};

class SchemaViews {
 public:
  // `look` may be null: then nothing is known of modules and inputs.
  SchemaViews(const Registry& kinds, const Look* look, std::string file);

  Shape shape() const { return shape_; }
  // What the value may be that `count` steps lead to. `steps` of one spot.
  std::vector<View> at(const std::vector<Step>& steps, std::size_t count) const;
  // The keys that a map of one of these views takes; each once.
  std::vector<KeyView> keys(const std::vector<View>& views) const;
  // Of the kind that the innermost resource around is of; null in none.
  const plumb::Kind* kind_around(const std::vector<Step>& steps) const;

 private:
  std::vector<View> root() const;
  std::vector<View> expanded(const View& view, int depth = 0) const;
  View chosen(View view, const lang::Node& node) const;
  std::vector<View> below(const View& view, const Step& step) const;
  void add_keys(const View& view, std::vector<KeyView>& keys) const;
  const config::Module* used_by(const lang::Node& use) const;

  const Registry& kinds_;
  const Look* look_;
  std::string file_;
  Shape shape_;
};

// The schema's own member, as text; "" where there is none.
std::string text_member(const Json& schema, const char* key);

// "whole number", "text: one of `a`, `b`", with the default: what a value may be, in words.
std::string value_words(const Json& schema);

}  // namespace plumb::lsp
