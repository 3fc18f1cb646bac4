// One resource of one host: a declaration with its expressions worked out.
//
// Most hosts differ in what templates give, and many in nothing else. So that stands beside the resource, which hosts
// then share.
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
#include "providers/sdk/turn_condition.h"

namespace plumb::config {

struct Resource {
  Address address;
  SourceSpan span;  // of the identity
  // Attributes as the kind's schema types and normalises them, the identity's own (x-identity) among them, but for the
  // texts of templates. Paths of project files are relative to the project.
  Json attributes;
  std::shared_ptr<const AttributeSpans> spans;  // never null
  std::vector<Pattern> after;
  std::vector<Pattern> before;
  std::set<std::string> ignore;
  bool prevent_destroy = false;
  int confirm_within = 0;  // seconds; 0: it need not be confirmed
  bool allow_lock_out = false;
  Manner manner;
  std::map<std::string, std::string> env;  // nothing where no program is ever run for its kind
  // Addresses: it is done only where one of these failed.
  std::vector<std::string> rescues;
  std::set<std::string> tags;
  Json verify = Json::array();                 // probes
  std::set<std::string> sensitive;             // see Declaration
  std::set<std::string> readings;              // that it comes of, by name, that of a module's with the module in front
  std::shared_ptr<const InTurn> in_turn = {};  // what decides in its turn whether it is there; null: it is
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

// What a template gave for an attribute of its declaration.
struct RenderedText {
  std::string attribute;
  std::string text;
};

struct Resolved {
  std::shared_ptr<const Resource> resource;  // null after findings were told
  std::vector<RenderedText> texts = {};      // none where the resource is constant: it holds them itself
  bool constant = false;                     // the same on every host
};

// Whether a declaration comes to the same resource on every host that has it, the variables around it aside.
bool is_constant(const Declaration& declaration);

// The resource that a declaration last came to, and the values of its expressions then.
struct LastResource {
  std::shared_ptr<const Resource> resource;  // null where it cannot be the same again
  std::vector<cel::Value> values;
};

// What all has that stands in one place.
struct Surroundings {
  std::set<std::string> tags;
  WrittenManner manner;
  std::map<std::string, std::string> env;
};

// Where a module is used.
struct ModuleUse {
  const std::string& path;  // of the module's instance, "" at the root
  const ModuleFolder& folder;
  const Surroundings& around;
  std::set<std::string> readings = {};  // that the resource comes of
};

// Puts the variables of an `env` over those that there are; false after findings were told.
bool overlay_env(const Dynamic& written, const Evaluation& evaluation, std::map<std::string, std::string>& env);

// `last` is what this gave for the same declaration and use before: the same resource where all but texts is the same.
Resolved resolve(const Declaration& declaration, const ModuleUse& use, const Evaluation& evaluation, KnownValues& known,
                 LastResource& last);

// Patterns of after and before, made absolute; those of a module speak of its own resources.
std::optional<std::vector<Pattern>> resolve_patterns(const std::vector<Dynamic>& written, const std::string& module,
                                                     const Evaluation& evaluation);

// What stands for a text in an address: the text, or where it is long its beginning and a digest.
std::string address_key(const std::string& text);

// "web" + "file:/x" -> "web/file:/x"
std::string below(const std::string& module, const std::string& text);

}  // namespace plumb::config
