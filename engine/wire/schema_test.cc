// schemas/wire.json and the code must name the same members.
#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/wire/samples.h"

namespace plumb::wire {
namespace {

const Json& resolve(const Json& root, const Json& schema) {
  if (!schema.contains("$ref")) return schema;
  const std::string name = schema["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
  return root["$defs"][name];
}

// `complete`: every member that the schema names is there.
void compare(const Json& root, const Json& pointer, const Json& value, const std::string& where, bool complete) {
  const Json& schema = resolve(root, pointer);
  if (schema.contains("const")) {
    EXPECT_EQ(schema["const"], value) << where;
  }
  if (schema.contains("enum")) {
    EXPECT_NE(std::find(schema["enum"].begin(), schema["enum"].end(), value), schema["enum"].end()) << where << value;
  }
  if (value.is_array() && schema.contains("items")) {
    for (const Json& item : value) compare(root, schema["items"], item, where + "[]", false);
  }
  if (!value.is_object() || !schema.contains("properties")) return;
  const Json& properties = schema["properties"];
  for (const auto& [name, item] : value.items()) {
    ASSERT_TRUE(properties.contains(name)) << where << "." << name << " is not in the schema";
    compare(root, properties[name], item, where + "." + name, false);
  }
  for (const Json& name : schema["required"]) EXPECT_TRUE(value.contains(name)) << where << " lacks " << name;
  if (!complete) return;
  for (const auto& [name, unused] : properties.items()) {
    EXPECT_TRUE(value.contains(name)) << where << " lacks " << name;
  }
}

TEST(WireSchema, NamesTheMembersOfEveryMessage) {
  const auto text = read_file(std::string(PLUMB_SOURCE_DIR) + "/schemas/wire.json", 1 << 20);
  ASSERT_TRUE(text.has_value());
  const auto root = parse_json(*text, Code::kProtocol);
  ASSERT_TRUE(root.has_value());
  EXPECT_EQ((*root)["oneOf"].size(), std::variant_size_v<Message>);
  for (const Message& message : samples()) {
    const Json body = *parse_cbor(encode(message));
    const std::string kind = body["message"];
    compare(*root, {{"$ref", "#/$defs/" + kind}}, body, kind, true);
  }
}

}  // namespace
}  // namespace plumb::wire
