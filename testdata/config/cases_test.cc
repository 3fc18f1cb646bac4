// Each file below cases/ is a project, perhaps with an inventory, and what is said about it.
#include <gtest/gtest.h>

#include "engine/config/inventory.h"
#include "engine/config/project.h"
#include "engine/config/resource.h"
#include "engine/ir/compile.h"
#include "engine/report/diagnostics.h"
#include "engine/testing/case_file.h"
#include "engine/testing/scratch_folder.h"
#include "providers/sdk/builtin.h"

namespace plumb::config {
namespace {

const std::filesystem::path kCases = std::string(PLUMB_SOURCE_DIR) + "/testdata/config/cases";

// A resource without expressions.
std::string dump(const Declaration& declaration, const Project& project) {
  const cel::Activation nothing;
  const lang::SourceMap sources;
  Diagnostics diagnostics;
  const std::string root;
  const ModuleFolder folder{project.folder, ""};
  KnownValues known;
  LastResource last;
  const auto resource = resolve(declaration, {root, folder, {}}, {nothing, sources, diagnostics}, known, last).resource;
  std::string out = resource->address.str() + " at " + resource->span.str() + "\n";
  for (const auto& [name, value] : resource->attributes.items())
    out += "  " + name + " = " + canonical(value) + " at " + resource->spans->at(name).str() + "\n";
  if (const auto& on = declaration.written->placement.on) out += "  on " + on->text + "\n";
  for (const Pattern& pattern : resource->after) out += "  after " + pattern.text + "\n";
  for (const Pattern& pattern : resource->before) out += "  before " + pattern.text + "\n";
  for (const std::string& name : resource->ignore) out += "  ignore " + name + "\n";
  for (const std::string& name : resource->sensitive) out += "  sensitive " + name + "\n";
  if (resource->prevent_destroy) out += "  prevent_destroy\n";
  if (resource->confirm_within > 0) out += "  confirm_within " + std::to_string(resource->confirm_within) + "\n";
  return out;
}

// What was understood, in lines that a person can compare.
std::string dump(const Project& project) {
  std::string out = "project " + project.name + "\n";
  for (const auto& [name, input] : project.root.inputs) {
    out += "input " + name + " " + canonical(input.schema);
    if (input.default_value) out += " default " + canonical(input.default_value->value);
    out += input.sensitive ? " sensitive\n" : "\n";
  }
  for (const auto& entry : project.root.body) out += dump(std::get<Declaration>(entry), project);
  return out;
}

std::string dump(const Inventory& inventory) {
  std::string out;
  static constexpr const char* kKinds[] = {"ssh", "local", "command", "openssh"};
  for (const auto& [name, host] : inventory.hosts) {
    const ConnectionSettings& c = host.connection;
    out += name + " " + kKinds[static_cast<int>(c.kind)] + " " + c.address;
    if (c.port != 0) out += " port " + std::to_string(c.port);
    if (!c.user.empty()) out += " user " + c.user;
    if (!c.become.empty()) out += " become " + c.become + " " + c.become_user;
    for (const std::string& word : c.command) out += " " + word;
    for (const std::string& file : c.identity_files) out += " key " + file;
    if (!c.known_hosts_file.empty()) out += " known_hosts " + c.known_hosts_file;
    if (!c.ssh_config_file.empty()) out += " ssh_config " + c.ssh_config_file;
    out += " timeout " + std::to_string(c.connect_timeout_seconds);
    out += " attempts " + std::to_string(c.connect_attempts) + "\n";
    for (const std::string& group : host.groups) out += "  in " + group + "\n";
    for (const auto& [input, layers] : host.inputs) {
      for (const InputLayer& layer : layers) {
        out += "  " + input + " = " + canonical(layer.value.value) + " from " + layer.layer + " at " +
               layer.value.span.str() + "\n";
      }
    }
  }
  for (const auto& [name, hosts] : inventory.groups) {
    out += "group " + name + ":";
    for (const std::string& host : hosts) out += " " + host;
    out += "\n";
  }
  return out;
}

class ConfigCase : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(ConfigCase, SaysWhatIsWanted) {
  auto file = testing::CaseFile::read(GetParam());
  ASSERT_TRUE(file) << file.error().summary();
  const bool has_inventory = file->has("hosts.yaml");
  const std::string patterns = file->text("patterns");
  const testing::ScratchFolder scratch;
  const Result<> written = file->write_inputs(scratch.path());
  ASSERT_TRUE(written) << written.error().summary();

  const Registry kinds = described_builtin_kinds();
  Diagnostics diagnostics;
  lang::SourceMap sources;
  const auto project = load_project(scratch.path(), {}, kinds, diagnostics, sources);
  std::string out;
  if (project && !diagnostics.has_errors() && file->has("want project")) file->expect("project", dump(*project));
  if (project && has_inventory) {
    const auto inventory = load_inventory(scratch.path() / "hosts.yaml", *project, diagnostics, sources);
    if (inventory && file->has("want inventory")) file->expect("inventory", dump(*inventory));
    std::string matches;
    for (std::size_t begin = 0; inventory && begin < patterns.size();) {
      const std::size_t end = patterns.find('\n', begin);
      const std::string pattern = patterns.substr(begin, end - begin);
      matches += pattern + " ->";
      if (const auto hosts = match_hosts(*inventory, pattern)) {
        for (const std::string& host : *hosts) matches += " " + host;
      } else {
        const Diagnostic& problem = hosts.error().diagnostic();
        matches += " " + code_name(problem.code) + " " + problem.summary;
        if (!problem.hint.empty()) matches += "; " + problem.hint;
      }
      matches += "\n";
      begin = end + 1;
    }
    file->expect("matches", matches);
  }
  // What else there is to say of hosts, before any is asked.
  if (project && !file->has("want project") && !file->has("want inventory")) {
    Diagnostics unread;
    auto hosts = has_inventory ? load_inventory(scratch.path() / "hosts.yaml", *project, unread, sources)
                               : std::optional<Inventory>(local_inventory());
    std::set<std::string> names;
    if (hosts) {
      for (const auto& [name, host] : hosts->hosts) names.insert(name);
      const std::map<std::string, Json> no_facts;
      ir::Compiler({*project, *hosts, sources, kinds, no_facts, ""}).survey(names, diagnostics);
    }
  }
  std::string said = report::render(diagnostics.sorted(), sources, false);
  // The scratch folder has another name each time.
  for (std::size_t at = said.find(scratch.path().string()); at != std::string::npos;
       at = said.find(scratch.path().string())) {
    said.replace(at, scratch.path().string().size(), "PROJECT");
  }
  file->expect("stderr", std::move(said));

  const auto outcome = file->finish();
  EXPECT_TRUE(outcome.problem.empty()) << outcome.problem;
  if (outcome.rewritten) GTEST_SKIP() << "rewritten";
}

// The codes of what is said of resources before any host is asked.
std::vector<std::string> codes_of(const std::vector<std::string>& resources) {
  std::string text = "plumb: v1\nproject: test\nresources:\n";
  for (const std::string& resource : resources) text += "  - {" + resource + "}\n";
  const testing::ScratchFolder scratch;
  scratch.write("plumb.yaml", text);
  const Registry kinds = described_builtin_kinds();
  Diagnostics diagnostics;
  lang::SourceMap sources;
  const auto project = load_project(scratch.path(), {}, kinds, diagnostics, sources);
  const Inventory hosts = local_inventory();
  const std::map<std::string, Json> no_facts;
  std::set<std::string> names;
  for (const auto& [name, host] : hosts.hosts) names.insert(name);
  if (project) ir::Compiler({*project, hosts, sources, kinds, no_facts, ""}).survey(names, diagnostics);
  std::vector<std::string> codes;
  for (const Diagnostic& one : diagnostics.sorted()) codes.push_back(std::string(code_name(one.code)));
  return codes;
}

// Whichever is declared first.
std::vector<std::string> codes_in_both_orders(const std::string& one, const std::string& other) {
  const std::vector<std::string> codes = codes_of({one, other});
  EXPECT_EQ(codes_of({other, one}), codes) << one << "; " << other;
  return codes;
}

TEST(Removals, NothingIsBelowWhatIsToGo) {
  const std::vector<std::string> conflict = {"PL1304"};
  const std::vector<std::string> fine;
  const std::vector<std::string> below = {"file: /etc/dd/a, content: x",
                                          "file: /etc/dd/b/c, mode: \"0600\"",
                                          "directory: /etc/dd/a",
                                          "directory: /etc/dd/a/b, parents: true",
                                          "link: /etc/dd/a, target: /x",
                                          "line: /etc/dd/a, text: x",
                                          "line: /etc/dd/a, text: x, create: true",
                                          "replace: /etc/dd/a, match: x",
                                          "block: /etc/dd/a, content: x"};
  const std::vector<std::string> gone_below = {
      "file: /etc/dd/a, state: absent", "directory: /etc/dd/a, state: absent", "link: /etc/dd/a, state: absent",
      "line: /etc/dd/a, text: x, state: absent", "block: /etc/dd/a, state: absent"};
  for (const std::string kind : {"file", "directory", "link"}) {
    const std::string remover = kind + ": /etc/dd, state: absent";
    for (const std::string& one : below)
      EXPECT_EQ(codes_in_both_orders(remover, one), conflict) << remover << "; " << one;
    for (const std::string& one : gone_below) {
      EXPECT_EQ(codes_in_both_orders(remover, one), fine) << remover << "; " << one;
    }
    EXPECT_EQ(codes_in_both_orders(remover, "file: /etc/ddd, content: x"), fine);
  }
  EXPECT_EQ(codes_in_both_orders("directory: /etc/dd", below.front()), fine);
}

TEST(Removals, NorBeOfAnAccountThatIsToGo) {
  const std::vector<std::string> conflict = {"PL1304"};
  const std::vector<std::string> fine;
  for (const std::string one :
       {"file: /a, content: x, owner: web", "directory: /a, owner: web", "group: staff, members: [web]"}) {
    EXPECT_EQ(codes_in_both_orders("user: web, state: absent", one), conflict) << one;
    EXPECT_EQ(codes_in_both_orders("user: web", one), fine) << one;
  }
  for (const std::string one :
       {"file: /a, content: x, group: web", "directory: /a, group: web", "user: ada, groups: [web]"}) {
    EXPECT_EQ(codes_in_both_orders("group: web, state: absent", one), conflict) << one;
    EXPECT_EQ(codes_in_both_orders("group: web", one), fine) << one;
  }
  // What runs may be the last that does so.
  EXPECT_EQ(codes_in_both_orders("user: web, state: absent", "command: c, run: crontab -r, as: web"), fine);
  EXPECT_EQ(codes_of({"directory: /etc/dd, state: absent, after: [\"command:c\"]",
                      "command: c, run: ./uninstall, cwd: /etc/dd"}),
            fine);
}

TEST(Removals, ByAProgramThatSaysSo) {
  const std::vector<std::string> conflict = {"PL1304"};
  const std::vector<std::string> fine;
  const std::string clears = "command: c, run: ./clean, removes: /etc/dd";
  for (const std::string one :
       {"file: /etc/dd, content: x", "directory: /etc/dd", "link: /etc/dd, target: /x",
        "line: /etc/dd, text: x, create: true", "file: /etc/dd/a, mode: \"0600\"",
        "command: m, run: ./make, creates: /etc/dd", "command: m, run: ./make, creates: /etc/dd/a",
        "command: m, run: ./make, creates: /etc/dd, unless: ./made"})
    EXPECT_EQ(codes_in_both_orders(clears, one), conflict) << one;
  for (const std::string one : {"file: /etc/dd, state: absent", "directory: /etc/dd, state: absent", "directory: /etc",
                                "command: m, run: ./make, creates: /etc/dd, removes: /etc/old"})
    EXPECT_EQ(codes_in_both_orders(clears, one), fine) << one;
  const std::string makes = "command: m, run: ./make, creates: /etc/dd/a";
  for (const std::string one :
       {"file: /etc/dd/a, state: absent", "link: /etc/dd/a, state: absent", "directory: /etc/dd, state: absent"})
    EXPECT_EQ(codes_in_both_orders(makes, one), conflict) << one;
  for (const std::string one :
       {"file: /etc/dd/a, mode: \"0600\"", "file: /etc/dd/a/b, state: absent", "directory: /etc/dd, purge: true"})
    EXPECT_EQ(codes_in_both_orders(makes, one), fine) << one;
  // Beside others `removes` may be no more than a condition.
  EXPECT_EQ(codes_in_both_orders(clears + ", unless: ./clean", "file: /etc/dd/a, mode: \"0600\""), fine);
}

TEST(Removals, NorIsAProgramAskedWhereNothingIs) {
  const std::vector<std::string> conflict = {"PL1304"};
  const std::vector<std::string> fine;
  const std::string asks = "command: c, run: ./do, cwd: /etc/dd, unless: ./done";
  for (const std::string one :
       {"directory: /etc/dd, state: absent", "file: /etc/dd, state: absent", "link: /etc/dd, state: absent"})
    EXPECT_EQ(codes_in_both_orders(asks, one), conflict) << one;
  EXPECT_EQ(codes_in_both_orders(asks, "file: /etc/dd/a, state: absent"), fine);
}

TEST(Edits, OfWhatAMaskTakesThePlaceOf) {
  const std::vector<std::string> conflict = {"PL1304"};
  const std::string line = "line: /etc/systemd/system/app.service, text: x";
  for (const std::string& one : {line, line + ", state: absent", line + ", create: true"})
    EXPECT_EQ(codes_in_both_orders("service: app, masked: true", one), conflict) << one;
  EXPECT_EQ(codes_in_both_orders("service: app, enabled: true", line), std::vector<std::string>());
}

TEST(Edits, ComeAfterTheProgramThatMakesTheFile) {
  const std::vector<std::string> circle = {"PL1302"};
  const std::vector<std::string> fine;
  const auto between = [](const std::string& edit) {
    return codes_in_both_orders(edit + ", before: [\"file:/b\"]",
                                "file: /b, content: x, before: [\"command:m\"]}\n"
                                "  - {command: m, run: ./make, creates: /etc/a");
  };
  EXPECT_EQ(between("line: /etc/a, text: x"), circle);
  EXPECT_EQ(between("line: /etc/a, text: x, state: absent"), circle);
  EXPECT_EQ(between("line: /etc/a, text: x, create: true"), fine) << "then there is nothing to run";
  EXPECT_EQ(between("line: /etc/b, text: x"), fine);
}

TEST(OneThing, HasOneResource) {
  const std::vector<std::string> conflict = {"PL1304"};
  const std::vector<std::string> fine;
  const std::vector<std::pair<std::string, std::string>> same = {
      {"service: cron", "service: cron.service"},
      {"service: cron", "service: cron, id: other"},
      {"service: cron, state: running", "service: cron.service, state: stopped"},
      {"package: jq", "package: jq, id: other"},
      {"package: jq, state: absent", "package: jq, id: other"},
      {"user: ada", "user: ada, id: other, shell: /bin/sh"},
      {"user: ada", "user: ada, id: other, state: absent"},
      {"user: ada, uid: 1500", "user: eve, uid: 1500"},
      {"group: staff", "group: staff, id: other, gid: 1500"},
      {"group: a, gid: 1500", "group: b, gid: 1500"},
  };
  for (const auto& [one, other] : same) EXPECT_EQ(codes_in_both_orders(one, other), conflict) << one << "; " << other;
  const std::vector<std::pair<std::string, std::string>> different = {
      {"service: cron", "service: cron.timer"},
      {"service: w@1", "service: w@2"},
      {"package: jq", "package: jq:i386"},
      {"user: ada", "group: ada"},
      {"user: ada, uid: 1500", "group: a, gid: 1500"},
      {"user: ada, state: absent, uid: 1500", "user: eve, uid: 1500"},
  };
  for (const auto& [one, other] : different) EXPECT_EQ(codes_in_both_orders(one, other), fine) << one << "; " << other;
}

INSTANTIATE_TEST_SUITE_P(Cases, ConfigCase, ::testing::ValuesIn(testing::find_cases(kCases)),
                         [](const auto& test) { return testing::case_name(kCases, test.param); });

}  // namespace
}  // namespace plumb::config
