// Package actions that go together, with a made-up package manager whose packages are files in /pkg.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exec/apply.h"
#include "engine/exec/kept_answers.h"
#include "engine/exec/observe.h"
#include "engine/exec/testing/client.h"
#include "engine/wire/transactions.h"

namespace plumb::exec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using wire::EventKind;

// Does what it is asked for as it is asked for commands; what is in `bad` makes a transaction fail before anything is
// done, what is in `broken` after everything else is.
class BoxManager : public PackageManager {
 public:
  explicit BoxManager(ScratchRoot& root) : root_(root) {}
  std::string_view name() const override { return "box"; }
  Result<bool> manages(System&) const override { return true; }
  bool is_source(std::string_view) const override { return false; }
  Result<std::optional<std::string>> installed_version(const std::string&, System&) const override {
    return std::optional<std::string>();
  }
  std::vector<std::string> locks() const override { return {}; }
  std::vector<Step> steps(const PackageTransaction& transaction) const override {
    std::string line;
    bool fails = false;
    for (const PackageRequest& one : transaction.install) {
      line += (line.empty() ? "" : " ") + one.name;
      fails = fails || bad.contains(one.name);
    }
    for (const std::string& one : transaction.remove) line += (line.empty() ? "-" : " -") + one;
    transactions.push_back((transaction.refresh ? "refresh " : "") + line);
    Step failing{"boxing", {}, false};
    failing.program.argv = {"no-such-box"};
    if (fails) return {failing};
    for (const PackageRequest& one : transaction.install) {
      if (broken.contains(one.name)) {
        fails = true;
      } else {
        root_.write("/pkg/" + one.name, one.version);
      }
    }
    for (const std::string& one : transaction.remove) std::filesystem::remove(root_.at("/pkg/" + one));
    if (fails) return {failing};
    return {};
  }
  Result<> judge(const PackageTransaction&, const Step&, const ProcessResult&, const std::string&) const override {
    return {};
  }

  std::set<std::string> bad, broken;
  mutable std::vector<std::string> transactions;

 private:
  ScratchRoot& root_;
};

class PackProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    ++looks;
    std::vector<Result<Observed>> out;
    for (const Desired* one : desired) {
      Observed observed;
      if (const auto version = system.read_file("/pkg/" + one->address.identity, 100)) {
        observed.exists = true;
        observed.attributes["version"] = *version;
      }
      out.emplace_back(std::move(observed));
    }
    return out;
  }
  Change diff(const Desired& desired, const Observed& observed) const override {
    Change change;
    const bool absent = desired.text("state") == "absent";
    if (observed.exists ? !absent && observed.attributes["version"] == desired.attribute("version") : absent)
      return change;
    PackageTransaction transaction{"box", {}, {}, desired.flag("older", false), desired.flag("refresh", false)};
    change.op = absent ? Op::kDelete : observed.exists ? Op::kUpdate : Op::kCreate;
    if (absent) {
      transaction.remove = {desired.address.identity};
    } else {
      transaction.install = {{desired.address.identity, desired.text("version")}};
      change.after["version"] = desired.text("version");
    }
    if (observed.exists) change.before = observed.attributes;
    change.operations = {transaction};
    return change;
  }
  mutable int looks = 0;
};

class FolderProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    std::vector<Result<Observed>> out;
    for (const Desired* one : desired) {
      Observed observed;
      observed.exists = system.stat(one->address.identity, true)->has_value();
      out.emplace_back(std::move(observed));
    }
    return out;
  }
  Change diff(const Desired& desired, const Observed& observed) const override {
    Change change;
    if (observed.exists) return change;
    change.op = Op::kCreate;
    change.operations = {MakeDirectory{desired.address.identity, {}, false}};
    return change;
  }
  Change triggered(const Desired& desired, const Observed&, Op op) const override {
    Change change;
    change.op = op;
    change.operations = {MakeDirectory{desired.address.identity + "-rung", {}, false}};
    return change;
  }
};

// Runs once the package of its name is there, which starts it.
class FolderBellProvider : public FolderProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    std::vector<Result<Observed>> out;
    for (const Desired* one : desired) {
      Observed observed;
      observed.exists = system.stat("/pkg" + one->address.identity, true)->has_value();
      out.emplace_back(std::move(observed));
    }
    return out;
  }
  Change triggered(const Desired& desired, const Observed& observed, Op op) const override {
    return observed.exists ? FolderProvider::triggered(desired, observed, op) : Change();
  }
};

class NoLine : public Line {
 public:
  void send(std::span<const wire::Message> messages) override {
    for (const wire::Message& message : messages) {
      if (const auto* event = std::get_if<wire::Event>(&message)) events.push_back(*event);
    }
  }
  bool wants_stop() override { return false; }
  void show_life() override {}
  Result<> fetch(const wire::LargeContent&, const ByteSink&) override { return {}; }
  std::vector<wire::Event> events;
};

class PackagesTest : public ::testing::Test {
 protected:
  PackagesTest()
      : system_(must(RootFiles::at(root_.path()))),
        blobs_(system_.files()),
        folder_(must(StateFolder::of(system_.files(), "edge"))),
        box_(root_) {
    registry_.add({.name = "pack", .provider = std::make_shared<PackProvider>(), .operations = {}});
    registry_.add({.name = "dir", .provider = std::make_shared<FolderProvider>(), .operations = {}});
    registry_.add({.name = "bell", .provider = std::make_shared<FolderBellProvider>(), .operations = {}});
    registry_.managers().add(box_);
    std::filesystem::create_directories(root_.at("/pkg"));
  }

  wire::Action action(const std::string& kind, const std::string& identity, Json attributes = Json::object(),
                      std::vector<std::size_t> needs = {}) {
    wire::Action made;
    made.desired = {{"", kind, identity}, std::move(attributes), {}};
    const Desired* desired = &made.desired;
    const Provider& provider = *registry_.provider(kind);
    const Change change = provider.diff(made.desired, *provider.observe({&desired, 1}, system_)[0]);
    made.op = change.op;
    made.before = change.before;
    made.after = change.after;
    made.operations = change.operations;
    made.needs = std::move(needs);
    return made;
  }
  wire::Action pack(const std::string& name, std::vector<std::size_t> needs = {}) {
    return action("pack", name, {{"version", "1"}}, std::move(needs));
  }
  wire::Action dir(const std::string& path, std::vector<std::size_t> needs = {}) {
    return action("dir", path, Json::object(), std::move(needs));
  }

  wire::Done apply(std::vector<wire::Action> actions, bool keep_going = false) {
    wire::Apply request;
    request.project = "edge";
    request.run = "run-" + std::to_string(++runs_);
    request.plan = "plan-" + std::to_string(runs_);
    request.keep_going = keep_going;
    for (const wire::Action& one : actions) request.resources[one.desired.address.str()] = one.desired.attributes;
    request.actions = std::move(actions);
    line_.events.clear();
    box_.transactions.clear();
    RunLog log(folder_);
    wire::Done done = exec::apply({registry_, system_, blobs_, folder_, log, line_, locks_}, request);
    EXPECT_TRUE(log.save().has_value());
    return done;
  }
  // Of each action how it ended, in the order of the events: "0 changed".
  std::vector<std::string> ends() const {
    std::vector<std::string> out;
    for (const wire::Event& event : line_.events) {
      if (event.kind == EventKind::kStarted || event.kind == EventKind::kOutput) continue;
      out.push_back(std::to_string(event.index) + " " + std::string(wire::name(event.kind)));
    }
    return out;
  }
  const wire::Event& end_of(std::size_t index) const {
    static const wire::Event none;
    for (const wire::Event& event : line_.events) {
      if (event.index == index && event.kind != EventKind::kStarted && event.kind != EventKind::kOutput) return event;
    }
    return none;
  }

  ScratchRoot root_;
  LocalSystem system_;
  BlobStore blobs_;
  StateFolder folder_;
  BoxManager box_;
  Registry registry_;
  std::vector<wire::ItemLock> locks_;
  NoLine line_;
  int runs_ = 0;
};

TEST_F(PackagesTest, NeighboursAreOneTransactionWithAnOutcomeEach) {
  EXPECT_EQ(apply({pack("a"), pack("b"), pack("c")}).changed, 3);
  EXPECT_THAT(box_.transactions, ElementsAre("a b c"));
  EXPECT_THAT(ends(), ElementsAre("0 changed", "1 changed", "2 changed"));
  const HostRecord record = load_record(folder_);
  EXPECT_EQ(record.resources.size(), 3U);
  EXPECT_EQ(record.unreported.size(), 3U);
  EXPECT_EQ(apply({pack("a"), pack("b"), pack("c")}).satisfied, 3);
  EXPECT_TRUE(box_.transactions.empty());
}

TEST_F(PackagesTest, WhatIsThereAlreadyStaysOutOfIt) {
  const std::vector<wire::Action> actions = {pack("a"), pack("b"), pack("c")};
  root_.write("/pkg/b", "1");
  EXPECT_EQ(apply(actions).changed, 2);
  EXPECT_THAT(box_.transactions, ElementsAre("a c"));
}

TEST_F(PackagesTest, AlsoWithActionsBetweenThatHaveNothingToDoWithThem) {
  EXPECT_EQ(apply({pack("a"), dir("/x"), pack("b"), dir("/y"), pack("c")}).changed, 5);
  EXPECT_THAT(box_.transactions, ElementsAre("a b c"));
  EXPECT_THAT(ends(), ElementsAre("1 changed", "3 changed", "0 changed", "2 changed", "4 changed"));
}

TEST_F(PackagesTest, WhatNeedsOneComesAfterIt) {
  apply({pack("a"), dir("/x", {0}), pack("b"), pack("c")});
  EXPECT_THAT(box_.transactions, ElementsAre("a", "b c"));
  apply({pack("d"), dir("/z"), pack("e", {1}), pack("f")});
  EXPECT_THAT(box_.transactions, ElementsAre("d e f")) << "what they need comes before all of them";
  apply({pack("g"), pack("h", {0})});
  EXPECT_THAT(box_.transactions, ElementsAre("g", "h"));
}

TEST_F(PackagesTest, WhatOneSetsOffComesAfterIt) {
  std::vector<wire::Action> actions = {pack("a"), dir("/x"), pack("b")};
  actions[1].triggered = true;
  actions[1].op = Op::kRestart;
  actions[1].explained = true;
  actions[0].triggers = {1};
  apply(actions);
  EXPECT_THAT(box_.transactions, ElementsAre("a", "b"));
  EXPECT_THAT(ends(), ElementsAre("0 changed", "1 changed", "2 changed"));
}

// A restart of /app, which a plan cannot know to run: its package may start it.
wire::Action restart_of_app() {
  wire::Action made;
  made.desired = {{"", "bell", "/app"}, Json::object(), {}};
  made.op = Op::kRestart;
  made.triggered = made.explained = true;
  return made;
}

TEST_F(PackagesTest, WhatItsOwnPackageStartedIsNotRestarted) {
  root_.write("/etc/x", "");
  std::vector<wire::Action> actions = {dir("/etc/app"), pack("app"), restart_of_app()};
  actions[0].triggers = actions[1].triggers = {2};
  const wire::Done done = apply(actions);
  EXPECT_THAT(ends(), ElementsAre("0 changed", "1 changed", "2 satisfied")) << "it has seen the folder, too";
  EXPECT_FALSE(root_.has("/app-rung"));
  EXPECT_TRUE(done.owed.empty());
  EXPECT_TRUE(load_record(folder_).owed.list().empty()) << "nor does the next run find it owed";
}

TEST_F(PackagesTest, WhatChangedBehindItsPackageRestartsIt) {
  std::vector<wire::Action> actions = {pack("app"), dir("/conf", {0}), restart_of_app()};
  actions[0].triggers = actions[1].triggers = {2};
  apply(actions);
  EXPECT_THAT(ends(), ElementsAre("0 changed", "1 changed", "2 changed"));
  EXPECT_TRUE(root_.has("/app-rung"));
}

TEST_F(PackagesTest, WhatRanBeforeItsPackageChangedIsRestarted) {
  std::vector<wire::Action> actions = {pack("app"), restart_of_app()};
  root_.write("/pkg/app", "0");
  actions[0].triggers = {1};
  actions[0].explained = true;
  apply(actions);
  EXPECT_THAT(ends(), ElementsAre("0 changed", "1 changed"));
  EXPECT_TRUE(root_.has("/app-rung"));
}

// Tells which others it was asked about with.
class CrowdProvider : public FolderProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System&) const override {
    std::string with;
    for (const Desired* one : desired) with += one->address.identity;
    Observed observed;
    observed.attributes["with"] = with;
    return std::vector<Result<Observed>>(desired.size(), Result<Observed>(Observed(observed)));
  }
};

TEST_F(PackagesTest, WhatIsLeftOutOrLockedIsObservedApart) {
  registry_.add({.name = "crowd", .provider = std::make_shared<CrowdProvider>(), .operations = {}});
  wire::Observe question;
  for (const char* name : {"a", "b", "c", "d", "e"})
    question.resources.push_back({{"", "crowd", name}, Json::object(), {}});
  question.asides = {{1, true, {}}, {99, true, {}}};
  const std::vector<wire::ItemLock> locks = {
      {.items = "crowd:d", .owner = "o", .reason = "", .since = "", .until = ""}};
  std::map<std::size_t, std::string> with;
  answer_observe(registry_, system_, question, locks, nullptr, [&](const wire::ObservedChunk& chunk) {
    for (const wire::ObservedState& state : chunk.states) with[state.index] = state.observed->text("with");
  });
  EXPECT_EQ(with, (std::map<std::size_t, std::string>{{0, "ace"}, {1, "bd"}, {2, "ace"}, {3, "bd"}, {4, "ace"}}));
}

// Whatever goes first would take the other along.
TEST_F(PackagesTest, NoOrderHoldsAmongWhatGoes) {
  std::vector<wire::Action> actions = {pack("a"), pack("b")};
  actions[1].needs = {0};
  EXPECT_EQ(wire::transactions(actions), (std::map<std::size_t, std::vector<std::size_t>>{{0, {0}}, {1, {1}}}));
  for (wire::Action& action : actions) action.operations = {PackageTransaction{"made", {}, {"x"}, false, false}};
  EXPECT_EQ(wire::transactions(actions), (std::map<std::size_t, std::vector<std::size_t>>{{1, {0, 1}}}));
}

TEST_F(PackagesTest, NothingIsPutOffPastACommand) {
  std::vector<wire::Action> actions = {pack("a"), dir("/x"), pack("b")};
  actions[1].operations = {plumb::Run{}};
  EXPECT_EQ(wire::transactions(actions), (std::map<std::size_t, std::vector<std::size_t>>{{0, {0}}, {2, {2}}}));
  actions[1].operations = {ServiceAction{"init", "x", "start"}};
  EXPECT_EQ(wire::transactions(actions), (std::map<std::size_t, std::vector<std::size_t>>{{2, {0, 2}}}));
}

TEST_F(PackagesTest, TheOrderIsThatOfTheirTurns) {
  std::vector<wire::Action> actions = {pack("a"), dir("/x"), pack("b"), pack("c"), pack("d"), pack("e")};
  for (const std::size_t i : {0U, 2U, 3U, 4U, 5U}) actions[i].operations = {PackageTransaction{"box", {{"x", "1"}}}};
  std::get<PackageTransaction>(actions[3].operations.front()).without_recommends = true;
  actions[2].needs = {1};
  actions[4].manner.tries = 2;
  actions[5].rescues = {0};
  using Lists = std::vector<std::vector<std::size_t>>;
  EXPECT_EQ(wire::transactions_in_order(actions), (Lists{{0, 2}, {3}, {4}}));
  actions[1].needs = {0};
  EXPECT_EQ(wire::transactions_in_order(actions), (Lists{{0}, {2}, {3}, {4}}));
}

TEST_F(PackagesTest, ComingAndGoingAreOneTransaction) {
  root_.write("/pkg/old", "1");
  EXPECT_EQ(apply({pack("a"), action("pack", "old", {{"state", "absent"}})}).changed, 2);
  EXPECT_THAT(box_.transactions, ElementsAre("a -old"));
  EXPECT_FALSE(root_.has("/pkg/old"));
}

TEST_F(PackagesTest, WhatIsToBeDoneDifferentlyIsATransactionOfItsOwn) {
  apply({pack("a"), action("pack", "b", {{"version", "1"}, {"refresh", true}}),
         action("pack", "c", {{"version", "1"}, {"refresh", true}}),
         action("pack", "d", {{"version", "1"}, {"older", true}})});
  EXPECT_THAT(box_.transactions, ElementsAre("a", "refresh b c", "d"));
  PackageTransaction into{"box", {{"a", "1"}}, {"x"}, false, false};
  EXPECT_FALSE(wire::merge(into, {"box", {{"a", "2"}}, {}, false, false}));
  EXPECT_FALSE(wire::merge(into, {"box", {{"x", "2"}}, {}, false, false}));
  EXPECT_FALSE(wire::merge(into, {"crate", {{"b", "1"}}, {}, false, false}));
  EXPECT_TRUE(wire::merge(into, {"box", {{"a", "1"}, {"b", "1"}}, {"x", "y"}, false, false}));
  EXPECT_EQ(into, (PackageTransaction{"box", {{"a", "1"}, {"b", "1"}}, {"x", "y"}, false, false}));
}

TEST_F(PackagesTest, OfATransactionThatFailsEachTellsWhatBecameOfIt) {
  box_.broken = {"b"};
  const wire::Done done = apply({pack("a"), pack("b"), pack("c"), dir("/x")});
  EXPECT_THAT(box_.transactions, ElementsAre("a b c"));
  EXPECT_EQ(done.changed, 2);
  EXPECT_EQ(done.failed, 1);
  EXPECT_EQ(done.skipped, 1);
  EXPECT_THAT(end_of(0).text, HasSubstr("as planned, although the transaction failed"));
  EXPECT_THAT(end_of(1).text, HasSubstr("pack:b is not there: the program `no-such-box` was not found"));
  EXPECT_TRUE(load_record(folder_).resources.contains("pack:c"));
  EXPECT_FALSE(load_record(folder_).resources.contains("pack:b"));
}

TEST_F(PackagesTest, WhereNothingCameEachIsTriedAlone) {
  box_.bad = {"b"};
  wire::Done done = apply({pack("a"), pack("b"), pack("c")});
  EXPECT_THAT(box_.transactions, ElementsAre("a b c", "a", "b"));
  EXPECT_EQ(done.changed, 1);
  EXPECT_EQ(done.failed, 1);
  EXPECT_EQ(done.skipped, 1);
  EXPECT_THAT(end_of(0).text, HasSubstr("alone, since together it failed: the program"));
  done = apply({pack("b"), pack("c"), pack("d")}, true);
  EXPECT_THAT(box_.transactions, ElementsAre("b c d", "b", "c", "d"));
  EXPECT_EQ(done.changed, 2);
  EXPECT_EQ(done.failed, 1);
}

TEST_F(PackagesTest, WhatEarlierActionsExplainIsLookedAtOnce) {
  std::vector<wire::Action> actions = {dir("/source")};
  for (const char* name : {"a", "b", "c", "d"}) {
    actions.push_back(pack(name, {0}));
    actions.back().explained = true;
  }
  const auto& provider = dynamic_cast<const PackProvider&>(*registry_.provider("pack"));
  provider.looks = 0;
  EXPECT_EQ(apply(actions).changed, 5);
  EXPECT_THAT(box_.transactions, ElementsAre("a b c d"));
  EXPECT_EQ(provider.looks, 3) << "what would be in the way before the first change, and before and after their own";
}

TEST_F(PackagesTest, AFailureBetweenThemLeavesThemAlone) {
  std::vector<wire::Action> actions = {pack("a"), dir("/x"), pack("b")};
  // What no host can foresee to fail.
  actions[1].operations = {ServiceAction{"no-such-manager", "x", "start"}};
  const wire::Done done = apply(std::move(actions));
  EXPECT_TRUE(box_.transactions.empty());
  EXPECT_EQ(done.failed, 1);
  EXPECT_EQ(done.skipped, 2);
}

TEST(KeptAnswersTest, AreKeptWhileTheFilesThatDecideThemStay) {
  LocalSystem system(must(RootFiles::at("/")));
  ScratchRoot root;
  root.write("/lists/one", "x");
  ProcessRequest request;
  request.argv = {"sh", "-c", "date +%N; echo x >>" + root.at("/count")};
  request.decided_by = {root.at("/lists"), root.at("/none")};
  const auto asked = [&] { return root.has("/count") ? root.read("/count").size() / 2 : 0; };
  (void)system.run(request);
  (void)system.run(request);
  EXPECT_EQ(asked(), 2U) << "nobody asked for answers to be kept";
  system.keep_answers();
  const pid_t child = ::fork();
  if (child == 0) {
    (void)system.run(request);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(asked(), 3U);
  const std::string first = must(system.run(request)).output;
  EXPECT_EQ(must(system.run(request)).output, first);
  EXPECT_EQ(asked(), 3U) << "what a child asked is known";
  root.write("/lists/one", "y");
  EXPECT_NE(must(system.run(request)).output, first);
  root.write("/lists/two", "");
  (void)system.run(request);
  root.write("/none", "");
  (void)system.run(request);
  EXPECT_EQ(asked(), 6U);
  request.argv.emplace_back("other");
  (void)system.run(request);
  EXPECT_EQ(asked(), 7U);
}

}  // namespace
}  // namespace plumb::exec
