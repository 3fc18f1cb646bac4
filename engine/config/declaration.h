// Reads one entry of `resources`: a resource by its kind's schema, or a module's use.
#pragma once

#include <optional>

#include "engine/base/files.h"
#include "engine/config/kind_rules.h"
#include "engine/config/parsed.h"
#include "engine/lang/source.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// Where a module's files lie.
struct ModuleFolder {
  Folder project;        // the project's
  std::string relative;  // the module's below it; "" for the project's own

  Folder own() const { return project / relative; }
  // A path relative to the module's folder, made relative to the project's.
  std::string in_project(const std::string& path) const { return relative.empty() ? path : relative + "/" + path; }
  // Of a value that is one path or a list of them.
  Json paths_in_project(const Json& paths) const {
    if (paths.is_string()) return in_project(paths.get<std::string>());
    Json all = Json::array();
    for (const Json& path : paths) all.push_back(in_project(path.get<std::string>()));
    return all;
  }
};

struct ReadDeclaration {
  // There wherever its kind and address can be told, marked broken after errors, so that what refers to it is not
  // blamed too.
  std::optional<ParsedDeclaration> declaration;
  Diagnostics diagnostics;
  lang::SourceMap sources;  // templates that it names, and lines that are not to be shown
};

// A step is done around a host's turn of a roll-out. Nothing is kept of it, so only kinds whose schema has `x-step` can
// be one; what that holds is merged over the schema, since a step asks for less.
enum class DeclaredAs { kResource, kStep };

// `node` is a map that is not empty. The registry of `rules` outlives what is read. `sources` hold the file that `node`
// stands in. Several may be read at once, each thread with rules of its own.
ReadDeclaration read_declaration(const lang::Node& node, const ModuleFolder& folder, KindRules& rules,
                                 const lang::SourceMap& sources, DeclaredAs as = DeclaredAs::kResource);

// `verify` of a resource without expressions: a list of probes.
std::optional<Json> validate_probes(const lang::Node& node, const SourceSpan& where, Diagnostics& diagnostics);
const Json& probes_schema();

// What every entry may say about where and when. Keys that are not of this are left alone.
ParsedPlacement read_placement(const lang::Node& node, Diagnostics& diagnostics);
// Of a `for_each` that names nothing read_placement() tells, and nobody else need.
bool is_no_loop(const lang::Entry& entry);

}  // namespace plumb::config
