// The SSH transport against real hosts: testdata/lab, where it is up.
#include <sys/socket.h>

#include "engine/host/testing/fixtures.h"

namespace plumb::host {
namespace {

using testing::read_line;
using testing::soon;
using testing::stand_in;

class Lab : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("PLUMB_LAB_DIR");
    const std::filesystem::path lab = folder != nullptr ? folder : "/var/cache/plumb-lab";
    const std::string release = GetParam();
    settings_.name = release;
    settings_.address = release == "bookworm" ? "127.0.1.11" : release == "bullseye" ? "127.0.2.11" : "127.0.3.11";
    settings_.user = "root";
    settings_.identity_files = {(lab / "keys/id_ed25519").string()};
    settings_.known_hosts_file = (lab / "run" / release / "known_hosts").string();
    settings_.use_ssh_config = false;
    if (!std::filesystem::exists(lab / "run" / release / "host1/pid"))
      GTEST_SKIP() << "the lab is not up for " << release;
    auto connection = open();
    if (!connection && connection.error().code() == Code::kConnect) GTEST_SKIP() << "the lab is not up for " << release;
  }
  Result<std::unique_ptr<Connection>> open() {
    ssh::Context context(ssh::Self{"root", "/nonexistent", ""});
    return open_executor(settings_, stand_in(), context);
  }
  void become(const std::string& user, std::optional<std::string> password) {
    settings_.user = user;
    settings_.become = {"sudo"};
    settings_.become_password = std::move(password);
  }

  HostSettings settings_;
};

TEST_P(Lab, RunsTheExecutor) {
  auto connection = open();
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), "hello uid=0 root=\n");
}

TEST_P(Lab, BecomesRoot) {
  become("deploy", std::nullopt);
  auto connection = open();
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), "hello uid=0 root=\n");
  ASSERT_OK((*connection)->write("ping\n", soon()));
  EXPECT_EQ(read_line(**connection), "ping\n");
}

TEST_P(Lab, BecomesRootWithAPassword) {
  become("careful", "careful");
  auto connection = open();
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), "hello uid=0 root=\n");
  ASSERT_OK((*connection)->write("ping\n", soon()));
  EXPECT_EQ(read_line(**connection), "ping\n");
}

TEST_P(Lab, NeedsThePassword) {
  become("careful", std::nullopt);
  auto connection = open();
  EXPECT_CODE(connection, Code::kBecome);
  EXPECT_NE(connection.error().diagnostic().hint.find("password"), std::string::npos);
  become("careful", "wrong");
  EXPECT_CODE(open(), Code::kBecome);
}

TEST_P(Lab, AnotherKeyThanTheOneThatTheHostHas) {
  settings_.user = "nobody-here";
  EXPECT_CODE(open(), Code::kAuthentication);
}

INSTANTIATE_TEST_SUITE_P(Releases, Lab, ::testing::Values("bookworm", "bullseye", "trixie"),
                         [](const auto& release) { return std::string(release.param); });

}  // namespace
}  // namespace plumb::host
