// From a project to the IR of a host: which resources it has, what they want, in which order.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/config/inventory.h"
#include "engine/config/project.h"
#include "engine/ir/contents.h"
#include "engine/ir/graph.h"

namespace plumb::ir {

// Compiles hosts of one project. Hosts that select the same resources share one graph. For one thread.
class Compiler {
 public:
  // `key` is the project's own, for sensitive values; it may be empty where none are held (see holds_secrets).
  Compiler(const config::Project& project, const config::Inventory& inventory, const Registry& providers,
           std::string key);

  // The graph of a host, or nothing where `diagnostics` says why.
  std::shared_ptr<const HostGraph> compile(const std::string& host, Diagnostics& diagnostics);

  const Contents& contents() const { return contents_; }

 private:
  struct Selection {
    std::vector<std::size_t> resources;  // indices into the project's, in declared order
    friend auto operator<=>(const Selection&, const Selection&) = default;
  };

  void select(Diagnostics& diagnostics);
  std::shared_ptr<const HostGraph> build(const Selection& selection, Diagnostics& diagnostics);
  std::optional<Node> lower(const config::Resource& resource, Diagnostics& diagnostics);

  const config::Project& project_;
  const config::Inventory& inventory_;
  const Registry& providers_;
  std::string key_;
  Contents contents_;
  std::map<std::string, Selection> selections_;  // by host
  bool selected_ = false;
  std::map<std::size_t, std::optional<Node>> lowered_;  // by resource
  std::map<Selection, std::shared_ptr<const HostGraph>> graphs_;
};

// True where some resource of the project has a sensitive value, so that the project needs a key.
bool holds_secrets(const config::Project& project);

}  // namespace plumb::ir
