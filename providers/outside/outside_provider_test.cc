#include "providers/outside/outside_provider.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/sealed.h"
#include "providers/sdk/fake_system.h"

namespace plumb::outside {
namespace {

const char* const kThingSchema = R"({
  "x-identity": "name",
  "type": "object",
  "properties": {
    "name": {"type": "string"},
    "state": {"type": "string", "enum": ["present", "absent"]},
    "value": {"type": "string"},
    "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
    "zone": {"type": "string", "x-replaces": true},
    "template": {"type": "string", "x-once": true},
    "socket": {"type": "string", "x-parameter": true},
    "owner": {"type": "string", "x-refers": "user"},
    "file": {"type": "string", "x-path": "manages"},
    "password": {"type": "string", "x-sensitive": true, "x-judged": true},
    "restart_on": {"type": "array", "items": {"type": "string"}}}})";

const std::string kGreeting = R"({"id":0,"protocol":1,"name":"demo","version":"1"})"
                              "\n";

std::shared_ptr<Package> demo_package(const std::string& schema = kThingSchema) {
  auto package = std::make_shared<Package>();
  package->name = "demo";
  package->version = "1";
  package->command = {"./demo"};
  package->folder = "/p";
  package->digest = digest("demo");
  package->kinds = {{"thing", schema, true}};
  return package;
}

Desired wanted_thing(Json attributes, std::set<std::string> sensitive = {}) {
  attributes["name"] = "x";
  return {{"", "thing", "x"}, std::move(attributes), std::move(sensitive)};
}

Observed found(Json attributes) {
  Observed observed;
  observed.exists = true;
  observed.attributes = std::move(attributes);
  return observed;
}

class OutsideKind : public ::testing::Test {
 protected:
  const std::shared_ptr<Package> package_ = demo_package();
  const Kind kind_ = kinds_of(package_, true)[0];
  const Provider& provider() const { return *kind_.provider; }
  Change diff(const Desired& desired, const Observed& observed) { return provider().diff(desired, observed); }
  FakeSystem system_;
};

TEST_F(OutsideKind, IsAValueLikeAnyOther) {
  EXPECT_EQ(kind_.name, "thing");
  EXPECT_TRUE(kind_.operations.contains(Operation(CallProvider())));
  EXPECT_TRUE(kind_.may_run_programs());
  ASSERT_EQ(kind_.triggers.size(), 1U);
  EXPECT_EQ(kind_.triggers[0].attribute, "restart_on");
  EXPECT_EQ(kind_.judged, std::vector<std::string>{"password"});
  EXPECT_EQ(kind_.given_once, std::vector<std::string>{"template"});
  EXPECT_EQ(kind_.removal, "state: absent");
  EXPECT_TRUE(kind_.schema.json().contains("properties"));
  EXPECT_EQ(mistyped(kind_, {{"tags", 1}}), "tags");
  EXPECT_EQ(kinds_of(demo_package(R"({"x-identity":"name","properties":{"name":{}}})"), false)[0].removal, "");
}

TEST_F(OutsideKind, WhatIsNotThereIsCreated) {
  const Change change = diff(wanted_thing({{"value", "a"}, {"template", "t"}, {"socket", "/run/s"}}), {});
  EXPECT_EQ(change.op, Op::kCreate);
  EXPECT_EQ(change.after, (Json{{"value", "a"}, {"template", "t"}, {"state", "present"}}));
  EXPECT_EQ(change.fidelity, Fidelity::kBounded);
  EXPECT_EQ(change.note, "done by the provider `demo` 1");
  ASSERT_EQ(change.operations.size(), 1U);
  CallProvider call;
  call.provider = "demo";
  call.package = package_->digest;
  call.kind = "thing";
  call.verb = "create";
  call.address = "thing:x";
  call.identity = "x";
  call.desired = {{"name", "x"}, {"value", "a"}, {"template", "t"}, {"socket", "/run/s"}};
  call.changes = {"state", "template", "value"};
  EXPECT_EQ(change.operations[0], Operation(call));
}

TEST_F(OutsideKind, OnlyWhatIsAskedForAndComparedDiffers) {
  const Desired desired = wanted_thing({{"value", "a"}, {"tags", {"x", "y"}}, {"template", "t"}, {"socket", "/run/s"}});
  EXPECT_TRUE(diff(desired, found({{"value", "a"}, {"tags", {"y", "x"}}, {"zone", "other"}})).empty());
  const Change change = diff(desired, found({{"value", "b"}, {"tags", {"y"}}, {"zone", "z"}}));
  EXPECT_EQ(change.op, Op::kUpdate);
  EXPECT_EQ(change.before, (Json{{"value", "b"}, {"tags", {"y"}}}));
  EXPECT_EQ(change.after, (Json{{"value", "a"}, {"tags", {"x", "y"}}}));
  // What it does not tell differs from whatever is asked for.
  EXPECT_EQ(diff(desired, found({{"tags", {"x", "y"}}})).after, (Json{{"value", "a"}}));
}

TEST_F(OutsideKind, SomeChangesReplace) {
  EXPECT_EQ(diff(wanted_thing({{"zone", "a"}}), found({{"zone", "b"}})).op, Op::kReplace);
  EXPECT_TRUE(diff(wanted_thing({{"zone", "a"}}), found({{"zone", "a"}})).empty());
}

TEST_F(OutsideKind, WhatIsToGoIsDeleted) {
  EXPECT_TRUE(diff(wanted_thing({{"state", "absent"}}), {}).empty());
  const Change change = diff(wanted_thing({{"state", "absent"}}), found({{"value", "b"}}));
  EXPECT_EQ(change.op, Op::kDelete);
  EXPECT_TRUE(change.after.empty());
  EXPECT_EQ(std::get<CallProvider>(change.operations[0]).verb, "delete");
  EXPECT_TRUE(diff(wanted_thing({{"state", "present"}}), found({})).empty());
}

TEST_F(OutsideKind, SensitiveValuesStandSealedAndAreLeftOutOfWhatWas) {
  const std::string was = Sealed::of("k", "old").encode();
  const std::string wanted = Sealed::of("k", "new").encode();
  const Desired desired = wanted_thing({{"password", wanted}}, {"password"});
  const Change change = diff(desired, found({{"password", was}}));
  EXPECT_EQ(change.after["password"], wanted);
  const auto& call = std::get<CallProvider>(change.operations[0]);
  EXPECT_EQ(call.desired["password"], wanted);
  EXPECT_TRUE(call.before.empty());
  EXPECT_EQ(call.changes, std::vector<std::string>{"password"});
}

TEST_F(OutsideKind, TriggersCallIt) {
  const Desired desired = wanted_thing({{"restart_on", {"file:*"}}});
  const Change change = provider().triggered(desired, found({}), Op::kRestart);
  EXPECT_EQ(std::get<CallProvider>(change.operations[0]).verb, "restart");
  EXPECT_TRUE(provider().triggered(desired, {}, Op::kRestart).empty());
  EXPECT_TRUE(diff(desired, found({})).empty());
}

TEST_F(OutsideKind, UndoAsksForWhatWas) {
  const Desired desired = wanted_thing({{"value", "a"}, {"socket", "/run/s"}});
  EXPECT_EQ(provider().restore(desired, found({{"value", "b"}, {"zone", "z"}}))->attributes,
            (Json{{"name", "x"}, {"value", "b"}, {"zone", "z"}, {"socket", "/run/s"}}));
  EXPECT_EQ(provider().restore(desired, {})->attributes,
            (Json{{"name", "x"}, {"socket", "/run/s"}, {"state", "absent"}}));
  const Desired secret = wanted_thing({{"password", Sealed::of("k", "new").encode()}}, {"password"});
  EXPECT_FALSE(provider().restore(secret, found({{"password", Sealed::of("k", "old").encode()}})).has_value());
  const auto unchanged = provider().restore(secret, found({{"password", secret.attributes["password"]}}));
  ASSERT_TRUE(unchanged.has_value());
  EXPECT_EQ(unchanged->attributes, (Json{{"name", "x"}}));
  EXPECT_TRUE(unchanged->sensitive.empty());

  auto package = demo_package();
  package->kinds[0].undo = false;
  EXPECT_FALSE(kinds_of(package, false)[0].provider->restore(desired, {}).has_value());
}

TEST_F(OutsideKind, SaysWhatItStandsOn) {
  const Desired desired = wanted_thing({{"owner", "app"}, {"file", "/srv/x"}, {"as", "deploy"}});
  const std::vector<Address> edges = provider().infers(desired);
  for (const Address& edge :
       {Address{"", "user", "app"}, Address{"", "user", "deploy"}, Address{"", "directory", "/srv"}})
    EXPECT_NE(std::find(edges.begin(), edges.end(), edge), edges.end()) << edge.str();
  EXPECT_EQ(provider().manages_paths(desired), std::vector<std::string>{"/srv/x"});
  EXPECT_TRUE(provider().asks_about(desired, "/srv"));
  EXPECT_TRUE(provider().asks_about(desired, "deploy"));
  EXPECT_FALSE(provider().asks_about(desired, "/etc"));
  EXPECT_FALSE(provider().asks_about(wanted_thing({{"restart_on", {"file:/etc/x"}}}), "/etc/x"));
}

TEST_F(OutsideKind, OneStartObservesAll) {
  system_.script("/p/demo", {.output = kGreeting +
                                       R"({"id":1,"exists":true,"attributes":{"value":"a"}})"
                                       "\n" +
                                       R"({"id":2,"error":{"message":"no answer"}})"});
  const Desired a = wanted_thing({{"value", "a"}});
  const Desired b = wanted_thing({{"value", "b"}});
  const std::vector<const Desired*> asked = {&a, &b};
  const auto out = provider().observe(asked, system_);
  ASSERT_TRUE(out[0].has_value());
  EXPECT_EQ(out[0]->attributes, (Json{{"value", "a"}}));
  ASSERT_FALSE(out[1].has_value());
  EXPECT_EQ(out[1].error().summary(), "thing:x: the provider `demo` 1: no answer");
  ASSERT_EQ(system_.requests().size(), 1U);
  EXPECT_TRUE(system_.requests()[0].changes_nothing);
  EXPECT_EQ(system_.requests()[0].cwd, "/p");
}

TEST_F(OutsideKind, ItsUserAndProgramAreMissedWhereTheyAreNotThere) {
  const Desired as = wanted_thing({{"as", "deploy"}});
  const std::vector<const Desired*> asked = {&as};
  const auto out = provider().observe(asked, system_);
  ASSERT_TRUE(out[0].has_value());
  EXPECT_EQ(out[0]->missing, (std::vector<Missing>{{{"", "user", "deploy"}, "as"}}));
  EXPECT_TRUE(system_.requests().empty());
  system_.add_user({"deploy", 1000, 1000, "", "/", "/bin/sh"});
  system_.script("/p/demo", {.output = kGreeting + R"({"id":1,"exists":false})"});
  ASSERT_TRUE(provider().observe(asked, system_)[0].has_value());
  EXPECT_EQ(system_.requests()[0].user, "deploy");
}

TEST_F(OutsideKind, FailuresNameTheResourceAndHideSecrets) {
  system_.script("/p/demo", {.exit_code = 1, .errors = "login with letmein99 failed"});
  const Desired secret = wanted_thing({{"password", "letmein99"}}, {"password"});
  const std::vector<const Desired*> asked = {&secret};
  const auto out = provider().observe(asked, system_);
  ASSERT_FALSE(out[0].has_value());
  EXPECT_EQ(out[0].error().code(), Code::kProviderFailed);
  EXPECT_EQ(out[0].error().summary(),
            "thing:x: the provider `demo` 1 ended with exit code 1; the last that it printed: `login with (sensitive) "
            "failed`");
}

TEST_F(OutsideKind, ImagesAreForWhoKnowsThem) {
  system_.set_image(true);
  const Desired one = wanted_thing({});
  const std::vector<const Desired*> asked = {&one};
  EXPECT_EQ(provider().observe(asked, system_)[0].error().code(), Code::kCannotObserve);
}

class Told : public Elsewhere {
 public:
  Result<Observed> observe(const Desired&) override { return found({{"value", "there"}}); }
  Result<> apply(const Address&, const std::string&, std::string&) override { return {}; }
};

TEST_F(OutsideKind, OnTheControllerTheHostIsGivenNothing) {
  auto package = demo_package();
  package->on_controller = true;
  const Kind kind = kinds_of(package, false, std::make_shared<Told>())[0];
  EXPECT_TRUE(kind.on_controller);
  EXPECT_TRUE(kind.provider->observed_with(wanted_thing({})).empty());
  const Desired one = wanted_thing({{"value", "a"}});
  const std::vector<const Desired*> asked = {&one};
  EXPECT_EQ(kind.provider->observe(asked, system_)[0]->attributes, (Json{{"value", "there"}}));
  EXPECT_TRUE(system_.requests().empty());
  EXPECT_TRUE(std::get<CallProvider>(kind.provider->diff(one, {}).operations[0]).on_controller);
  EXPECT_FALSE(kinds_of(package, false)[0].provider->observe(asked, system_)[0].has_value());
}

}  // namespace
}  // namespace plumb::outside
