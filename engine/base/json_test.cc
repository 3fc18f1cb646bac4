#include "engine/base/json.h"

#include <bit>
#include <charconv>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace plumb {
namespace {

const std::string kFolder = std::string(PLUMB_CONFORMANCE_DIR) + "/jcs/";

std::string unhex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

TEST(Canonical, ConformanceCases) {
  std::ifstream in(kFolder + "cases.json");
  if (!in) GTEST_SKIP() << "no conformance data at " << kFolder;
  const Json cases = Json::parse(in);
  EXPECT_GT(cases.size(), 60U);
  for (const Json& test : cases) {
    const std::string input =
        test.contains("input") ? test["input"].get<std::string>() : unhex(test["input_hex"].get<std::string>());
    const Result<Json> value = parse_json(input, Code::kPlanUnreadable);
    if (test.contains("error")) {
      EXPECT_FALSE(value) << test["name"];
    } else if (value) {
      EXPECT_EQ(canonical(*value), test["output"].get<std::string>()) << test["name"];
    } else {
      ADD_FAILURE() << test["name"] << ": " << value.error().summary();
    }
  }
}

TEST(Canonical, Numbers) {
  std::ifstream in(kFolder + "es6-numbers.csv");
  if (!in) GTEST_SKIP() << "no conformance data at " << kFolder;
  int count = 0;
  for (std::string line; std::getline(in, line); ++count) {
    const std::size_t comma = line.find(',');
    const std::uint64_t bits = std::stoull(line.substr(0, comma), nullptr, 16);
    EXPECT_EQ(canonical_number(std::bit_cast<double>(bits)), line.substr(comma + 1)) << line;
  }
  EXPECT_GT(count, 5000);
}

TEST(Canonical, IntegersPastADoubleAreWrittenAsReadersSeeThem) {
  EXPECT_EQ(canonical(Json(std::int64_t{9007199254740992})), "9007199254740992");
  EXPECT_EQ(canonical(Json(std::int64_t{9007199254740993})), "9007199254740992");
  EXPECT_EQ(canonical(Json(std::int64_t{-9007199254740993})), "-9007199254740992");
  EXPECT_EQ(canonical(Json(std::uint64_t{18446744073709551615U})), "18446744073709552000");
  EXPECT_EQ(canonical(Json(-0.0)), "0");
}

TEST(Canonical, SortsByUtf16Units) {
  // U+FB33 sorts after U+1F600, whose first unit is a surrogate.
  EXPECT_EQ(canonical(Json{{"\xef\xac\xb3", 1}, {"\xf0\x9f\x98\x80", 2}, {"a", 3}}),
            "{\"a\":3,\"\xf0\x9f\x98\x80\":2,\"\xef\xac\xb3\":1}");
  EXPECT_TRUE(utf16_less("", "a"));
  EXPECT_TRUE(utf16_less("a", "ab"));
  EXPECT_FALSE(utf16_less("a", "a"));
}

TEST(ParseJson, IsBounded) {
  EXPECT_TRUE(parse_json(std::string(64, '[') + std::string(64, ']'), Code::kPlanUnreadable));
  EXPECT_FALSE(parse_json(std::string(65, '[') + std::string(65, ']'), Code::kPlanUnreadable));
  EXPECT_FALSE(parse_json(std::string(1'000'000, '['), Code::kPlanUnreadable));
  EXPECT_FALSE(parse_json("[1, 2, 3]", Code::kPlanUnreadable, {.bytes = 4}));
}

TEST(ParseJson, RefusesWhatIsNoJson) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[1,]",
                           "[1 2]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{} {}",
                           "01",
                           "-",
                           "+1",
                           "1.",
                           ".5",
                           "tru",
                           "truex",
                           "\"a",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\ud800\"",
                           "\"\xff\"",
                           "\"\n\"",
                           "'a'",
                           "[\"a\"",
                           R"({"a":1,"a":2})",
                           R"({"b":1,"a":2,"b":3})",
                           "1e999"}) {
    EXPECT_FALSE(parse_json(text, Code::kPlanUnreadable)) << text;
  }
}

TEST(ParseJson, SaysWhereAndWhy) {
  const auto problem = [](const char* text) { return parse_json(text, Code::kPlanUnreadable).error().summary(); };
  EXPECT_EQ(problem(""), "line 1, column 1: expected a value");
  EXPECT_EQ(problem("{\"a\": 1,\n \"b\" 2}"), "line 2, column 6: expected `:`");
  EXPECT_EQ(problem("[1,\n2\n3]"), "line 3, column 1: expected `,` or `]`");
  EXPECT_EQ(problem("{} {}"), "line 1, column 4: expected the end of the document");
  EXPECT_EQ(problem(R"({"a": "secret)"), "line 1, column 14: a string has no end");
  EXPECT_EQ(problem(R"({"a":1,"a":2})"), "line 1, column 11: the name `a` stands twice in one object");
  EXPECT_EQ(problem("[1e999]"), "line 1, column 7: number `1e999` is past the range of a double");
}

TEST(ParseJson, ReadsNumbersAndTextsAsTheyAreMeant) {
  const auto read = [](const std::string& text) { return *parse_json(text, Code::kPlanUnreadable); };
  EXPECT_TRUE(read("18446744073709551615").is_number_unsigned());
  EXPECT_EQ(read("-9223372036854775808"), Json(INT64_MIN));
  EXPECT_EQ(read("18446744073709551616"), Json(18446744073709551616.0));
  EXPECT_EQ(read("-9223372036854775809"), Json(-9223372036854775809.0));
  EXPECT_EQ(read("1e-400"), Json(0.0));
  EXPECT_EQ(read(R"("\u00e9\ud83d\ude00\u0000\/\t")"), Json(std::string("\xc3\xa9\xf0\x9f\x98\x80\0/\t", 9)));
}

// Over texts by chance the two readers agree, but for what I-JSON forbids and for a NUL, which is an end to the
// library.
TEST(ParseJson, TakesWhatTheLibraryTakes) {
  const std::vector<std::string> seeds = {
      R"({"a": [1, -2.5e3, "x\u00e9\n", true, false, null], "b": {"c": {}}, "d": []})",
      R"(["\ud83d\ude00", "\\\"\/", 0, -0, 0.5, 1E+2, 12345678901234567890, ""])", " [ 1 ,\t2 ]\r\n"};
  const std::string letters = "{}[]:,\"\\ \n019.-+eEutrfalsn\xc3\xa9\x01";
  std::uint32_t state = 1;
  const auto next = [&state](std::size_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8U) % below;
  };
  int taken = 0;
  for (int i = 0; i < 30000; ++i) {
    std::string text = seeds[next(seeds.size())];
    for (std::size_t changes = 1 + next(3); changes > 0 && !text.empty(); --changes) {
      const std::size_t at = next(text.size());
      const std::size_t how = next(3);
      if (how == 0) text.erase(at, 1 + next(3));
      if (how == 1) text.insert(at, 1, letters[next(letters.size())]);
      if (how == 2) text[at] = letters[next(letters.size())];
    }
    const Json theirs = Json::parse(text, nullptr, false);
    const Result<Json> ours = parse_json(text, Code::kPlanUnreadable);
    if (!ours && ours.error().summary().find("twice in one object") != std::string::npos) continue;
    ASSERT_EQ(ours.has_value(), !theirs.is_discarded()) << text;
    if (!ours) continue;
    ++taken;
    ASSERT_EQ(*ours, theirs) << text;
  }
  EXPECT_GT(taken, 2000);
}

TEST(Cbor, ReadsWhatItWritesAndRefusesTheRest) {
  const Json value = {{"a", {1, -2, "x", nullptr, true}}, {"b", Json::binary({1, 2, 3})}};
  EXPECT_EQ(*parse_cbor(to_cbor(value)), value);
  EXPECT_FALSE(parse_cbor(""));
  EXPECT_FALSE(parse_cbor("\xff"));
  EXPECT_FALSE(parse_cbor(to_cbor(value) + "x"));
  EXPECT_FALSE(parse_cbor(std::string(100, '\x81')));
  EXPECT_FALSE(parse_cbor("\xa2\x61\x61\x01\x61\x61\x02"));                          // {"a": 1, "a": 2}
  EXPECT_FALSE(parse_cbor(std::string("\x7b\x7f\xff\xff\xff\xff\xff\xff\xff", 9)));  // a text of 2^63 - 1 bytes
  EXPECT_FALSE(parse_cbor(std::string("\x9b\x00\x00\xff\xff\xff\xff\xff\xff", 9)));  // an array as long
}

// What other versions of plumb have written and read: the JSON library's own CBOR.
TEST(Cbor, IsWhatTheLibraryWrites) {
  const Json value = {
      {"numbers", {0,      23,    24,  255,  256,  65535,  65536,       4294967295U, 4294967296U, 18446744073709551615U,
                   -1,     -24,   -25, -256, -257, -65537, -4294967297, INT64_MIN,   0.5,         0.1,
                   -1e300, 3.4e38}},
      {"texts", {"", std::string(23, 'a'), std::string(24, 'b'), std::string(70000, 'c'), "\xc3\xa9"}},
      {"nested", {{"list", Json::array({Json::array(), Json::object()})}, {"flag", false}}},
      {"bytes", Json::binary(std::vector<std::uint8_t>(300, 0xff))}};
  const std::vector<std::uint8_t> theirs = Json::to_cbor(value);
  const std::string ours = to_cbor(value);
  EXPECT_EQ(ours, std::string(theirs.begin(), theirs.end()));
  EXPECT_EQ(*parse_cbor(ours), value);
  EXPECT_EQ(Json::from_cbor(ours), value);
}

TEST(Cbor, ATextThatIsCutOffAnywhereIsRefused) {
  const std::string whole = to_cbor(Json{{"a", {1000, "text", 0.1, Json::binary({1, 2, 3})}}, {"b", nullptr}});
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(parse_cbor(whole.substr(0, size))) << size;
}

TEST(Utf8, AcceptsOnlyWhatIsValid) {
  for (const char* good :
       {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80"}) {
    EXPECT_TRUE(valid_utf8(good)) << good;
  }
  EXPECT_TRUE(valid_utf8("eight bytes of ASCII, \xc3\xa9, and eight more"));
  EXPECT_FALSE(valid_utf8("eight bytes of ASCII, \xc3, and eight more"));
  for (const char* bad :
       {"\x80", "\xc3", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xe2\x28\xa1"}) {
    EXPECT_FALSE(valid_utf8(bad));
  }
}

}  // namespace
}  // namespace plumb
