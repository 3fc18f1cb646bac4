// Where the contents of a plan are read, and what is refused.
#include "engine/run/plan_contents.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/memory_files.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::run {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string large(const std::string& line) {
  std::string text;
  while (text.size() <= plan::kLargeContent) text += line;
  return text;
}

class PlanContentsTest : public ::testing::Test {
 protected:
  PlanContentsTest() {
    fs::create_directories(folder_ / "project/files");
    folder_.write("project/files/image", image_);
  }

  // A plan that writes the image from the project's file and a page that was rendered.
  void plan_both() {
    const auto compiled = std::make_shared<ir::Contents>(project());
    const Result<std::string> image = compiled->add_file("files/image");
    ASSERT_TRUE(image.has_value()) << image.error().summary();
    plan_.contents[*image] = {image_.size(), "files/image"};
    plan_.contents[compiled->add_template_text(page_)] = {page_.size(), ""};
    compiled->forget_planned_texts();  // large ones stay, on disk
    holders_ = {compiled};
  }
  fs::path project() const { return folder_ / "project"; }
  fs::path beside() const { return contents_folder(folder_ / "plan.json"); }
  std::vector<std::string> kept() const {
    std::vector<std::string> names;
    if (!fs::exists(beside())) return names;
    for (const auto& entry : fs::directory_iterator(beside())) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  static std::string name_of(const std::string& bytes) { return digest(bytes).substr(kDigestPrefix.size()); }
  std::string read(const std::string& bytes, const ir::Contents& compiled) const {
    std::string got;
    Result<ir::ContentReader> reader = PlanContents(plan_, project(), beside(), compiled).open(digest(bytes));
    if (!reader) return reader.error().summary();
    const Result<> all = ir::read_all(std::move(*reader), [&](std::string_view piece) -> Result<> {
      EXPECT_LE(piece.size(), std::size_t{1} << 20) << "a piece at a time";
      got += piece;
      return {};
    });
    return all ? got : all.error().summary();
  }
  std::vector<std::string> problems() const {
    Diagnostics found;
    check_contents(
        plan_, PlanContents(plan_, project(), beside(), nothing_), [] { return false; }, found);
    std::vector<std::string> out;
    for (const Diagnostic& one : found.sorted()) out.push_back(code_name(one.code) + " " + one.summary);
    return out;
  }

  const plumb::testing::ScratchFolder folder_;
  const std::string image_ = large("\xff\x01 image\n");
  const std::string page_ = large("page\n");
  const ir::Contents nothing_;
  plan::Plan plan_;
  ContentHolders holders_;
};

TEST_F(PlanContentsTest, WhatTwoHostsHaveInCommonBothKnowAndTheRestTheirOwn) {
  ir::Contents one(project());
  const std::shared_ptr<ir::Contents> other = one.beside();
  const std::string image = *one.add_file("files/image");
  const std::string page = other->add_template_text(page_);  // large
  const std::string plain = one.add_template_text("of one host");
  const std::string secret = one.add_secret_template_text("key", "secret of one host");
  EXPECT_TRUE(one.holds(page));
  EXPECT_TRUE(other->holds(image));
  EXPECT_FALSE(other->holds(plain));
  EXPECT_EQ(*one.bytes(plain), "of one host");
  one.forget_planned_texts();
  EXPECT_FALSE(one.holds(plain));
  EXPECT_EQ(one.secret(secret), Json("secret of one host"));
  EXPECT_TRUE(one.holds(page));
}

TEST_F(PlanContentsTest, WhatIsReadAtOnceComesFromWhereItIs) {
  plan_both();
  EXPECT_EQ(read(image_, *holders_[0]), image_);
  EXPECT_EQ(read(page_, *holders_[0]), page_);
}

TEST_F(PlanContentsTest, TheFolderHoldsWhatTheProjectDoesNot) {
  plan_both();
  ASSERT_TRUE(write_contents(plan_, holders_, beside(), false).has_value());
  EXPECT_THAT(kept(), ElementsAre(name_of(page_)));
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(read(page_, nothing_), page_);
  EXPECT_EQ(read(image_, nothing_), image_);
  EXPECT_FALSE(needs_rendering(plan_, beside()));
  EXPECT_TRUE(needs_rendering(plan_, fs::path(folder_ / "elsewhere.contents")));
}

TEST_F(PlanContentsTest, WithContentsNothingOfTheProjectIsNeeded) {
  plan_both();
  ASSERT_TRUE(write_contents(plan_, holders_, beside(), true).has_value());
  fs::remove(project() / "files/image");
  EXPECT_EQ(kept().size(), 2U);
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(read(image_, nothing_), image_);
  // The next plan in this file needs none of it.
  plan_.contents.clear();
  ASSERT_TRUE(write_contents(plan_, {}, beside(), true).has_value());
  EXPECT_FALSE(fs::exists(beside()));
}

TEST_F(PlanContentsTest, WhatIsMissingIsNamed) {
  plan_both();
  fs::remove(project() / "files/image");
  EXPECT_THAT(problems(), ::testing::UnorderedElementsAre(
                              HasSubstr("PL2108 the content of an action is not here: there is no files/image"),
                              HasSubstr("it was rendered")));
}

TEST_F(PlanContentsTest, AnotherContentIsRefused) {
  plan_both();
  ASSERT_TRUE(write_contents(plan_, holders_, beside(), false).has_value());
  std::fstream(project() / "files/image", std::ios::in | std::ios::out | std::ios::binary) << "!";
  folder_.write("plan.json.contents/" + name_of(page_), page_ + "more");
  EXPECT_THAT(problems(), ::testing::UnorderedElementsAre("PL2107 files/image was changed since the plan was made",
                                                          HasSubstr(name_of(page_) + " was changed")));
  EXPECT_THAT(read(image_, *holders_[0]), HasSubstr("was changed")) << "while plumb was running, too";
}

// A project among other files than the disk's, which this program did not compile.
TEST_F(PlanContentsTest, SourcesAreReadFromTheProjectsOwnFiles) {
  plan_both();
  MemoryFiles files;
  files.add("/edge/files/image", image_);
  std::string got;
  Result<ir::ContentReader> reader =
      PlanContents(plan_, Folder(files, "/edge"), fs::path(), nothing_).open(digest(image_));
  ASSERT_TRUE(reader.has_value()) << reader.error().summary();
  ASSERT_TRUE(ir::read_all(std::move(*reader), [&](std::string_view piece) -> Result<> {
    got += piece;
    return {};
  }));
  EXPECT_TRUE(got == image_);
}

TEST_F(PlanContentsTest, ASensitiveFileIsReadFromItsPlace) {
  ir::Contents compiled(project());
  const Result<std::string> name = compiled.add_secret_file("key", "files/image");
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(*name, keyed_digest("key", image_));
  const PlanContents contents(plan_, project(), beside(), compiled);
  EXPECT_EQ(contents.large(*name), image_.size());
  ASSERT_TRUE(contents.open(*name).has_value());
  std::fstream(project() / "files/image", std::ios::in | std::ios::out | std::ios::binary) << "!";
  const Result<> read = ir::read_all(std::move(*contents.open(*name)), [](std::string_view) { return Result<>(); });
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code(), Code::kContentChanged);
}

}  // namespace
}  // namespace plumb::run
