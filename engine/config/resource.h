// One resource of one host: a declaration with its expressions worked out.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/config/declaration.h"
#include "engine/config/module.h"

namespace plumb::config {

struct Resource {
  Address address;
  SourceSpan span;  // of the identity
  // Attributes as the kind's schema types and normalises them, the identity's own (x-identity) among them. Paths of
  // project files are relative to the project.
  Json attributes;
  std::shared_ptr<const AttributeSpans> spans;  // never null
  std::vector<Pattern> after;
  std::vector<Pattern> before;
  std::set<std::string> ignore;
  bool prevent_destroy = false;
  int confirm_within = 0;  // seconds; 0: it need not be confirmed
  std::set<std::string> tags;
  Json verify = Json::array();      // probes
  std::set<std::string> sensitive;  // see Declaration
};

// What the last value of an expression came to as an attribute: most are the same on host after host, and are checked
// and typed once. For one thread and one project.
class KnownValues {
 public:
  // Null where the last one was another.
  const Json* find(const Dynamic& expression, const cel::Value& value) const;
  void keep(const Dynamic& expression, cel::Value value, Json typed);

 private:
  std::map<const Dynamic*, std::pair<cel::Value, Json>> last_;
};

// `module` is the path of the module's instance, "" at the root. Nothing after findings were told.
std::shared_ptr<Resource> resolve(const Declaration& declaration, const std::string& module, const ModuleFolder& folder,
                                  const Evaluation& evaluation, KnownValues& known);

// Patterns of after and before, made absolute; those of a module speak of its own resources.
std::optional<std::vector<Pattern>> resolve_patterns(const std::vector<Dynamic>& written, const std::string& module,
                                                     const Evaluation& evaluation);

// "web" + "file:/x" -> "web/file:/x"
std::string below(const std::string& module, const std::string& text);

}  // namespace plumb::config
