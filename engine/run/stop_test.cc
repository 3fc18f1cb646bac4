// A stop ends whatever a request is at. Each of these would go on for much longer; how soon it ended is printed.
#include <cstdio>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/pool.h"
#include "engine/base/sample_facts.h"
#include "engine/history/sqlite_history.h"
#include "engine/host/stream_connection.h"
#include "engine/run/confirmation.h"
#include "engine/run/context.h"
#include "engine/run/offline.h"
#include "engine/run/workspace.h"
#include "engine/testing/kinds.h"
#include "engine/testing/scratch_folder.h"
#include "engine/wire/stream.h"

namespace plumb::run {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kHosts = 5000;
constexpr int kResources = 40;

// Nobody answers, as behind a router that drops everything.
class NobodyThere final : public host::Transport {
 public:
  Result<std::unique_ptr<host::StreamConnection>> connect(const host::HostSettings& settings,
                                                          const host::Interrupt* cancel) override {
    const Result<> waited = host::wait_ready({}, settings.deadline, cancel);
    return waited ? fail(Code::kInternal, "nobody came") : Error(waited.error());
  }
};

class StopTest : public ::testing::Test {
 protected:
  // Raises the stop `after` work began; gives how long the work went on then.
  milliseconds stopped(const char* what, milliseconds after, const std::function<void()>& work) {
    Clock::time_point raised;
    Beside other([&] {
      std::this_thread::sleep_for(after);
      raised = Clock::now();
      control_.request_stop();
    });
    work();
    const auto now = Clock::now();
    other.wait();
    const auto took = std::chrono::duration_cast<milliseconds>(now - raised);
    std::printf("%s: ended %lld ms after the stop\n", what, static_cast<long long>(took.count()));
    return took;
  }

  // Hosts of which no two are alike.
  void load_many() {
    std::string project = "plumb: v1\nproject: edge\ninputs: {port: {type: integer}}\nresources:\n";
    for (int i = 0; i < kResources; ++i) {
      project += "  - note: /etc/" + std::to_string(i) + "\n    text: port ${inputs.port}\n";
    }
    std::string inventory = "plumb: v1\nhosts:\n";
    for (int i = 0; i < kHosts; ++i) {
      inventory += "  h" + std::to_string(i) + ": {inputs: {port: " + std::to_string(i) + "}}\n";
    }
    load(project, inventory);
  }

  void load(const std::string& project, const std::string& inventory) {
    folder_.write("plumb.yaml", project);
    folder_.write("hosts.yaml", inventory);
    Diagnostics found;
    WorkspaceRequest request;
    request.folder = folder_.path();
    workspace_ = Workspace::load(request, kinds_, history_, found, sources_);
    for (const Diagnostic& one : found.items()) EXPECT_NE(one.severity, Severity::kError) << one.summary;
    ASSERT_NE(workspace_, nullptr);
  }

  static host::HostSettings web1() {
    host::HostSettings settings;
    settings.name = "web1";
    return settings;
  }

  const Registry kinds_ = ::plumb::testing::made_up_kinds();
  ::plumb::testing::ScratchFolder folder_;
  history::SqliteHistory history_{folder_.path() / ".plumb" / "history.db"};
  NobodyThere transport_;
  Control control_;
  lang::SourceMap sources_;
  std::unique_ptr<Workspace> workspace_;
};

TEST_F(StopTest, EndsTheCompilationOfALargeFleet) {
  ASSERT_NO_FATAL_FAILURE(load_many());
  Fleet fleet(workspace_->compiler_input(), transport_, FleetOptions(), control_, {});
  Diagnostics found;
  bool compiled = true;
  const milliseconds took =
      stopped("compiling", milliseconds(20), [&] { compiled = fleet.compile(workspace_->hosts(), found); });
  EXPECT_FALSE(compiled);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.items().back().code, Code::kInterrupted);
  EXPECT_LT(took, std::chrono::seconds(5));
}

// Holes are read as fast as nothing else, and their digest still takes tens of seconds.
TEST_F(StopTest, EndsTheReadingOfALargeSource) {
  std::filesystem::resize_file(folder_.write("large", ""), std::uintmax_t{32} << 30U);
  ASSERT_NO_FATAL_FAILURE(load("plumb: v1\nproject: edge\nresources:\n  - note: /etc/large\n    from: large\n",
                               "plumb: v1\nhosts:\n  h1:\n"));
  Fleet fleet(workspace_->compiler_input(), transport_, FleetOptions(), control_, {});
  Diagnostics found;
  bool compiled = true;
  const milliseconds took =
      stopped("reading a source", milliseconds(20), [&] { compiled = fleet.compile(workspace_->hosts(), found); });
  EXPECT_FALSE(compiled);
  ASSERT_EQ(found.items().size(), 1U);
  EXPECT_EQ(found.items()[0].code, Code::kInterrupted);
  EXPECT_LT(took, std::chrono::seconds(5));
  // So does the digest of the configuration, which the source is a part of.
  const auto begin = Clock::now();
  const Result<std::string> digest = config::digest_of(workspace_->project(), [] { return true; });
  EXPECT_EQ(digest.error().code(), Code::kInterrupted);
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(5));
}

TEST_F(StopTest, EndsAPlanOfASnapshot) {
  ASSERT_NO_FATAL_FAILURE(load_many());
  std::string text = snapshot_header("edge", "2026-01-02T03:04:05Z", {}) + "\n";
  for (const std::string& host : workspace_->hosts()) {
    HostSnapshot snapshot;
    snapshot.host = host;
    snapshot.facts = sample_facts();
    text += write_snapshot(snapshot) + "\n";
  }
  Result<SnapshotReader> reader = SnapshotReader::open(folder_.write("snapshot", text));
  ASSERT_TRUE(reader.has_value()) << reader.error().summary();
  Code code{};
  const milliseconds took = stopped("planning offline", milliseconds(20), [&] {
    const auto planned = plan_offline(workspace_->compiler_input(), workspace_->hosts(), *reader, {{}, 2, &control_});
    if (!planned) code = planned.error().code();
  });
  EXPECT_EQ(code, Code::kInterrupted);
  EXPECT_LT(took, std::chrono::seconds(5));
}

TEST_F(StopTest, EndsWaitingForHostsThatNeverAnswer) {
  ASSERT_NO_FATAL_FAILURE(load("plumb: v1\nproject: edge\nresources: []\n", "plumb: v1\nhosts:\n  h[1:200]:\n"));
  FleetOptions options;
  options.forks = 50;
  Fleet fleet(workspace_->compiler_input(), transport_, options, control_, {});
  Diagnostics found;
  ASSERT_TRUE(fleet.compile(workspace_->hosts(), found));
  FleetPlan planned;
  const milliseconds took = stopped("connecting", milliseconds(50), [&] { planned = fleet.plan({}); });
  EXPECT_EQ(planned.hosts.size(), 200U);
  EXPECT_TRUE(planned.plan.hosts.empty());
  EXPECT_LT(took, std::chrono::seconds(5));
}

// A host that never says anything; the stop comes once the login is done, when nobody listens for it yet.
class StopsAfterTheLogin final : public host::Transport {
 public:
  explicit StopsAfterTheLogin(Control& control) : control_(control) {}
  Result<std::unique_ptr<host::StreamConnection>> connect(const host::HostSettings& /*settings*/,
                                                          const host::Interrupt* /*cancel*/) override {
    control_.request_stop();
    return std::unique_ptr<host::StreamConnection>(std::make_unique<Silent>());
  }

 private:
  class Silent final : public host::StreamConnection {
   public:
    Result<> shutdown_write(host::Deadline /*deadline*/) override { return {}; }
    std::optional<std::string> exit_reason() override { return std::nullopt; }
    void close() override {}

   private:
    Result<std::optional<std::size_t>> do_read(char* /*into*/, std::size_t /*capacity*/,
                                               host::Deadline deadline) override {
      PLUMB_TRY(wait({}, deadline));
      return fail(Code::kInternal, "nothing was waited for");
    }
    Result<> do_write(std::string_view /*bytes*/, host::Deadline /*deadline*/) override { return {}; }
  };

  Control& control_;
};

TEST_F(StopTest, EndsASessionThatWasJustOpened) {
  StopsAfterTheLogin transport(control_);
  SessionContext context{transport, control_, "edge", ""};
  Session session("web1", web1(), context);
  const auto begin = Clock::now();
  const Result<> connected = session.connect();
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(5));
  ASSERT_FALSE(connected.has_value());
  EXPECT_EQ(connected.error().code(), Code::kInterrupted);
}

// A host whose one action wants a large content; while it is sent, somebody asks for a stop so many times.
class StopsAsItTakes final : public host::Transport {
 public:
  StopsAsItTakes(Control& control, int requests) : control_(control), requests_(requests) {}

  std::string content;     // that it takes
  std::uint64_t size = 0;  // of it
  std::string taken;       // so far
  bool told_to_stop = false;

  Result<std::unique_ptr<host::StreamConnection>> connect(const host::HostSettings& /*settings*/,
                                                          const host::Interrupt* /*cancel*/) override {
    return std::unique_ptr<host::StreamConnection>(std::make_unique<Taking>(*this));
  }

 private:
  class Taking final : public host::StreamConnection {
   public:
    explicit Taking(StopsAsItTakes& host) : host_(host) {
      answer(wire::Hello{wire::kVersions, PLUMB_VERSION, "linux-x86_64", sample_facts()});
    }
    Result<> shutdown_write(host::Deadline /*deadline*/) override { return {}; }
    std::optional<std::string> exit_reason() override { return std::nullopt; }
    void close() override {}

   private:
    Result<std::optional<std::size_t>> do_read(char* into, std::size_t capacity, host::Deadline deadline) override {
      if (out_.empty()) PLUMB_TRY(wait({}, deadline));
      const std::size_t count = std::min(capacity, out_.size());
      out_.copy(into, count);
      out_.erase(0, count);
      return std::optional<std::size_t>(count);
    }

    Result<> do_write(std::string_view bytes, host::Deadline /*deadline*/) override {
      reader_.add(bytes);
      while (true) {
        PLUMB_TRY_ASSIGN(const std::optional<wire::Message> message, reader_.next());
        if (!message) return {};
        if (std::holds_alternative<wire::Apply>(*message)) want();
        if (const auto* blob = std::get_if<wire::Blob>(&*message)) PLUMB_TRY(take(*blob));
        if (std::holds_alternative<wire::Stop>(*message)) host_.told_to_stop = true;
        finish();
      }
    }

    void want() {
      answer(wire::Event{wire::EventKind::kStarted, 0, "", std::nullopt, 0});
      answer(wire::Want{host_.content, 0, host_.size});
    }

    // Over a line that takes its time.
    Result<> take(const wire::Blob& blob) {
      for (; host_.requests_ > 0; --host_.requests_) host_.control_.request_stop();
      const Result<> waited = wait({}, host::Deadline::after(milliseconds(20)));
      if (!waited && waited.error().code() != Code::kTimeout) return Error(waited.error());
      host_.taken += blob.bytes;
      return {};
    }

    // Its action is done, and it was told that it was the last.
    void finish() {
      if (host_.taken.size() < host_.size || !host_.told_to_stop || std::exchange(finished_, true)) return;
      answer(wire::Event{wire::EventKind::kChanged, 0, "", std::nullopt, 0});
      wire::Done done;
      done.outcome = wire::DoneOutcome::kInterrupted;
      done.changed = 1;
      answer(done);
    }

    void answer(const wire::Message& message) { out_ += wire::frame(wire::encode(message)); }

    StopsAsItTakes& host_;
    wire::MessageReader reader_;
    std::string out_;
    bool finished_ = false;
  };

  Control& control_;
  int requests_;
};

class StopOfAContent : public StopTest {
 protected:
  // An apply of one action that writes the content.
  Result<wire::Done> apply(StopsAsItTakes& host) {
    folder_.write("image", bytes_);
    const ir::Contents compiled;
    host.content = digest(bytes_);
    host.size = bytes_.size();
    plan::Plan plan;
    plan.contents[host.content] = {host.size, "image"};
    SessionContext context{host, control_, "edge", ""};
    Session session("web1", web1(), context);
    Request request;
    request.apply.project = "edge";
    request.apply.actions.resize(1);
    request.apply.actions.front().desired.address = {"", "note", "/etc/image"};
    request.apply.contents = {{host.content, host.size}};
    return session.apply(
        request, PlanContents(plan, folder_.path(), std::filesystem::path(), compiled), [] { return Result<>(); },
        [](const wire::Event&) {});
  }

  const std::string bytes_ = std::string(3 * plan::kLargeContent, 'x');
};

TEST_F(StopOfAContent, WaitsUntilItIsThere) {
  StopsAsItTakes host(control_, 1);
  const Result<wire::Done> done = apply(host);
  ASSERT_TRUE(done.has_value()) << done.error().summary();
  EXPECT_EQ(done->outcome, wire::DoneOutcome::kInterrupted);
  EXPECT_EQ(done->changed, 1);
  EXPECT_TRUE(host.told_to_stop);
  EXPECT_EQ(host.taken, bytes_);
}

TEST_F(StopOfAContent, LeavingDoesNotWait) {
  StopsAsItTakes host(control_, 2);
  const Result<wire::Done> done = apply(host);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code(), Code::kInterrupted);
  EXPECT_FALSE(host.told_to_stop);
  EXPECT_LT(host.taken.size(), bytes_.size());
}

TEST_F(StopTest, EndsTheWaitForALoginThatConfirms) {
  SessionContext context{transport_, control_, "edge", ""};
  Session session("web1", web1(), context);
  const plan::Actions actions;
  Journalist journalist("web1", actions, nullptr);
  const ToConfirm what{"r1", std::chrono::hours(1), {"service:sshd"}, {"service:sshd"}};
  HostResult result;
  bool confirmed = true;
  const milliseconds took =
      stopped("confirming", milliseconds(50), [&] { confirmed = confirm_changes(session, what, journalist, result); });
  EXPECT_FALSE(confirmed);
  EXPECT_LT(took, std::chrono::seconds(5));
  ASSERT_FALSE(result.diagnostics.empty());
  EXPECT_EQ(result.diagnostics.items()[0].code, Code::kNotConfirmed);
  EXPECT_NE(result.diagnostics.items()[0].summary.find("the run was stopped before"), std::string::npos);
  // Stopped before it came to this, there is one short try.
  const auto begin = Clock::now();
  EXPECT_FALSE(confirm_changes(session, what, journalist, result));
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(5));
}

}  // namespace
}  // namespace plumb::run
