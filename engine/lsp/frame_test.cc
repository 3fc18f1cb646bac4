#include "engine/lsp/frame.h"

#include <gtest/gtest.h>

#include "engine/lsp/inbox.h"

namespace plumb::lsp {
namespace {

std::string message(const std::string& text) {
  return "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
}

TEST(LspFrame, MessagesComeInPieces) {
  FrameReader reader;
  const std::string bytes = message(R"({"a":1})") + "content-length:2\r\nContent-Type: x\r\n\r\n{}";
  std::vector<Json> got;
  for (const char c : bytes) {
    reader.add({&c, 1});
    while (auto next = reader.next()) {
      ASSERT_TRUE(*next);
      got.push_back(**next);
    }
  }
  EXPECT_EQ(got, (std::vector<Json>{{{"a", 1}}, Json::object()}));
}

TEST(LspFrame, WhatIsNoMessageIsToldAndTheNextOneRead) {
  const std::string good = message("{}");
  for (const std::string& bad :
       {message("{nonsense"), std::string("Content-Type: x\r\n\r\n"), std::string("Content-Length: -1\r\n\r\n"),
        std::string("Content-Length: 99999999999999999999999\r\n\r\n"), message("[\"\xff\"]"),
        message(std::string(500, '[')), std::string(2 * kMostHeaderBytes, 'x') + "\n"}) {
    FrameReader reader;
    reader.add(bad + good);
    const auto first = reader.next();
    ASSERT_TRUE(first) << bad.substr(0, 40);
    EXPECT_FALSE(*first) << bad.substr(0, 40);
    const auto second = reader.next();
    ASSERT_TRUE(second && *second) << bad.substr(0, 40);
    EXPECT_FALSE(reader.next());
  }
}

TEST(LspFrame, AMessageThatIsTooLargeIsPassedOver) {
  FrameReader reader;
  const std::size_t size = kMostMessageBytes + 1;
  reader.add("Content-Length: " + std::to_string(size) + "\r\n\r\n");
  const auto first = reader.next();
  ASSERT_TRUE(first);
  EXPECT_FALSE(*first);
  const std::string piece(1 << 20, 'x');
  for (std::size_t left = size; left > 0; left -= std::min(left, piece.size()))
    reader.add(std::string_view(piece).substr(0, std::min(left, piece.size())));
  reader.add(framed(Json{{"a", "b"}}));
  const auto second = reader.next();
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((**second)["a"], "b");
}

TEST(LspInbox, ARequestThatWaitsIsTakenBack) {
  Inbox inbox;
  inbox.add(message(R"({"jsonrpc":"2.0","id":1,"method":"a"})") +
            message(R"({"jsonrpc":"2.0","id":"1","method":"b"})") +
            message(R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}})") +
            message(R"({"jsonrpc":"2.0","method":"$/cancelRequest","params":7})"));
  EXPECT_TRUE(inbox.take()->cancelled);
  EXPECT_FALSE(inbox.take()->cancelled) << "another id";
  (void)inbox.take();
  EXPECT_FALSE(inbox.waiting());
  inbox.close();
  EXPECT_TRUE(inbox.waiting());
  EXPECT_FALSE(inbox.take());
}

}  // namespace
}  // namespace plumb::lsp
