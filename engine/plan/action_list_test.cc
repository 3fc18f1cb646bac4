// What was packed comes back, and is what the plan's document holds.
#include "engine/plan/action_list.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/plan/artifact.h"

namespace plumb::plan {
namespace {

std::vector<Operation> one_of_each() {
  plumb::Run run;
  run.argv = {"/bin/echo", "a \"b\"\n"};
  run.env = {{"A", "1"}};
  run.expect = {0, 3};
  run.sealed_env = "hmac-sha256:00";
  Fetch fetch;
  fetch.path = "/a";
  fetch.url = "https://example.com/a";
  fetch.headers = {{"Accept", "*/*"}};
  fetch.timeout_seconds = 60;
  Wait wait;
  wait.probe.tcp = "db:5432";
  wait.probe.stable = 2;
  wait.gone = true;
  Unpack unpack;
  unpack.path = "/a";
  unpack.archive = "/a.tgz";
  unpack.strip = 1;
  unpack.include = {"a/*"};
  const std::vector<Operation> all = {
      WriteFile{"/etc/motd", digest("new"), {"root", "adm", "0640"}, true, true, "visudo -cf %s"},
      EditFile{"/etc/hosts", {}, true, "0600", true, true, "true", true, "none", "deploy", "adm"},
      MakeDirectory{"/srv", {std::nullopt, std::nullopt, "0750"}, true},
      MakeLink{"/a", "../b", true, true},
      Remove{"/a", true, true},
      SetAttributes{"/a", {"1000", std::nullopt, std::nullopt}, true},
      run,
      PackageTransaction{"apt", {{"nginx", ""}, {"jq", "1.6-2"}}, {"apache2"}, true, true},
      ServiceAction{"systemd", "nginx.service", "restart"},
      EditDatabase{"user", "create", "deploy", Json{{"uid", 1500}, {"groups", {"adm"}}}},
      Probe{},
      SetKernelValue{"vm.swappiness", "10"},
      ChangeMount{"mount", "/srv", "/dev/b", "ext4", "ro"},
      ChangeSwap{"make", "/swapfile", 64, 5},
      ChangeModule{"load", "loop", {"max_loop=64"}},
      fetch,
      unpack,
      ChangeFirewall{"ufw",
                     "add",
                     {"allow in from any to any port 53"},
                     "public",
                     "kept",
                     true,
                     {{"incoming", "deny"}},
                     {{"incoming", "allow"}}},
      wait,
      Reboot{900, "updates"},
      Call{.url = "https://a/", .method = "PUT", .headers = {{"A", "b"}}, .body = "{}", .status = {201}},
      CallProvider{"redis",
                   digest("p"),
                   "redis_setting",
                   "update",
                   "redis_setting:x",
                   "x",
                   {{"value", "b"}},
                   {{"value", "a"}},
                   {"value"},
                   "redis",
                   true}};
  EXPECT_EQ(all.size(), std::variant_size_v<Operation>);
  return all;
}

Action action_of(Op op, const std::string& address) {
  Action action;
  action.desired.address = *Address::parse(address);
  action.op = op;
  action.source = "plumb.yaml:4:11";
  return action;
}

// Each op, and each member of an action with another value than it has by itself.
Actions all_kinds_of_actions() {
  Actions actions;
  for (const Op op :
       {Op::kCreate, Op::kUpdate, Op::kReplace, Op::kDelete, Op::kRun, Op::kReload, Op::kRestart, Op::kVerify})
    actions.push_back(action_of(op, "note:/" + std::string(name(op))));
  Action rich = action_of(Op::kUpdate, "web/note:/etc/ünïcode:\"x\"\\");
  const std::string sealed = keyed_digest("key", "secret");
  rich.desired.attributes = {{"at", "/etc/motd"},  {"text", sealed},  {"lit", true},     {"count", -3},
                             {"many", {1, "two"}}, {"none", nullptr}, {"big", 1LL << 53}};
  rich.desired.sensitive = {"text"};
  rich.fidelity = Fidelity::kBounded;
  rich.before = {{"text", digest("old")}};
  rich.after = {{"text", sealed}};
  rich.operations = one_of_each();
  rich.needs = {"note:/create"};
  rich.because = {{"text", "drift"}, {"lit", "first"}};
  rich.undo = true;
  rich.note = "a line\nand another";
  rich.triggered = true;
  rich.triggered_by = {"note:/update"};
  rich.pending = true;
  rich.unknown_until = {"note:/run"};
  rich.confirm_within = 60;
  rich.owes = {{"lamp:l", Op::kReload}};
  rich.manner = {3, 10, 60, true};
  rich.rescues = {"note:/run"};
  rich.desired.env = {{"A", "1"}};
  rich.seen = {true, true, {{"text", sealed}}};
  actions.push_back(rich);
  Action owed = action_of(Op::kRestart, "lamp:x");
  owed.triggered = true;
  owed.pending = true;
  owed.fidelity = Fidelity::kOpaque;
  actions.push_back(owed);
  return actions;
}

void expect_same(const Action& a, const Action& b) {
  EXPECT_EQ(a.desired.address, b.desired.address);
  EXPECT_EQ(a.desired.attributes, b.desired.attributes);
  EXPECT_EQ(a.desired.sensitive, b.desired.sensitive);
  EXPECT_EQ(a.op, b.op);
  EXPECT_EQ(a.fidelity, b.fidelity);
  EXPECT_EQ(a.before, b.before);
  EXPECT_EQ(a.after, b.after);
  EXPECT_EQ(a.operations, b.operations);
  EXPECT_EQ(a.needs, b.needs);
  EXPECT_EQ(a.because, b.because);
  EXPECT_EQ(a.undo, b.undo);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.note, b.note);
  EXPECT_EQ(a.triggered, b.triggered);
  EXPECT_EQ(a.triggered_by, b.triggered_by);
  EXPECT_EQ(a.pending, b.pending);
  EXPECT_EQ(a.unknown_until, b.unknown_until);
  EXPECT_EQ(a.confirm_within, b.confirm_within);
  EXPECT_EQ(a.owes, b.owes);
  EXPECT_EQ(a.manner, b.manner);
  EXPECT_EQ(a.rescues, b.rescues);
  EXPECT_EQ(a.desired.env, b.desired.env);
  EXPECT_EQ(a.seen, b.seen);
}

TEST(ActionListTest, EveryKindOfActionComesBack) {
  const Actions actions = all_kinds_of_actions();
  const ActionList whole(actions);
  EXPECT_FALSE(whole.packed());
  EXPECT_EQ(whole.get(), whole.get());
  ActionList packed = whole;
  packed.pack();
  EXPECT_TRUE(packed.packed());
  EXPECT_FALSE(whole.packed());
  EXPECT_EQ(packed.size(), actions.size());
  const Actions back = *packed.get();
  ASSERT_EQ(back.size(), actions.size());
  for (std::size_t i = 0; i < actions.size(); ++i) {
    SCOPED_TRACE(actions[i].desired.address.str());
    expect_same(back[i], actions[i]);
  }
}

TEST(ActionListTest, ItsTextIsTheDocuments) {
  const Actions actions = all_kinds_of_actions();
  Json list = Json::array();
  for (const Action& action : actions) list.push_back(action_to_json(action));
  ActionList packed(actions);
  EXPECT_EQ(packed.text(), canonical(list));
  packed.pack();
  EXPECT_EQ(packed.text(), canonical(list));
  EXPECT_EQ(packed.digest(), digest(packed.text()));

  Plan plan;
  plan.hosts["web01"].actions = packed;
  EXPECT_NE(write_artifact(plan).bytes.find("{\"web01\":{\"actions\":" + packed.text() + ",\"facts\":"),
            std::string::npos);
  // Named where several hosts have it, whoever packed it.
  plan.hosts["web02"].actions = ActionList(actions);
  const std::string shared = write_artifact(plan).bytes;
  EXPECT_NE(shared.find("{\"web01\":{\"actions\":\"" + packed.digest() + "\",\"facts\":"), std::string::npos);
  EXPECT_NE(shared.find("\"shared\":{\"" + packed.digest() + "\":" + packed.text() + "}"), std::string::npos);
}

TEST(ActionListTest, EqualListsAreEqual) {
  Actions actions = all_kinds_of_actions();
  const ActionList packed(actions);
  ActionList again(actions);
  again.pack();
  EXPECT_EQ(packed, again);
  actions.back().note = "another";
  EXPECT_FALSE(packed == ActionList(actions));
  EXPECT_FALSE(packed == ActionList());
}

TEST(ActionListTest, CountsStayWithIt) {
  Action unguarded = action_of(Op::kRun, "shout:a");
  unguarded.note = kUnguarded;
  unguarded.pending = true;
  unguarded.fidelity = Fidelity::kOpaque;
  ActionList list({unguarded, action_of(Op::kCreate, "note:/a"), action_of(Op::kCreate, "note:/b")});
  list.pack();
  EXPECT_EQ(list.counts().ops, (std::map<Op, std::size_t>{{Op::kCreate, 2}, {Op::kRun, 1}}));
  EXPECT_EQ(list.counts().fidelities, (std::map<Fidelity, std::size_t>{{Fidelity::kExact, 2}, {Fidelity::kOpaque, 1}}));
  EXPECT_EQ(list.counts().pending, 1U);
  EXPECT_EQ(list.counts().unguarded, 1U);
}

TEST(ActionListTest, NoActionsAreAList) {
  const ActionList none{Actions()};
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none, ActionList());
  EXPECT_EQ(none.text(), "[]");
  EXPECT_TRUE(none.get()->empty());
}

}  // namespace
}  // namespace plumb::plan
