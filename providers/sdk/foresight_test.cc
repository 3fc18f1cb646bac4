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
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override {
    if (!desired.has("needs")) return {};
    return {{.path = desired.text("needs"), .needed = true}};
  }
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
      const std::string needs = one->text("needs");
      const auto there = system.stat(needs.empty() ? "/" : needs, true);
      if (there && !*there) observed.missing.push_back({{"", "file", needs}, "needs"});
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

// Changes by a program what is at no path, and leaves the one that it stands on.
class Stander : public Program {
 public:
  Change diff(const Desired&, const Observed&) const override {
    Change change;
    change.op = Op::kCreate;
    change.operations = {Run{}};
    return change;
  }
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override {
    return {{.path = desired.text("on"), .needed = true}};
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
    kinds_.add(
        {.name = "stander", .provider = std::make_shared<Stander>(), .operations = OperationSet::of<plumb::Run>()});
    host_.make_link("/srv/key", "/etc/key");
  }

  // /srv/key, which may need a file, after a program, or another kind, that says this of itself.
  Observed after(Json said, const std::string& kind = "program", const char* needs = nullptr) {
    Desired first, made;
    first.address = *Address::parse(kind + ":first");
    first.attributes = std::move(said);
    made.address = *Address::parse("made:/srv/key");
    made.attributes = {{"path", "/srv/key"}, {"key", "/srv/other"}};
    if (needs != nullptr) made.attributes["needs"] = needs;
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

TEST_F(ForesightTest, WhoOnlyStandsOnThePathLeavesTheLinkThere) {
  const Observed found = after({{"on", "/srv/key"}}, "stander");
  ASSERT_TRUE(found.obstacle);
  EXPECT_EQ(found.open_until, Addresses());
}

TEST_F(ForesightTest, WhoTakesAwayWhatItNeedsTakesItBack) {
  host_.remove("/srv/key");
  const auto after_it = [this](Json said) { return after(std::move(said), "program", "/srv/cert"); };
  const std::vector<Missing> missing = {{{"", "file", "/srv/cert"}, "needs"}};
  EXPECT_EQ(after_it({{"removes", {"/srv/cert"}}}).missing, missing);
  EXPECT_EQ(after_it({{"removes", {"/srv/cert"}}}).shaped_by, Addresses()) << "it is not there now either";
  host_.make_file("/srv/cert", "x");
  for (const char* gone : {"/srv/cert", "/srv"}) {
    EXPECT_EQ(after_it({{"removes", {gone}}}).undone_by, "program:first") << gone;
  }
  EXPECT_EQ(after_it({{"removes", {"/srv/certs"}}}).missing, std::vector<Missing>());
  EXPECT_EQ(after_it({{"creates", {"/srv/cert"}}}).missing, std::vector<Missing>()) << "whatever is there then";
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
