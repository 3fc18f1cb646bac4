// The YAML test suite: what is wrong is refused, what lies within our subset gives the right tree, and formatting keeps
// its promises for all that can be read.
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "engine/base/json.h"
#include "engine/lang/testing/format_promises.h"
#include "engine/lang/testing/yaml_notation.h"
#include "engine/lang/testing/yaml_readers.h"
#include "engine/lang/yaml.h"

namespace plumb::lang {
namespace {

std::optional<Json> load_suite() {
  std::ifstream in(std::string(PLUMB_CONFORMANCE_DIR) + "/yaml/suite-core.json");
  if (!in) return std::nullopt;
  std::stringstream text;
  text << in.rdbuf();
  return Json::parse(text.str());
}

std::string unhex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

std::string text_of(const Json& test) {
  return test.contains("yaml") ? test["yaml"].get<std::string>() : unhex(test["yaml_hex"].get<std::string>());
}

// The suite's events of one document, without stream and document lines; a key's style is not kept in our tree.
std::string wanted_events(const Json& test) {
  std::istringstream in(test["expect"]["events"].get<std::string>());
  std::string out;
  std::vector<std::pair<bool, bool>> open;  // is a map, a key comes next
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("+STR") || line.starts_with("-STR") || line.starts_with("+DOC") || line.starts_with("-DOC")) {
      continue;
    }
    if (line.starts_with("-")) {
      open.pop_back();
      out += line + '\n';
    } else {
      const bool key = !open.empty() && open.back().first && open.back().second;
      if (key && line.starts_with("=VAL ")) line[5] = '?';
      out += line + '\n';
    }
    if (!open.empty() && open.back().first && !line.starts_with("+")) open.back().second = !open.back().second;
    if (line.starts_with("+")) open.emplace_back(line.starts_with("+MAP"), true);
  }
  return out;
}

bool has_other_keys(const Json& test) {
  // An event list where a collection or an empty value stands as a key.
  std::istringstream in(test["expect"]["events"].get<std::string>());
  std::vector<std::pair<bool, bool>> open;
  for (std::string line; std::getline(in, line);) {
    if (line.substr(1).starts_with("STR") || line.substr(1).starts_with("DOC")) continue;
    if (!line.starts_with("-")) {
      const bool key = !open.empty() && open.back().first && open.back().second;
      if (key && (line.starts_with("+") || line == "=VAL :")) return true;
      if (line.starts_with("+")) {
        open.emplace_back(line.starts_with("+MAP"), true);
        continue;
      }
    } else {
      open.pop_back();
    }
    if (!open.empty() && open.back().first) open.back().second = !open.back().second;
  }
  return false;
}

TEST(YamlSuite, RefusesWhatIsWrong) {
  const auto suite = load_suite();
  if (!suite) GTEST_SKIP() << "no conformance data at " << PLUMB_CONFORMANCE_DIR;
  int count = 0;
  for (const Json& test : *suite) {
    if (!test["expect"].contains("error")) continue;
    ++count;
    Diagnostics diagnostics;
    EXPECT_FALSE(read_yaml("t.yaml", text_of(test), diagnostics)) << test["id"] << ' ' << test["name"] << '\n'
                                                                  << text_of(test);
  }
  EXPECT_GT(count, 40);
}

TEST(YamlSuite, ReadsOurSubset) {
  // Valid, and nothing that configuration needs: a `?` alone among words in brackets, keys in brackets that go over
  // lines or are parted from their colon by one, a block text at the root that is not indented.
  const std::set<std::string> refused = {"8KB6", "9SA2", "DK3J", "FP8R", "JR7V", "K3WX", "NJ66", "VJP3/01"};
  const auto suite = load_suite();
  if (!suite) GTEST_SKIP() << "no conformance data at " << PLUMB_CONFORMANCE_DIR;
  int count = 0;
  for (const Json& test : *suite) {
    if (!test["expect"].contains("events") || test["documents"] != 1 || !test["uses"].empty()) continue;
    if (has_other_keys(test)) continue;
    if (refused.contains(test["id"])) {
      Diagnostics diagnostics;
      EXPECT_FALSE(read_yaml("t.yaml", text_of(test), diagnostics)) << test["id"];
      continue;
    }
    if (text_of(test).starts_with("%")) continue;  // directives are not in the subset
    ++count;
    Diagnostics diagnostics;
    const auto tree = read_yaml("t.yaml", text_of(test), diagnostics);
    if (!tree) {
      ADD_FAILURE() << test["id"] << ' ' << test["name"] << ": " << diagnostics.items()[0].summary << " at "
                    << diagnostics.items()[0].span->str() << '\n'
                    << text_of(test);
      continue;
    }
    std::string got;
    write_events(*tree, got);
    EXPECT_EQ(got, wanted_events(test)) << test["id"] << ' ' << test["name"] << '\n' << text_of(test);
  }
  EXPECT_GT(count, 100);
}

TEST(YamlSuite, BothReadersAgree) {
  const auto suite = load_suite();
  if (!suite) GTEST_SKIP() << "no conformance data at " << PLUMB_CONFORMANCE_DIR;
  int count = 0;
  for (const Json& test : *suite) {
    const std::string text = text_of(test);
    if (read_plain_yaml("t.yaml", text)) ++count;
    EXPECT_EQ(disagreement(text), "") << test["id"] << ' ' << test["name"] << '\n' << text;
  }
  EXPECT_GT(count, 20);
}

TEST(YamlSuite, FormatsWhatCanBeRead) {
  const auto suite = load_suite();
  if (!suite) GTEST_SKIP() << "no conformance data at " << PLUMB_CONFORMANCE_DIR;
  int count = 0;
  for (const Json& test : *suite) {
    Diagnostics diagnostics;
    if (!read_yaml("t.yaml", text_of(test), diagnostics)) continue;
    ++count;
    EXPECT_EQ(broken_promise(text_of(test)), "") << test["id"] << ' ' << test["name"] << '\n' << text_of(test);
  }
  EXPECT_GT(count, 100);
}

}  // namespace
}  // namespace plumb::lang
