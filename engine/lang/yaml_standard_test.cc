// Values are those of the standard: our trees and libfyaml's are the same for texts made by chance. PLUMB_LONG in the
// environment makes it a hundred thousand of them; a failure names the seed of its text.
#include "engine/lang/testing/yaml_standard.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "engine/lang/testing/format_promises.h"
#include "engine/lang/testing/yaml_notation.h"
#include "engine/lang/testing/yaml_readers.h"
#include "engine/lang/testing/yaml_texts.h"
#include "engine/lang/yaml.h"

namespace plumb::lang {
namespace {

std::uint64_t count_of_texts() {
  return std::getenv("PLUMB_LONG") != nullptr ? 100'000 : 4'000;
}

std::string events_of(const Node& tree) {
  std::string events;
  if (!tree.is_null()) write_events(tree, events);
  return events;
}

// The standard's b-chomped-last takes the end of the file for the line end that the last block text lacks; libfyaml
// adds one.
bool is_equal_but_for_last_line_end(std::string events, const std::string& standard) {
  const std::size_t literal = events.rfind("=VAL |");
  const std::size_t folded = events.rfind("=VAL >");
  const std::size_t last =
      folded == std::string::npos || (literal != std::string::npos && literal > folded) ? literal : folded;
  if (last == std::string::npos) return false;
  events.insert(events.find('\n', last), "\\n");
  return events == standard;
}

// In a folded text, empty lines between a line of text and one that begins with white space follow its line end
// (l-nb-diff-lines); libfyaml counts one line end less.
bool has_empty_lines_before_spaced(std::string_view events) {
  for (std::size_t at = events.find("=VAL >"); at != std::string_view::npos; at = events.find("=VAL >", at + 1)) {
    const std::string_view value = events.substr(at, events.find('\n', at) - at);
    if (value.find("\\n\\n ") != std::string_view::npos || value.find("\\n\\n\\t") != std::string_view::npos)
      return true;
  }
  return false;
}

std::string with_windows_lines(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

TEST(YamlStandard, ValuesAreThoseOfLibfyaml) {
  std::uint64_t compared = 0;
  for (std::uint64_t seed = 1; seed <= count_of_texts(); ++seed) {
    const std::string text = YamlTexts(seed).next();
    const std::string where = "seed " + std::to_string(seed) + ":\n" + text + "|";
    Diagnostics diagnostics;
    const auto tree = read_yaml("t.yaml", text, diagnostics);
    ASSERT_TRUE(tree) << diagnostics.items()[0].summary << " at " << diagnostics.items()[0].span->str() << ", "
                      << where;
    const auto standard = standard_events(text);
    ASSERT_TRUE(standard) << where;
    const std::string events = events_of(*tree);
    if (has_empty_lines_before_spaced(events)) continue;
    ++compared;
    if (!text.ends_with('\n') && is_equal_but_for_last_line_end(events, *standard)) continue;
    ASSERT_EQ(events, *standard) << where;
  }
  EXPECT_GT(compared, count_of_texts() * 95 / 100);
}

TEST(YamlStandard, LineEndsOfWindowsChangeNothing) {
  for (std::uint64_t seed = 1; seed <= count_of_texts() / 4; ++seed) {
    const std::string text = YamlTexts(seed).next();
    Diagnostics diagnostics;
    const auto tree = read_yaml("t.yaml", text, diagnostics);
    const auto windows = read_yaml("t.yaml", with_windows_lines(text), diagnostics);
    ASSERT_TRUE(tree && windows) << "seed " << seed << ":\n" << text << "|";
    ASSERT_TRUE(same_values(*tree, *windows)) << "seed " << seed << ":\n" << text << "|";
  }
}

TEST(YamlStandard, FormattingKeepsItsPromises) {
  for (std::uint64_t seed = 1; seed <= count_of_texts() / 4; ++seed) {
    const std::string text = YamlTexts(seed).next();
    ASSERT_EQ(broken_promise(text), "") << "seed " << seed << ":\n" << text << "|";
  }
}

// With a fault or two in it, a text is read by both readers alike or by one alone.
TEST(YamlStandard, ReadersAgreeOnFaults) {
  for (std::uint64_t seed = 1; seed <= count_of_texts() / 4; ++seed) {
    YamlTexts texts(seed);
    texts.next();
    const std::string text = texts.broken();
    ASSERT_EQ(disagreement(text), "") << "seed " << seed << ":\n" << text << "|";
  }
}

}  // namespace
}  // namespace plumb::lang
