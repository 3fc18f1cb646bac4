#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/memory_files.h"
#include "engine/cases/find_cases.h"
#include "engine/cases/run_case.h"
#include "engine/testing/kinds.h"

namespace plumb::cases {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kProject = R"(plumb: v1
project: test
inputs:
  port: {type: integer, default: 80}
  token: {type: string, sensitive: true, default: x}
resources:
  - crate: nginx
    on: web
  - note: /etc/site.conf
    on: web
    text: "listen ${inputs.port} ${facts.os.family}\n"
    mode: "0644"
  - note: /etc/token
    text: ${inputs.token}
  - lamp: nginx
    on: web
    lit: true
    tune_on: ["note:/etc/site.conf"]
)";

class CasesTest : public ::testing::Test {
 protected:
  CasesTest() {
    fs::create_directories(folder_ / "tests");
    write("plumb.yaml", kProject);
    write("hosts.yaml", "plumb: v1\nhosts: {web1: {groups: [web], inputs: {port: 8080}}}\ngroups: {web: {}}\n");
  }
  ~CasesTest() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }

  // Findings of each case, one text a case; what is wrong with the file itself comes first.
  std::vector<std::string> run(const std::string& cases) {
    Diagnostics diagnostics;
    lang::SourceMap sources;
    const auto project = config::load_project(folder_, {}, kinds_, diagnostics, sources);
    const auto inventory = config::load_inventory(folder_ / "hosts.yaml", *project, diagnostics, sources);
    const auto read =
        read_cases("tests/a.yaml", "plumb: v1\ntests:\n" + cases, project->root, kinds_, diagnostics, sources);
    std::vector<std::string> results;
    if (diagnostics.has_errors()) results.push_back(told(diagnostics));
    for (const Case& test : read) {
      const Outcome outcome = run_case(test, {*project, project->root, *inventory, sources, kinds_});
      EXPECT_EQ(outcome.passed, !outcome.findings.has_errors());
      results.push_back(told(outcome.findings));
    }
    return results;
  }

  static std::string told(const Diagnostics& diagnostics) {
    std::string text;
    for (const Diagnostic& one : diagnostics.items()) {
      text += (text.empty() ? "" : "; ") + one.summary;
      if (!one.label.empty()) text += ", " + one.label;
      if (one.code == Code::kExpectation) text += ", " + one.hint;
    }
    return text;
  }

  const Registry kinds_ = testing::made_up_kinds();
  fs::path folder_ = fs::temp_directory_path() / ("plumb-cases-" + std::to_string(::getpid()));
};

TEST_F(CasesTest, ANewHostGetsEverything) {
  EXPECT_THAT(run(R"(
  - name: new
    groups: [web]
    expect:
      actions: {crate:nginx: create, note:/etc/site.conf: create, note:/etc/token: create, lamp:nginx: update}
      resources:
        note:/etc/site.conf: {text: "listen 80 debian\n", mode: 644}
  - name: of the inventory
    host: web1
    facts: {os: {family: redhat}}
    expect: {resources: {note:/etc/site.conf: {text: "listen 8080 redhat\n"}}}
  - name: outside of the group
    expect:
      actions: {note:/etc/token: create}
      resources: {lamp:nginx: null}
)"),
              ElementsAre("", "", ""));
}

TEST_F(CasesTest, ReadingsAreGivenOrAbsent) {
  write("hosts.yaml", "plumb: v1\nhosts: {web1: {}}\n");
  write("plumb.yaml", R"(plumb: v1
project: test
readings:
  major: {command: [app, --version], type: integer, absent: 0}
  name: {file: /etc/name, type: string}
  data: {path: /srv/data}
resources:
  - note: /etc/major
    text: "${readings.major}"
  - note: /etc/name
    when: readings.data.exists
    text: ${readings.name}
)");
  EXPECT_THAT(run(R"(
  - name: given
    readings: {major: 16, name: web, data: {exists: true, type: directory}}
    expect: {resources: {note:/etc/major: {text: "16"}, note:/etc/name: {text: web}}}
  - name: absent
    readings: {name: ""}
    expect: {resources: {note:/etc/major: {text: "0"}, note:/etc/name: null}}
  - name: without a value
    expect: {diagnostics: [PL2002]}
  - name: of another type
    readings: {major: many, name: web}
    expect: {diagnostics: [PL1101]}
)"),
              ElementsAre("", "", "", ""));
  EXPECT_THAT(run(R"(
  - name: misspelt
    readings: {mayor: 16}
    expect: {diagnostics: []}
)"),
              ElementsAre("there is no reading `mayor`, did you mean `major`?"));
}

TEST_F(CasesTest, WhatIsObservedDecides) {
  EXPECT_THAT(run(R"(
  - name: as it should be
    groups: [web]
    as_declared: true
    expect: {actions: {}}
  - name: another port
    groups: [web]
    as_declared: true
    inputs: {port: 81}
    observed: {note:/etc/site.conf: {text: "listen 80 debian\n"}}
    expect: {actions: {note:/etc/site.conf: update, lamp:nginx: reload}}
  - name: a sensitive value
    as_declared: true
    observed: {note:/etc/token: {text: y}}
    expect: {actions: {note:/etc/token: update}, resources: {note:/etc/token: {text: x}}}
  - name: gone
    as_declared: true
    observed: {note:/etc/token: null}
    expect: {includes: {note:/etc/token: create}}
)"),
              ElementsAre("", "", "", ""));
}

TEST_F(CasesTest, SaysWhatDoesNotHold) {
  EXPECT_THAT(
      run(R"(
  - name: actions
    expect: {actions: {note:/etc/other: create}}
  - name: includes
    as_declared: true
    expect: {includes: {note:/etc/token: update}}
  - name: text
    groups: [web]
    expect: {resources: {note:/etc/site.conf: {text: "listen 81 debian\n"}}}
  - name: secret
    expect: {resources: {note:/etc/token: {text: "y"}}}
  - name: there
    expect: {resources: {note:/etc/token: null, note:/nowhere: {mode: 644}}}
  - name: diagnostics
    expect: {diagnostics: [PL2001]}
)"),
      ElementsAre("other actions than expected, expected create note:/etc/other, it is create note:/etc/token",
                  "an action that is not planned, expected update note:/etc/token, it is left alone",
                  "`text` of note:/etc/site.conf is another, expected this, it is different from line 1 on: listen "
                  "80 debian",
                  "`text` of note:/etc/token is another, expected this, it is another, sensitive value",
                  "`note:/etc/token` is on the host, expected it not to be, it is declared at plumb.yaml:13:11; "
                  "`note:/nowhere` is not on the host, expected it, it is not declared for it",
                  "other diagnostics than expected, expected PL2001, it is none"));
}

TEST_F(CasesTest, MistakesInTheFileAreTold) {
  EXPECT_THAT(run(R"(
  - name: input
    inputs: {prt: 1}
    expect: {actions: {}}
)"),
              ElementsAre("there is no input `prt`, did you mean `port`?"));
  EXPECT_THAT(run(R"(
  - name: attribute
    observed: {note:/x: {txet: y}, noet:/x: null}
    expect: {actions: {}}
)"),
              ElementsAre("a note has no attribute `txet`, did you mean `text`?; "
                          "`noet:/x` is no address, there is no kind `noet`"));
}

TEST_F(CasesTest, FilesOfModulesAreFound) {
  fs::create_directories(folder_ / "modules/a/tests");
  write("modules/a/module.yaml", "plumb: v1\nresources: []\n");
  write("modules/a/tests/b.yaml", "");
  write("tests/a.yaml", "");
  write("tests/notes.txt", "");
  write("plumb.yaml", "plumb: v1\nproject: test\nresources:\n  - use: ./modules/a\n");
  Diagnostics diagnostics;
  lang::SourceMap sources;
  const auto project = config::load_project(folder_, {}, kinds_, diagnostics, sources);
  std::vector<std::string> paths;
  for (const CaseFile& file : find_cases(*project)) paths.push_back(file.path);
  EXPECT_THAT(paths, ElementsAre("modules/a/tests/b.yaml", "tests/a.yaml"));
}

// Whoever uses it: its cases are those that its own folder has.
TEST_F(CasesTest, OfAModuleAreRunUnderItsName) {
  fs::create_directories(folder_ / "modules/clock/tests");
  write("modules/clock/module.yaml", "plumb: v1\nresources:\n  - note: /etc/clock\n    text: \"${managedNote()}\"\n");
  write("modules/clock/tests/a.yaml",
        "plumb: v1\ntests:\n  - name: a\n    expect:\n      resources:\n        note:/etc/clock:\n"
        "          text: Managed by plumb, project clock. Changes made here are overwritten.\n");
  write("plumb.yaml", "plumb: v1\nproject: test\nresources:\n  - use: ./modules/clock\n");
  Diagnostics diagnostics;
  lang::SourceMap sources;
  const auto used = config::load_project(folder_, {}, kinds_, diagnostics, sources);
  const auto alone = config::load_module(folder_ / "modules/clock", kinds_, diagnostics, sources);
  ASSERT_TRUE(used && alone) << told(diagnostics);
  for (const config::Project* project : {&*used, &*alone}) {
    const std::vector<CaseFile> found = find_cases(*project);
    ASSERT_EQ(found.size(), 1U);
    const std::string text = disk_files().read(project->folder / found[0].path, 10'000).value();
    const auto cases = read_cases(found[0].path, text, *found[0].module, kinds_, diagnostics, sources);
    ASSERT_EQ(cases.size(), 1U) << told(diagnostics);
    const Outcome outcome =
        run_case(cases[0], {*project, *found[0].module, config::local_inventory(), sources, kinds_});
    EXPECT_EQ(told(outcome.findings), "");
  }
}

// Nothing of it is on any disk: the files, the folders that globs look through, what a program answers.
TEST(ProjectInMemory, IsReadAndPlannedLikeAnyOther) {
  const Registry kinds = ::plumb::testing::made_up_kinds();
  MemoryFiles files;
  files.add("/p/plumb.yaml",
            "plumb: v1\nproject: memory\ninputs: {port: {type: integer, default: 80}}\ninclude: [\"parts/*.yaml\"]\n"
            "resources:\n  - use: ./modules/site\n    with: {port: \"${inputs.port}\"}\n");
  files.add(
      "/p/parts/motd.yaml",
      "resources:\n  - note: /etc/motd\n    text: \"${file('motd.txt')}\"\n  - note: /etc/logo\n    from: logo\n");
  files.add("/p/logo", "bytes");
  files.add("/p/motd.txt", "hello\n");
  files.add("/p/modules/site/module.yaml",
            "plumb: v1\ninputs: {port: {type: integer}}\nresources:\n  - note: /etc/site.conf\n    shape: site.conf\n");
  files.add("/p/modules/site/site.conf", "listen ${inputs.port}\n");
  files.add("/p/hosts.yaml", "plumb: v1\nsources:\n  - command: [./hosts, --list]\n");
  files.add_answer({"./hosts", "--list"},
                   {0, R"({"web": {"hosts": ["web1"]}, "_meta": {"hostvars": {"web1": {"port": 8080}}}})", ""});
  files.add("/p/tests/a.yaml",
            "plumb: v1\ntests:\n  - name: bare\n    host: web1\n    expect:\n      actions:\n"
            "        note:/etc/motd: create\n        note:/etc/logo: create\n        site/note:/etc/site.conf: "
            "create\n      resources:\n"
            "        note:/etc/motd: {text: \"hello\\n\"}\n        note:/etc/logo: {text: bytes}\n"
            "        site/note:/etc/site.conf: {text: \"listen 8080\\n\"}\n");

  Diagnostics diagnostics;
  lang::SourceMap sources;
  const auto project = config::load_project(Folder(files, "/p"), {}, kinds, diagnostics, sources);
  ASSERT_TRUE(project);
  const auto inventory = config::load_inventory("/p/hosts.yaml", *project, diagnostics, sources);
  for (const Diagnostic& one : diagnostics.items()) ADD_FAILURE() << one.summary << " " << one.label;
  ASSERT_TRUE(inventory);
  const std::vector<CaseFile> found = find_cases(*project);
  ASSERT_EQ(found.size(), 1U);
  const std::string text = files.read(project->folder / found[0].path, 10'000).value();
  const auto cases = read_cases(found[0].path, text, *found[0].module, kinds, diagnostics, sources);
  ASSERT_EQ(cases.size(), 1U);
  const Outcome outcome = run_case(cases[0], {*project, project->root, *inventory, sources, kinds});
  for (const Diagnostic& one : outcome.findings.items()) ADD_FAILURE() << one.summary << " " << one.hint;
}

TEST_F(CasesTest, WrongInputsCanBeExpected) {
  EXPECT_THAT(run("  - {name: x, inputs: {port: http}, expect: {diagnostics: [PL1101]}}\n"
                  "  - {name: y, inputs: {prot: 80}, expect: {diagnostics: [PL1114]}}\n"
                  "  - {name: z, inputs: {port: http}, expect: {actions: {}}}\n"),
              ElementsAre("", "", ::testing::HasSubstr("`port` must be a whole number")));
}

TEST_F(CasesTest, OtherHostsAreThoseOfTheCase) {
  write("plumb.yaml", R"(plumb: v1
project: test
inputs:
  port: {type: integer, default: 80}
checks:
  - condition: inputs.port > 79
    message: too low
resources:
  - note: /etc/peers
    text: "${hosts('db').map(h, h.address + ':' + string(h.inputs.port)).join(' ')} ${inputs.port}"
  - note: /etc/family
    text: ${host('db1').?facts.?os.?family.orValue('none')}
)");
  const std::vector<std::string> results = run(R"(
  - name: two others
    hosts:
      db1: {groups: [db], address: 192.0.2.5, facts: {os: {family: redhat}}}
      db2: {groups: [db], inputs: {port: 81}}
    inputs: {port: 90}
    expect: {resources: {"note:/etc/peers": {text: "192.0.2.5:80 db2:81 90"}, "note:/etc/family": {text: redhat}}}
  - name: a wrong input
    inputs: {port: many}
    expect: {diagnostics: [PL1101]}
  - name: a check
    hosts: {db1: {groups: [db]}}
    inputs: {port: 1}
    expect: {diagnostics: [PL1123]}
)");
  EXPECT_THAT(results, ElementsAre("", "", ""));
}

}  // namespace
}  // namespace plumb::cases
