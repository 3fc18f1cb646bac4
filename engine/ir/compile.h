// From a project to the IR of a host: which resources it has, what they want, in which order.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/config/inventory.h"
#include "engine/config/project.h"
#include "engine/ir/contents.h"
#include "engine/ir/expand.h"
#include "engine/ir/graph.h"
#include "engine/ir/link.h"
#include "engine/ir/mould.h"

namespace plumb::ir {

// What a compiler works from. Everything referred to outlives it.
struct CompilerInput {
  const config::Project& project;
  const config::Inventory& inventory;
  const lang::SourceMap& sources;
  const Registry& providers;
  // Facts of hosts as they were last told, for host() and hosts().
  const std::map<std::string, Json>& recorded_facts;
  // The project's own, for sensitive values; it may be empty where none are held (see holds_secrets).
  std::string key;
  // Asked while large sources are read; true ends the reading with kInterrupted. May be empty.
  std::function<bool()> stopped = {};
  MissingSecrets missing_secrets = MissingSecrets::kErrors;
};

// Steps around the turn of a host, as one host does them. They stand in the module `before@NAME` or `after@NAME`.
struct StepsGraph {
  std::string host;  // that does them; config::kController for the machine that plumb runs on
  bool after = false;
  std::shared_ptr<const HostGraph> graph;
};

// What is wrong with many hosts for one cause is told once, of the first.
class TellOnce {
 public:
  void add(Diagnostics found, Diagnostics& all);
  void add(Diagnostic problem, Diagnostics& all);
  bool was_told(const Diagnostic& problem) const;

 private:
  std::set<std::tuple<Code, std::optional<SourceSpan>, std::string>> told_;
};

// By name, sensitive inputs that some of these hosts have no value for and that may not be without; a reference to a
// secret is a value.
std::vector<std::string> unknown_inputs(const CompilerInput& input, const std::set<std::string>& hosts);

// Who reads an input: hosts, and the first place in the project.
struct InputReaders {
  const SourceSpan* first = nullptr;
  std::set<std::string> hosts;
};

// Compiles hosts of one project. Hosts for which all that expressions read is equal share one graph. For one thread.
class Compiler {
 public:
  explicit Compiler(CompilerInput input);

  const CompilerInput& input() const { return input_; }

  // Whether a host's graph depends on facts or readings, so that it has to be asked first.
  bool needs_facts() const;

  // Facts that expressions may read and that a host has to be asked for apart.
  const std::set<std::string>& asked_facts() const { return input_.project.root.asks_facts; }
  // Which of them the graph of the host comes of, as far as they are known beforehand: "network.address".
  std::set<std::string> used_facts(const std::string& host, Diagnostics& diagnostics);

  // Whether the project or a module declares readings.
  bool has_readings() const { return has_readings_; }

  // What can be said before any host is asked: patterns that match nothing, inputs without a value.
  void check(const std::set<std::string>& hosts, Diagnostics& diagnostics);

  // By input, who of the hosts that are given for each reads it. Readers of conditions and values count, whatever these
  // come to.
  std::map<std::string, InputReaders> readers_of(const std::map<std::string, std::set<std::string>>& inputs,
                                                 Diagnostics& diagnostics);

  // Tells what else is wrong with the graphs of hosts, in a project that has errors already.
  void survey(const std::set<std::string>& hosts, Diagnostics& diagnostics);

  // Readings that the host is to be asked for, before it is compiled or for a question: see Expander::wanted().
  std::vector<WantedReading> wanted(const std::string& host, const Told& told, const config::Reads* question,
                                    Diagnostics& diagnostics);

  // The graph of a host, or nothing where `diagnostics` says why. What reads what was not told is left out.
  std::shared_ptr<const HostGraph> compile(const std::string& host, const Told& told, Diagnostics& diagnostics);

  // The steps around the turn of a host, in the order in which they are done; those that come to nothing are left out.
  // Nothing where `diagnostics` says why.
  std::optional<std::vector<StepsGraph>> steps(const std::string& host, const Told& told, Diagnostics& diagnostics);

  const Contents& contents() const { return *contents_; }
  // For what outlives this.
  std::shared_ptr<Contents> shared_contents() const { return contents_; }
  // Graphs that are kept for further hosts.
  std::size_t graph_count() const { return graphs_.size(); }
  void forget_graphs() { graphs_.clear(); }
  // What belongs to single hosts goes into contents of their own from here on. Graphs are to be forgotten with it: what
  // is kept of them for further hosts does not say which contents they have.
  void part_contents() { contents_ = contents_->beside(); }

 private:
  void check_stages(Diagnostics& diagnostics) const;
  void check_around(Diagnostics& diagnostics) const;
  void tell_missing(const std::string& name, const InputReaders& readers, Diagnostics& diagnostics) const;
  std::string selection_of(const config::Host& host, Diagnostics& diagnostics);
  std::string key_of(const config::Host& host, const Told& told, Diagnostics& diagnostics);
  const config::Reads& reads_of(const std::string& selection);
  std::shared_ptr<const HostGraph> build(const config::Host& host, const Told& told, Diagnostics& diagnostics);
  std::set<std::string> left_undecided(const Undecided& undecided, const std::vector<Node>& nodes) const;
  void drop_repeats(Resources& resources, Diagnostics& diagnostics);
  std::shared_ptr<const HostGraph> cast(Resources&& resources);
  // As it is; in checked builds nothing, told as an internal error, where it does not hold what it has to.
  static std::shared_ptr<const HostGraph> verified(std::shared_ptr<const HostGraph> graph, Diagnostics& diagnostics);
  std::optional<Node> lower(const config::Resource& resource, Diagnostics& diagnostics);
  std::optional<Node> node_of(const config::Resolved& resolved, Diagnostics& diagnostics);
  std::string add_text(const config::Resource& resource, config::RenderedText& text);
  bool take_parts(const ContentAttribute& special, const config::Resource& resource, Json& attributes,
                  Diagnostics& diagnostics);
  bool take_source(const ContentAttribute& special, const config::Resource& resource, Json& attributes,
                   Diagnostics& diagnostics);

  struct Compiled {
    std::shared_ptr<const HostGraph> graph;
    Diagnostics found;
  };

  CompilerInput input_;
  Expander expander_;
  Linker linker_;
  Mould mould_;
  std::shared_ptr<Contents> contents_;
  bool has_readings_;                             // the project or a module declares some
  std::vector<Address> addresses_;                // of the last host
  std::vector<const config::Pattern*> patterns_;  // every `on`, each text once
  // Of each resource that one host does for all: the patterns that say which hosts those are.
  std::vector<std::vector<const config::Pattern*>> once_;
  std::vector<Elsewhere> cast_elsewhere_;       // of the graph that the mould was made of
  std::map<std::string, config::Reads> reads_;  // by selection: which of the patterns a host matches
  std::map<std::shared_ptr<const config::Resource>, Node> lowered_;  // of constant resources
  std::map<std::string, Compiled> graphs_;                           // by key
};

// True where some resource, reading or output of the project has a sensitive value, so that the project needs a key.
bool holds_secrets(const config::Module& module);
// True where some expression looks at other hosts.
bool looks_at_other_hosts(const config::Module& module);
// The resources that are declared in it and in the modules it uses.
std::size_t count_declarations(const config::Module& module);

}  // namespace plumb::ir
