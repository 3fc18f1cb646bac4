// A module: inputs, values, resources and further modules as they are written, expressions and all. The project
// itself is one.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/address.h"
#include "engine/base/json.h"
#include "engine/config/dynamic.h"
#include "engine/config/replacement.h"
#include "engine/lang/template.h"
#include "providers/sdk/kind.h"

namespace plumb::config {

// A value with the place it was written at.
struct Located {
  Json value;
  SourceSpan span;
};

// A host pattern or an address glob.
struct Pattern {
  std::string text;
  SourceSpan span;
  friend bool operator==(const Pattern&, const Pattern&) = default;
};

struct Input {
  std::string name;
  Json schema;
  bool sensitive = false;
  std::optional<Located> default_value;
  SourceSpan span;
};

// Variables have fixed slots in every environment; names of for_each come after them.
namespace slots {
inline constexpr int kInputs = 0;
inline constexpr int kValues = 1;
inline constexpr int kFacts = 2;
inline constexpr int kHost = 3;
inline constexpr int kModules = 4;
inline constexpr int kFirstOwn = 5;
}  // namespace slots

// What of a host's own an expression reads in the end, through values and modules: paths below inputs, facts and host.
// `inputs` are those of the module that the expression stands in.
struct Reads {
  std::set<cel::Reference> paths;
  bool other_hosts = false;  // through host() and hosts()
  bool sensitive = false;    // a sensitive input among them
  bool broken = false;       // a value or module whose errors were told among them

  void add(const Reads& other);
};

// `site: ${inputs.sites}`: one name for an element, or two for key (or index) and element.
struct Loop {
  std::vector<std::string> names;
  SourceSpan span;
  Dynamic over;
};

// A text that is a template, or a file that is one.
struct TemplateText {
  SourceSpan span;
  cel::Origin origin;
  std::optional<lang::Template> program;
  bool reads_sensitive = false;  // what is told of its faults holds no values then
};

// When and for what a resource or a module is there; in which order.
struct Placement {
  std::optional<Pattern> on;  // absent: every host
  std::vector<Loop> loops;
  std::optional<Condition> when;
  std::vector<Dynamic> after;
  std::vector<Dynamic> before;
  std::optional<Dynamic> id;
};

using AttributeSpans = std::map<std::string, SourceSpan>;

// One resource as it is written.
struct Declaration {
  SourceSpan span;  // of the identity, what `source` in a plan points to
  std::string kind;
  const plumb::Kind* spec = nullptr;  // of the kind; in the registry that the project was read with
  Placement placement;
  lang::Node written;  // its attributes, the identity under the attribute's own name
  // Attributes as the kind's schema types and normalises them, with the schema's defaults.
  std::map<std::string, Located> literals;
  std::map<std::string, Dynamic> expressions;     // by attribute
  std::map<std::string, TemplateText> templates;  // by attribute
  std::set<std::string> ignore;                   // attributes left alone once the resource exists
  bool prevent_destroy = false;
  int confirm_within = 0;  // seconds; 0: it need not be confirmed
  std::set<std::string> tags;
  // Probes, as the schema types them, in a list; or what they are worked out from.
  Json verify = Json::array();
  std::optional<Dynamic> verify_expression;
  // Attributes whose values never appear in any output: those the schema marks x-sensitive, those named by
  // `sensitive: [content]`, with `sensitive: true` every attribute that the schema marks x-secret-capable, and those
  // that a sensitive input reaches. With an attribute goes the one that its bytes become or come from (x-content-of).
  std::set<std::string> sensitive;

  // Made by check(), for all resources that come of it: the values of `literals`, and where each attribute is written;
  // one that gives another's bytes (x-content-of) stands for that too.
  Json literal_values = Json::object();
  std::shared_ptr<const AttributeSpans> spans;
  // What its kind asks of keys together, where expressions may yet break it.
  std::vector<Json> conditions;
  std::optional<Replacement> replacement;

  Reads reads;
  bool broken = false;  // has errors that were told: not to be compiled
};

struct Module;

// What one key of `with` gives.
struct Given {
  SourceSpan key_span;
  Dynamic value;
  // Made by check(): a text that holds no expression, as its input's schema types it.
  std::optional<Json> literal = {};
  Reads reads = {};
};

// `use:`, one module in another.
struct ModuleCall {
  SourceSpan span;   // of what is used
  std::string name;  // what `modules.NAME` and, without an id, its addresses begin with
  Placement placement;
  std::map<std::string, Given> with;
  bool all_literal = false;              // made by check(): every text of `with` was typed
  std::set<std::string> tags;            // all that is in the module has them too
  std::shared_ptr<const Module> module;  // null where it could not be read

  Reads reads;               // of the use itself and of all that is in the module
  bool needs_facts = false;  // for the use itself
  bool broken = false;
};

struct NamedValue {
  SourceSpan span;
  Dynamic value;
  Reads reads;
  bool broken = false;
};

// As it is written: read, with nothing known of its expressions.
struct ParsedModule {
  std::string folder;  // relative to the project; "" for the project itself
  std::string description;
  std::map<std::string, Input> inputs;
  std::map<std::string, NamedValue> values;
  std::map<std::string, NamedValue> outputs;
  // In declared order. What a file includes comes before its own, whatever the order of the keys in it.
  std::vector<std::variant<Declaration, ModuleCall>> body;
};

// One that check() gave: its expressions are compiled, and what has errors is marked broken.
struct Module : ParsedModule {
  // The order in which values and module calls can be worked out, in steps of which none needs its own or a later one.
  struct Step {
    std::vector<std::string> values;
    std::vector<std::size_t> calls;  // indices into the body
  };
  std::vector<Step> steps;
  // Whether an expression in it, or below, reads facts.
  bool reads_facts = false;
};

}  // namespace plumb::config
