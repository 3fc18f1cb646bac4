// schemas/events.json and the code must name the same members.
#include "engine/report/events.h"

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/report/outputs_text.h"

namespace plumb::report {
namespace {

class Events : public testing::Test {
 protected:
  Events() {
    action_.desired.address = *Address::parse("file:/etc/motd");
    action_.op = Op::kUpdate;
    action_.because = {{"content", "drift"}};
    action_.source = "plumb.yaml:3:5";
    result_.name = "web1";
    result_.state = HostState::kFailed;
    result_.outcome = HostOutcome::kFailed;
    result_.owed = {"service:nginx"};
    result_.diagnostics.add(Diagnostic(Code::kConnect, "refused").on("web1"));
  }

  static Json schema() {
    const auto text = read_file(std::string(PLUMB_SOURCE_DIR) + "/schemas/events.json", 1 << 20);
    return *parse_json(text.value(), Code::kProtocol);
  }

  // Every kind of event, each with all of its members somewhere.
  std::vector<Json> samples() const {
    using Kind = run::RunEvent::Kind;
    const plan::Wave wave{"web", true, {"web1"}};
    const wire::Event failed{wire::EventKind::kFailed, 0, "exit code 1", Diagnostic(Code::kConnect, "it failed"), 12};
    const run::PrintedText printed{"up 3 days\n", false};
    const wire::Ended ended{3, 0, ""};
    std::vector<Json> all = {
        begin_event("apply"),
        phase_event({run::Phase::kObserve, 3, nullptr}),
        run_event({.kind = Kind::kPause, .host = {}, .wave = &wave, .milliseconds = 500}),
        run_event({.kind = Kind::kWave, .host = {}, .wave = &wave}),
        run_event({.kind = Kind::kContacting, .host = "web1"}),
        run_event({.kind = Kind::kReached, .host = "web1", .milliseconds = 3}),
        run_event({.kind = Kind::kApplying, .host = "web1"}),
        run_event({.kind = Kind::kAction, .host = "web1", .action = &action_, .event = &failed}),
        run_event({.kind = Kind::kConfirming, .host = "web1", .milliseconds = 120000}),
        run_event({.kind = Kind::kRestarting, .host = "web1", .milliseconds = 600000}),
        run_event({.kind = Kind::kPrinted, .host = "web1", .printed = &printed}),
        run_event({.kind = Kind::kEnded, .host = "web1", .ended = &ended}),
        run_event({.kind = Kind::kPlanned, .host = "web1", .result = &result_}),
        run_event({.kind = Kind::kHostDone, .host = "web1", .result = &result_}),
        diagnostic_event(Diagnostic(Code::kConnect, "refused")
                             .at({"plumb.yaml", 1, 2, 1, 3}, "here")
                             .with_hint("wait")
                             .with_related({"plumb.yaml", 2, 2, 2, 3}, "there")
                             .on("web1")),
    };
    plan::Plan plan;
    plan.hosts["web1"].actions = plan::ActionList({action_});
    plan.hosts["web1"].held_back = {{"file:/etc/a", Op::kUpdate, "file:/etc/*", ""},
                                    {"service:a", Op::kRestart, "", "file:/etc/a"}};
    plan.hosts["web1"].orphans = {"file:/etc/old"};
    plan::Action step = action_;
    step.op = Op::kRun;
    plan.hosts["web1"].around.before = {{"lb", plan::ActionList({step})}};
    plan.unplanned["web2"] = "PL3001";
    plan_events(plan, "sha256:00", [&](Json event) { all.push_back(std::move(event)); });
    const run::HostResults hosts = {{"web1", result_}};
    all.push_back(outputs_event({{{"web1", {{"url", "http://web1/"}}}}, {"token"}}, "web1"));
    all.push_back(summary_event({hosts, 1, "plumb apply --resume r"}));
    return all;
  }

  plan::Action action_;
  run::HostResult result_;
};

const Json& resolve(const Json& root, const Json& schema) {
  if (!schema.contains("$ref")) return schema;
  return root["$defs"][schema["$ref"].get<std::string>().substr(std::string("#/$defs/").size())];
}

void compare(const Json& root, const Json& pointer, const Json& value, const std::string& where, bool complete) {
  const Json& schema = resolve(root, pointer);
  if (schema.contains("const")) {
    EXPECT_EQ(schema["const"], value) << where;
  }
  if (schema.contains("enum")) {
    EXPECT_NE(std::find(schema["enum"].begin(), schema["enum"].end(), value), schema["enum"].end()) << where << value;
  }
  if (value.is_array() && schema.contains("items")) {
    for (const Json& item : value) compare(root, schema["items"], item, where + "[]", true);
  }
  if (!value.is_object() || !schema.contains("properties")) return;
  const Json& properties = schema["properties"];
  for (const auto& [name, item] : value.items()) {
    ASSERT_TRUE(properties.contains(name)) << where << "." << name << " is not in the schema";
    compare(root, properties[name], item, where + "." + name, false);
  }
  for (const auto& [name, unused] : properties.items()) {
    EXPECT_TRUE(!complete || value.contains(name)) << where << " lacks " << name;
  }
}

TEST_F(Events, AreAsTheSchemaSays) {
  const Json root = schema();
  std::set<std::string> seen;
  for (const Json& sample : samples()) {
    const Json event = Json::parse(event_line(sample, "r1", "2026-03-01T12:00:00.000Z"));
    const std::string kind = event["event"];
    seen.insert(kind);
    ASSERT_TRUE(root["$defs"].contains(kind)) << kind;
    compare(root, {{"$ref", "#/$defs/" + kind}}, event, kind, true);
  }
  EXPECT_EQ(seen.size(), root["oneOf"].size());
}

TEST_F(Events, AreOneLineEachWhateverAHostSays) {
  const wire::Event output{wire::EventKind::kOutput, 0, "two\nlines \xff and no UTF-8", {}, 0};
  const std::string line = event_line(
      run_event({.kind = run::RunEvent::Kind::kAction, .host = "web1", .action = &action_, .event = &output}), "r",
      "t");
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(Json::parse(line)["text"], "two\nlines \xef\xbf\xbd and no UTF-8");
}

TEST_F(Events, NameAttributesAndNoValues) {
  action_.before = {{"content", "hmac-sha256:aa"}};
  action_.after = {{"content", "hmac-sha256:bb"}};
  plan::Plan plan;
  plan.hosts["web1"].actions = plan::ActionList({action_});
  std::string all;
  plan_events(plan, "sha256:00", [&](const Json& event) { all += event.dump(); });
  EXPECT_EQ(all.find("hmac"), std::string::npos);
  EXPECT_NE(all.find(R"("because":{"content":"drift"})"), std::string::npos);
}

}  // namespace
}  // namespace plumb::report
