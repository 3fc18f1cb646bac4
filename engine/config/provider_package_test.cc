#include "engine/config/provider_package.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/config/kind_schema.h"
#include "engine/config/project_providers.h"
#include "engine/testing/kinds.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::config {
namespace {

const char* const kOfThing = R"({
  "description": "A thing.", "type": "object", "x-identity": "name", "additionalProperties": false,
  "properties": {"name": {"type": "string"}, "size": {"type": "integer", "minimum": 1}}})";

const char* const kDescription = R"(plumb: provider/v1
name: things
version: 1.0.0
protocol: 1
command: [./things, -v]
kinds: {thing: {schema: thing.json}}
)";

class ProviderPackages : public ::testing::Test {
 protected:
  ProviderPackages() {
    write("p/provider.yaml", kDescription);
    write("p/thing.json", kOfThing);
    write("p/things", "#!/bin/sh\n");
  }
  void write(const std::string& file, const std::string& text) {
    std::filesystem::create_directories((scratch_.path() / file).parent_path());
    ASSERT_TRUE(write_file(scratch_.path() / file, text));
  }
  std::shared_ptr<const outside::Package> read() {
    diagnostics_ = {};
    return read_provider_package(Folder(scratch_.path() / "p"), "p", kinds_, diagnostics_, sources_);
  }
  // What is said first; "" where it can be used.
  std::string fault() {
    const bool usable = read() != nullptr;
    EXPECT_NE(usable, diagnostics_.has_errors());
    return usable ? "" : diagnostics_.sorted().front().summary;
  }
  std::string fault_with(const std::string& from, const std::string& to) {
    std::string text = kDescription;
    text.replace(text.find(from), from.size(), to);
    write("p/provider.yaml", text);
    return fault();
  }

  testing::ScratchFolder scratch_;
  const Registry kinds_ = testing::made_up_kinds();
  Diagnostics diagnostics_;
  lang::SourceMap sources_;
};

TEST_F(ProviderPackages, AreAllFilesButHiddenOnesAndTests) {
  write("p/.git/config", "x");
  write("p/tests/case.yaml", "x");
  write("p/lib/tests/kept", "x");
  write("p/__pycache__/a.pyc", "x");
  const auto package = read();
  ASSERT_NE(package, nullptr) << diagnostics_.sorted().front().summary;
  std::vector<std::string> names;
  for (const auto& [name, unused] : package->files) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"lib/tests/kept", "provider.yaml", "thing.json", "things"}));
  EXPECT_EQ(package->digest, digest(outside::pack(package->files)));
  EXPECT_EQ(package->command, (std::vector<std::string>{"./things", "-v"}));
  EXPECT_EQ(package->observe_seconds, 30);
  ASSERT_EQ(package->kinds.size(), 1U);
  const Json schema = Json::parse(package->kinds[0].schema);
  EXPECT_EQ(schema["title"], "thing");
  EXPECT_TRUE(schema["properties"].contains("as"));
}

TEST_F(ProviderPackages, VersionsAreNegotiated) {
  EXPECT_EQ(fault_with("protocol: 1", "protocol: [1, 7]"), "");
  EXPECT_EQ(read()->protocol, 1);
  EXPECT_EQ(fault_with("protocol: 1", "protocol: [2, 3]"),
            "the provider `things` speaks version 2 to 3 of the provider protocol");
  EXPECT_EQ(diagnostics_.sorted().front().span->str(), "p/provider.yaml:4:11");
  EXPECT_EQ(fault_with("protocol: 1", "protocol: [3, 1]"),
            "the provider `things` speaks version 3 to 1 of the provider protocol");
}

TEST_F(ProviderPackages, WhatIsNotThereIsNamed) {
  EXPECT_EQ(fault_with("./things", "./other"), "`command` names `./other`, and the provider has no such file");
  EXPECT_EQ(fault_with("schema: thing.json", "schema: none.json"), "the schema of `thing` is not there");
  EXPECT_EQ(fault_with("schema: thing.json", "schema: ../thing.json"), "the schema of `thing` is not there");
  EXPECT_EQ(fault_with("kinds: {thing", "kinds: {note"), "the kind `note` is one of plumb's own");
  for (const std::string word : {"when", "use", "resources"}) {
    EXPECT_EQ(fault_with("kinds: {thing", "kinds: {" + word),
              "`" + word + "` is a word of the language, and no name of a kind");
  }
  EXPECT_NE(fault_with("name: things", "nmae: things"), "");
  std::filesystem::remove(scratch_.path() / "p/provider.yaml");
  EXPECT_NE(fault().find("`p` is no provider"), std::string::npos);
}

TEST_F(ProviderPackages, LinksAndTooMuchAreRefused) {
  std::filesystem::create_symlink("/etc/passwd", scratch_.path() / "p/passwd");
  EXPECT_NE(fault().find("`passwd` is neither a file nor a folder"), std::string::npos);
  std::filesystem::remove(scratch_.path() / "p/passwd");
  write("p/large", std::string(outside::kMostBytes, 'x'));
  EXPECT_NE(fault().find("its files have more than 16 MiB"), std::string::npos);
  std::filesystem::remove(scratch_.path() / "p/large");
  for (std::size_t i = 0; i < outside::kMostFiles; ++i) write("p/f/" + std::to_string(i), "");
  EXPECT_NE(fault().find("there are more than 256 files"), std::string::npos);
}

TEST_F(ProviderPackages, ProjectsNameThem) {
  write("plumb.yaml", "plumb: v1\nproject: a\nproviders:\n  things: ./p\n");
  const auto providers = read_project_providers(Folder(scratch_.path()), kinds_, diagnostics_, sources_);
  ASSERT_EQ(providers.size(), 1U);
  ASSERT_NE(providers[0].package, nullptr);
  const Registry all = with_providers(kinds_, providers);
  ASSERT_NE(all.find("thing"), nullptr);
  EXPECT_TRUE(all.find("thing")->schema.json()["properties"].contains("size"));
  EXPECT_EQ(built_in(all).find("thing"), nullptr);
  EXPECT_EQ(built_in(all).names(), kinds_.names());

  for (const auto& [source, words] : std::map<std::string, std::string>{
           {"./none", "the provider `things` is not there"},
           {"../p", "a provider must lie in the project folder"},
           {"{git: \"https://example.com/x\", ref: v1}", "the provider `things` is not locked"}}) {
    diagnostics_ = {};
    write("plumb.yaml", "plumb: v1\nproject: a\nproviders:\n  things: " + source + "\n");
    (void)read_project_providers(Folder(scratch_.path()), kinds_, diagnostics_, sources_);
    ASSERT_TRUE(diagnostics_.has_errors()) << source;
    EXPECT_EQ(diagnostics_.sorted().front().summary, words);
  }
  diagnostics_ = {};
  write("plumb.yaml", "plumb: v1\nproject: a\nproviders:\n  stuff: ./p\n");
  (void)read_project_providers(Folder(scratch_.path()), kinds_, diagnostics_, sources_);
  EXPECT_EQ(diagnostics_.sorted().front().summary, "the provider `stuff` calls itself `things`");
}

// Each is one change of a schema that is good, and where the fault lies.
TEST(KindSchema, SaysNothingThatNobodyLooksAt) {
  const Json good = Json::parse(kOfThing);
  EXPECT_TRUE(kind_schema("thing", good, false).has_value());
  const auto fault = [&](const char* pointer, const Json& value) {
    Json schema = good;
    schema[Json::json_pointer(pointer)] = value;
    const Result<Json> checked = kind_schema("thing", schema, false);
    return checked ? std::string() : checked.error().summary();
  };
  EXPECT_EQ(fault("/properties/size/minimun", 1), "`properties.size.minimun` is not a word that plumb looks at");
  EXPECT_EQ(fault("/properties/size/minimum", "1"), "`properties.size.minimum` does not have the form of that word");
  EXPECT_EQ(fault("/properties/size/type", "int"), "`properties.size.type` does not have the form of that word");
  EXPECT_EQ(fault("/properties/name/pattern", "("), "`properties.name.pattern` does not have the form of that word");
  EXPECT_EQ(fault("/properties/size", true), "`properties` does not have the form of that word");
  EXPECT_EQ(fault("/properties/when", Json::object()), "`properties.when` has the name of a key that every kind takes");
  EXPECT_EQ(fault("/properties/as", {{"type", "integer"}}),
            "`properties.as` is what every kind has that runs on hosts, without saying so");
  EXPECT_EQ(fault("/properties/Size", Json::object()),
            "`properties.Size` is no name of an attribute: lower-case letters, digits and _");
  EXPECT_EQ(fault("/x-identity", "title"), "`x-identity` names no attribute");
  EXPECT_EQ(fault("/additionalProperties", true), "`additionalProperties` of a kind is false");
  EXPECT_EQ(fault("/required", Json::array({"other"})), "`required` names what is no attribute");
  EXPECT_EQ(fault("/properties/size/$ref", "#/definitions/x"),
            "`properties.size.$ref` leads to no `#/definitions/NAME`");
  EXPECT_EQ(fault("/properties/size/$ref", "https://example.com"),
            "`properties.size.$ref` leads to no `#/definitions/NAME`");
  Json around = good;
  around["definitions"]["a"]["$ref"] = "#/definitions/a";
  EXPECT_FALSE(kind_schema("thing", around, false).has_value());
  EXPECT_FALSE(kind_schema("thing", Json::array(), false).has_value());
  EXPECT_FALSE(kind_schema("thing", Json::object(), false).has_value());
}

}  // namespace
}  // namespace plumb::config
