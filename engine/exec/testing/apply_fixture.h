// For tests of an apply: a host in a scratch folder, and `toy`, a kind of small files.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/exec/apply.h"
#include "engine/exec/testing/client.h"
#include "engine/wire/transactions.h"

namespace plumb::exec {

class ToyProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    std::vector<Result<Observed>> out;
    for (const Desired* one : desired) {
      Observed observed;
      if (const auto bytes = system.read_file(one->text("path"), std::size_t{1} << 20)) {
        observed.exists = true;
        observed.attributes["content"] = digest(*bytes);
      }
      out.emplace_back(std::move(observed));
    }
    return out;
  }
  Change diff(const Desired& desired, const Observed& observed) const override {
    Change change;
    const Json now = observed.attributes.value("content", Json());
    if (observed.exists && now == desired.attribute("content")) return change;
    change.op = observed.exists ? Op::kUpdate : Op::kCreate;
    if (observed.exists) change.before["content"] = now;
    change.after["content"] = desired.attribute("content");
    // `writes` stands for a provider that does not do what it says.
    change.operations = {
        WriteFile{desired.text("path"), desired.text("writes", desired.text("content")), {}, false, false, ""}};
    return change;
  }
};

class ApplyFixture : public ::testing::Test {
 protected:
  ApplyFixture()
      : system_(must(RootFiles::at(root_.path()))),
        blobs_(system_.files()),
        folder_(must(StateFolder::of(system_.files(), "edge"))) {
    registry_.add({.name = "toy", .provider = std::make_shared<ToyProvider>(), .operations = {}});
  }

  std::string blob(const std::string& bytes) {
    (void)blobs_.add({digest(bytes), bytes, true, false, {}});
    return digest(bytes);
  }

  // As one more run of the project, with a record of what each action wants.
  wire::Done carry_out(wire::Apply request, std::vector<wire::Action> actions, Line& line,
                       const std::vector<wire::ItemLock>& locks = {}) {
    request.project = "edge";
    request.run = "run-" + std::to_string(++runs_);
    if (request.plan.empty()) request.plan = "plan-" + std::to_string(runs_);
    for (const wire::Action& action : actions)
      request.resources[action.desired.address.str()] = action.desired.attributes;
    request.actions = std::move(actions);
    RunLog log(folder_);
    wire::Done done = exec::apply({registry_, system_, blobs_, folder_, log, line, locks}, request);
    EXPECT_TRUE(log.save().has_value());
    return done;
  }

  ScratchRoot root_;
  LocalSystem system_;
  BlobStore blobs_;
  StateFolder folder_;
  Registry registry_;
  int runs_ = 0;
};

}  // namespace plumb::exec
