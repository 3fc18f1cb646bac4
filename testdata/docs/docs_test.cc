// Every page: links lead somewhere, tables and blocks are whole, and the files, names in the sources, codes, commands
// and targets that it mentions are there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testdata/docs/page.h"
#include "testdata/docs/tree.h"

namespace plumb::docs {
namespace {

std::vector<std::string> faults_of(const Tree& tree, const std::string& path, const std::string& text) {
  std::vector<std::string> faults;
  const auto add = [&](const Mention& where, const std::string& what) {
    faults.push_back(path + ":" + std::to_string(where.line) + ": " + what);
  };
  const Page page = read_page(text);
  for (const Mention& fault : page.faults) add(fault, fault.text);
  for (const Mention& link : page.links) {
    if (const auto fault = tree.fault_of_link(link.text, path)) add(link, *fault);
  }
  // Decisions are of their time, and name what there was.
  if (path.starts_with("docs/adr/")) return faults;
  const std::string folder = path.substr(0, path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
  for (const Mention& name : page.names) {
    if (const auto fault = tree.fault_of_name(name.text, folder)) add(name, *fault);
  }
  for (const Mention& command : page.commands) {
    if (const auto fault = tree.fault_of_command(command.text)) add(command, *fault);
  }
  for (const Mention& code : page.codes) {
    if (!tree.has_code(code.text) && !tree.has_code(code.text.substr(2))) add(code, "there is no " + code.text);
  }
  return faults;
}

TEST(Docs, NameOnlyWhatIsThere) {
  const Tree tree(PLUMB_SOURCE_DIR);
  ASSERT_GT(tree.pages().size(), 40U);
  std::vector<std::string> faults;
  for (const auto& [path, text] : tree.pages()) {
    for (std::string& fault : faults_of(tree, path, text)) faults.push_back(std::move(fault));
  }
  std::string list;
  for (const std::string& fault : faults) list += "  " + fault + "\n";
  EXPECT_THAT(faults, ::testing::IsEmpty()) << list;
}

TEST(Docs, FaultsAreFound) {
  const Tree tree(PLUMB_SOURCE_DIR);
  const auto faults = [&](const std::string& text) { return faults_of(tree, "docs/README.md", text).size(); };
  EXPECT_EQ(
      faults("# X\n\n[a](README.md), [b](#documentation), `engine/base/json.h`, `canonical()`, `plumb plan`, PL1007\n"),
      0U);
  EXPECT_EQ(faults("[a](nowhere.md)\n"), 1U);
  EXPECT_EQ(faults("[a](#nowhere)\n"), 1U);
  EXPECT_EQ(faults("`engine/base/nothing.h`\n"), 1U);
  EXPECT_EQ(faults("`nobody_calls_this()`\n"), 1U);
  EXPECT_EQ(faults("`ir::nobody_calls_this`\n"), 1U);
  EXPECT_EQ(faults("`plumb nothing`, `make nothing`\n"), 2U);
  EXPECT_EQ(faults("`--nothing-such`, `plumb plan --nothing-such FILE`\n"), 2U);
  EXPECT_EQ(faults("```console\n$ sudo plumb nothing\n```\n"), 1U);
  EXPECT_EQ(faults("PL9999\n"), 1U);
  EXPECT_EQ(faults("#sdk\n"), 1U);
  EXPECT_EQ(faults("| a | b |\n|---|---|\n| c |\n"), 1U);
  EXPECT_EQ(faults("```\nnever closed\n"), 1U);
  EXPECT_EQ(faults("`never closed\n\nanother\n"), 1U);
}

TEST(Docs, AnchorsAreThoseOfHeadings) {
  EXPECT_EQ(anchor_of("What it reads, and why"), "what-it-reads-and-why");
  EXPECT_EQ(anchor_of("engine/host: reaching a host"), "enginehost-reaching-a-host");
  EXPECT_EQ(anchor_of("PL3101"), "pl3101");
}

}  // namespace
}  // namespace plumb::docs
