// The graph of the last host, to be made again for one that has the same resources. Then edges and order are the same
// too, and only the texts of templates differ. For one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/ir/expand.h"
#include "engine/ir/graph.h"

namespace plumb::ir {

class Mould {
 public:
  // `places` says which node each of the resources became, and `order` which of these stands where in the graph.
  void keep(const Resources& resources, std::shared_ptr<HostGraph> graph, const std::vector<std::size_t>& places,
            const std::vector<std::size_t>& order);
  void clear() { graph_ = nullptr; }

  bool fits(const Resources& resources) const;

  // Between these the graph is made: contents are set, by the index of their resources. The graph is the last one where
  // nobody has that any more, else a copy of it.
  void begin();
  void set(std::size_t resource, const std::string& attribute, std::string digest);
  std::shared_ptr<const HostGraph> finish();

 private:
  void write_text();

  std::shared_ptr<HostGraph> graph_;
  std::vector<std::shared_ptr<const config::Resource>> resources_;
  std::vector<std::size_t> nodes_;    // by resource
  std::string text_;                  // canonical, of the graph; "" before it is first needed
  std::vector<std::size_t> offsets_;  // in it, of each node
};

}  // namespace plumb::ir
