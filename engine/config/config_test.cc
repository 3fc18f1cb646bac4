// What configuration means, beyond the golden cases in testdata/config.
#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/base/integer_text.h"
#include "engine/config/connection.h"
#include "engine/config/formats.h"
#include "engine/config/inventory.h"
#include "engine/config/project.h"
#include "engine/config/schema.h"
#include "engine/config/untyped.h"
#include "engine/config/validate.h"
#include "engine/inventory/host_names.h"
#include "engine/lang/yaml.h"
#include "engine/testing/case_file.h"
#include "engine/testing/kinds.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::config {
namespace {

using inventory::expand_hosts;

class ConfigTest : public ::testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) {
    std::filesystem::create_directories((scratch_.path() / name).parent_path());
    ASSERT_TRUE(write_file(scratch_.path() / name, text));
  }
  std::optional<Project> load(std::string_view text) {
    write("plumb.yaml", text);
    diagnostics_ = {};
    auto project = load_project(scratch_.path(), {}, kinds_, diagnostics_, sources_);
    return diagnostics_.has_errors() ? std::nullopt : std::move(project);
  }
  std::string digest_of(std::string_view text) {
    const auto project = load(text);
    EXPECT_TRUE(project) << (diagnostics_.empty() ? "" : diagnostics_.items()[0].summary);
    return project ? config::digest_of(*project).value_or(std::string()) : "";
  }
  std::optional<Inventory> inventory(const Project& project, std::string_view text) {
    write("hosts.yaml", text);
    diagnostics_ = {};
    return load_inventory(scratch_.path() / "hosts.yaml", project, diagnostics_, sources_);
  }

  testing::ScratchFolder scratch_;
  const Registry kinds_ = testing::made_up_kinds();
  Diagnostics diagnostics_;
  lang::SourceMap sources_;
};

constexpr std::string_view kHead = "plumb: v1\nproject: p\n";

TEST_F(ConfigTest, DigestIgnoresLayoutCommentsAndKeyOrder) {
  const std::string one = digest_of(
      "plumb: v1\nproject: p\ninputs: {a: {type: integer, default: 1}, b: {type: string}}\n"
      "resources:\n  - note: /a\n    mode: 644\n    text: x\n");
  const std::string other = digest_of(
      "# said otherwise\nresources:\n- {note: //a, text: 'x', mode: \"0644\"}\n"
      "inputs:\n  b:\n    type: string\n  a: {default: 1, type: \"integer\"}\nproject: \"p\"\nplumb: v1\n");
  EXPECT_EQ(one, other);
}

TEST_F(ConfigTest, DigestTellsWhatMatters) {
  const std::string head(kHead);
  const std::string base = digest_of(head + "resources:\n  - note: /a\n  - note: /b\n");
  EXPECT_NE(base, digest_of(head + "resources:\n  - note: /b\n  - note: /a\n"));
  EXPECT_NE(base, digest_of(head + "resources:\n  - note: /a\n    mode: 600\n  - note: /b\n"));
  EXPECT_NE(base, digest_of(head + "resources:\n  - note: /a\n    on: web\n  - note: /b\n"));
  EXPECT_NE(base, digest_of(head + "inputs: {a: {type: string}}\nresources:\n  - note: /a\n  - note: /b\n"));
}

TEST_F(ConfigTest, DigestCountsTheBytesOfSources) {
  const std::string text = std::string(kHead) + "resources:\n  - note: /a\n    from: a.txt\n";
  write("a.txt", "one");
  const std::string one = digest_of(text);
  EXPECT_EQ(one, digest_of(text));
  write("a.txt", "two");
  EXPECT_NE(one, digest_of(text));
}

TEST_F(ConfigTest, DigestKeepsSensitiveValuesOut) {
  const auto with = [](const std::string& word) {
    return std::string(kHead) + "inputs: {t: {type: string, sensitive: true, default: " + word +
           "}}\nresources:\n  - note: /a\n    sensitive: true\n    text: " + word + "\n";
  };
  EXPECT_EQ(digest_of(with("hunter2")), digest_of(with("other")));
}

TEST_F(ConfigTest, IncludesAreReadOnceAndSorted) {
  write("r/b.yaml", "resources: [{note: /b}]\n");
  write("r/a.yaml", "include: [plumb.yaml, 'r/*.yaml']\nresources: [{note: /a}]\n");
  write("r/.hidden.yaml", "resources: [{note: /hidden}]\n");
  const auto project = load(std::string(kHead) + "resources: [{note: /last}]\ninclude: [r/*.yaml, r/b.yaml, '**']\n");
  // `**` finds the folder's other file too, which is none of plumb's.
  ASSERT_TRUE(project) << diagnostics_.sorted()[0].summary;
  std::string order;
  for (const auto& entry : project->root.body)
    order += std::get<Declaration>(entry).written->literals.at("at").value.get<std::string>();
  EXPECT_EQ(order, "/b/a/last");
}

TEST_F(ConfigTest, ManyFilesTellTheirFaultsInTheOrderOfTheProject) {
  std::string text = std::string(kHead) + "include: ['parts/*.yaml']\nresources:\n";
  std::vector<std::string> parts;
  std::vector<std::string> modules;
  for (int i = 20; i < 40; ++i) {
    const std::string number = std::to_string(i);
    parts.push_back("parts/" + number + ".yaml:1:1");
    modules.push_back("m" + number + "/module.yaml:2:20");
    write("parts/" + number + ".yaml", "nonsense: 1\n");
    write("m" + number + "/module.yaml", "plumb: v1\ninputs: {a: {type: strng}}\n");
    text += "  - use: ./m" + number + "\n";
  }
  parts.insert(parts.end(), modules.begin(), modules.end());
  for (int again = 0; again < 3; ++again) {
    EXPECT_FALSE(load(text));
    std::vector<std::string> places;
    for (const Diagnostic& diagnostic : diagnostics_.items()) {
      if (diagnostic.code != Code::kInputMissing) places.push_back(diagnostic.span->str());
    }
    EXPECT_EQ(places, parts);
  }
  EXPECT_EQ(sources_.line("m30/module.yaml", 1), "plumb: v1");
}

TEST_F(ConfigTest, AKindThatNothingIsNearToIsToldWhatListsThem) {
  EXPECT_FALSE(load(std::string(kHead) + "resources: [{xyzzy: 1}]\n"));
  ASSERT_EQ(diagnostics_.items().size(), 1U);
  EXPECT_EQ(diagnostics_.items()[0].code, Code::kUnknownKind);
  EXPECT_EQ(diagnostics_.items()[0].hint, "`plumb schema` lists the kinds");
}

TEST_F(ConfigTest, TenThousandHosts) {
  const auto project = load(std::string(kHead) + "inputs: {port: {type: integer, default: 1}}\n");
  ASSERT_TRUE(project);
  const auto found = inventory(
      *project, "plumb: v1\ngroups: {web: {inputs: {port: 2}}}\nhosts:\n  web[00000:09999]: {groups: [web]}\n");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->hosts.size(), 10'000U);
  EXPECT_EQ(found->groups.at("web").size(), 10'000U);
  EXPECT_EQ(match_hosts(*found, "web:!web*9")->size(), 9'000U);
}

TEST_F(ConfigTest, InventoryDigestIgnoresLayout) {
  const auto project = load(kHead);
  ASSERT_TRUE(project);
  const auto one = inventory(*project, "plumb: v1\nhosts:\n  a[1:2]: {port: 22}\n");
  const auto two = inventory(*project, "hosts:\n  a2: {port: 22}\n  a1: {port: 22}\nplumb: v1\n");
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->digest, two->digest);
  const auto three = inventory(*project, "plumb: v1\nhosts:\n  a[1:2]: {port: 23}\n");
  EXPECT_NE(one->digest, three->digest);
}

TEST_F(ConfigTest, MissingInventoryIsAnError) {
  const auto project = load(kHead);
  ASSERT_TRUE(project);
  EXPECT_FALSE(load_inventory(scratch_.path() / "none.yaml", *project, diagnostics_, sources_));
  EXPECT_EQ(diagnostics_.items()[0].code, Code::kFileUnreadable);
}

TEST_F(ConfigTest, ThisMachineAlone) {
  const Inventory found = local_inventory();
  EXPECT_EQ(found.hosts.at("localhost").connection.kind, ConnectionKind::kLocal);
  EXPECT_EQ(*match_hosts(found, "all"), std::set<std::string>{"localhost"});
  const auto project = load(kHead);
  const auto same = inventory(*project, "plumb: v1\nhosts: {localhost: {}}\n");
  ASSERT_TRUE(same);
  EXPECT_EQ(same->hosts.at("localhost").connection.kind, ConnectionKind::kLocal);
  const auto stated = inventory(*project, "plumb: v1\nhosts: {localhost: {port: 2222}}\n");
  EXPECT_EQ(stated->hosts.at("localhost").connection.kind, ConnectionKind::kSsh);
}

TEST(Formats, Normalise) {
  const auto good = [](const char* format, const char* text, const Json& wanted) {
    const Result<Json> result = apply_format(format, text, "`x`", {});
    ASSERT_TRUE(result) << format << ' ' << text;
    EXPECT_EQ(*result, wanted) << format << ' ' << text;
  };
  good("path", "/", "/");
  good("path", "//etc///motd/", "/etc/motd");
  good("path", "/a b/ü/...", "/a b/ü/...");
  good("mode", "644", "0644");
  good("mode", "0644", "0644");
  good("mode", "02750", "2750");
  good("mode", "1777", "1777");
  good("mode", "u=rwX,g+s,o-x", "u=rwX,g+s,o-x");
  good("mode", "a+X", "a+X");
  good("mode", "g=u", "g=u");
  good("mode", "+t", "+t");
  good("duration", "90", 90);
  good("duration", "90s", 90);
  good("duration", "5m", 300);
  good("duration", "2h", 7200);
  good("duration", "1d", 86400);
  good("size", "512", 512);
  good("size", "10k", 10240);
  good("size", "4MiB", 4194304);
  good("size", "1G", 1073741824);
  good("user", "0", "0");
  good("user", "www-data", "www-data");
  good("user", "samba$", "samba$");
  good("date", "2024-02-29", "2024-02-29");
  good("name", "lib:amd64", "lib:amd64");
  for (const char* times : {"*", "*/15", "0", "05,5", "1-5", "0-59/7", "7-7", "6-7", "mon-Fri", "Jan-dec/2", "x"})
    good("crontab", times, times);
}

TEST(Formats, Refuse) {
  const std::pair<const char*, const char*> wrong[] = {
      {"path", "etc"},        {"path", "~/x"},        {"path", "/a/../b"},
      {"path", "/a/."},       {"path", ""},           {"file-path", "/x/"},
      {"file-path", "x"},     {"mode", ""},           {"mode", "64"},
      {"mode", "0o644"},      {"mode", "12345"},      {"mode", "u+w,"},
      {"mode", "rwx"},        {"mode", "u"},          {"mode", "99"},
      {"duration", ""},       {"duration", "-1"},     {"duration", "1.5h"},
      {"duration", "5 m"},    {"duration", "05m"},    {"duration", "999999999999d"},
      {"size", "1T"},         {"size", "k"},          {"size", "1kb"},
      {"user", "a b"},        {"user", "-a"},         {"user", "01"},
      {"user", "4294967295"}, {"date", "2023-02-29"}, {"date", "2024-13-01"},
      {"date", "2024-1-1"},   {"date", "2024-00-10"}, {"name", "-x"},
      {"name", "a b"},        {"name", ""},           {"crontab", "5/15"},
      {"crontab", "0,05/2"},  {"crontab", "22-2"},    {"crontab", "1,9-08/2"},
      {"crontab", "sat-sun"}, {"crontab", "FRI-1"},   {"crontab", "dec-jan"}};
  for (const auto& [format, text] : wrong) EXPECT_FALSE(apply_format(format, text, "`x`", {})) << format << ' ' << text;
}

TEST(Formats, PatternsThatLookAroundAreToldHowElse) {
  const auto hint = [](const char* text) { return apply_format("pattern", text, "`x`", {}).error().diagnostic().hint; };
  for (const char* text : {"^a(?!b)", "a(?=b)", "(?<=a)b", "(?<!a)b"})
    EXPECT_NE(hint(text).find("`unless` of a `replace`"), std::string::npos) << text;
  EXPECT_EQ(hint("a("), "the syntax is that of RE2, without \\p{…} and \\C");
}

TEST(Formats, Integers) {
  EXPECT_EQ(parse_integer("0"), 0);
  EXPECT_EQ(parse_integer("-12"), -12);
  EXPECT_EQ(parse_integer("9007199254740991"), 9007199254740991);
  for (const char* text : {"", "-", "-0", "01", "+1", "1_000", "0x10", "1e3", "1.0", "9007199254740992", " 1"}) {
    EXPECT_FALSE(parse_integer(text)) << text;
  }
  EXPECT_EQ(parse_number("1.25"), 1.25);
  EXPECT_EQ(parse_number("-0.5"), -0.5);
  for (const char* text : {"", ".5", "1.", "1e3", ".inf", "nan", "01.5", "1_0"})
    EXPECT_FALSE(parse_number(text)) << text;
}

Json plain_values(const std::string& yaml, Diagnostics& diagnostics) {
  const auto node = lang::read_yaml("x.yaml", yaml, diagnostics);
  if (!node) return nullptr;
  (void)check_exact(*node, diagnostics);
  return untyped(*node);
}

// What YAML's core schema says, where no schema of plumb's says more.
TEST(Untyped, WordsWithoutQuotesAreWhatYamlMakesOfThem) {
  Diagnostics diagnostics;
  EXPECT_EQ(plain_values("[0x1F, 0o20, +7, 1e3, .5, True, FALSE, ~, Null, \"0x10\", '1e3', 0644, yes, 1_0, 12:30]",
                         diagnostics),
            Json::parse(R"([31, 16, 7, 1000.0, 0.5, true, false, null, null, "0x10", "1e3", "0644", "yes", "1_0",
                            "12:30"])"));
  EXPECT_FALSE(diagnostics.has_errors());
  for (const char* text : {".inf", "-.INF", ".nan", "1e999", "9007199254740992", "0x20000000000000"}) {
    Diagnostics told;
    (void)plain_values(std::string("[") + text + "]", told);
    EXPECT_EQ(told.error_count(), 1U) << text;
  }
}

TEST(Untyped, WhatHasNoBoundsIsNoNumber) {
  for (const char* text : {".inf", "-.INF", "+.Inf", ".nan"}) {
    lang::Node node;
    node.kind = lang::Node::Kind::kScalar;
    node.text = text;
    EXPECT_TRUE(is_without_bounds(node)) << text;
    node.style = lang::Style::kDoubleQuoted;
    EXPECT_FALSE(is_without_bounds(node)) << text;
  }
}

TEST(Hosts, Ranges) {
  EXPECT_EQ(*expand_hosts("web"), std::vector<std::string>{"web"});
  EXPECT_EQ(*expand_hosts("w[8:11]"), (std::vector<std::string>{"w8", "w9", "w10", "w11"}));
  EXPECT_EQ(*expand_hosts("w[08:10].x"), (std::vector<std::string>{"w08.x", "w09.x", "w10.x"}));
  EXPECT_EQ(*expand_hosts("[a:b]-[1:2]"), (std::vector<std::string>{"a-1", "a-2", "b-1", "b-2"}));
  EXPECT_EQ(*expand_hosts("w[0:10:5]"), (std::vector<std::string>{"w0", "w5", "w10"}));
  EXPECT_EQ(expand_hosts("w[1:400]x[1:400]").error().code(), Code::kTooManyHosts);
  EXPECT_EQ(expand_hosts("w[1:99999999999999999999]").error().code(), Code::kBadHostRange);
}

// A document with every shape that a condition between keys can take.
TEST(Validate, ConditionsBetweenKeys) {
  const Json schema = Json::parse(R"({
    "type": "object", "additionalProperties": false,
    "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "integer", "default": 3},
                   "state": {"enum": ["on", "off"], "default": "on"}},
    "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
    "allOf": [{"if": {"properties": {"state": {"const": "off"}}, "required": ["state"]},
               "then": {"not": {"required": ["c"]}}}]})");
  const auto check = [&](const char* text) {
    Diagnostics diagnostics;
    const auto node = lang::read_yaml("t", text, diagnostics);
    const auto value = validate(*node, schema, "thing", node->span, {}, diagnostics);
    std::string out = value ? canonical(*value) : "";
    for (const Diagnostic& d : diagnostics.sorted()) out += code_name(d.code) + " " + d.summary + "; ";
    return out;
  };
  EXPECT_EQ(check("a: x"), R"({"a":"x","c":3,"state":"on"})");
  EXPECT_EQ(check("{a: x, b: y}"), "PL1104 only one of `a`, `b` may be given for thing; ");
  EXPECT_EQ(check("c: 1"), "PL1102 one of `a`, `b` is missing for thing; ");
  EXPECT_EQ(check("{a: x, state: off, c: 1}"), "PL1104 `c` cannot be given for thing; ");
  EXPECT_EQ(check("{a: x, state: off}"), R"({"a":"x","c":3,"state":"off"})");
}

TEST(Validate, PicksTheBranchByShape) {
  const Json schema = Json::parse(R"({"anyOf": [{"type": "boolean"}, {"type": "integer"},
    {"type": "array", "items": {"type": "integer"}}, {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}]})");
  const auto check = [&](const char* text) {
    Diagnostics diagnostics;
    const auto node = lang::read_yaml("t", text, diagnostics);
    const auto value = validate(*node, schema, "`x`", node->span, {}, diagnostics);
    return value ? canonical(*value) : diagnostics.sorted()[0].summary;
  };
  EXPECT_EQ(check("true"), "true");
  EXPECT_EQ(check("5"), "5");
  EXPECT_EQ(check("[1, 2]"), "[1,2]");
  EXPECT_EQ(check("{a: 1}"), R"({"a":"1"})");
  EXPECT_EQ(check("[x]"), "an item of `x` must be a whole number");
  EXPECT_EQ(check("{b: 1}"), "`a` is missing in `x`");
  EXPECT_EQ(check("word"), "`x` must be a whole number, true or false, a list or a map");
}

TEST(Validate, NumbersWithoutATypeAreExactOrRefused) {
  const auto check = [](const char* text) {
    Diagnostics diagnostics;
    const auto node = lang::read_yaml("t", text, diagnostics);
    const auto value = validate(*node, Json::object(), "`x`", node->span, {}, diagnostics);
    return diagnostics.has_errors() ? diagnostics.sorted()[0].summary : canonical(*value);
  };
  EXPECT_EQ(check("{a: [9007199254740991, 1.5, \"9007199254740993\"]}"),
            R"({"a":[9007199254740991,1.5,"9007199254740993"]})");
  EXPECT_EQ(check("{a: [9007199254740993]}"), "a whole number that is too large to be exact");
  EXPECT_EQ(check("-123456789012345678"), "a whole number that is too large to be exact");
}

TEST(Validate, AWholeNumberThatIsTooLargeIsToldAsThat) {
  for (const char* text : {"9007199254740993", "-9007199254740992", "123456789012345678901234567890"}) {
    Diagnostics diagnostics;
    const auto node = lang::read_yaml("t", text, diagnostics);
    EXPECT_FALSE(validate(*node, Json{{"type", "integer"}}, "`x`", node->span, {}, diagnostics));
    EXPECT_EQ(diagnostics.sorted()[0].hint, "whole numbers go to 9007199254740991 here") << text;
  }
}

TEST(Connection, SettingsComeBackFromTheLayerThatStatesThem) {
  for (const Json& layer :
       {Json::object(), Json{{"connection", "local"}}, Json{{"connection", {{"command", {"ssh", "-W"}}}}},
        Json{{"connection", "openssh"}, {"ssh_config", "/c"}, {"known_hosts", "/k"}},
        Json{{"address", "192.0.2.1"}, {"port", 2222}, {"user", "deploy"}, {"become", "sudo"}},
        Json{{"become", {{"method", "doas"}, {"user", "www"}}}, {"identity_file", "/a"}},
        Json{{"identity_files", {"/a", "/b"}}, {"connect_timeout", 3}, {"connect_attempts", 7}}}) {
    ConnectionSettings settings;
    apply_settings(layer, settings);
    EXPECT_EQ(layer_of(settings, "web1"), layer);
  }
  ConnectionSettings named;
  named.address = "web1";
  EXPECT_EQ(layer_of(named, "web1"), Json::object()) << "that is its address without saying so";
}

}  // namespace
}  // namespace plumb::config
