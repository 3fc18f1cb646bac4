// Checks a YAML node against a schema and gives it types: the subset that schema.h names.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "engine/base/diagnostic.h"
#include "engine/base/files.h"
#include "engine/base/json.h"
#include "engine/lang/cel/type.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

class Rules;

struct ValidateOptions {
  // The document that `$ref` points into.
  const Json* root = nullptr;
  // The rules of `root`, for many calls with the same one.
  Rules* rules = nullptr;
  // Where x-format source looks for files; without it, files are not looked for.
  std::optional<Folder> project_folder;
  // Keys of the outermost map whose values come later: they count as given, and conditions between keys wait for them.
  std::set<std::string> later;
  // Expressions below the node, by the scalars they stand in: only their types are known.
  const std::map<const lang::Node*, const cel::Type*>* types = nullptr;
  // Whether what no schema types is wanted; if not, null stands for it.
  bool keep_untyped = true;
  // An attribute of the outermost map that messages call by another name (`path` of a file is written `file:`).
  std::string alias_of;
  std::string alias;
  // The value is sensitive, and so may be names in it that no schema gives: messages leave them out.
  bool sensitive = false;
};

// The typed and normalised value, defaults filled in; nothing where there is an error. Every finding is gathered, and
// none repeats the value itself, which may be secret. `name` is what messages call the node ("port"), `where` the place
// for what is missing in it.
std::optional<Json> validate(const lang::Node& node, const Json& schema, std::string_view name, const SourceSpan& where,
                             const ValidateOptions& options, Diagnostics& diagnostics);

// Whether a typed value satisfies a schema's structure. For conditions between keys and for defaults.
bool satisfies(const Json& value, const Json& schema, const Json& root);

// Turns `$${` into `${` in every value below `node` and reports each `${`, which no literal may hold.
void resolve_literals(lang::Node& node, Diagnostics& diagnostics);

}  // namespace plumb::config
