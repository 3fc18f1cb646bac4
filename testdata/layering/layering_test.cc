#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "testdata/layering/rules.h"

namespace plumb::layering {
namespace {

std::vector<std::string> sources_of_the_tree() {
  const std::filesystem::path root = PLUMB_SOURCE_DIR;
  std::vector<std::string> files;
  for (const char* top : {"cmd", "docs", "engine", "providers", "schemas"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / top)) {
      const std::string extension = entry.path().extension();
      if (extension == ".cc" || extension == ".h") files.push_back(entry.path().lexically_relative(root));
    }
  }
  return files;
}

TEST(Layering, every_include_follows_an_arrow) {
  const std::vector<std::string> files = sources_of_the_tree();
  EXPECT_GT(files.size(), 20U);
  for (const std::string& file : files) {
    std::ostringstream text;
    text << std::ifstream(std::filesystem::path(PLUMB_SOURCE_DIR) / file).rdbuf();
    for (const Violation& violation : check(file, text.str())) ADD_FAILURE() << violation.str();
  }
}

// --- the check itself

struct Case {
  const char* file;
  const char* text;
  const char* why;  // "" where it is allowed
};

class IncludeTest : public ::testing::TestWithParam<Case> {};

TEST_P(IncludeTest, is_judged) {
  const Case& given = GetParam();
  const std::vector<Violation> found = check(given.file, given.text);
  if (std::string_view(given.why).empty()) {
    for (const Violation& violation : found) ADD_FAILURE() << violation.str();
    return;
  }
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].str().find(given.why), std::string::npos) << found[0].str();
}

INSTANTIATE_TEST_SUITE_P(
    Layering, IncludeTest,
    ::testing::Values(Case{"engine/simulate/diff.cc", "#include \"engine/ir/graph.h\"\n#include <map>\n", ""},
                      Case{"engine/simulate/diff.cc", "#include \"engine/lang/tree.h\"", ""},
                      Case{"engine/simulate/diff.cc", "// one\n#include \"engine/run/apply.h\"",
                           "engine/simulate/diff.cc:2: engine/simulate may not include engine/run"},
                      Case{"engine/plan/verify.cc", "#include \"engine/ir/graph.h\"", "may not include"},
                      Case{"engine/plan/verify.cc", "#include \"engine/config/rollout.h\"", "may not include"},
                      Case{"engine/plan/verify.cc", "#include \"providers/sdk/provider.h\"", ""},
                      Case{"engine/base/json.h", "  #  include \"engine/lang/tree.h\"", "may not include"},
                      Case{"engine/history/read.cc", "#include \"engine/plan/plan.h\"", "may not include"},
                      Case{"engine/config/project.cc", "#include \"providers/file/file.h\"", "may not include"},
                      Case{"engine/host/ssh/session.cc", "#include \"engine/host/transport.h\"", ""},
                      Case{"engine/exec/observe.cc", "#include \"engine/host/transport.h\"", "may not include"},
                      Case{"providers/file/file.cc",
                           "#include \"providers/sdk/system.h\"\n#include \"engine/base/json.h\"", ""},
                      Case{"providers/file/file.cc", "#include \"providers/file/file.h\"", ""},
                      Case{"providers/file/file.cc", "#include \"providers/user/user.h\"", "may not include"},
                      Case{"providers/file/file.cc", "#include \"engine/wire/messages.h\"", "may not include"},
                      Case{"cmd/plumb/plan.cc", "#include \"engine/lang/tree.h\"\n#include <CLI/CLI.hpp>", ""},
                      Case{"cmd/plumb/plan.cc", "#include \"engine/exec/executor.h\"", "may not include"},
                      Case{"cmd/plumb-exec/main.cc", "#include \"engine/history/history.h\"", "may not include"},
                      Case{"engine/ir/compile.cc", "#include \"graph.h\"", "not named from the top"},
                      Case{"engine/ir/compile.cc", "#include \"engine/testing/case.h\"", "only tests"},
                      Case{"engine/ir/order_test.cc", "#include \"engine/testing/case.h\"", ""},
                      Case{"engine/magic/wand.cc", "#include \"engine/base/json.h\"", "not in the picture"},
                      Case{"engine/config/read.cc", "#include <yaml-cpp/yaml.h>", "engine/lang/ alone"},
                      Case{"engine/run/apply.cc", "#include <spdlog/spdlog.h>", "cmd/ alone"},
                      Case{"engine/report/human.cc", "#include <sqlite3.h>", "engine/history/ alone"},
                      Case{"engine/base/file.h", "#include <tl/expected.hpp>", "engine/base/result.h alone"},
                      Case{"engine/base/result.h", "#include <tl/expected.hpp>", ""},
                      Case{"providers/limits/limits.cc", "#include <sstream>", "much larger"},
                      Case{"engine/exec/facts_test.cc", "#include <fstream>", ""},
                      Case{"engine/report/human.cc", "#include <sstream>", ""},
                      Case{"engine/config/project.cc", "#include <fstream>", "through engine/base/files.h"},
                      Case{"engine/ir/compile.cc", "#include \"engine/base/file.h\"", "through engine/base/files.h"},
                      Case{"engine/inventory/source.cc", "  if (fs::exists(path, error)) {", "through engine/base"},
                      Case{"engine/cases/case.cc", "for (auto& e : std::filesystem::directory_iterator(f))", "through"},
                      Case{"engine/config/document.cc", "  Result<X> x = run_program({\"cue\"}, f);", "through"},
                      Case{"engine/config/document.cc", "  files.run({\"cue\"}, f); reader_.read_file(name);", ""},
                      Case{"engine/config/revision.cc", "  fs::remove_all(root_, ignored);", ""},
                      Case{"engine/run/project_key.cc", "#include \"engine/base/file.h\"", ""}));

}  // namespace
}  // namespace plumb::layering
