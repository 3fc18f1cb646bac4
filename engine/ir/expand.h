// From a project to the resources of one host: values worked out, conditions decided, loops and modules unrolled.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/config/functions.h"
#include "engine/config/inventory.h"
#include "engine/config/project.h"
#include "engine/config/resource.h"
#include "engine/ir/graph.h"
#include "providers/sdk/reading.h"

namespace plumb::ir {

using Resources = std::vector<config::Resolved>;

// What a reading told, and what may change it: an action on the path or the thing, or on what these globs of addresses
// match.
struct KnownReading {
  Json value;
  std::string path = {};  // of what it tells; "" for what is at none
  std::vector<std::string> after = {};
  std::optional<Address> thing = std::nullopt;  // a package or a unit
  bool is_there = false;                        // that thing, so that nothing else brings it
  Json source = {};                             // what was asked; as to_json(ReadingSource) has it
};

// By the module's path and the name in it: "web/version".
using Readings = std::map<std::string, KnownReading>;

// What is not decided by what was told, since an action of the plan may change that: a `when` that only compares such
// readings is decided in its turn, and what it decides on is in the graph whatever was told.
struct Undecided {
  std::set<std::string> readings;
  std::set<std::string> decided;  // addresses of resources that what was told decides on all the same
  friend bool operator==(const Undecided&, const Undecided&) = default;
};

// What a host told before its graph is made. What reads what is not known is left out.
struct Told {
  Told() = default;
  Told(const Json* known_facts) : facts(known_facts) {}  // NOLINT: facts are told first, with the connection
  Told(const Json* known_facts, const Readings* known_readings) : facts(known_facts), readings(known_readings) {}

  const Json* facts = nullptr;
  const Readings* readings = nullptr;
  const Undecided* undecided = nullptr;  // null: what was told decides all
};

// A reading that the host is to be asked for.
struct WantedReading {
  std::string name;
  const config::ParsedReading* reading = nullptr;  // of the project
  ReadingSource source;
  std::vector<std::string> after;
  bool is_given_out_only = false;  // nothing but outputs of the project uses it

  KnownReading with(Json value) const;
};

// What becomes of a sensitive input without a value. Left out: what needs it is, with a warning; for who looks at
// hosts. Unknown: only what it makes is, and what has it is there all the same, since no address and no order hangs on
// it; for who asks about addresses, and applies nothing.
enum class MissingSecrets { kErrors, kLeftOut, kUnknown };

// For one thread. Everything referred to outlives it.
class Expander {
 public:
  // `recorded` are the facts of hosts as they were last told, for host() and hosts().
  Expander(const config::Project& project, const config::Inventory& inventory, const lang::SourceMap& sources,
           const std::map<std::string, Json>& recorded, MissingSecrets secrets = MissingSecrets::kErrors)
      : project_(project), inventory_(inventory), sources_(sources), recorded_(recorded), secrets_(secrets) {}

  // In declared order. Faults are told on the host.
  Resources expand(const config::Host& host, const Told& told, Diagnostics& diagnostics);

  // The steps around the turn of a host, a list of resources for each of the project's.
  std::vector<Resources> steps(const config::Host& host, const Told& told, Diagnostics& diagnostics);

  // Of what expand() gave last: readings on which hangs whether something is there, or how often, beyond what is.
  const std::set<std::string>& open_readings() const { return open_readings_; }

  // And of these, the ones of which that is all; and what may be there then.
  const std::set<std::string>& unforeseen_readings() const { return unforeseen_readings_; }
  const std::vector<MayCome>& may_come() const { return may_come_; }

  // And of those that are not decided on, the ones of which something came all the same.
  const std::set<std::string>& used_readings() const { return used_readings_; }

  // And whether it is more than can be left to a turn.
  bool is_undecidable() const { return undecidable_; }

  // And the moves of the project and its modules, in the order in which they are made.
  const std::vector<Move>& moves() const { return moves_; }

  // And what another host does for this one too.
  const std::vector<Elsewhere>& elsewhere() const { return elsewhere_; }

  // The first host by name that all of these patterns select; "" for none.
  const std::string& first_of(const std::vector<const config::Pattern*>& patterns, Diagnostics& diagnostics);

  // Readings that expressions use on the host, or `question` does where there is one, and that were not told yet. Which
  // there are in a module may depend on what others tell: it is to be asked again until none are left.
  std::vector<WantedReading> wanted(const config::Host& host, const Told& told, const config::Reads* question,
                                    Diagnostics& diagnostics);

  // The value of a question on a host (see config::check_question); `host` may be null, and what it does not read need
  // not be known. Nothing after a fault was told.
  std::optional<cel::Value> answer(const config::Expression& question, const config::Host* host, const Told& told,
                                   Diagnostics& diagnostics);

  // What the project, or a module in its place, gives out on a host, as a map.
  cel::Value outputs(const config::Host& host, const Told& told, Diagnostics& diagnostics);

  // Whether a pattern selects the host; a pattern that selects none is told once.
  bool selects(const config::Pattern& pattern, const std::string& host, Diagnostics& diagnostics);

 private:
  class Instance;
  struct Wanted;

  void set_up(Instance& root, const config::Host& host);
  Resources expand_once(const config::Host& host, const Told& told, Diagnostics& diagnostics);
  // in_turn.cc: of the resources, those that can not be there for both outcomes are decided on by what was told.
  Resources expand_undecided(const config::Host& host, const Told& told, Diagnostics& diagnostics);

  const config::Project& project_;
  const config::Inventory& inventory_;
  const lang::SourceMap& sources_;
  const std::map<std::string, Json>& recorded_;
  const MissingSecrets secrets_;
  bool without_secrets_ = false;  // of the host at hand: a sensitive input is there and its value unknown
  std::map<std::string, std::set<std::string>> selected_;  // by pattern
  config::KnownValues known_;
  std::set<std::string> open_readings_;
  std::set<std::string> unforeseen_readings_;
  std::vector<MayCome> may_come_;
  std::set<std::string> used_readings_;
  bool undecidable_ = false;
  std::vector<Move> moves_;
  std::vector<Elsewhere> elsewhere_;
  std::map<std::string, std::string> first_;  // by the texts of patterns, a line each
  // Both by declaration, module path and the keys of its loops.
  using Place = std::tuple<const config::Declaration*, std::string, std::string>;
  std::map<Place, std::shared_ptr<const config::Resource>> constant_;  // the same on every host
  std::map<Place, config::LastResource> last_;
};

// Whether an expression reads facts or readings in the end.
bool reads_facts(const config::Reads& reads);

}  // namespace plumb::ir
