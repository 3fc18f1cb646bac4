// Trees of broken texts: faults by name, and texts broken everywhere.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "engine/base/json.h"
#include "engine/lang/testing/partial_yaml.h"

namespace plumb::lang {
namespace {

Json json_of(const Node& node) {
  if (node.is_scalar()) return node.text;
  Json json;
  for (const Node& item : node.items) json.push_back(json_of(item));
  for (const Entry& entry : node.entries) json[entry.key] = json_of(entry.value);
  return json;
}

Json partial(std::string_view text) {
  Diagnostics diagnostics;
  const Node root = read_partial_yaml("t.yaml", text, diagnostics);
  EXPECT_TRUE(diagnostics.has_errors()) << text;
  EXPECT_EQ(outside(root, line_widths(text)), "") << text;
  return json_of(root);
}

struct Broken {
  std::string_view text;
  std::string_view tree;
};

TEST(PartialYaml, LeavesOutWhatIsBroken) {
  for (const Broken& one : {
           Broken{"a: 1\nb: [x, y\nc: 3\n", R"({"a":"1","b":null,"c":"3"})"},
           Broken{"a: 1\nb: \"x\nc: 3\nd: 4\n", R"({"a":"1","b":null,"c":"3","d":"4"})"},
           Broken{"a: 1\nb: x: y\nc: 3\n", R"({"a":"1","b":"x","c":"3"})"},
           Broken{"a: 1\nb\nc: 3\n", R"({"a":"1","c":"3"})"},
           Broken{"a: 1\n\tb: 2\nc: 3\n", R"({"a":"1","c":"3"})"},
           Broken{"a:\n    b: 1\n  c: 2\nd: 3\n", R"({"a":{"b":"1"},"d":"3"})"},
           Broken{"- file: /a\n  mode: {\n- file: /b\n  mode: \"1\"\n",
                  R"([{"file":"/a","mode":null},{"file":"/b","mode":"1"}])"},
           Broken{"- file: [/a\n  mode: \"1\"\n- x: y\n", R"([{"file":null,"mode":"1"},{"x":"y"}])"},
           Broken{"a: 1\nb: ]\nc: 3\n", R"({"a":"1","b":null,"c":"3"})"},
           Broken{"a: 1\na: 2\nb: 3\n", R"({"a":"1","b":"3"})"},
           Broken{"a: *x\nb: 3\n", R"({"a":null,"b":"3"})"},
           Broken{"a: 1\nb: [x\nc: [y\nd: 4\n", R"({"a":"1","b":null,"c":null,"d":"4"})"},
           Broken{"a: 1\n...\nb: 2\n", R"({"a":"1"})"},
           Broken{"a: \xff\n", "null"},
       }) {
    EXPECT_EQ(partial(one.text).dump(), one.tree) << one.text;
  }
}

TEST(PartialYaml, AWholeTextIsReadAsEver) {
  Diagnostics diagnostics;
  const Node root = read_partial_yaml("t.yaml", "a: [1, 2]\n", diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(json_of(root).dump(), R"({"a":["1","2"]})");
}

TEST(PartialYaml, ManyFaultsEndInTime) {
  std::string text = "first: 1\n";
  for (int i = 0; i < 5000; ++i) text += "k" + std::to_string(i) + ": [\n";
  EXPECT_EQ(partial(text)["first"], "1");
  text = "first: 1\n" + std::string(100'000, '[') + "\nlast: 2\n";
  EXPECT_EQ(partial(text).dump(), R"({"first":"1","last":"2"})");
}

// The forms that configuration is written in.
constexpr std::string_view kGood =
    "plumb: v1\n"
    "inputs:\n"
    "  port: {type: integer, default: 80}   # one line\n"
    "  names:\n"
    "    type: array\n"
    "    default: [a, \"b c\",\n"
    "      'it''s']\n"
    "values:\n"
    "  дом: \"/srv/${inputs.port}\"\n"
    "resources:\n"
    "  - file: /etc/motd\n"
    "    content: |\n"
    "      Hello\n"
    "\n"
    "        world\n"
    "    mode: \"0644\"\n"
    "\n"
    "  - service: nginx\n"
    "    reload_on:\n"
    "    - file:/etc/nginx/*\n"
    "    - x\n"
    "    when: size(inputs.names) > 0\n"
    "      && true\n"
    "  - use: ./web\n"
    "    with: {a: {b: [1, {c: d}]}, e: >-\n"
    "       }\n";

void check(const std::string& text, const Node& whole, int line) {
  Diagnostics diagnostics;
  const Node part = read_partial_yaml("t.yaml", text, diagnostics);
  ASSERT_EQ(outside(part, line_widths(text)), "") << text;
  ASSERT_EQ(lost_before(whole, part, line), "") << text;
}

int line_of(std::string_view text, std::size_t pos) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(pos), '\n'));
}

Node whole_of(std::string_view text) {
  Diagnostics diagnostics;
  return read_partial_yaml("t.yaml", text, diagnostics);
}

void cut_everywhere(std::string_view text, std::size_t step) {
  const Node whole = whole_of(text);
  for (std::size_t at = 0; at < text.size(); at += step) {
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
    check(std::string(text.substr(0, at)), whole, line_of(text, at));
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(PartialYaml, CutAnywhereKeepsWhatStandsBefore) {
  cut_everywhere(kGood.substr(0, kGood.find("  - use")), 1);
}

// What follows a fault may change what it means, and nothing before it.
TEST(PartialYaml, OneCharacterAnywhere) {
  const std::string text(kGood.substr(0, kGood.find("  - use")));
  const Node whole = whole_of(text);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0x80) != 0) continue;
    constexpr std::string_view kSigns = "\t[]{}\"'|:-#,&*!%@`\n";
    for (std::size_t i = at % 5; i < kSigns.size(); i += 5) {  // each sign in every fifth place
      const char c = kSigns[i];
      Diagnostics diagnostics;
      std::string broken = text;
      broken.insert(at, 1, c);
      const Node part = read_partial_yaml("t.yaml", broken, diagnostics);
      ASSERT_EQ(outside(part, line_widths(broken)), "") << broken;
      broken.erase(at, 2);
      const Node less = read_partial_yaml("t.yaml", broken, diagnostics);
      ASSERT_EQ(outside(less, line_widths(broken)), "") << broken;
    }
  }
}

// Every example of the project's documents, cut in many places.
TEST(PartialYaml, ProjectsOfTheExamples) {
  std::size_t read = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(PLUMB_SOURCE_DIR "/docs/examples")) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream file(entry.path());
    std::ostringstream text;
    text << file.rdbuf();
    cut_everywhere(text.str(), 23);
    if (HasFatalFailure()) FAIL() << entry.path();
    ++read;
  }
  EXPECT_GT(read, 5U);
}

}  // namespace
}  // namespace plumb::lang
