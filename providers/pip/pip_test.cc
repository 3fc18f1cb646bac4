#include "providers/pip/pip.h"

#include "providers/pip/installed.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::pip {
namespace {

class Pip : public ProviderTest<PipProvider> {
 protected:
  Pip() {
    system.add_program("python3");
    system.make_file("/usr/bin/python3.11", "", 0755);
    system.make_link("/usr/bin/python3", "python3.11");
    system.make_file("/usr/lib/python3.11/ensurepip/__init__.py", "");
    system.make_file("/usr/lib/python3/dist-packages/pip/__init__.py", "");
    system.make_file("/srv/venv/pyvenv.cfg", "");
    system.own("/srv/venv/pyvenv.cfg", 1500, 1500);
    has("Requests", "2.31.0");
  }
  void has(const std::string& name, const std::string& version) {
    system.make_file(folder + name + "-" + version + ".dist-info/METADATA", "");
  }
  static Desired want(Json attributes) {
    attributes.emplace("virtualenv", "/srv/venv");
    return wanted("pip", "name", std::move(attributes));
  }
  static std::string words(const Change& change, std::size_t at = 0) {
    std::string line;
    for (const std::string& word : std::get<plumb::Run>(change.operations.at(at)).argv)
      line += (line.empty() ? "" : " ") + word;
    return line;
  }
  const std::string folder = "/srv/venv/lib/python3.11/site-packages/";
  const std::string pip = "/srv/venv/bin/python -m pip --disable-pip-version-check --no-input ";
};

TEST_F(Pip, NamesAreComparedAsPythonDoes) {
  EXPECT_EQ(plain_name("Foo.Bar__baz-[extra]"), "foo-bar-baz-");
  EXPECT_EQ(plain_name("zope.interface"), "zope-interface");
  EXPECT_TRUE(is_same_version("2.0", "2.0.0"));
  EXPECT_FALSE(is_same_version("2.0", "2.1"));
}

TEST_F(Pip, WhatIsThereIsFoundWithoutPython) {
  EXPECT_TRUE(look(want({{"name", "requests[socks]"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "requests"}, {"version", "2.31"}})).change.empty());
  EXPECT_TRUE(system.ran().empty());
  system.make_file(folder + "zope.interface-6.0-py3.11.egg-info/PKG-INFO", "");
  EXPECT_EQ(look(want({{"name", "zope-interface"}})).observed->text("version"), "6.0");
}

TEST_F(Pip, AVersionIsInstalledAsWhoeverHasTheEnvironment) {
  const Change change =
      look(want({{"name", "requests"}, {"version", "2.30.0"}, {"extra_args", {"--no-index"}}})).change;
  EXPECT_EQ(words(change), pip + "install --no-index requests==2.30.0");
  EXPECT_EQ(std::get<plumb::Run>(change.operations[0]).user, "1500");
  EXPECT_EQ(change.before, (Json{{"version", "2.31.0"}}));
  EXPECT_EQ(change.fidelity, Fidelity::kExact);
}

TEST_F(Pip, OneOfWhichNobodySaidTheVersionIsBounded) {
  const Change change = look(want({{"name", "flask"}})).change;
  EXPECT_EQ(words(change), pip + "install flask");
  EXPECT_EQ(change.op, Op::kCreate);
  EXPECT_EQ(change.fidelity, Fidelity::kBounded);
}

TEST_F(Pip, TheLatestIsAskedFor) {
  ProcessResult answer;
  answer.output =
      R"({"install": [{"metadata": {"name": "urllib3", "version": "9"}},
                                   {"metadata": {"name": "Requests", "version": "3.0"}}]})";
  system.script(pip + "install --quiet --upgrade --dry-run --report - *", answer);
  const Desired desired = want({{"name", "requests"}, {"state", "latest"}});
  EXPECT_EQ(words(look(desired).change), pip + "install requests==3.0");
  EXPECT_TRUE(system.requests().back().changes_nothing);
  EXPECT_EQ(system.requests().back().user, "1500");
  answer.output = R"({"install": []})";
  system.script(pip + "install --quiet --upgrade --dry-run --report - *", answer);
  EXPECT_TRUE(look(desired).change.empty());
  answer.exit_code = 2;
  answer.errors = "no such option: --dry-run\n";
  system.script(pip + "install --quiet --upgrade --dry-run --report - *", answer);
  EXPECT_NE(look(desired).problem->summary.find("no such option"), std::string::npos);
}

TEST_F(Pip, AnEnvironmentIsMade) {
  const Desired desired =
      want({{"name", "requests"}, {"version", "1"}, {"virtualenv", "/srv/new"}, {"site_packages", true}});
  const Change change = look(desired).change;
  EXPECT_EQ(words(change), "python3 -m venv --system-site-packages /srv/new");
  EXPECT_EQ(change.after, (Json{{"version", "1"}, {"virtualenv", "/srv/new"}}));
  EXPECT_EQ(look(desired).observed->missing, std::vector<Missing>{}) << "python3 is python3 here";
}

TEST_F(Pip, WhatAnEnvironmentIsMadeOfIsTold) {
  system.make_file("/etc/debian_version", "12\n");
  system.remove("/usr/lib/python3.11/ensurepip");
  EXPECT_EQ(look(want({{"name", "a"}, {"virtualenv", "/srv/new"}})).observed->missing,
            (std::vector<Missing>{{{"", "package", "python3-venv"}, "virtualenv"}}));
}

TEST_F(Pip, RequirementsAreInstalledAsOftenAsTheyChange) {
  system.make_file("/srv/req.txt", "requests>=2\n-r more.txt\n");
  const Desired desired = want({{"name", "app"}, {"requirements", "/srv/req.txt"}});
  const Change change = look(desired).change;
  EXPECT_EQ(words(change), pip + "install --requirement /srv/req.txt");
  EXPECT_EQ(std::get<plumb::Run>(change.operations.at(1)).script,
            "sha256sum <'/srv/req.txt' >'/srv/venv/.plumb-requirements-app'");
  system.make_file("/srv/venv/.plumb-requirements-app", system.file_digest("/srv/req.txt")->substr(7) + "  -\n");
  EXPECT_TRUE(look(desired).change.empty());
  system.make_file("/srv/req.txt", "requests>=3\n");
  EXPECT_EQ(look(desired).change.op, Op::kUpdate);
  system.remove("/srv/req.txt");
  EXPECT_EQ(look(desired).observed->missing, (std::vector<Missing>{{{"", "file", "/srv/req.txt"}, "requirements"}}));
}

TEST_F(Pip, OneGoes) {
  const Change change = look(want({{"name", "requests"}, {"state", "absent"}})).change;
  EXPECT_EQ(words(change), pip + "uninstall --yes requests");
  EXPECT_EQ(change.op, Op::kDelete);
  EXPECT_TRUE(look(want({{"name", "flask"}, {"state", "absent"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "a"}, {"virtualenv", "/srv/none"}, {"state", "absent"}})).change.empty());
}

TEST_F(Pip, UndoPutsTheOldVersionBack) {
  const Desired desired = want({{"name", "requests"}, {"version", "3"}});
  const Desired again = *provider.restore(desired, *look(desired).observed);
  EXPECT_EQ(again.attributes,
            (Json{{"name", "requests"}, {"virtualenv", "/srv/venv"}, {"state", "present"}, {"version", "2.31.0"}}));
}

class HostPip : public Pip {};

TEST_F(HostPip, AHostThatIsItsPackageManagersIsLeftAlone) {
  Desired desired = wanted("pip", "name", {{"name", "requests"}, {"version", "2.31.0"}});
  EXPECT_EQ(words(look(desired).change),
            "python3 -m pip --disable-pip-version-check --no-input install "
            "requests==2.31.0");
  system.make_file("/usr/lib/python3.11/EXTERNALLY-MANAGED", "");
  EXPECT_EQ(obstacle(desired), "the Python packages of this host are its package manager's");
  desired.attributes["extra_args"] = Json::array({"--break-system-packages"});
  EXPECT_EQ(obstacle(desired), "none");
  system.remove("/usr/lib/python3/dist-packages/pip");
  EXPECT_EQ(look(desired).observed->missing, (std::vector<Missing>{{{"", "package", "python3-pip"}, "name"}}));
}

}  // namespace
}  // namespace plumb::providers::pip
