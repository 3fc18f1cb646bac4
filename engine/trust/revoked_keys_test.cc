#include "engine/trust/revoked_keys.h"

#include <gtest/gtest.h>

#include "engine/keys/blob_reader.h"

namespace plumb::trust {
namespace {

using keys::add_number;
using keys::add_text;

std::string head() {
  std::string list("SSHKRL\n\0", 8);
  add_number(list, 1);
  list.append(24, '\0');  // number, time, flags
  add_text(list, {});     // reserved
  add_text(list, "a comment");
  return list;
}

std::string list_problem(const std::string& bytes) {
  const auto read = RevokedKeys::read(bytes, "krl");
  return read ? "" : read.error().summary();
}

// What ssh-keygen writes is compared with it in allowed_signers_test.cc.
TEST(RevokedKeys, AListThatIsNotWholeRevokesNothingAndIsToldSo) {
  std::string list = head();
  EXPECT_EQ(list_problem(list), "");
  std::string keys;
  add_text(keys, "a key");
  list += '\2';
  add_text(list, keys);
  EXPECT_EQ(list_problem(list), "");
  for (std::size_t size = 8; size < list.size(); ++size) {
    if (size == head().size()) continue;
    EXPECT_NE(list_problem(list.substr(0, size)), "") << size;
  }
}

TEST(RevokedKeys, WhatIsNotKnownIsNotPassedOver) {
  std::string list = head() + '\x07';
  add_text(list, "x");
  EXPECT_EQ(list_problem(list), "while reading krl: the key revocation list has a section that is not known: 7");
  std::string extension;
  add_text(extension, "new@example.com");
  list = head() + '\xff';
  add_text(list, extension + '\0');
  EXPECT_EQ(list_problem(list), "");
  list = head() + '\xff';
  add_text(list, extension + '\1');
  EXPECT_EQ(list_problem(list),
            "while reading krl: the key revocation list asks for `new@example.com`, which is not known here");
}

// It would seem to revoke a key and revoke none.
TEST(RevokedKeys, ADigestOfAnotherLengthIsNotPassedOver) {
  for (const char kind : {'\x03', '\x05'}) {
    std::string digests;
    add_text(digests, std::string(kind == 3 ? 20 : 32, 'x'));
    std::string list = head() + kind;
    add_text(list, digests);
    EXPECT_EQ(list_problem(list), "");
    add_text(digests, "short");
    list = head() + kind;
    add_text(list, digests);
    EXPECT_EQ(list_problem(list), "while reading krl: the key revocation list was cut short, or is broken");
  }
}

TEST(RevokedKeys, LinesAreKeys) {
  // Also of a type that signs nothing any more.
  EXPECT_EQ(list_problem("ssh-dss AAAAB3NzaC1kc3M=\n"), "");
  EXPECT_EQ(list_problem("# nothing yet\n\n"), "");
  EXPECT_EQ(list_problem("\nserial: 7\n"),
            "while reading krl: line 2 is no public key, and the file no key revocation list");
}

}  // namespace
}  // namespace plumb::trust
