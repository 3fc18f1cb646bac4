// The engine knows no kind and no attribute of one by name: kinds come to it in a registry. Its own tests hold that
// with made-up kinds; this reads its sources for what such tests may not reach.
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "engine/base/json.h"
#include "testdata/layering/rules.h"

namespace plumb::layering {
namespace {

const std::filesystem::path kSource = PLUMB_SOURCE_DIR;

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

struct Names {
  std::set<std::string> kinds;
  std::set<std::string> attributes;
};

Names names_of_kinds() {
  Names names;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "schemas" / "resources")) {
    names.kinds.insert(entry.path().stem());
    const Json schema = Json::parse(text_of(entry.path()));
    for (const auto& [attribute, unused] : schema.at("properties").items()) names.attributes.insert(attribute);
  }
  return names;
}

// Lines in which a kind's name is compared with, looked up or made an address of, or an attribute is asked for.
std::vector<std::string> named_in(const std::string& text, const Names& names) {
  static const std::regex kind(
      R"re((?:\bkind *[!=]= *|\b(?:find|provider)\( *|\bAddress *\{ *"[^"]*", *)"([a-z_]+)")re");
  static const std::regex attribute(
      R"re((?:\b(?:desired|wanted|observed)[\w.>()-]*(?:\.|->)(?:text|flag|has|attribute)\( *|\b(?:attributes|before|after)(?:\[|\.(?:at|find|value|contains)\() *|\b(?:attribute|name) *[!=]= *)"([a-z_]+)")re");
  static const std::regex schema(R"re("resources/)re");
  std::vector<std::string> found;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    const std::string code = line.substr(0, line.find("//"));
    if (code.find('"') == std::string::npos) continue;  // most lines, and regular expressions are slow
    const bool named = (std::regex_search(code, match, kind) && names.kinds.contains(match[1])) ||
                       (std::regex_search(code, match, attribute) && names.attributes.contains(match[1])) ||
                       std::regex_search(code, schema);
    if (named) found.push_back(std::to_string(number) + ": " + line);
  }
  return found;
}

// Where such a word is another's: of a source of inventories, of an operation, of a message.
bool is_anothers(const std::string& file) {
  static const std::set<std::string> files = {
      "engine/inventory/source.cc",              // command: what lists hosts
      "engine/exec/interpreter/interpreter.cc",  // content: of WriteFile
      "engine/base/tolerance.cc",                // run: a tolerance's
      "engine/config/module_lock.cc",            // git: where a module comes from
      "engine/config/module_reader.cc",          // the same
      "engine/host/simulated.cc",                // action: how long one takes
  };
  // What writes configuration names the kinds that it writes, and knows them by nothing else.
  if (file.starts_with("engine/import/")) return true;
  return files.contains(file) || file.starts_with("engine/inventory/") || file.starts_with("engine/lang/") ||
         file.starts_with("engine/host/ssh/");
}

TEST(Names, TheEngineKnowsNoKind) {
  const Names names = names_of_kinds();
  EXPECT_GT(names.kinds.size(), 5U);
  int read = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kSource / "engine")) {
    const std::string extension = entry.path().extension();
    const std::string file = entry.path().lexically_relative(kSource);
    if ((extension != ".cc" && extension != ".h") || is_test(file) || is_anothers(file)) continue;
    ++read;
    for (const std::string& line : named_in(text_of(entry.path()), names)) ADD_FAILURE() << file << ":" << line;
  }
  EXPECT_GT(read, 100);
}

TEST(Names, AreFoundWhereTheyMatter) {
  const Names names{{"file", "command"}, {"content", "path"}};
  for (const char* line :
       {"if (desired.address.kind == \"command\") return;", "registry.find(\"file\")", "Address{\"\", \"file\", path}",
        "const std::string content = action.desired.text(\"content\");", "if (name == \"content\") reset();",
        "observed.attributes[\"path\"] = 1;", "action.before.find(\"content\")", "schema(\"resources/\" + kind)"}) {
    EXPECT_EQ(named_in(line, names).size(), 1U) << line;
  }
  for (const char* line : {"if (kind == \"intent\") {", "json[\"path\"] = file;", "// kind == \"command\"",
                           "desired.text(content->path)", "attributes.find(special.source)"}) {
    EXPECT_TRUE(named_in(line, names).empty()) << line;
  }
}

}  // namespace
}  // namespace plumb::layering
