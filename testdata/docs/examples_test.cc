// Examples of expressions on pages: each is true, and what the page for people from Jinja promises to answer is there.
#include <algorithm>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/lang/cel/program.h"

namespace plumb::docs {
namespace {

using ::testing::IsEmpty;

constexpr const char* kNoExample = "—";

std::string read_example_page() {
  std::ifstream in(std::string(PLUMB_SOURCE_DIR) + "/docs/guide/from-jinja.md", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The cells of a row, with `\|` as what it stands for.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::string cell;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line.compare(i, 2, "\\|") == 0) {
      cell += line[++i];
    } else if (line[i] == '|') {
      cells.push_back(cell.substr(1, cell.size() - 2));
      cell.clear();
    } else {
      cell += line[i];
    }
  }
  return cells;
}

std::vector<std::vector<std::string>> rows_of(const std::string& page) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t at = 0; at < page.size();) {
    const std::size_t end = std::min(page.find('\n', at), page.size());
    const std::string line = page.substr(at, end - at);
    if (line.starts_with("| ") && !line.starts_with("| Jinja")) rows.push_back(cells_of(line));
    at = end + 1;
  }
  return rows;
}

std::vector<std::string> quoted_in(const std::string& cell) {
  std::vector<std::string> spans;
  for (std::size_t begin = cell.find('`'); begin != std::string::npos;) {
    const std::size_t end = cell.find('`', begin + 1);
    if (end == std::string::npos) return {};
    spans.push_back(cell.substr(begin + 1, end - begin - 1));
    begin = cell.find('`', end + 1);
  }
  return spans;
}

std::string why_not_true(const std::string& expression) {
  const cel::Environment environment;
  const auto program = cel::compile(expression, environment);
  if (!program) return expression + "  does not compile: " + program.error().summary;
  const auto value = program->evaluate({});
  if (!value) return expression + "  has no value: " + value.error().summary;
  return value->is(cel::Kind::kBool) && value->as_bool() ? "" : expression + "  is not true";
}

TEST(FromJinja, EveryExampleIsTrue) {
  const auto rows = rows_of(read_example_page());
  ASSERT_GT(rows.size(), 100U);
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 3U) << row[0];
    EXPECT_FALSE(row[1].empty()) << row[0];
    if (row[2] == kNoExample) continue;
    const std::vector<std::string> examples = quoted_in(row[2]);
    EXPECT_FALSE(examples.empty()) << row[0];
    for (const std::string& example : examples) EXPECT_EQ(why_not_true(example), "") << row[0];
  }
}

TEST(FromJinja, EveryWordOfTheCountIsAnswered) {
  std::string words;
  for (const auto& row : rows_of(read_example_page())) words += row[0] + "\n";
  std::vector<std::string> missing;
  for (const char* word : {"default",
                           "d",
                           "default(x, true)",
                           "default(omit)",
                           "bool",
                           "length",
                           "count",
                           "int",
                           "float",
                           "string",
                           "join",
                           "lower",
                           "upper",
                           "replace",
                           "trim",
                           "split",
                           "regex_replace",
                           "regex_search",
                           "regex_findall",
                           "regex_escape",
                           "quote",
                           "comment",
                           "ternary",
                           "map",
                           "select",
                           "reject",
                           "selectattr",
                           "rejectattr",
                           "list",
                           "first",
                           "last",
                           "sort",
                           "unique",
                           "flatten",
                           "reverse",
                           "slice",
                           "min",
                           "max",
                           "round",
                           "abs",
                           "sum",
                           "difference",
                           "intersect",
                           "union",
                           "combine",
                           "dict2items",
                           "items2dict",
                           "dictsort",
                           "items()",
                           "product",
                           "zip",
                           "subelements",
                           "extract",
                           "groups",
                           "hostvars",
                           "json_query",
                           "basename",
                           "dirname",
                           "splitext",
                           "path_join",
                           "b64decode",
                           "b64encode",
                           "to_json",
                           "to_nice_json",
                           "to_yaml",
                           "to_nice_yaml",
                           "from_json",
                           "from_yaml",
                           "to_toml",
                           "indent",
                           "hash",
                           "password_hash",
                           "to_uuid",
                           "random",
                           "lookup('password')",
                           "ipaddr",
                           "ipv4",
                           "ipv6",
                           "ipwrap",
                           "ipsubnet",
                           "nthhost",
                           "urlsplit",
                           "urlencode",
                           "mandatory",
                           "type_debug",
                           "is string",
                           "is mapping",
                           "is iterable",
                           "is number",
                           "is boolean",
                           "is defined",
                           "is undefined",
                           "is none",
                           "is version",
                           "is changed",
                           "is failed",
                           "is succeeded",
                           "is skipped",
                           "is match",
                           "is search",
                           "is regex",
                           "is in",
                           "is contains",
                           "startswith",
                           "endswith",
                           "is truthy",
                           "is falsy",
                           "is file",
                           "is exists",
                           "lookup('file')",
                           "lookup('template')",
                           "lookup('fileglob')",
                           "first_found",
                           "lookup('env')",
                           "lookup('vars')",
                           "lookup('varnames')",
                           "lookup('dict')",
                           "lookup('pipe')",
                           "lookup('url')",
                           "lookup('ini')",
                           "lookup('dig')",
                           "~",
                           "format",
                           "set",
                           "namespace"}) {
    if (words.find("`" + std::string(word) + "`") == std::string::npos) missing.emplace_back(word);
  }
  EXPECT_THAT(missing, IsEmpty());
}

}  // namespace
}  // namespace plumb::docs
