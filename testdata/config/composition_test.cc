// The modules of docs/modules, composed: every two of them on one host, and all together. What several of them declare
// is one thing, or told as an error with both places.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/sample_facts.h"
#include "engine/config/inventory.h"
#include "engine/config/project.h"
#include "engine/ir/compile.h"
#include "engine/report/diagnostics.h"
#include "engine/testing/scratch_folder.h"
#include "providers/sdk/builtin.h"

namespace plumb::config {
namespace {

namespace fs = std::filesystem;

// What a module is given at least, or to do something that others may do too. Each is used as the host's groups say.
const std::map<std::string, std::string> kUses = {
    {"backup", "{repository: /srv/backup, passphrase: a passphrase of its own}"},
    {"base", "{people: {ada: {keys: [ssh-ed25519 AAAAC3Nza ada], admin: true}}}"},
    {"certbot", "{email: ada@example.org, agree: true, certificates: {shop: [shop.example.org]}}"},
    {"cis_baseline", "{forwards: true}"},
    {"container_host", "{}"},
    {"fail2ban", "{}"},
    {"haproxy", "{}"},
    {"mariadb", "{}"},
    {"nginx", "{sites: {shop: {names: [shop.example.org], root: /srv/shop}}}"},
    {"node_exporter", "{}"},
    {"postfix", "{name: one.example.org, domain: example.org, root: ada@example.org}"},
    {"postgresql", "{}"},
    {"redis", "{}"},
    {"unattended_upgrades", "{}"},
    {"wireguard", "{addresses: [10.8.0.1/24], forward: true}"}};

std::vector<std::string> module_names() {
  std::vector<std::string> names;
  for (const auto& [name, unused] : kUses) names.push_back(name);
  return names;
}

class Composition : public ::testing::Test {
 protected:
  // A project with these resources; each module is in modules/NAME.
  void load(const std::string& resources, const std::string& hosts) {
    fs::create_directory(scratch_.path() / "modules");
    for (const std::string& name : module_names())
      fs::copy(fs::path(PLUMB_SOURCE_DIR) / "docs/modules" / name, scratch_.path() / "modules" / name,
               fs::copy_options::recursive | fs::copy_options::skip_existing);
    scratch_.write("plumb.yaml", "plumb: v1\nproject: composed\nresources:\n" + resources);
    std::string groups = "plumb: v1\ngroups:\n";
    for (const std::string& name : module_names()) groups += "  " + name + ": {}\n";
    scratch_.write("hosts.yaml", groups + "hosts:\n" + hosts);
    project_ = load_project(scratch_.path(), {}, kinds_, diagnostics_, sources_);
    ASSERT_TRUE(project_ && !diagnostics_.has_errors()) << said(diagnostics_);
    inventory_ = load_inventory(scratch_.path() / "hosts.yaml", *project_, diagnostics_, sources_);
    ASSERT_TRUE(inventory_) << said(diagnostics_);
    compiler_.emplace(ir::CompilerInput{*project_, *inventory_, sources_, kinds_, no_facts_, "a key"});
  }

  std::shared_ptr<const ir::HostGraph> graph_of(const std::string& host, Diagnostics& found) {
    return compiler_->compile(host, {&sample_facts()}, found);
  }
  std::string said(const Diagnostics& found) const { return report::render(found.sorted(), sources_, false); }

  const testing::ScratchFolder scratch_;
  const Registry kinds_ = described_builtin_kinds();
  const std::map<std::string, Json> no_facts_;
  lang::SourceMap sources_;
  Diagnostics diagnostics_;
  std::optional<Project> project_;
  std::optional<Inventory> inventory_;
  std::optional<ir::Compiler> compiler_;
};

std::string use_of(const std::string& name, const std::string& with) {
  return "  - use: ./modules/" + name + "\n    on: " + name + "\n    with: " + with + "\n";
}

TEST_F(Composition, AnyTwoModulesAndAllOfThemGoTogether) {
  const std::vector<std::string> names = module_names();
  std::set<std::string> folders;
  for (const auto& entry : fs::directory_iterator(fs::path(PLUMB_SOURCE_DIR) / "docs/modules")) {
    if (entry.is_directory()) folders.insert(entry.path().filename());
  }
  ASSERT_EQ(folders, std::set<std::string>(names.begin(), names.end())) << "each module is used here";
  std::string resources;
  for (const auto& [name, with] : kUses) resources += use_of(name, with);
  std::string all;
  std::string hosts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    all += (i == 0 ? "" : ", ") + names[i];
    for (std::size_t k = i + 1; k < names.size(); ++k)
      hosts += "  " + names[i] + "-" + names[k] + ": {groups: [" + names[i] + ", " + names[k] + "]}\n";
  }
  load(resources, hosts + "  everything: {groups: [" + all + "]}\n");
  for (const auto& [host, unused] : inventory_->hosts) {
    Diagnostics found;
    EXPECT_TRUE(graph_of(host, found)) << host << "\n" << said(found);
    EXPECT_FALSE(found.has_errors()) << host << "\n" << said(found);
  }
}

// Whoever takes away what another one needs is told so, with both places and a way out.
TEST_F(Composition, WhatCannotGoTogetherIsToldWithBothPlaces) {
  std::string resources = use_of("cis_baseline", "{forwards: false, strict: true}");
  std::string hosts;
  for (const auto& [name, with] : kUses) {
    if (name == "cis_baseline") continue;
    resources += use_of(name, with);
    hosts += "  with-" + name + ": {groups: [cis_baseline, " + name + "]}\n";
  }
  load(resources, hosts);
  std::set<std::string> refused;
  for (const auto& [host, unused] : inventory_->hosts) {
    Diagnostics found;
    if (graph_of(host, found) != nullptr) continue;
    refused.insert(host);
    for (const Diagnostic& one : found.items()) {
      EXPECT_EQ(one.code, Code::kConflict) << said(found);
      EXPECT_TRUE(one.span && !one.related.empty() && !one.hint.empty()) << said(found);
      EXPECT_THAT(one.summary, ::testing::HasSubstr("differ in")) << said(found);
    }
  }
  // rsync, nginx, and packets that are passed on.
  EXPECT_EQ(refused, (std::set<std::string>{"with-base", "with-nginx", "with-wireguard"}));
}

TEST_F(Composition, OneModuleIsUsedTwice) {
  load(
      "  - use: ./modules/wireguard\n    id: office\n    with: {interface: wg0, addresses: [10.8.0.1/24], forward: "
      "true}\n"
      "  - use: ./modules/wireguard\n    id: site\n    with: {interface: wg1, addresses: [10.9.0.1/24], port: 51821, "
      "forward: true}\n",
      "  one: {}\n");
  Diagnostics found;
  const auto graph = graph_of("one", found);
  ASSERT_TRUE(graph) << said(found);
  std::vector<std::string> shared;
  for (const ir::Node& node : graph->nodes) {
    if (!node.also.empty()) shared.push_back(node.desired.address.str() + " " + node.also.front().address);
  }
  EXPECT_THAT(shared,
              ::testing::UnorderedElementsAre("office/package:wireguard-tools site/package:wireguard-tools",
                                              "office/directory:/etc/wireguard site/directory:/etc/wireguard",
                                              "office/sysctl:net.ipv4.ip_forward site/sysctl:net.ipv4.ip_forward"));
}

}  // namespace
}  // namespace plumb::config
