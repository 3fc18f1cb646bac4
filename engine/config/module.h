// A module that check() gave: its expressions are compiled, and what has errors is marked broken. The project itself is
// one. Beside what is compiled stands what was written; what no expression can change is there alone.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/json.h"
#include "engine/config/dynamic.h"
#include "engine/config/file_choice.h"
#include "engine/config/parsed.h"
#include "engine/lang/template.h"

namespace plumb::config {

// Variables have fixed slots in every environment; names of for_each come after them.
namespace slots {
inline constexpr int kInputs = 0;
inline constexpr int kValues = 1;
inline constexpr int kFacts = 2;
inline constexpr int kHost = 3;
inline constexpr int kModules = 4;
inline constexpr int kReadings = 5;
inline constexpr int kData = 6;
inline constexpr int kFirstOwn = 7;
}  // namespace slots

// What of a host's own an expression reads in the end, through values and modules: paths below inputs, facts, host and
// readings. `inputs` and `readings` are those of the module that the expression stands in; a path of no names stands
// for readings of a module that it uses.
struct Reads {
  std::set<cel::Reference> paths;
  bool other_hosts = false;  // through host() and hosts()
  bool sensitive = false;    // a sensitive input among them
  bool broken = false;       // a value or module whose errors were told among them

  friend bool operator==(const Reads&, const Reads&) = default;

  void add(const Reads& other);
  // Whether it reads something of a variable.
  bool of(int slot) const;
};

struct Loop {
  std::vector<std::string> names;
  Dynamic over;
};

// The expressions of a ParsedPlacement.
struct Placement {
  std::vector<Loop> loops;
  std::optional<Condition> when;
  std::vector<Dynamic> after;
  std::vector<Dynamic> before;
  std::optional<Dynamic> id;
  Reads when_reads;  // what `when` alone reads
};
// What something reads but for its `when` and all that the blocks around it do; null where no `when` of these reads
// readings, so that what all of it reads says as much.
using ReadsButWhen = std::shared_ptr<const Reads>;

// A broken one lacks the expressions that have faults, and nothing in it is to be compiled for a host.
struct Block {
  ParsedBlock written;
  Placement placement;
  std::optional<Dynamic> env;
  Reads reads;  // of the block and those around it
  ReadsButWhen but_when = {};
  bool broken = true;
};

struct TemplateText {
  lang::Template program;
  bool reads_sensitive = false;  // what is told of its faults holds no values then
};

// A ParsedFileChoice with its expressions.
struct AttributeChoice {
  FileChoice file;
  std::map<std::string, TemplateText> templates;  // by file
};

using AttributeSpans = std::map<std::string, SourceSpan>;

// One resource. A broken one lacks the expressions that have faults, and is not to be compiled for a host.
struct Declaration {
  std::shared_ptr<const ParsedDeclaration> written;  // never null
  Placement placement;
  std::map<std::string, Dynamic> expressions;     // by attribute
  std::map<std::string, TemplateText> templates;  // by attribute
  std::map<std::string, AttributeChoice> choices;
  std::optional<Dynamic> verify;  // what probes are worked out from, where expressions are in them
  std::optional<Dynamic> env;
  // Attributes whose values never appear in any output: those that are marked so, and those that a sensitive input
  // reaches, each with the one that its bytes become or come from (x-content-of).
  std::set<std::string> sensitive;
  // For all resources that come of it: the values of the literals, and where each attribute is written; one that gives
  // another's bytes (x-content-of) stands for that too.
  Json literal_values = Json::object();
  std::shared_ptr<const AttributeSpans> spans;  // never null
  Reads reads;
  ReadsButWhen but_when = {};
  bool broken = false;
};

// What one key of `with` gives: a text that holds no expression, as its input's schema types it, or a value to work
// out.
struct Given {
  std::variant<Json, Dynamic> value;
  Reads reads = {};
};

// The use of a module. A broken one lacks the expressions that have faults, and is not to be compiled for a host.
struct ModuleCall {
  std::shared_ptr<const ParsedCall> written;  // never null
  Placement placement;
  std::map<std::string, Given> with;
  Reads reads;  // of the use itself and of all that is in the module
  Reads needs;  // of the use itself
  ReadsButWhen but_when = {};
  bool broken = false;
};

struct NamedValue {
  ParsedValue written;
  std::optional<Dynamic> value;  // nothing where it has errors that were told, or reads what has
  Reads reads;

  bool broken() const { return !value; }
};

// Broken where its source has errors that were told.
struct Reading {
  ParsedReading written;
  std::optional<Dynamic> source;
  Reads reads;  // of the source

  bool broken() const { return !source; }
};

// What files hold. A broken one has no value anywhere.
struct Data {
  ParsedData written;
  std::optional<FileChoice> choice;
  std::map<std::string, cel::Value> values;  // by file
  cel::Type type;
  Reads reads;
  bool broken = true;
};

// Values of files. They read inputs, facts, the host and data, but no other values. A broken one has none anywhere.
struct ValuesFrom {
  ParsedValuesFrom written;
  std::optional<FileChoice> choice;
  Reads choice_reads;                                            // of what names the file
  std::map<std::string, std::map<std::string, Dynamic>> values;  // by file and name
  bool broken = true;
};

// A value that files give: what is the same whichever of them it is.
struct FoundValue {
  SourceSpan span;       // in one of the files
  std::size_t from = 0;  // which of `values_from` gives it
  cel::Type type;
  bool optional = false;  // some of the files lack it
  Reads reads;
};

// What a module gives out. Its reads are sensitive where it is marked so.
struct Output : NamedValue {
  Json schema;  // null: of any type
};

// What has to be true where a module is used. A broken one is not to be decided.
struct Check {
  ParsedCheck written;
  std::optional<Condition> condition;
  std::optional<Dynamic> message;
  Reads reads;
  bool broken = true;
};

// ParsedSteps with their expressions.
struct Steps {
  Pattern on;
  std::optional<Pattern> of;
  bool after = false;
  std::vector<Declaration> steps;
};

struct Module {
  // The order in which values and module calls can be worked out, in steps of which none needs its own or a later one.
  struct Step {
    std::vector<std::string> values;
    std::vector<std::size_t> calls;  // indices into the body
  };

  std::string folder;  // relative to the project; "" for the project itself
  std::string description;
  std::map<std::string, Input> inputs;
  std::map<std::string, Data> data;
  std::map<std::string, NamedValue> values;
  std::vector<ValuesFrom> values_from;
  std::map<std::string, FoundValue> found_values;  // by name; none of `values`
  std::map<std::string, Reading> readings;
  std::map<std::string, Output> outputs;
  std::vector<Check> checks;
  std::vector<ParsedMove> moves;
  std::vector<Steps> around;  // the turns of a roll-out
  std::optional<NamedValue> env;
  std::vector<Block> blocks;
  // In declared order; what stands in one block stands together.
  std::vector<std::variant<Declaration, ModuleCall>> body;
  std::vector<Step> steps;

  // The block and those around it, the outermost first.
  std::vector<std::size_t> chain_of(BlockIndex block) const;
  // Whether something in it may be there several times, or not at all.
  bool repeats(BlockIndex block) const;
  bool may_be_left_out(BlockIndex block) const;

  // Whether an expression in it, or below, reads facts or readings, so that the host has to be asked first.
  bool reads_facts = false;
  // Of those that a host is asked for apart, which these expressions read.
  std::set<std::string> asks_facts;
};

}  // namespace plumb::config
