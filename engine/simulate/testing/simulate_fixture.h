// A host that is made by hand, of made-up kinds, and simulated forward.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/simulate/simulate.h"
#include "engine/testing/kinds.h"

namespace plumb::simulate {

inline ir::Node node(const std::string& address, Json attributes) {
  ir::Node result;
  result.desired.address = *Address::parse(address);
  result.desired.attributes = std::move(attributes);
  result.span = {"plumb.yaml", 4, 11, 4, 20};
  return result;
}

inline Observed absent() {
  return {};
}

inline Observed there(Json attributes) {
  Observed observed;
  observed.exists = true;
  observed.attributes = std::move(attributes);
  return observed;
}

class SimulateTest : public ::testing::Test {
 protected:
  void add(ir::Node node, Observed observed) {
    graph_.nodes.push_back(std::move(node));
    observation_.states.emplace_back(std::move(observed));
  }
  // Adds a file with this content, as text, beside one with other content on the host (none where it is null).
  void add_file(const std::string& path, const std::string& content, const char* now) {
    texts_[digest(content)] = content;
    add(node("note:" + path, {{"at", path}, {"text", digest(content)}}),
        now == nullptr ? absent() : there({{"text", digest(now)}}));
  }
  std::optional<Simulation> run() {
    diagnostics_ = Diagnostics();
    const auto text_of = [this](const std::string& digest) -> std::optional<std::string> {
      const auto found = texts_.find(digest);
      return found == texts_.end() ? std::nullopt : std::optional(found->second);
    };
    return simulate_host({graph_, testing::made_up_kinds(), observation_, "web01", scope_, text_of}, diagnostics_);
  }
  const plan::Action& only_action(const std::optional<Simulation>& simulation) {
    EXPECT_EQ(simulation->actions->size(), 1U);
    return simulation->actions->front();
  }

  ir::HostGraph graph_;
  Observation observation_;
  Diagnostics diagnostics_;
  plan::Scope scope_;
  std::map<std::string, std::string> texts_;
};

}  // namespace plumb::simulate
