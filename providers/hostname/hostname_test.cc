#include "providers/hostname/hostname.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::hostname {
namespace {

class Hostname : public ProviderTest<HostnameProvider> {
 protected:
  Hostname() {
    system.make_directory("/etc");
    system.make_file("/proc/sys/kernel/hostname", "debian\n");
  }
  Desired want(const std::string& name) { return wanted("hostname", "name", {{"name", name}}); }
};

TEST_F(Hostname, TheFileAndTheKernel) {
  converge(want("web1"));
  EXPECT_EQ(system.content("/etc/hostname"), "web1\n");
  EXPECT_EQ(system.content("/proc/sys/kernel/hostname"), "web1\n");
  EXPECT_EQ(provider.restore(want("x"), *look(want("x")).observed)->text("name"), "web1");
}

TEST_F(Hostname, RemarksAndBlanksAreNothing) {
  system.make_file("/etc/hostname", "# ours\n\ndebian \n");
  EXPECT_TRUE(look(want("debian")).change.empty());
}

TEST_F(Hostname, OneThatRunsByAnotherNameOnlyIsTold) {
  system.make_file("/etc/hostname", "web1\n");
  const Seen seen = look(want("web1"));
  EXPECT_EQ(seen.change.after, Json({{"running", "web1"}}));
}

// Both names, and all that the file says.
TEST_F(Hostname, WhatWasThereComesBack) {
  system.make_file("/etc/hostname", "# ours\nold\n");
  system.make_file("/proc/sys/kernel/hostname", "other\n");
  const Desired desired = want("web1");
  const std::optional<Desired> back = provider.restore(desired, *look(desired).observed);
  ASSERT_TRUE(back);
  converge(desired);
  converge(*back);
  EXPECT_EQ(system.content("/etc/hostname"), "# ours\nold\n");
  EXPECT_EQ(system.content("/proc/sys/kernel/hostname"), "other\n");
}

TEST_F(Hostname, AFileThatWasNotThereGoesAgain) {
  const Desired desired = want("web1");
  const std::optional<Desired> back = provider.restore(desired, *look(desired).observed);
  ASSERT_TRUE(back);
  converge(desired);
  converge(*back);
  EXPECT_FALSE(*system.stat("/etc/hostname", false));
  EXPECT_EQ(system.content("/proc/sys/kernel/hostname"), "debian\n");
}

TEST_F(Hostname, AnImageHasTheFileAlone) {
  system.set_image(true);
  EXPECT_EQ(look(want("web1")).change.operations.size(), 1U);
  converge(want("web1"));
}

}  // namespace
}  // namespace plumb::providers::hostname
