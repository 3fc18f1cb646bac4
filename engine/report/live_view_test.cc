// The live view: events in, lines out. The frames are to be read.
#include "engine/report/live_view.h"

#include <gtest/gtest.h>

#include "engine/report/text_width.h"

namespace plumb::report {
namespace {

using Kind = run::RunEvent::Kind;
using std::chrono::milliseconds;

Moment at(int ms) {
  return Moment{} + milliseconds(1000000 + ms);
}

plan::Action action(const std::string& address, Op op = Op::kUpdate) {
  plan::Action action;
  action.desired.address = *Address::parse(address);
  action.op = op;
  return action;
}

// A model with what a test has to say about it in few words.
class Live : public testing::Test {
 protected:
  void contact(const std::string& host, int ms) { model_.on({.kind = Kind::kContacting, .host = host}, at(ms)); }
  void reach(const std::string& host, int ms) { model_.on({.kind = Kind::kReached, .host = host}, at(ms)); }
  void apply(const std::string& host, int ms) { model_.on({.kind = Kind::kApplying, .host = host}, at(ms)); }
  void act(const std::string& host, wire::EventKind kind, int ms) {
    const wire::Event event{kind, 0, "", {}, 0};
    model_.on({.kind = Kind::kAction, .host = host, .action = &action_, .event = &event}, at(ms));
  }
  void end(const std::string& host, int ms, HostState state = HostState::kOk, const std::string& why = "") {
    run::HostResult result;
    result.name = host;
    result.state = state;
    if (!why.empty()) result.diagnostics.add(Diagnostic(Code::kConnect, why));
    model_.on({.kind = Kind::kHostDone, .host = host, .result = &result}, at(ms));
  }
  std::string frame(int ms, int width = 60, int height = 12) {
    std::string text;
    for (const std::string& line : live_view(model_.state(at(ms), live_rows(height)), width, height, false)) {
      text += line + "|\n";
    }
    return text;
  }
  std::vector<std::string> shown(int ms, std::size_t rows) {
    std::vector<std::string> hosts;
    for (const LiveRow& row : model_.state(at(ms), rows).rows) hosts.push_back(row.host);
    return hosts;
  }

  LiveModel model_;
  plan::Action action_ = action("file:/etc/nginx/nginx.conf");
};

TEST_F(Live, ShowsWhatEachHostDoes) {
  model_.begin("Applying", 4, 10, at(0));
  apply("web1", 0);
  apply("web2", 0);
  contact("db1", 1000);
  act("web1", wire::EventKind::kStarted, 500);
  reach("db1", 2000);
  (void)frame(2500);
  end("web2", 3000, HostState::kUnreachable, "no route\nto host");
  EXPECT_EQ(frame(5000),
            "Applying  0:05|\n"
            "0 of 4 hosts done, 2 at work, 1 failed, 1 waiting|\n"
            "  web1          update file:/etc/nginx/nginx.conf      0:05|\n"
            "  web2          unreachable: no route to host          0:03|\n"
            "  db1           observing                              0:04|\n");
}

TEST_F(Live, CountsDownToTheLoginThatConfirms) {
  model_.begin("Applying", 1, 10, at(0));
  apply("web1", 0);
  act("web1", wire::EventKind::kChanged, 1000);
  model_.on({.kind = Kind::kConfirming, .host = "web1", .milliseconds = 120000}, at(2000));
  EXPECT_EQ(frame(2000),
            "Applying  0:02|\n"
            "0 of 1 host done, 1 at work|\n"
            "  web1          new login to confirm, 120 s left       0:02|\n");
  EXPECT_EQ(model_.state(at(2900), 1).rows[0].doing, "new login to confirm, 120 s left");
  EXPECT_EQ(model_.state(at(3000), 1).rows[0].doing, "new login to confirm, 119 s left");
  EXPECT_EQ(model_.state(at(121500), 1).rows[0].doing, "new login to confirm, 1 s left");
  EXPECT_EQ(model_.state(at(122000), 1).rows[0].doing, "waiting to hear what the host undid");
  end("web1", 130000);
  EXPECT_EQ(model_.state(at(130000), 1).rows[0].doing, "ok");
}

TEST_F(Live, IsSmallOnASmallScreen) {
  model_.begin("Planning", 100, 100, at(0));
  for (int i = 10; i < 60; ++i) contact("web" + std::to_string(i), 0);
  for (const int width : {1, 5, 20, 40, 80, 200}) {
    for (const int height : {1, 2, 5, 24, 60}) {
      const auto lines = live_view(model_.state(at(70000), live_rows(height)), width, height, false);
      EXPECT_LE(lines.size(), static_cast<std::size_t>(std::max(1, height - 1)));
      for (const std::string& line : lines) EXPECT_LT(columns(line), std::max(2, width)) << line;
    }
  }
  EXPECT_EQ(frame(70000, 40, 8),
            "Planning  1:10|\n"
            "0 of 100 hosts done, 50 at work|\n"
            "  web10         connecting         1:10|\n"
            "  web11         connecting         1:10|\n"
            "  and 48 more at work|\n");
}

TEST_F(Live, NeutralisesWhatHostsAndNamesCarry) {
  model_.begin("Applying", 2, 2, at(0));
  action_ = action("command:\x1b[2J\x1b]0;title\x07");
  apply("日本語のとても長いホスト名です.example.com", 0);
  act("日本語のとても長いホスト名です.example.com", wire::EventKind::kStarted, 0);
  const std::string text = frame(1000, 50, 12);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
  for (const std::string& line : live_view(model_.state(at(1000), 5), 50, 12, false)) EXPECT_LT(columns(line), 50);
}

TEST_F(Live, RowsDoNotJumpWhileAThousandHostsPass) {
  model_.begin("Applying", 1000, 16, at(0));
  for (int i = 0; i < 16; ++i) apply("h" + std::to_string(i), i);
  const std::vector<std::string> first = shown(100, 4);
  EXPECT_EQ(first, (std::vector<std::string>{"h0", "h1", "h2", "h3"}));
  // Others end and begin: nothing moves.
  for (int i = 4; i < 16; ++i) end("h" + std::to_string(i), 200);
  for (int i = 16; i < 28; ++i) apply("h" + std::to_string(i), 200);
  EXPECT_EQ(shown(300, 4), first);
  // Its row shows how it ended, until a slow host needs the place.
  end("h1", 400);
  apply("h28", 400);
  EXPECT_EQ(shown(500, 4), first);
  EXPECT_TRUE(model_.state(at(500), 4).rows[1].over);
  EXPECT_EQ(shown(1300, 4), (std::vector<std::string>{"h0", "h16", "h2", "h3"}));
}

TEST_F(Live, CountsEveryHostOnce) {
  model_.begin("Applying", 5, 2, at(0));
  apply("a", 0);
  apply("b", 0);
  end("a", 10);
  end("b", 20, HostState::kFailed);
  end("c", 20, HostState::kNotStarted);
  const LiveState state = model_.state(at(30), 5);
  EXPECT_EQ(state.done, 1U);
  EXPECT_EQ(state.failed, 1U);
  EXPECT_EQ(state.held, 1U);
  EXPECT_EQ(state.running, 0U);
  EXPECT_EQ(live_line(state), "Applying: 1 of 5 hosts done, 0 at work, 1 failed, 1 not started, 2 waiting; 0:00");
}

TEST_F(Live, EstimatesOnlyWhereThereIsABasis) {
  model_.begin("Planning", 100, 10, at(0));
  for (int i = 0; i < 10; ++i) contact("h" + std::to_string(i), 0);
  EXPECT_EQ(model_.state(at(9000), 5).left_seconds, std::nullopt);
  for (int i = 0; i < 10; ++i) end("h" + std::to_string(i), 10000);
  for (int i = 10; i < 20; ++i) contact("h" + std::to_string(i), 10000);
  // 10 s a host, ten at a time: those at work, and eight rounds more.
  EXPECT_EQ(model_.state(at(10000), 5).left_seconds, 90);
  EXPECT_EQ(model_.state(at(15000), 5).left_seconds, 85);
  EXPECT_NE(frame(15000).find("0:15, about 2 min left"), std::string::npos);
}

TEST_F(Live, DoesNotPromiseAnEndThatAStragglerPutsOff) {
  model_.begin("Planning", 4, 4, at(0));
  for (const char* host : {"a", "b", "c", "d"}) contact(host, 0);
  for (const char* host : {"a", "b", "c"}) end(host, 3000);
  EXPECT_EQ(model_.state(at(60000), 4).left_seconds, std::nullopt);
}

TEST_F(Live, EstimatesARollOutWaveByWave) {
  plan::Plan plan;
  plan.rollout.emplace();
  plan.rollout->pause_seconds = 30;
  for (int wave = 0; wave < 3; ++wave) {
    std::vector<std::string> hosts;
    for (int i = 0; i < 4; ++i) {
      hosts.push_back("h" + std::to_string(wave * 4 + i));
      plan.hosts[hosts.back()].actions = plan::ActionList({action_});
    }
    plan.rollout->waves.push_back({"", false, hosts});
  }
  model_.begin("Applying", 12, 4, at(0));
  model_.expect(plan);
  model_.on({.kind = Kind::kWave, .host = {}, .wave = &plan.rollout->waves[0]}, at(0));
  for (int i = 0; i < 4; ++i) apply("h" + std::to_string(i), 0);
  for (int i = 0; i < 4; ++i) end("h" + std::to_string(i), 10000);
  // Two waves of 10 s, and a pause before each.
  EXPECT_EQ(model_.state(at(10000), 5).left_seconds, 80);
  EXPECT_EQ(model_.state(at(10000), 5).wave, "Wave 1 of 3: h[0:3]");
}

TEST_F(Live, EstimatesFewHostsByTheirActions) {
  plan::Plan plan;
  plan.hosts["a"].actions = plan::ActionList(plan::Actions(100, action_));
  model_.begin("Applying", 1, 10, at(0));
  model_.expect(plan);
  apply("a", 0);
  for (int i = 0; i < 20; ++i) act("a", wire::EventKind::kChanged, 100 * i);
  EXPECT_EQ(model_.state(at(4000), 5).left_seconds, 16);
}

}  // namespace
}  // namespace plumb::report
