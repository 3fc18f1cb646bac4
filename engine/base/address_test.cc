#include "engine/base/address.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Address, ReadsWhatItWrites) {
  for (const char* text : {"file:/etc/motd", "package:nginx", "web/package:nginx", "web/tls/file:/a:b", "a_1:x y"}) {
    const auto address = Address::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->str(), text);
  }
  EXPECT_EQ(*Address::parse("web/tls/file:/a:b"), (Address{"web/tls", "file", "/a:b"}));
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* text : {"", "file", "file:", ":x", "File:x", "1:x", "/file:x", "a b:x", "web/:x", "/etc/motd"}) {
    const auto address = Address::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code(), Code::kUnknownAddress);
  }
}

TEST(Address, SortsByModuleThenKindThenIdentity) {
  EXPECT_LT((Address{"", "file", "b"}), (Address{"a", "file", "a"}));
  EXPECT_LT((Address{"", "file", "b"}), (Address{"", "group", "a"}));
}

}  // namespace
}  // namespace plumb
