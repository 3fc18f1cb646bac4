// What is taken back of a run on one host: from its plan and its outcomes to a graph that asks for what was there
// before.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/outcome.h"
#include "engine/ir/graph.h"
#include "engine/plan/plan.h"
#include "engine/simulate/simulate.h"

namespace plumb::run {

// By what it did on one host.
class Undoing {
 public:
  // The outcomes of a host's actions in a run, by their place in its plan.
  using Outcomes = std::map<std::size_t, ActionOutcome>;
  // Whether the bytes behind a digest are at hand.
  using Keeps = std::function<bool(const std::string& digest)>;

  // What a run worked on: a host itself, or an image, and which.
  struct Root {
    bool image = false;
    std::string id;   // as the image's record said when the run was planned; "" where it had none yet
    std::string run;  // the id of the run, which is then in the id that the image got
  };

  // `addresses`: patterns of those that are meant; empty: all are. What cannot be taken back is told in `diagnostics`,
  // as warnings.
  Undoing(const std::string& host, Root root, const plan::Actions& actions, const Outcomes& outcomes,
          const std::set<std::string>& addresses, const Keeps& keeps, const Registry& kinds, Diagnostics& diagnostics);

  // What the run left and is to be taken back, in the run's order: to see whether it is so still.
  std::shared_ptr<const ir::HostGraph> as_left() const { return as_left_; }

  // Resources that stay as they are, by address, with why.
  using Left = std::map<std::string, std::string>;

  // The other way round, what was there before. What is no longer as the run left it stays as it is, and is told.
  // `found`: of as_left(). `left`: what else stays.
  std::shared_ptr<const ir::HostGraph> as_before(const std::string& host, const simulate::Observation& found,
                                                 const Left& left, Diagnostics& diagnostics) const;

  // Of what as_before() is to remove, what is not what the run made, or cannot go; `found` is of that graph. `user`:
  // the fact of that name, for whose the files are that nobody was asked for.
  Left changed_since(const ir::HostGraph& graph, const simulate::Observation& found, const Json& user) const;

  // Of which root the run was: why this one is another; nothing where it is the same.
  Result<> check_root(bool image, const std::string& image_id) const;

  // The contents that it needs, by digest.
  std::set<std::string> contents() const;

 private:
  struct Part {
    Desired left;                  // as the run was to leave it
    std::optional<Desired> again;  // as it was; nothing of one that is only set off once more
    Op set_off = Op::kNone;
    std::vector<std::string> needs;  // addresses of those that the run did before it, or that set it off
    std::string source;
    bool was_known = true;             // the host's record held it before the run
    std::optional<plan::Action> made;  // where it made what was not there
  };
  struct Back {
    const Part* part;
    ir::Node node;
  };
  std::shared_ptr<const ir::HostGraph> graph_of(std::vector<Back> all) const;
  // Why it cannot be taken back; "" where it can.
  std::string take(const plan::Action& action, ActionOutcome outcome, const Keeps& keeps);
  void take_set_off(const plan::Action& action);
  const Part* find(const std::string& address) const;

  Root root_;
  const Registry& kinds_;
  std::vector<Part> parts_;
  std::shared_ptr<const ir::HostGraph> as_left_;
};

}  // namespace plumb::run
