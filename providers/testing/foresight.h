// Resources of all kinds on a made-up host, and what each finds when its turn comes. For tests alone.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "providers/sdk/builtin.h"
#include "providers/sdk/edit_provider.h"
#include "providers/sdk/fake_system.h"
#include "providers/sdk/foresee.h"

namespace plumb {

class ForesightTest : public ::testing::Test {
 protected:
  ForesightTest() {
    system_.make_file("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nold:x:1500:1500::/home/old:/bin/sh\n");
    system_.make_file("/etc/group", "root:x:0:\nold:x:1500:\nstaff:x:50:\n");
    system_.make_file("/etc/shadow", "root:*:1::::::\nold:!:1::::::\n");
    system_.add_user({"old", 1500, 1500, "", "/home/old", "/bin/sh"});
    system_.add_group({"old", 1500, {}});
    system_.add_group({"staff", 50, {}});
    system_.make_directory("/home");
    system_.make_directory("/srv");
  }

  void add(const std::string& kind, const std::string& name, Json attributes) {
    Desired desired;
    desired.address = {"", kind, attributes.at(name).get<std::string>()};
    desired.attributes = std::move(attributes);
    if (!desired.has("state")) desired.attributes["state"] = "present";
    desired_.push_back(std::move(desired));
  }
  void file(Json attributes) { add("file", "path", std::move(attributes)); }
  void directory(Json attributes) { add("directory", "path", std::move(attributes)); }
  void command(Json attributes) { add("command", "name", std::move(attributes)); }
  void link(Json attributes) { add("link", "path", std::move(attributes)); }
  void user(Json attributes) { add("user", "name", std::move(attributes)); }
  void group(Json attributes) { add("group", "name", std::move(attributes)); }

  void package(Json attributes) { add("package", "name", std::move(attributes)); }
  // With a unit, a program, configuration, and a folder that another package has too.
  void install_daemon() {
    system_.add_program("systemctl");
    system_.add_program("apt-get");
    system_.make_file("/var/lib/apt/lists/x_Packages", "");
    system_.make_file("/var/lib/dpkg/status",
                      "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n"
                      "Package: daemon\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n");
    system_.make_file("/var/lib/dpkg/info/daemon.list",
                      "/.\n/etc\n/etc/daemon.conf\n/usr\n/usr/lib\n/usr/lib/daemon\n/usr/lib/daemon/run\n"
                      "/usr/sbin\n/usr/sbin/daemond\n/usr/lib/systemd\n/usr/lib/systemd/system\n/usr/lib/systemd/"
                      "system/daemond.service\n"
                      "/usr/share\n/usr/share/both\n");
    system_.make_file("/var/lib/dpkg/info/daemon.conffiles", "/etc/daemon.conf\n");
    system_.make_file("/var/lib/dpkg/info/dpkg.list", "/.\n/usr\n/usr/share\n/usr/share/both\n/usr/lib/systemd\n");
    system_.make_file("/etc/daemon.conf", "x", 0644);
    for (const char* program : {"/usr/lib/daemon/run", "/usr/sbin/daemond"}) system_.make_file(program, "x", 0755);
    system_.make_file("/usr/lib/systemd/system/daemond.service",
                      "[Service]\nExecStart=/usr/lib/daemon/run\n[Install]\nWantedBy=multi-user.target\n");
    system_.make_directory("/usr/share/both");
    system_.make_directory("/etc/systemd/system");
    system_.script("apt-get *", {0, "Inst other (1 base [all])\n", "", false});
    system_.script("apt-get * daemon-", {0, "Remv daemon [1]\n", "", false});
    system_.script("apt-get * daemon- other", {0, "Remv daemon [1]\nInst other (1 base [all])\n", "", false});
  }

  bool is_edit(const Desired& desired) const { return kinds_.provider(desired.address.kind)->editor() != nullptr; }

  // Those that change parts of files are a chain; all others each by itself.
  std::vector<Result<Observed>> observe(std::span<const Desired* const> asked, System& system) {
    asked_ += asked.size();
    std::vector<const Desired*> edits;
    for (const Desired* one : asked) {
      if (is_edit(*one)) edits.push_back(one);
    }
    std::vector<Result<Observed>> chain = observe_edits(kinds_, edits, system);
    auto next = chain.begin();
    std::vector<Result<Observed>> found;
    for (const Desired* one : asked) {
      found.push_back(is_edit(*one)
                          ? std::move(*next++)
                          : std::move(kinds_.provider(one->address.kind)->observe({&one, 1}, system).front()));
    }
    return found;
  }

  void foresee() {
    std::vector<ForeseenResource> resources;
    for (const Desired& one : desired_) resources.push_back({&one, false, {}});
    foresee(resources);
  }
  void foresee(std::span<const ForeseenResource> resources) {
    found_ = plumb::foresee(kinds_, system_, {}, resources,
                            [this](std::span<const Desired* const> some, System& seen) { return observe(some, seen); });
  }
  Change change(std::size_t i) { return kinds_.provider(desired_[i].address.kind)->diff(desired_[i], *found_[i]); }
  std::string obstacle(std::size_t i) { return found_[i]->obstacle ? found_[i]->obstacle->summary : ""; }
  std::string undone_by(std::size_t i) { return found_[i]->undone_by; }

  const Registry kinds_ = builtin_kinds();
  FakeSystem system_;
  std::vector<Desired> desired_;
  std::vector<Result<Observed>> found_;
  std::size_t asked_ = 0;  // about how many resources
};

}  // namespace plumb
