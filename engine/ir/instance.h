// One use of a module on one host, worked out; the project itself is one (internal to this folder).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/config/layers.h"
#include "engine/ir/checks.h"
#include "engine/ir/expand.h"

namespace plumb::ir {

// In the place of a value whose fault was told.
inline cel::Value without_value() {
  return cel::Value::error(Code::kEvaluationFailed, cel::kToldBefore);
}

// Readings that are looked for, and what is wrong with their sources.
struct Expander::Wanted {
  std::vector<WantedReading> readings;
  Diagnostics& diagnostics;
};

class Expander::Instance {
 public:
  Instance(Expander& expander, const config::Module& module, std::string path, const config::Host& host,
           const Told& told, Wanted* wanted, Diagnostics& diagnostics)
      : expander_(expander),
        module_(module),
        path_(std::move(path)),
        host_(host),
        told_(told),
        wanted_(wanted),
        diagnostics_(diagnostics),
        folder_{expander.project_.place(), module.folder},
        lookup_{expander.project_, expander.inventory_, expander.recorded_, folder_.own()},
        slots_(config::slots::kFirstOwn) {
    if (told_.readings != nullptr && !module_.readings.empty()) set(config::slots::kReadings, own_readings());
  }

  // Inputs without a value: told by Compiler::check(), and what reads them is left out.
  void set_missing(std::set<std::string> inputs) { missing_ = std::move(inputs); }

  // The use that it is of; null for the project itself.
  void set_call(const config::ModuleCall* call) { call_ = call; }

  // The patterns of hosts around it.
  void set_patterns(std::vector<const config::Pattern*> patterns) { patterns_ = std::move(patterns); }

  // What all that comes of it has.
  void set_surroundings(config::Surroundings around) { around_ = std::move(around); }
  // What every host tells, with what this module declares of the host's own.
  void set_facts();
  void set(int slot, cel::Value value) { slots_[static_cast<std::size_t>(slot)] = std::move(value); }
  void work_out();

  // Works out values and modules, decides the checks, then gives the resources in declared order.
  void run(Resources& resources);

  // Works out values and modules, then gives the steps.
  void run_steps(const config::Steps& steps, Resources& resources);

  // Works out what does not wait for readings, and then which of its own somebody uses.
  void look_for_readings(const config::Reads* question);
  // Nothing but outputs of the project uses what it gives out.
  void set_given_out_only() { given_out_only_ = true; }
  std::optional<cel::Value> answer(const config::Expression& question) { return question.evaluate(evaluation()); }
  cel::Value outputs();

 private:
  bool has_local_facts() const;
  // instance_values.cc
  static const config::Reads& needs_of(const config::Declaration& declaration) { return declaration.reads; }
  static const config::Reads& needs_of(const config::ModuleCall& call) { return call.needs; }
  // Whether the entry and the blocks around it are for this host.
  bool is_here(std::size_t index);
  // Whether anything beside the outputs reads a reading, wherever it goes; "": one of a module within.
  bool is_used(const std::string& reading) const;
  void want(const std::string& name, bool given_out_only);
  // Those that are read, with those that the use of this module reads. Of modules within, any of theirs.
  std::set<std::string> readings_of(const config::Reads& reads) const;
  // Those that were told. What reads another is at fault, and told so.
  cel::Value own_readings() const;
  std::optional<cel::Value> value_of(const std::string& name, const config::Output& output);
  // Where what an expression of this module reads was set.
  std::optional<SourceSpan> place_of(const cel::Reference& reference) const;
  // Whether it is there, or how often, may be otherwise once a reading tells something else.
  void note_open(const config::Placement& placement, const config::Reads& reads, const config::ReadsButWhen& but_when,
                 bool any);
  bool known(const config::Reads& reads) const;
  bool is_told(const config::Reads& reads) const;
  config::Evaluation evaluation();
  static std::vector<std::pair<std::string, cel::Value>> fields_of(const std::map<std::string, cel::Value>& values);
  void work_out_value(const std::string& name);
  void work_out_data();
  void work_out_values(const config::ValuesFrom& from);
  bool applies(const config::ParsedPlacement& placement);
  bool holds(const config::Placement& placement);

  // in_turn.cc
  bool leaves_open() const { return told_.undecided != nullptr; }
  // What `when` asks for in its turn, or decides now.
  struct Decision {
    std::optional<TurnCondition> condition;
    bool holds = false;
    std::set<std::string> readings;  // of what decides now
  };
  Decision decide_placement(const config::Placement& placement);
  std::optional<TurnCondition> condition_of(const config::Placement& placement, const Json& test) const;
  // Calls `visit` with what the placement asks for in force.
  void visit_where_it_holds(const config::Placement& placement, const std::function<void()>& visit);
  // What something comes of that stands here.
  std::set<std::string> readings_here(const config::Reads& reads, const config::ReadsButWhen& but_when) const;
  void note_open_but_when(const config::Placement& placement, const config::Reads& reads,
                          const config::ReadsButWhen& but_when, bool any);
  // False where what was told decides that the resource is not there.
  bool put_in_turn(config::Resolved& resolved, bool can_wait);
  // All that say to which hosts an entry of this module goes.
  std::vector<const config::Pattern*> patterns_of(const config::ParsedPlacement& placement,
                                                  config::BlockIndex block) const;
  // The host that does it for this one; "" where that is this one.
  std::string doer_of(const config::ParsedDeclaration& declaration);

  // instance_blocks.cc
  config::BlockIndex block_of(std::size_t index) const;
  // The block right inside `outer` that the entry stands in; nothing where it stands in `outer` itself.
  config::BlockIndex block_inside(config::BlockIndex outer, std::size_t index) const;
  // The entries from `first` on, all of them in `block`. `key`: that of the loops around them.
  void give(std::size_t first, std::size_t last, config::BlockIndex block, const std::string& key,
            Resources& resources);
  // All from `behind` on is there for what may fail from `begin` on.
  static void answer_for(std::size_t begin, std::size_t behind, Resources& resources);
  void give_one(std::size_t index, const std::string& key, Resources& resources);
  using Visit = std::function<void(const std::string&)>;
  // Calls `visit` as often as a block is there, with the key of its loops behind that of those around it.
  void enter(std::size_t index, const std::string& key, const Visit& visit);
  // The same for all of these, each inside the one before it.
  void enter_all(std::span<const std::size_t> blocks, const std::string& key, const Visit& visit);
  void declare(const config::Declaration& declaration, const std::string& around, Resources& resources);
  // Calls `visit` for each combination of the loops' elements for which `when` holds, with its keys joined.
  void repeat(const config::Placement& placement, std::size_t depth, const std::string& key,
              const std::function<void(const std::string&)>& visit);

  // instance_modules.cc
  void use(std::size_t index);
  bool repeats(const config::ModuleCall& call) const;
  // Parts of a module that read what is not known can be left out; the module cannot be used without its inputs.
  bool inputs_known(const config::ModuleCall& call) const;
  cel::Value use_once(const config::ModuleCall& call, const std::string& key, Resources& resources);
  std::optional<cel::Value> inputs_of(const config::ModuleCall& call);
  // `after` and `before` of a use go for all that it brought.
  void order(const config::ModuleCall& call, Resources& resources, std::size_t first);

  Expander& expander_;
  const config::Module& module_;
  const config::ModuleCall* call_ = nullptr;
  std::string path_;
  const config::Host& host_;
  const Told told_;
  Wanted* wanted_;  // null where readings are not looked for
  Diagnostics& diagnostics_;
  config::ModuleFolder folder_;
  config::Lookup lookup_;
  std::set<std::string> missing_;
  config::Surroundings around_;
  std::vector<const config::Pattern*> patterns_;
  std::set<std::string> readings_around_;  // that the use of this module reads
  // What decides here in its turn, and what decided what stands around.
  struct Turns {
    std::vector<TurnCondition> conditions;
    bool hold = true;  // all of them, as things were told
    std::set<std::string> readings;
  };
  Turns turns_;
  bool given_out_only_ = false;
  bool can_wait_ = true;              // what is placed now may be left to its turn
  std::set<std::string> decided_by_;  // of what was placed last: readings that decided now whether and how often
  std::vector<cel::Value> slots_;
  cel::Activation activation_;
  std::map<std::string, cel::Value> values_;
  std::map<std::string, cel::Value> modules_;
  std::map<std::pair<std::size_t, std::string>, Resources> used_;  // by index in the body and the key around it
  std::size_t repeats_ = 0;
  std::size_t nested_ = 0;  // loops that are gone through, one in the other
};

}  // namespace plumb::ir
