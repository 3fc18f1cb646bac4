// What the actions of a plan so far bring to a host: exactly, or within limits (a package, a command).
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "engine/ir/graph.h"
#include "engine/simulate/node_index.h"
#include "engine/simulate/simulate.h"

namespace plumb::simulate {

class Brought {
 public:
  // By node: its kind, and the edges that only order it. Everything referred to outlives this.
  Brought(const ir::HostGraph& graph, const Observation& observation, const Managers& managers,
          const std::vector<const Kind*>& kinds, const std::vector<std::vector<const ir::Edge*>>& after,
          const TextOf& text_of)
      : graph_(graph),
        observation_(observation),
        managers_(managers),
        kinds_(kinds),
        after_(after),
        text_of_(text_of) {}

  // The node will be as it is asked for, with all that its kind provides, and with what the host's managers make of the
  // files it manages: a unit file makes a unit, and a package may come from a new source.
  void add_exact(std::size_t node);
  // Whether the node, once it is as it is asked for, is that thing, provides it or makes it.
  bool makes(std::size_t node, const Address& what) const;
  // Its action changes the files it manages or edits. What managers read of them counts: other nodes may follow from
  // it.
  void add_changed(std::size_t node, bool deletes);
  // Of one that gives a file as a whole: the text that it then has; nothing where that is not known.
  std::optional<std::string> text_of(std::size_t node) const;
  // Its action may bring more than can be told.
  void add_unforeseen(std::size_t node) { unforeseen_.push_back(node); }
  // It is held back; what it would bring is not there in this run.
  void add_held_back(std::size_t node) { held_back_.push_back(node); }

  // A file that a manager of the host reads, changed by an earlier node.
  struct Changed {
    std::size_t node = 0;
    std::string path;
    std::optional<std::string> text;  // then; nothing where it is not known
  };
  const std::vector<Changed>& changed() const { return changed_; }

  // Earlier nodes that change a file from which this one follows, and through whose changes its host has not seen; each
  // once.
  std::vector<std::size_t> changers_of(std::size_t node) const;
  // Those, and earlier nodes whose actions may bring the thing this node is about, within limits only; each once.
  std::vector<std::size_t> makers_of(std::size_t node) const;

  struct Source {
    std::size_t node = 0;
    bool exact = false;
  };
  // Where `node` has what it needs from: an exact source among the earlier nodes, else a bounded one.
  std::optional<Source> source_of(std::size_t node, const Address& what) const;

 private:
  std::vector<Address> things_of(std::size_t node) const;
  bool explicitly_after(std::size_t node, std::size_t earlier) const;
  void add_source(std::size_t node, const std::string& path);
  bool may_bring(std::size_t earlier, const Address& what) const;
  bool is_read(std::string_view path) const;

  const ir::HostGraph& graph_;
  const Observation& observation_;
  const Managers& managers_;
  const std::vector<const Kind*>& kinds_;
  const std::vector<std::vector<const ir::Edge*>>& after_;
  std::map<Address, std::size_t> exact_;  // the last node that does
  std::vector<std::pair<std::size_t, const PackageManager*>> sources_;
  const TextOf& text_of_;
  std::vector<Changed> changed_;
  std::vector<std::size_t> unforeseen_;
  std::vector<std::size_t> held_back_;
};

}  // namespace plumb::simulate
