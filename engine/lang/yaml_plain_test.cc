// The quick reader: what it takes, and that it reads this as the whole one does.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "engine/lang/testing/yaml_readers.h"

namespace plumb::lang {
namespace {

bool is_taken(std::string_view text) {
  return read_plain_yaml("t.yaml", text).has_value();
}

TEST(PlainYaml, ReadsWhatConfigurationIsMostlyWrittenIn) {
  for (const std::string_view text : {
           "plumb: v1\ninputs:\n  port: {type: integer, default: 80}\n  names: {type: array, items: {type: string}}\n",
           "# a comment\n\nresources:\n  - file: /etc/motd # another\n    content: Hello ${host.name}\n\n"
           "    mode: \"0644\"\n  -\n  - use: ./web\n    with:\n      a: ''\n      b: 'it''s'\n",
           "a:\n- b\n- - c\n  -   d: e\n      f:\n  # here\n-\nnull: ~\n",
           "ключ: значение # с комментарием\n\"é\": {à: [ü, \"ö\"]}\n",
           "a: |\n  one\n\n    two: # three\n\n  \xe2\x82\xac\n",
           "a: |-\n    x\n    y\n\n\nb: http://x/?a=b#c\nc: a:b\nd: -1",
           "- a\n- \"b \\\" \\\\ \\n\\t\"\n- [ ]\n- {}\n- { a: b , c: [ d ] }\n- - - x\n",
       }) {
    EXPECT_TRUE(is_taken(text)) << text;
    EXPECT_EQ(disagreement(text), "") << text;
  }
}

TEST(PlainYaml, LeavesTheRestToTheOther) {
  for (const std::string_view text : {"",
                                      "# nothing\n",
                                      "text\n",
                                      "--- a\n",
                                      "...\n",
                                      "%YAML 1.2\n",
                                      " a: 1\n",
                                      "a:\tb\n",
                                      "a: b\r\n",
                                      "a: &x 1\n",
                                      "a: *x\n",
                                      "a: !x 1\n",
                                      "<<: {a: 1}\n",
                                      "? a\n: b\n",
                                      "a: b\n  c\n",
                                      "a:\n  b\n",
                                      "a: 'b\n  c'\n",
                                      "a: [b,\n  c]\n",
                                      "a: >\n  b\n",
                                      "a: |2\n  b\n",
                                      "a: |+\n  b\n",
                                      "a: |\n  b",
                                      "a: |\n  b\n  \n  c\n",
                                      "a: 1\na: 2\n",
                                      "a: {b: 1, b: 2}\n",
                                      "a: b: c\n",
                                      "a: [b: c]\n",
                                      "a: [b,]\n",
                                      "a: {b}\n",
                                      "a: {b:c}\n",
                                      "a: \"\\x41\"\n",
                                      "a: \"b\"#c\n",
                                      "a: @b\n",
                                      "a: - b\n",
                                      "a:\n    b: 1\n  c: 2\n",
                                      "- a\nb: c\n",
                                      "a: b\n- c\n",
                                      "- a\n - b\n",
                                      "a: [b\n",
                                      "a: \"b\n",
                                      "a: 'b\n",
                                      "a: b:\n",
                                      "a: [b] c\n",
                                      "\xef\xbb\xbf"
                                      "a: b\n",
                                      "a: \xff\n",
                                      "a: \x01\n"}) {
    EXPECT_FALSE(is_taken(text)) << text;
  }
}

TEST(PlainYaml, StopsAtTheSameLimits) {
  const auto nested = [](std::size_t depth) { return "a: " + std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(is_taken(nested(kMaxYamlDepth - 1)));
  EXPECT_FALSE(is_taken(nested(kMaxYamlDepth)));
  EXPECT_TRUE(is_taken("a: " + std::string(kMaxYamlScalar, 'x')));
  EXPECT_FALSE(is_taken("a: " + std::string(kMaxYamlScalar + 1, 'x')));
  EXPECT_EQ(disagreement(nested(kMaxYamlDepth - 1)), "");
  EXPECT_EQ(disagreement(std::string(1000, 'k') + ": 1"), "");
  EXPECT_FALSE(is_taken(std::string(1001, 'k') + ": 1"));
  std::string many;
  for (std::size_t i = 0; i < kMaxYamlNodes - 1; ++i) many += "- x\n";
  EXPECT_TRUE(is_taken(many));
  EXPECT_FALSE(is_taken(many + "- x\n"));
}

// Every YAML file of the project, and every block of it in the documents.
TEST(PlainYaml, ReadsTheProjectsOwnFilesAsTheOther) {
  namespace fs = std::filesystem;
  int files = 0;
  int taken = 0;
  const auto compare = [&](const std::string& text, const std::string& name) {
    ++files;
    if (is_taken(text)) ++taken;
    EXPECT_EQ(disagreement(text), "") << name << '\n' << text;
  };
  for (const char* folder : {"testdata", "schemas", "docs", "providers", "cmd", "engine"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(PLUMB_SOURCE_DIR) / folder)) {
      if (!entry.is_regular_file()) continue;
      const std::string extension = entry.path().extension();
      if (extension != ".yaml" && extension != ".yml" && extension != ".md") continue;
      std::ifstream in(entry.path());
      std::stringstream text;
      text << in.rdbuf();
      if (extension != ".md") {
        compare(text.str(), entry.path());
        continue;
      }
      const std::string page = text.str();
      for (std::size_t begin = page.find("```yaml\n"); begin != std::string::npos;
           begin = page.find("```yaml\n", begin)) {
        begin += std::string_view("```yaml\n").size();
        compare(page.substr(begin, page.find("```", begin) - begin), entry.path());
      }
    }
  }
  EXPECT_GT(files, 30);
  EXPECT_GT(taken, files / 2);
}

}  // namespace
}  // namespace plumb::lang
