#include "engine/run/session.h"

#include <gtest/gtest.h>

#include "engine/host/simulated.h"

namespace plumb::run {
namespace {

class SessionTest : public ::testing::Test {
 protected:
  // An apply of one action on a simulated host that takes so long for it.
  Result<wire::Done> apply(const std::string& action_time, std::chrono::seconds silence) {
    host::HostSettings settings;
    settings.name = "web1";
    settings.kind = host::ConnectionKind::kCommand;
    settings.command = {"simulated", "action=" + action_time};
    context_.silence = silence;
    Session session("web1", settings, context_);
    Request request;
    request.apply.project = "edge";
    wire::Action action;
    action.desired = {*Address::parse("file:/etc/motd"), {{"path", "/etc/motd"}}, {}};
    request.apply.actions = {action};
    const plan::Plan plan;
    const ir::Contents compiled;
    return session.apply(
        request, PlanContents(plan, std::filesystem::path(), std::filesystem::path(), compiled),
        [] { return Result<>(); }, [](const wire::Event&) {});
  }

 private:
  host::SimulatedTransport transport_;
  Control control_;
  SessionContext context_{transport_, control_, "edge", ""};
};

TEST_F(SessionTest, AnExecutorThatSaysNothingForLongIsGivenUp) {
  const auto done = apply("20000ms", std::chrono::seconds(1));
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code(), Code::kConnectionLost);
  EXPECT_EQ(done.error().summary(), "the executor has given no sign of life for 1 s");
  EXPECT_EQ(done.error().diagnostic().host, "web1");
}

TEST_F(SessionTest, OneThatSpeaksInTimeIsWaitedFor) {
  const auto done = apply("100ms", std::chrono::seconds(60));
  ASSERT_TRUE(done.has_value()) << done.error().summary();
  EXPECT_EQ(done->changed, 1);
}

}  // namespace
}  // namespace plumb::run
