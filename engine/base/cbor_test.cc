// CBOR without a tree says what CBOR by a tree says.
#include "engine/base/cbor.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

// Put together again from its items.
Json rebuilt(CborItem item) {
  if (item.is_list()) {
    Json list = Json::array();
    for (const CborItem& one : item.items()) list.push_back(rebuilt(one));
    EXPECT_EQ(list.size(), item.size());
    return list;
  }
  if (item.is_map()) {
    Json map = Json::object();
    for (const CborItem::Member& member : item.members()) map[std::string(member.name)] = rebuilt(member.value);
    EXPECT_EQ(map.size(), item.size());
    return map;
  }
  if (const auto text = item.text()) return std::string(*text);
  if (const auto bytes = item.bytes()) return Json::binary({bytes->begin(), bytes->end()});
  if (const auto boolean = item.boolean()) return *boolean;
  if (const auto natural = item.natural()) return *natural;
  if (const auto negative = item.negative()) return *negative;
  return *parse_cbor(item.encoded());
}

Json sample() {
  return {{"texts", {"", "a", std::string(300, 'x'), "ü"}},
          {"numbers", {0, 23, 24, 255, 256, 70000, 1LL << 40, -1, -24, -25, -70000, 0.5, 1e300}},
          {"maps", {{{"a", Json::object()}}, {{"b", Json::array()}, {"c", {{"d", nullptr}}}}}},
          {"bytes", Json::binary({0, 255, 7})},
          {"yes", true},
          {"no", false}};
}

TEST(CborTest, ItemsHoldWhatTheTreeHolds) {
  const std::string bytes = to_cbor(sample());
  const Result<CborItem> item = check_cbor(bytes);
  ASSERT_TRUE(item.has_value());
  EXPECT_EQ(item->encoded(), bytes);
  EXPECT_EQ(rebuilt(*item), sample());
}

TEST(CborTest, AnItemIsOfOneTypeAlone) {
  const auto types = [](const Json& value) {
    const std::string bytes = to_cbor(value);
    const CborItem item(bytes);
    return int{item.is_list()} + int{item.is_map()} + int{item.text().has_value()} + int{item.bytes().has_value()} +
           int{item.boolean().has_value()} + int{item.natural().has_value()} + int{item.negative().has_value()};
  };
  for (const Json& value : {Json::array(), Json::object(), Json(""), Json::binary({}), Json(false), Json(0), Json(-1)})
    EXPECT_EQ(types(value), 1) << value;
  EXPECT_EQ(types(nullptr), 0);
  EXPECT_EQ(types(0.5), 0);
}

// Whatever is done to the bytes: both refuse them, or both take them.
TEST(CborTest, TheCheckTakesWhatTheTreeTakes) {
  const std::string whole = to_cbor(sample());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    EXPECT_FALSE(check_cbor(std::string_view(whole).substr(0, at)).has_value()) << at;
    for (int value = 0; value < 256; ++value) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(value);
      const Result<Json> tree = parse_cbor(bytes);
      const Result<CborItem> item = check_cbor(bytes);
      const bool twice = !tree && tree.error().summary().find("stands twice") != std::string::npos;
      ASSERT_EQ(item.has_value(), tree.has_value() || twice) << at << " " << value;
      if (tree) {
        EXPECT_EQ(rebuilt(*item), *tree) << at << " " << value;
      } else if (!twice) {
        EXPECT_EQ(item.error().summary(), tree.error().summary()) << at << " " << value;
      }
    }
  }
}

TEST(CborTest, DepthAndSizeAreBounded) {
  std::string deep(70, '\x81');
  deep += '\x01';
  EXPECT_EQ(check_cbor(deep).error().summary(), parse_cbor(deep).error().summary());
  EXPECT_TRUE(check_cbor(deep, {.depth = 70}).has_value());
  EXPECT_FALSE(check_cbor(deep, {.depth = 69}).has_value());
  EXPECT_FALSE(check_cbor(deep, {.bytes = 70, .depth = 70}).has_value());
}

TEST(CborTest, PiecesAreWhatTheTreeWrites) {
  std::string out;
  append_cbor_map(out, 3);
  append_cbor_text(out, "a");
  append_cbor_array(out, 4);
  append_cbor_integer(out, -5);
  append_cbor_unsigned(out, 500);
  append_cbor_boolean(out, true);
  append_cbor_null(out);
  append_cbor_text(out, "b");
  append_cbor_bytes(out, "xy");
  append_cbor_text(out, "c");
  append_cbor(out, Json{{"d", 0.25}});
  EXPECT_EQ(out, to_cbor(Json{{"a", {-5, 500, true, nullptr}}, {"b", Json::binary({'x', 'y'})}, {"c", {{"d", 0.25}}}}));
}

}  // namespace
}  // namespace plumb
