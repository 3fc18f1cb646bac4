// Changes of values as a reviewer sees them: by their paths, with nothing of the text left unsaid.
#include "engine/report/paths_text.h"

#include <gmock/gmock.h>

#include "engine/base/sealed.h"

namespace plumb::report {
namespace {

std::string told(std::string_view file, std::string_view before, std::string_view after) {
  return content_change_text(file, before, after, {});
}

TEST(PathsText, JsonIsToldByPaths) {
  EXPECT_EQ(told("/etc/app.json",
                 R"({
  "server": {"port": 80, "host": "a"},
  "old": true,
  "users": ["ann", "bob"]
}
)",
                 R"({
  "server": {"port": 8080, "host": "a", "tls": {"cert": "/a"}},
  "users": ["ann", "bob", "eve"]
}
)"),
            "        ~ server.port: 80 → 8080\n"
            "        + server.tls: {cert: \"/a\"}\n"
            "        - old: true\n"
            "        + users[2]: \"eve\"\n");
}

TEST(PathsText, ANumberIsNoText) {
  EXPECT_EQ(told("/etc/app.json", R"({"port": "80"})", R"({"port": 80})"), "        ~ port: \"80\" → 80\n");
  EXPECT_EQ(told("/etc/app.yaml", "port: '80'\n", "port: 80\n"), "        ~ port: \"80\" → 80\n");
}

TEST(PathsText, YamlIsToldByPathsAndItsRemarksAreCounted) {
  EXPECT_EQ(told("/etc/app.yaml", "# one\nserver:\n  port: 80 # why\n  name: web\n",
                 "# two\nserver:\n  port: 81 # so\n  name: web\n"),
            "        ~ server.port: 80 → 81\n"
            "        and 2 lines of comments and layout; --full shows them\n");
}

TEST(PathsText, ItemsAreFoundAgainByTheirNames) {
  EXPECT_EQ(told("/etc/app.yml", "jobs:\n- name: a\n  every: 5m\n- name: b\n  every: 1h\n- name: c\n  every: 1d\n",
                 "jobs:\n- name: b\n  every: 2h\n- name: c\n  every: 1d\n- name: d\n  every: 9m\n"),
            "        ~ jobs[name=b].every: 1h → 2h\n"
            "        - jobs[0]: {name: a, every: 5m}\n"
            "        + jobs[2]: {name: d, every: 9m}\n");
}

// Of a list the order counts: which rule is first, which step.
TEST(PathsText, ItemsThatChangePlacesComeAndGo) {
  EXPECT_EQ(
      told("/etc/app.yml", "l:\n- name: a\n  v: 1\n- name: b\n  v: 2\n", "l:\n- name: b\n  v: 3\n- name: a\n  v: 4\n"),
      "        ~ l[name=a].v: 1 → 4\n"
      "        - l[1]: {name: b, v: 2}\n"
      "        + l[0]: {name: b, v: 3}\n"
      "        and 1 line of comments and layout; --full shows them\n");
}

TEST(PathsText, ANameThatSeveralItemsHaveNamesNone) {
  EXPECT_EQ(
      told("/etc/app.yml", "l:\n- name: a\n  v: 1\n- name: a\n  v: 2\n", "l:\n- name: a\n  v: 1\n- name: a\n  v: 3\n"),
      "        ~ l[1].v: 2 → 3\n");
}

TEST(PathsText, SectionsAreToldWithTheirOptions) {
  EXPECT_EQ(
      told("/etc/systemd/system/a.service", "[Service]\nExecStart=/bin/a\nEnvironment=A=1\nRestart=no\n",
           "[Service]\nExecStart=/bin/b\nEnvironment=A=1\nEnvironment=B=2\n\n[Install]\nWantedBy=multi-user.target\n"),
      "        ~ Service.ExecStart: /bin/a → /bin/b\n"
      "        + Service.Environment[1]: B=2\n"
      "        - Service.Restart: no\n"
      "        + Install: {WantedBy: multi-user.target}\n");
}

TEST(PathsText, TomlIsToldByPaths) {
  EXPECT_EQ(told("/etc/app.toml", "title = 'a'\n[db]\nport = 1_000\n[[user]]\nname = \"x\"\n",
                 "title = 'a'\n[db]\nport = 2_000\n[[user]]\nname = \"x\"\nadmin = true\n"),
            "        ~ db.port: 1_000 → 2_000\n"
            "        + user[name=\"x\"].admin: true\n");
}

TEST(PathsText, OnlyFormIsShownLineByLine) {
  EXPECT_EQ(told("/etc/app.yaml", "a: 1\n# x\n", "a: 1\n# y\n"), "         a: 1\n        -# x\n        +# y\n");
  EXPECT_EQ(told("/etc/app.json", "{\"a\": 1,\n\"b\": 2}\n", "{\"b\": 2,\n\"a\": 1}\n"),
            "        -{\"a\": 1,\n        -\"b\": 2}\n        +{\"b\": 2,\n        +\"a\": 1}\n");
}

TEST(PathsText, AnotherOrderIsSaid) {
  EXPECT_EQ(told("/etc/app.json", R"({"a": 1, "b": 2, "c": 3})", R"({"b": 2, "a": 1, "c": 4})"),
            "        ~ c: 3 → 4\n"
            "        and 1 line of comments and layout, and names in another order; --full shows them\n");
  EXPECT_EQ(told("/etc/a.ini", "[x]\na = 1\nb = 2\nc = 3\n", "[x]\nb = 2\na = 1\nc = 4\n"),
            "        ~ x.c: 3 → 4\n"
            "        and 1 line of comments and layout, and names in another order; --full shows them\n");
}

TEST(PathsText, ARepeatedNameThatMovesIsSaid) {
  EXPECT_EQ(told("/etc/a.ini", "[x]\na = 1\nb = 5\na = 2\n", "[x]\na = 1\na = 2\nb = 6\n"),
            "        ~ x.b: 5 → 6\n"
            "        and names in another order; --full shows them\n");
}

TEST(PathsText, AllOfAFileIsToldByItsLines) {
  EXPECT_EQ(told("/etc/a.json", "[1]\n", "{\"a\": 1}\n"), "        -[1]\n        +{\"a\": 1}\n");
}

TEST(PathsText, ARemarkThatMovesIsCounted) {
  EXPECT_EQ(told("/etc/a.ini", "# of a\n[x]\na = 1\nb = 2\n", "[x]\na = 1\n# of a\nb = 3\n"),
            "        ~ x.b: 2 → 3\n"
            "        and 1 line of comments and layout; --full shows them\n");
}

// Also where a comma comes with a new member, and where there are so many paths that not all are shown.
TEST(PathsText, BlanksAndLineEndsAreCounted) {
  EXPECT_EQ(told("/etc/a.json", "{\n\"a\": 1,\n\"b\": 2\n}\n", "{\r\n\"a\": 1,\r\n\"b\": 2,\r\n\"c\": 3\r\n}\r\n"),
            "        + c: 3\n"
            "        and 2 lines of comments and layout; --full shows them\n");
  EXPECT_EQ(told("/etc/a.json", "{\n\"a\": 1,\n\"b\": 2\n}\n", "{\n\"a\": 1,  \n\"b\": 2,\n\"c\": 3\n}\n"),
            "        + c: 3\n"
            "        and 1 line of comments and layout; --full shows them\n");
  EXPECT_EQ(told("/etc/a.json", "{\n\"a\": 1\n}\n", "{\r\n\"c\": 3\r\n}\r\n").find("layout") == std::string::npos,
            false);
  std::string before = "# one\n[x]\n";
  std::string after = "# two\n[x]\n";
  for (int i = 0; i < 59; ++i) {
    before += "a" + std::to_string(i) + " = 1\n";
    after += "a" + std::to_string(i) + " = 2\n";
  }
  PlanTextOptions few;
  few.diff_lines = 20;
  EXPECT_THAT(content_change_text("/etc/a.ini", before, after, few),
              testing::EndsWith(" more lines\n        and 1 line of comments and layout; --full shows them\n"));
}

TEST(PathsText, WhatLooksTheSameIsWrittenOut) {
  EXPECT_EQ(told("/etc/a.json", "{\"a\": \"x y\"}", "{\"a\": \"x\xc2\xa0y\"}"),
            "        ~ a: \"x y\" → \"x\\u{a0}y\"\n");
}

TEST(PathsText, TextsOfSeveralLinesAreComparedByThem) {
  EXPECT_EQ(told("/etc/a.yaml", "run: |\n  one\n  two\n", "run: |\n  one\n  three\n"),
            "        ~ run:\n"
            "             one\n"
            "            -two\n"
            "            +three\n");
}

TEST(PathsText, WhatPathsCannotTellIsShownLineByLine) {
  const char* anchors = "a: &x 1\nb: *x\n";
  EXPECT_EQ(told("/etc/a.yaml", anchors, "a: &x 2\nb: *x\n"), "        -a: &x 1\n        +a: &x 2\n         b: *x\n");
  EXPECT_EQ(told("/etc/nginx/nginx.conf", "a 1;\n", "a 2;\n"), "        -a 1;\n        +a 2;\n");
}

TEST(PathsText, ManyPathsAreShownLineByLine) {
  std::string before = "[x]\n";
  std::string after = "[x]\n";
  for (int i = 0; i < 100; ++i) {
    before += "a" + std::to_string(i) + " = 1\n";
    after += "a" + std::to_string(i) + " = 2\n";
  }
  EXPECT_THAT(told("/etc/a.ini", before, after), testing::HasSubstr("        -a0 = 1\n"));
}

TEST(PathsText, AllOfItHasTheLinesToo) {
  PlanTextOptions options;
  options.full = true;
  EXPECT_EQ(content_change_text("/etc/a.ini", "[x]\na = 1\n", "[x]\na = 2\n", options),
            "      ~ x.a: 1 → 2\n"
            "         [x]\n"
            "        -a = 1\n"
            "        +a = 2\n");
}

TEST(PathsText, ValuesOfAttributesAreToldByPaths) {
  const Json before = {{"ExecStart", "/bin/a"}, {"Nice", "5"}, {"Environment", {"A=1", "B=2"}}};
  const Json after = {{"ExecStart", "/bin/b"}, {"Environment", {"A=1", "B=3"}}};
  const std::optional<ValueChange> change = value_change(before, after, {});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->count, "3 changes");
  EXPECT_EQ(change->lines,
            "        ~ Environment[1]: B=2 → B=3\n"
            "        ~ ExecStart: /bin/a → /bin/b\n"
            "        - Nice: \"5\"\n");
}

TEST(PathsText, WhatIsSealedStaysSo) {
  const std::string one = keyed_digest("key", "one");
  const std::string two = keyed_digest("key", "two");
  const std::optional<ValueChange> change = value_change({{"a", one}, {"b", "was"}}, {{"a", two}, {"b", "is"}}, {});
  ASSERT_TRUE(change);
  EXPECT_EQ(change->lines, "        ~ a: (sensitive) → another one\n        ~ b: was → is\n");
}

}  // namespace
}  // namespace plumb::report
