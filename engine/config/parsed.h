// A module as it is written: inputs, values, resources and uses of further modules, read and typed as far as that goes
// without working out expressions. check() makes of it what module.h has.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/address.h"
#include "engine/base/json.h"
#include "engine/base/manner.h"
#include "engine/config/replacement.h"
#include "engine/lang/cel/fault.h"
#include "engine/lang/yaml.h"
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

// How a value is made that a reference to a secret leads to and its store does not hold yet.
struct Generation {
  std::size_t length = 0;
  std::string characters;  // those that it is made of, each once
};

struct Input {
  std::string name;
  Json schema;
  bool sensitive = false;
  std::optional<Located> default_value;
  SourceSpan span;
  // Its default, or a value that a layer gives it, was refused or could not be read: that it has none says nothing.
  bool refused = false;
  std::optional<Generation> generate = std::nullopt;  // of a sensitive text alone
};

// A value in whose texts expressions may stand. What is compiled of it points into the tree and keeps it.
using WrittenValue = std::shared_ptr<const lang::Node>;

// `site: ${inputs.sites}`: one name for an element, or two for key (or index) and element.
struct ParsedLoop {
  std::vector<std::string> names;
  SourceSpan span;
  WrittenValue over;
};

// When and for what a resource or a module is there; in which order.
struct ParsedPlacement {
  std::optional<Pattern> on;  // absent: every host
  bool once = false;          // the first host by name does it for all
  std::vector<ParsedLoop> loops;
  WrittenValue when;  // a bare expression; null: always
  std::vector<WrittenValue> after;
  std::vector<WrittenValue> before;
  WrittenValue id;           // null where none is given
  bool lacks_names = false;  // a loop could not be read, as was told: nobody knows what it would name
};

// What is written of a Manner; the rest is as what stands around it says.
struct WrittenManner {
  struct Retry {
    int times = 1;
    int every_seconds = 0;
  };
  std::optional<Retry> retry;
  std::optional<int> timeout_seconds;
  std::optional<bool> may_fail;

  void inherit(const WrittenManner& around);
  Manner manner() const;
};

// Which of its module's blocks something stands in; nothing where in none.
using BlockIndex = std::optional<std::size_t>;

// Resources and uses with keys in common: what is above them all, in one place.
struct ParsedBlock {
  ParsedPlacement placement;   // without an `id`
  std::set<std::string> tags;  // all that is in it has them too, and these:
  WrittenManner manner;
  WrittenValue env;      // null where none is given
  BlockIndex around;     // one that comes before it
  bool rescues = false;  // what is in it is done only where another of what is in `around` failed; it comes last there
  bool broken = false;   // has errors that were told
};

// A text that is a template, or a file that is one, with the parts that it includes.
struct ParsedTemplate {
  SourceSpan span;
  std::vector<cel::Origin> texts;      // its own, then those of the parts
  std::vector<std::string> own_paths;  // of each, relative to the module's folder; "" of one that is no file
  // By the place of the directive, in all texts one behind the other: which of them it includes.
  std::map<std::size_t, std::size_t> includes;
};

// A file of the project that may differ from host to host: the first of these that is there.
struct ParsedChoice {
  SourceSpan span;
  std::vector<WrittenValue> paths;  // texts, relative to the module's folder
  std::set<std::string> files;      // all that they can name
};

// An attribute's file, where it is a choice.
struct ParsedFileChoice {
  ParsedChoice choice;
  // Of one whose text becomes a content: by file, each a template.
  std::map<std::string, ParsedTemplate> templates;
  bool is_template = false;
};

struct ParsedDeclaration {
  SourceSpan span;  // of the identity, what `source` in a plan points to
  std::string kind;
  const plumb::Kind* spec = nullptr;  // of the kind; in the registry that the project was read with
  ParsedPlacement placement;
  BlockIndex block;
  lang::Node own;  // its attributes, the identity under the attribute's own name
  // Attributes as the kind's schema types and normalises them, with the schema's defaults.
  std::map<std::string, Located> literals;
  std::map<std::string, WrittenValue> expressions;  // by attribute
  std::map<std::string, ParsedTemplate> templates;  // by attribute
  // By attribute: what names the file, or what becomes of it where that is a template's text.
  std::map<std::string, ParsedFileChoice> choices;
  std::set<std::string> ignore;  // attributes left alone once the resource exists
  bool prevent_destroy = false;
  int confirm_within = 0;  // seconds; 0: it need not be confirmed
  bool allow_lock_out = false;
  WrittenManner manner;
  WrittenValue env;  // null where none is given
  std::set<std::string> tags;
  // Probes, as the schema types them, in a list; or what they are worked out from, else null.
  Json verify = Json::array();
  WrittenValue verify_expression;
  // Attributes that the schema marks x-sensitive, those named by `sensitive: [content]`, and with `sensitive: true`
  // every attribute that the schema marks x-secret-capable. With an attribute goes the one that its bytes become or
  // come from (x-content-of).
  std::set<std::string> marked_sensitive;
  // What its kind asks of keys together, where expressions may yet break it.
  std::vector<Json> conditions;
  std::optional<Replacement> replacement;
  bool broken = false;  // has errors that were told
};

// What one key of `with` gives.
struct ParsedGiven {
  SourceSpan key_span;
  WrittenValue value;
};

struct Module;

// `use:`, one module in another.
struct ParsedCall {
  SourceSpan span;   // of what is used
  std::string name;  // what `modules.NAME` and, without an id, its addresses begin with
  ParsedPlacement placement;
  BlockIndex block;
  std::map<std::string, ParsedGiven> with;
  std::set<std::string> tags;            // all that is in the module has them too
  std::shared_ptr<const Module> module;  // read and checked before its use; null where it could not be read
  bool broken = false;                   // has errors that were told
};

struct ParsedValue {
  SourceSpan span;
  WrittenValue value;
};

// A typed fact of a project's own.
struct ParsedReading {
  // Its name and type, by which no layer sets it; the default stands for what is absent on the host.
  Input value;
  WrittenValue source;             // a map of the keys that say what is asked; null where it is broken
  std::string format;              // of a text: "json"
  std::optional<Json> nothing;     // of a source with a type of its own: what it tells where nothing is there
  std::vector<std::string> after;  // globs of addresses in its module, whose actions may change what is told
  bool local = false;              // a fact of the host's own: `facts.local.NAME`

  bool broken() const { return source == nullptr; }
};

// What has to be true where a module is used. Null where it could not be read.
struct ParsedCheck {
  WrittenValue condition;  // a bare expression
  WrittenValue message;
  Severity severity = Severity::kError;
};

// What was called one thing is another now: addresses in the module, or modules, with a `/` at the end.
struct ParsedMove {
  Pattern from;
  Pattern to;
};

// What a module gives out.
struct ParsedOutput : ParsedValue {
  Json schema;  // null: of any type
  bool sensitive = false;
};

// What files of a project hold: `data.NAME`.
struct ParsedData {
  SourceSpan span;
  ParsedChoice choice;
  Json schema;  // null: types are those of the values
  bool sensitive = false;
  std::map<std::string, Json> values;  // by file
  bool broken = false;                 // has errors that were told
};

// Values whose file may differ from host to host.
struct ParsedValuesFrom {
  ParsedChoice choice;
  std::map<std::string, std::map<std::string, ParsedValue>> values;  // by file and name
  bool broken = false;                                               // has errors that were told
};

// As a pattern of hosts that do steps: the machine that plumb runs on.
inline constexpr std::string_view kController = "controller";

// Steps that hosts do around the turn of another one. Their expressions are those of the host whose turn it is.
struct ParsedSteps {
  Pattern on;                 // the hosts that do them; kController is the machine that plumb runs on
  std::optional<Pattern> of;  // around whose turns; absent: every host's
  bool after = false;         // after the turn, else before it
  std::vector<std::shared_ptr<const ParsedDeclaration>> steps;  // none is null
};

struct ParsedModule {
  std::string folder;  // relative to the project; "" for the project itself
  std::string description;
  std::map<std::string, Input> inputs;
  std::map<std::string, ParsedData> data;
  std::map<std::string, ParsedValue> values;
  std::vector<ParsedValuesFrom> values_from;
  std::map<std::string, ParsedReading> readings;
  std::map<std::string, ParsedOutput> outputs;
  std::vector<ParsedCheck> checks;
  std::vector<ParsedMove> moves;
  std::vector<ParsedSteps> around;  // a project's alone
  std::optional<ParsedValue> env;   // of all in it; a project's alone
  std::vector<ParsedBlock> blocks;
  // In declared order, with what stands in a block in its place. What a file includes comes before its own, whatever
  // the order of the keys in it.
  std::vector<std::variant<std::shared_ptr<const ParsedDeclaration>, std::shared_ptr<const ParsedCall>>> body;
};

}  // namespace plumb::config
