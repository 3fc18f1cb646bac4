// CEL's own conformance tests, from the data beside the tree.
#include <algorithm>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/lang/cel/program.h"
#include "engine/lang/cel/vector.h"

namespace plumb::cel {
namespace {

const std::filesystem::path kCases = std::filesystem::path(PLUMB_CONFORMANCE_DIR) / "cel-core.json";

std::string name_of(const Json& test) {
  return test["file"].get<std::string>() + "/" + test["section"].get<std::string>() + "/" +
         test["name"].get<std::string>() + ": " + test["expr"].get<std::string>();
}

// Maps have no order in the data; numbers are compared by value.
bool same(const Json& wanted, const Json& given) {
  const Value a = from_typed_json(wanted);
  const Value b = from_typed_json(given);
  if (a.is_error() || b.is_error()) return false;
  if (a.is(Kind::kDouble) && b.is(Kind::kDouble) && a.as_double() != a.as_double())
    return b.as_double() != b.as_double();
  return to_typed_json(a) == to_typed_json(b);
}

std::string fault_in(const Json& test) {
  const Json result = run_case(test);
  const Json& expected = test["expect"];
  if (expected.contains("error")) return result.contains("error") ? "" : "gives " + result.dump();
  if (result.contains("error")) return "error: " + result["error"].get<std::string>();
  if (result.contains("value") && expected.contains("value") && !same(expected["value"], result["value"])) {
    return "gives " + result.dump() + ", wanted " + expected["value"].dump();
  }
  if (!expected.contains("type")) return {};
  Json check = test;
  check["check_only"] = true;
  const Json type = run_case(check);
  return type == Json{{"type", expected["type"]}} ? "" : "gives " + type.dump() + ", wanted " + expected["type"].dump();
}

class Conformance : public testing::TestWithParam<std::string> {};

TEST_P(Conformance, EveryCase) {
  const Result<std::string> text = read_file(kCases, std::size_t{64} << 20);
  if (!text) GTEST_SKIP() << "no conformance data";
  const Json tests = Json::parse(*text);
  for (const Json& test : tests) {
    if (test["file"] != GetParam()) continue;
    const std::string fault = fault_in(test);
    EXPECT_TRUE(fault.empty()) << name_of(test) << "\n  " << fault;
  }
}

INSTANTIATE_TEST_SUITE_P(Cel, Conformance,
                         testing::Values("basic", "bindings_ext", "block_ext", "comparisons", "conversions",
                                         "encoders_ext", "fields", "fp_math", "integer_math", "lists", "logic",
                                         "macros", "macros2", "math_ext", "namespace", "network_ext", "optionals",
                                         "parse", "plumbing", "string", "string_ext", "timestamps", "type_deduction"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace plumb::cel
