// What stays in the way of a resource whose state programs tell, by what those before it change.
#include <memory>

#include <gtest/gtest.h>

#include "providers/sdk/fake_system.h"
#include "providers/sdk/foresee.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"

namespace plumb {
namespace {

// A file that a program makes, as a key is.
class Made : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    return observe_each(desired, system);
  }
  Change diff(const Desired&, const Observed& observed) const override {
    Change change;
    if (observed.exists) return change;
    change.op = Op::kCreate;
    change.fidelity = Fidelity::kBounded;
    change.operations = {Run{}};
    return change;
  }
  std::vector<std::string> manages_paths(const Desired& desired) const override { return {desired.text("path")}; }
  bool asks_about(const Desired& desired, std::string_view name) const override { return name == desired.text("key"); }

 private:
  static std::vector<Result<Observed>> observe_each(std::span<const Desired* const> desired, System& system) {
    std::vector<Result<Observed>> found;
    for (const Desired* one : desired) {
      Observed observed;
      const std::string path = one->text("path");
      const auto info = system.stat(path, false);
      if (info && *info && (*info)->type == FileType::kLink)
        observed.obstacle = link_in_the_place(path, (*info)->link_target, "");
      if (system.is_image()) observed.obstacle = image_runs_nothing();
      found.emplace_back(std::move(observed));
    }
    return found;
  }
};

// Says what it removes and what it makes.
class Program : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System&) const override {
    return std::vector<Result<Observed>>(desired.size(), Result<Observed>(Observed()));
  }
  Change diff(const Desired&, const Observed&) const override {
    Change change;
    change.op = Op::kRun;
    change.fidelity = Fidelity::kOpaque;
    change.operations = {Run{}};
    return change;
  }
  std::vector<std::string> clears_paths(const Desired& desired) const override {
    return texts_in(desired.attribute("removes"));
  }
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override {
    std::vector<ImpliedPath> paths;
    for (std::string& path : texts_in(desired.attribute("creates")))
      paths.push_back({std::move(path), false, true, std::string()});
    return paths;
  }
};

class ForesightTest : public ::testing::Test {
 protected:
  ForesightTest() {
    kinds_.add({.name = "made", .provider = std::make_shared<Made>(), .operations = OperationSet::of<plumb::Run>()});
    kinds_.add({.name = "program",
                .provider = std::make_shared<Program>(),
                .operations = OperationSet::of<plumb::Run>(),
                .runs = true});
    host_.make_link("/srv/key", "/etc/key");
  }

  // /srv/key after a program that says this of itself.
  Observed after(Json program) {
    Desired first, made;
    first.address = *Address::parse("program:first");
    first.attributes = std::move(program);
    made.address = *Address::parse("made:/srv/key");
    made.attributes = {{"path", "/srv/key"}, {"key", "/srv/other"}};
    const std::vector<ForeseenResource> resources = {{&first}, {&made}};
    const auto observe = [&](std::span<const Desired* const> desired, System& system) {
      std::vector<Result<Observed>> found;
      for (const Desired* one : desired)
        found.push_back(std::move(kinds_.provider(one->address.kind)->observe({&one, 1}, system).front()));
      return found;
    };
    return *foresee(kinds_, host_, {}, resources, observe).back();
  }

  using Addresses = std::vector<std::string>;
  FakeSystem host_;
  Registry kinds_;
};

TEST_F(ForesightTest, ALinkGoesWithWhatChangesItsPathOrAFolderAboveIt) {
  EXPECT_EQ(after({{"removes", {"/srv/key"}}}).open_until, Addresses{"program:first"});
  EXPECT_EQ(after({{"removes", {"/srv"}}}).open_until, Addresses{"program:first"});
  EXPECT_EQ(after({{"creates", {"/srv/key"}}}).open_until, Addresses{"program:first"});
}

TEST_F(ForesightTest, AndStaysWithWhatIsAboutAnythingElse) {
  for (const Json& program : {Json{{"removes", {"/srv/other"}}}, Json{{"creates", {"/srv/other"}}},
                              Json{{"creates", {"/srv/key/below"}}}, Json{{"removes", {"/srv/keys"}}}}) {
    const Observed found = after(program);
    ASSERT_TRUE(found.obstacle) << program;
    EXPECT_EQ(found.obstacle->goes, ObstacleGoes::kWithItsPath);
    EXPECT_EQ(found.open_until, Addresses()) << program;
  }
}

TEST_F(ForesightTest, ThatNoProgramOfAnImageIsRunStaysSo) {
  host_.set_image(true);
  const Observed found = after({{"removes", {"/srv/key"}}});
  ASSERT_TRUE(found.obstacle);
  EXPECT_EQ(found.obstacle->goes, ObstacleGoes::kNever);
  EXPECT_EQ(found.open_until, Addresses());
}

}  // namespace
}  // namespace plumb
