#include "providers/alternatives/alternatives.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::alternatives {
namespace {

constexpr const char* kGroup =
    "auto\n/usr/bin/editor\neditor.1.gz\n/usr/share/man/man1/editor.1.gz\n\n/bin/nano\n40\n"
    "/usr/share/man/man1/nano.1.gz\n/usr/bin/vim\n30\n\n\n";

class Alternatives : public ProviderTest<AlternativesProvider> {
 protected:
  Alternatives() {
    system.add_program("update-alternatives");
    system.make_file("/var/lib/dpkg/alternatives/editor", kGroup);
    system.make_link("/etc/alternatives/editor", "/bin/nano");
    for (const char* path : {"/bin/nano", "/usr/bin/vim", "/opt/ed"}) system.make_file(path, "x", 0755);
  }
  Desired want(Json attributes) { return wanted("alternatives", "name", std::move(attributes)); }
  std::vector<std::string> words(const Change& change) {
    std::vector<std::string> all;
    for (const Operation& operation : change.operations) {
      std::string line;
      for (const std::string& word : std::get<plumb::Run>(operation).argv) line += (line.empty() ? "" : " ") + word;
      all.push_back(line);
    }
    return all;
  }
};

TEST_F(Alternatives, OneIsSelected) {
  const Change change = look(want({{"name", "editor"}, {"path", "/usr/bin/vim"}})).change;
  EXPECT_EQ(words(change), std::vector<std::string>{"update-alternatives --set editor /usr/bin/vim"});
  EXPECT_EQ(change.before, (Json{{"automatic", true}, {"selected", "/bin/nano"}}));
  EXPECT_EQ(words(look(want({{"name", "editor"}, {"path", "/bin/nano"}})).change).size(), 1U)
      << "the best one is held all the same";
  system.make_file("/var/lib/dpkg/alternatives/editor", "manual" + std::string(kGroup).substr(4));
  EXPECT_TRUE(look(want({{"name", "editor"}, {"path", "/bin/nano"}})).change.empty());
  EXPECT_EQ(words(look(want({{"name", "editor"}, {"state", "auto"}})).change),
            std::vector<std::string>{"update-alternatives --auto editor"});
}

TEST_F(Alternatives, OneIsRegistered) {
  EXPECT_EQ(words(look(want({{"name", "editor"}, {"path", "/opt/ed"}, {"priority", 90}})).change),
            (std::vector<std::string>{"update-alternatives --install /usr/bin/editor editor /opt/ed 90",
                                      "update-alternatives --set editor /opt/ed"}));
  EXPECT_TRUE(look(want({{"name", "editor"}, {"path", "/usr/bin/vim"}, {"state", "present"}})).change.empty())
      << "as its package has it";
  EXPECT_EQ(
      words(look(want({{"name", "editor"}, {"path", "/bin/nano"}, {"state", "present"}, {"priority", 1}})).change),
      std::vector<std::string>{"update-alternatives --install /usr/bin/editor editor /bin/nano 1 --slave "
                               "/usr/share/man/man1/editor.1.gz editor.1.gz /usr/share/man/man1/nano.1.gz"})
      << "what goes with it stays";
}

TEST_F(Alternatives, WhatItLeadsToHasToBeThere) {
  EXPECT_EQ(look(want({{"name", "editor"}, {"path", "/opt/none"}})).observed->missing,
            (std::vector<Missing>{{{"", "file", "/opt/none"}, "path"}}));
  EXPECT_EQ(look(want({{"name", "pager"}, {"state", "auto"}})).observed->missing,
            (std::vector<Missing>{{{"", "alternative", "pager"}, "name"}}));
}

TEST_F(Alternatives, Absent) {
  EXPECT_EQ(words(look(want({{"name", "editor"}, {"path", "/usr/bin/vim"}, {"state", "absent"}})).change),
            std::vector<std::string>{"update-alternatives --remove editor /usr/bin/vim"});
  EXPECT_TRUE(look(want({{"name", "editor"}, {"path", "/opt/ed"}, {"state", "absent"}})).change.empty());
  const Desired gone = want({{"name", "editor"}, {"path", "/usr/bin/vim"}, {"state", "absent"}});
  EXPECT_EQ(provider.restore(gone, *look(gone).observed)->attributes,
            Json::parse(R"({"name": "editor", "path": "/usr/bin/vim", "state": "present", "priority": 30,
                            "link": "/usr/bin/editor", "followers": []})"));
}

TEST_F(Alternatives, RedHatKeepsThemElsewhere) {
  system.remove("/var/lib/dpkg/alternatives/editor");
  system.make_file("/var/lib/alternatives/editor", kGroup);
  EXPECT_TRUE(look(want({{"name", "editor"}, {"path", "/usr/bin/vim"}, {"state", "present"}})).change.empty());
}

}  // namespace
}  // namespace plumb::providers::alternatives
