#include "engine/age/sealing.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "engine/age/header.h"
#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/files.h"
#include "engine/base/program.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::age {
namespace {

namespace fs = std::filesystem;

// Made with age-keygen.
constexpr const char* kIdentity = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";

std::string sealed_to(const Opener& opener, std::string_view text) {
  return Sealer::to(opener.recipient()).value().seal(text);
}

Code code_of(const Result<std::string>& result) {
  return result ? Code::kInternal : result.error().code();
}

TEST(Sealing, OpensWhatWasSealed) {
  Opener opener = Opener::with_new_key();
  const Sealer sealer = Sealer::to(opener.recipient()).value();
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kChunk - 1, kChunk, kChunk + 1, 3 * kChunk}) {
    const std::string text(size, 'x');
    const std::string file = sealer.seal(text);
    EXPECT_EQ(file.find("xxxx"), std::string::npos);
    EXPECT_EQ(opener.open(file).value(), text) << size;
  }
  EXPECT_NE(sealer.seal("a"), sealer.seal("a"));
}

TEST(Sealing, OpensForNobodyElse) {
  Opener mine = Opener::with_new_key();
  Opener other = Opener::with_new_key();
  const std::string file = sealed_to(mine, "a text");
  EXPECT_EQ(code_of(other.open(file)), Code::kSealingKey);
  EXPECT_EQ(mine.open(file).value(), "a text");
  // Also where what was opened last has its header in common with nothing.
  EXPECT_EQ(code_of(mine.open(sealed_to(other, "b"))), Code::kSealingKey);
  EXPECT_EQ(mine.open(file).value(), "a text");
}

TEST(Sealing, TakesNothingThatWasChanged) {
  Opener opener = Opener::with_new_key();
  const std::string file = sealed_to(opener, "a text");
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (const int bit : {0, 3, 7}) {
      std::string changed = file;
      changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
      EXPECT_FALSE(opener.open(changed)) << at;
      EXPECT_FALSE(Opener(opener).open(changed)) << at;
    }
    EXPECT_FALSE(opener.open(file.substr(0, at))) << at;
  }
  EXPECT_FALSE(opener.open(file + "x"));
  // Chunks that change places, are left out, or come from elsewhere.
  const std::string text = std::string(kChunk, 'a') + std::string(kChunk, 'b') + "c";
  const std::string large = sealed_to(opener, text);
  const std::size_t chunk = kChunk + 16;
  const std::size_t body = large.size() - 2 * chunk - 17;
  EXPECT_EQ(opener.open(large).value(), text);
  EXPECT_FALSE(opener.open(large.substr(0, body) + large.substr(body + chunk, chunk) + large.substr(body, chunk) +
                           large.substr(body + 2 * chunk)));
  EXPECT_FALSE(opener.open(large.substr(0, body) + large.substr(body + chunk)));
  EXPECT_FALSE(opener.open(large.substr(0, body + chunk)));
  EXPECT_FALSE(opener.open(large.substr(0, body + 2 * chunk)));
}

TEST(Sealing, KnowsKeysByTheirText) {
  const Opener opener = Opener::read(std::string("# a comment\n\n") + kIdentity + "\n").value();
  EXPECT_EQ(opener.text(), kIdentity);
  EXPECT_TRUE(is_recipient(opener.recipient()));
  EXPECT_FALSE(is_recipient(opener.text()));
  EXPECT_FALSE(is_recipient(""));
  EXPECT_FALSE(Opener::read("")) << "no line";
  EXPECT_FALSE(Opener::read(opener.recipient()));
  EXPECT_FALSE(Sealer::to("age1x"));
  EXPECT_FALSE(Sealer::to("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqs0c3qp9")) << "nothing secret";
}

// The program of the format's author, where it is installed.
class Age : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!disk_files().has_program("age")) GTEST_SKIP() << "no age here";
    opener_ = Opener::with_new_key();
    folder_.write("key", opener_->text() + "\n");
  }
  std::optional<Opener> opener_;
  plumb::testing::ScratchFolder folder_;
};

TEST_F(Age, OpensWhatIsSealedHere) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, kChunk, 2 * kChunk + 5}) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 26);
    const auto opened =
        run_program({"age", "-d", "-i", folder_ / "key", folder_.write("file", sealed_to(*opener_, text))},
                    folder_.path(), Code::kInternal);
    ASSERT_TRUE(opened) << opened.error().summary();
    EXPECT_EQ(opened->exit_code, 0) << opened->errors;
    EXPECT_EQ(opened->text, text);
  }
}

TEST_F(Age, SealsWhatOpensHere) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, kChunk, 2 * kChunk + 5}) {
    const std::string text(size, 'z');
    const auto sealed =
        run_program({"age", "-r", opener_->recipient(), "-o", folder_ / "sealed", folder_.write("text", text)},
                    folder_.path(), Code::kInternal);
    ASSERT_TRUE(sealed) << sealed.error().summary();
    ASSERT_EQ(sealed->exit_code, 0) << sealed->errors;
    EXPECT_EQ(opener_->open(plumb::read_file(folder_ / "sealed", 1 << 20).value()).value(), text);
  }
}

// Files that the format's test suite (C2SP/CCTV, age/testdata) has, in the folder that PLUMB_AGE_VECTORS names.
TEST(Vectors, AreJudgedAsTheSuiteSays) {
  const char* folder = std::getenv("PLUMB_AGE_VECTORS");
  if (folder == nullptr) GTEST_SKIP() << "PLUMB_AGE_VECTORS names no folder of test vectors";
  int judged = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    std::string text = plumb::read_file(entry.path(), 1 << 20).value();
    std::multimap<std::string, std::string> said;
    while (true) {
      const std::size_t end = text.find('\n');
      ASSERT_NE(end, std::string::npos) << entry.path();
      const std::string line = text.substr(0, end);
      text.erase(0, end + 1);
      if (line.empty()) break;
      said.emplace(line.substr(0, line.find(':')), line.substr(std::min(line.find(": ") + 2, line.size())));
    }
    // Passphrases, armour, keys after the quantum computer, and packed files are nothing of ours.
    if (!said.contains("identity") || said.contains("armored") || said.contains("passphrase") ||
        said.contains("compressed"))
      continue;
    bool opened = false;
    bool ours = true;
    for (auto [at, end] = said.equal_range("identity"); at != end; ++at) {
      Result<Opener> opener = Opener::read(at->second);
      if (!opener) {
        ours = false;
        continue;
      }
      const Result<std::string> plain = opener->open(text);
      opened = opened || (plain && digest(*plain) == "sha256:" + said.find("payload")->second);
    }
    if (!ours) continue;
    ++judged;
    EXPECT_EQ(opened, said.find("expect")->second == "success") << entry.path();
  }
  EXPECT_GT(judged, 40);
}

}  // namespace
}  // namespace plumb::age
