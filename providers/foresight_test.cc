// Files that meet: what each finds when its turn comes, and what is told of those that cannot come to rest.
#include "providers/testing/foresight.h"

#include <algorithm>
#include <random>

namespace plumb {
namespace {

TEST_F(ForesightTest, AFolderThatIsGoneIsNoPlaceForAFile) {
  system_.make_file("/srv/d/x", "old");
  directory({{"path", "/srv/d"}, {"state", "absent"}});
  file({{"path", "/srv/d/x"}, {"content", system_.blob("new")}});
  foresee();
  EXPECT_EQ(found_[1]->missing, (std::vector<Missing>{{{"", "directory", "/srv/d"}, "path"}}));
  EXPECT_FALSE(found_[1]->exists);
}

TEST_F(ForesightTest, AFileThatAnotherRemovalTakesIsNotRemovedTwice) {
  system_.make_file("/srv/d/x", "old");
  directory({{"path", "/srv/d"}, {"state", "absent"}});
  file({{"path", "/srv/d/x"}, {"state", "absent"}});
  foresee();
  EXPECT_EQ(change(0).op, Op::kDelete);
  EXPECT_EQ(change(1).op, Op::kNone);
}

TEST_F(ForesightTest, AHardLinkFollowsTheContent) {
  system_.make_file("/srv/a", "old");
  ASSERT_TRUE(system_.apply(MakeLink{"/srv/b", "/srv/a", true, false}));
  file({{"path", "/srv/a"}, {"content", system_.blob("new")}});
  link({{"path", "/srv/b"}, {"target", "/srv/a"}, {"hard", true}, {"force", true}});
  foresee();
  EXPECT_EQ(change(1).op, Op::kReplace) << "the new file is another one";
}

TEST_F(ForesightTest, WhatALinkOfThePlanLeadsToIsThere) {
  system_.make_directory("/srv/real");
  link({{"path", "/srv/now"}, {"target", "real"}});
  file({{"path", "/srv/now/x"}, {"content", system_.blob("new")}});
  foresee();
  EXPECT_TRUE(found_[1]->missing.empty());
  EXPECT_EQ(obstacle(1), "");
}

TEST_F(ForesightTest, OneFileUnderTwoNamesIsToldOf) {
  system_.make_directory("/srv/real");
  link({{"path", "/srv/now"}, {"target", "real"}});
  file({{"path", "/srv/real/x"}, {"content", system_.blob("one")}});
  file({{"path", "/srv/now/x"}, {"content", system_.blob("two")}});
  foresee();
  EXPECT_EQ(undone_by(1), "file:/srv/now/x");
}

TEST_F(ForesightTest, LinesSeeThroughALinkOfThePlan) {
  system_.make_file("/srv/real/x", "one\n");
  link({{"path", "/srv/now"}, {"target", "real"}});
  add("line", "path", {{"path", "/srv/now/x"}, {"text", "one"}});
  foresee();
  EXPECT_EQ(change(1).op, Op::kNone) << "it is there";
}

TEST_F(ForesightTest, EditsOfAllKindsSeeThroughALinkOfThePlan) {
  system_.make_file("/srv/real/x", "one\n");
  link({{"path", "/srv/now"}, {"target", "real"}});
  add("line", "path", {{"path", "/srv/now/x"}, {"text", "two"}});
  add("replace", "path", {{"path", "/srv/now/x"}, {"match", "^two"}, {"text", "2"}, {"only_after", "none"}});
  add("block", "path", {{"path", "/srv/now/x"}, {"content", "three"}, {"insert_before", "^two$"}});
  add("replace", "path", {{"path", "/srv/now/x"}, {"match", "^three"}, {"text", "3"}});
  foresee();
  EXPECT_EQ(change(1).op, Op::kCreate);
  EXPECT_EQ(change(2).op, Op::kNone);
  EXPECT_EQ(change(3).op, Op::kCreate);
  EXPECT_EQ(change(4).before, Json({{"text", "three"}})) << "what the block before it brings";
  EXPECT_EQ(undone_by(3), "replace:/srv/now/x");
}

TEST_F(ForesightTest, LinesOfAFolderOfThePlanAreObservedTogether) {
  directory({{"path", "/srv/d"}});
  for (int i = 0; i < 50; ++i)
    add("line", "path", {{"path", "/srv/d/x"}, {"text", "line " + std::to_string(i)}, {"create", true}});
  asked_ = 0;
  foresee();
  EXPECT_LE(asked_, 200U) << "50 now, 50 as they will be";
  EXPECT_TRUE(found_[1]->missing.empty());
  EXPECT_TRUE(found_[50]->missing.empty());
  EXPECT_EQ(found_[1]->shaped_by, std::vector<std::string>{"directory:/srv/d"});
}

TEST_F(ForesightTest, LinesOfOtherFilesAreNotObservedAgain) {
  constexpr std::size_t kFolders = 40, kLines = 4;
  for (std::size_t i = 0; i < kFolders; ++i) {
    const std::string folder = "/srv/d" + std::to_string(i);
    directory({{"path", folder}});
    for (std::size_t line = 0; line < kLines; ++line)
      add("line", "path", {{"path", folder + "/conf"}, {"text", "k" + std::to_string(line)}, {"create", true}});
  }
  foresee();
  for (std::size_t i = 0; i < desired_.size(); ++i) EXPECT_EQ(change(i).op, Op::kCreate) << i;
  EXPECT_LE(asked_, 3 * desired_.size());
}

TEST_F(ForesightTest, WhatIsInTheWayCountsOnceThereIsSomethingToDo) {
  system_.make_directory("/srv/q");
  system_.make_link("/srv/p", "/srv/q");
  directory({{"path", "/srv/p"}});
  directory({{"path", "/srv/q"}, {"state", "absent"}});
  foresee();
  EXPECT_EQ(change(0).op, Op::kNone);
  EXPECT_EQ(undone_by(0), "directory:/srv/q");
}

// The link leads to what is its user's alone, so that nobody is led to what they did not mean.
TEST_F(ForesightTest, WhatIsMadeBehindALinkOfSomebodyIsTheirsOrRefused) {
  system_.make_directory("/home/old");
  system_.own("/home/old", 1500, 1500);
  for (const char* name : {"/home/old/a", "/home/old/b", "/home/old/c", "/home/old/d"}) {
    system_.make_link(name, std::string(name) + "-there");
    system_.own(name, 1500, 1500);
  }
  const Json url = "http://one";
  system_.add_program("curl");
  file({{"path", "/home/old/a"}, {"content", system_.blob("x")}, {"follow", true}});
  add("download", "path", {{"path", "/home/old/b"}, {"url", url}, {"follow", true}});
  file({{"path", "/home/old/c"}, {"content", system_.blob("x")}, {"follow", true}, {"owner", "old"}});
  add("line", "path", {{"path", "/home/old/d"}, {"text", "x"}, {"create", true}, {"follow", true}});
  foresee();
  for (const std::size_t refused : {0U, 1U, 3U}) {
    ASSERT_TRUE(found_[refused]->obstacle) << refused;
    EXPECT_EQ(found_[refused]->obstacle->code, Code::kSymlinkRefused);
    EXPECT_NE(obstacle(refused).find("by a link made by user 1500"), std::string::npos) << obstacle(refused);
  }
  EXPECT_EQ(obstacle(2), "");
}

TEST_F(ForesightTest, OneFileUnderTwoHardNamesIsToldOf) {
  system_.make_file("/srv/d/x", "text");
  ASSERT_TRUE(system_.apply(MakeLink{"/srv/same", "/srv/d/x", true, false}));
  directory({{"path", "/srv/d"}, {"recurse", true}, {"mode", "u=rwX,go="}});
  file({{"path", "/srv/same"}, {"mode", "0644"}});
  foresee();
  EXPECT_EQ(undone_by(0), "file:/srv/same");

  desired_.clear();
  file({{"path", "/srv/d/x"}, {"mode", "0600"}});
  file({{"path", "/srv/same"}, {"mode", "0640"}});
  foresee();
  EXPECT_EQ(undone_by(0), "file:/srv/same");
}

TEST_F(ForesightTest, ALineBehindALinkThatComesLaterIsToldOf) {
  add("line", "path", {{"path", "/srv/p"}, {"text", "one"}, {"create", true}, {"follow", true}});
  link({{"path", "/srv/p"}, {"target", "/srv/q"}, {"force", true}});
  foresee();
  EXPECT_EQ(undone_by(0), "link:/srv/p");
}

TEST_F(ForesightTest, WhatComesFromElsewhereIsNobodysToTakeBack) {
  directory({{"path", "/srv/www"}, {"owner", "www-data"}});
  file({{"path", "/srv/www/x"}, {"content", system_.blob("x")}});
  foresee();
  EXPECT_EQ(found_[0]->missing.size(), 1U);
  EXPECT_EQ(undone_by(0), "");
  EXPECT_EQ(obstacle(1), "");
  EXPECT_TRUE(found_[1]->missing.empty());
}

TEST_F(ForesightTest, ALoopThatIsMendedBeforeIsNoMatter) {
  system_.make_link("/srv/l", "l");
  system_.make_directory("/srv/real");
  link({{"path", "/srv/l"}, {"target", "real"}});
  file({{"path", "/srv/l/x"}, {"content", system_.blob("new")}});
  foresee();
  ASSERT_TRUE(found_[1]) << "it cannot be observed as it is now";
  EXPECT_EQ(obstacle(1), "");
  EXPECT_EQ(change(1).op, Op::kCreate);
}

TEST_F(ForesightTest, ALoopOfLinksIsRefused) {
  link({{"path", "/srv/a"}, {"target", "b"}});
  link({{"path", "/srv/b"}, {"target", "a"}});
  link({{"path", "/srv/z"}, {"target", "z"}});
  foresee();
  EXPECT_EQ(obstacle(0), "");
  EXPECT_NE(obstacle(1), "") << "it closes the loop";
  EXPECT_EQ(found_[1]->shaped_by, std::vector<std::string>{"link:/srv/a"});
  EXPECT_NE(obstacle(2), "");
}

TEST_F(ForesightTest, ALinkThatComesToLeadToItselfIsToldOf) {
  system_.make_directory("/srv/q");
  system_.make_link("/srv/p", "/srv/q");
  directory({{"path", "/srv/p"}});
  link({{"path", "/srv/q"}, {"target", "/srv/p"}, {"hard", true}, {"force", true}});
  foresee();
  EXPECT_EQ(undone_by(0), "link:/srv/q");
}

TEST_F(ForesightTest, ALinkOnTheWayOfAnotherLinkIsSeen) {
  system_.make_link("/srv/l", "z");
  system_.make_file("/srv/a/x", "x");
  link({{"path", "/srv/z"}, {"target", "a"}});
  file({{"path", "/srv/l/x"}, {"state", "absent"}});
  foresee();
  EXPECT_EQ(change(1).op, Op::kDelete);
  EXPECT_EQ(found_[1]->shaped_by, std::vector<std::string>{"link:/srv/z"});
}

TEST_F(ForesightTest, WhatIsLeftOutDoesNothing) {
  system_.make_file("/srv/d/x", "old");
  directory({{"path", "/srv/d"}, {"state", "absent"}});
  file({{"path", "/srv/d/x"}, {"content", system_.blob("old")}});
  const std::vector<ForeseenResource> resources = {{&desired_[0], true, {}}, {&desired_[1], false, {}}};
  foresee(resources);
  EXPECT_EQ(change(1).op, Op::kNone);
}

// What was foreseen is what is found: resources that meet on few paths are carried out in their order, and each is
// observed in its turn.
TEST_F(ForesightTest, IsWhatIsFoundInTheEnd) {
  int met = 0;
  for (std::uint32_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto pick = [&](std::initializer_list<const char*> choices) {
      return std::string(*(choices.begin() + random() % choices.size()));
    };
    // One resource a path, as projects have it; mostly what is above comes first, as graphs have it.
    std::vector<std::string> paths = {"/srv/a", "/srv/a/b", "/srv/a/b/y", "/srv/a/x", "/srv/l", "/srv/l/x", "/srv/z"};
    std::shuffle(paths.begin(), paths.end(), random);
    paths.resize(2 + random() % 4);
    if (random() % 4 != 0) std::sort(paths.begin(), paths.end());
    system_.remove("/srv");
    system_.make_directory("/srv");
    if (random() % 2 == 0) system_.make_file("/srv/a/x", "x", 0600);
    if (random() % 2 == 0) system_.make_file("/srv/a/b/y", "y");
    if (random() % 2 == 0) system_.make_link("/srv/l", pick({"a", "/srv/a/b", "z", "l"}));
    desired_.clear();
    for (const std::string& path : paths) {
      Json attributes = {{"path", path}};
      if (random() % 3 == 0) attributes["state"] = "absent";
      const bool present = !attributes.contains("state");
      // Else most are refused: what others may lie in is mostly a folder.
      const bool holds_others = path == "/srv/a" || path == "/srv/a/b";
      switch (holds_others && random() % 4 != 0 ? 1 : random() % 3) {
        case 0:
          if (present) attributes["content"] = system_.blob(pick({"x", "new"}));
          if (present && random() % 2 == 0) attributes["mode"] = "0600";
          if (present && random() % 3 == 0) attributes["follow"] = true;
          file(attributes);
          break;
        case 1:
          if (present && random() % 2 == 0) attributes["mode"] = pick({"0700", "u=rwX,go="});
          if (present && random() % 3 == 0) attributes["recurse"] = true;
          if (present && random() % 3 == 0) attributes["purge"] = true;
          if (present && random() % 3 == 0) attributes["parents"] = true;
          directory(attributes);
          break;
        default:
          attributes["target"] = pick({"a", "/srv/a/b", "/srv/z", "l"});
          if (random() % 2 == 0) attributes["force"] = true;
          if (random() % 3 == 0) attributes["hard"] = true;
          if (attributes.contains("hard")) attributes["target"] = pick({"/srv/a/x", "/srv/z"});
          link(attributes);
      }
    }
    foresee();
    bool refused = false;
    for (std::size_t i = 0; i < desired_.size() && !refused; ++i) {
      refused = !found_[i];
      if (refused) break;
      const Change planned = change(i);
      refused = !planned.empty() && (found_[i]->obstacle || !found_[i]->missing.empty());
      refused = refused || !found_[i]->undone_by.empty();
    }
    if (refused) continue;
    for (std::size_t i = 0; i < desired_.size(); ++i) {
      const Seen seen = see(*kinds_.provider(desired_[i].address.kind), desired_[i], system_);
      ASSERT_TRUE(seen.observed) << (seen.problem ? seen.problem->summary : "");
      EXPECT_EQ(to_json(seen.change), to_json(change(i))) << desired_[i].address.str();
      const auto done = system_.apply(seen.change.operations);
      ASSERT_TRUE(done) << desired_[i].address.str() << ": " << done.error().summary();
      if (!found_[i]->shaped_by.empty()) ++met;
    }
    for (const Desired& one : desired_) {
      const Seen again = see(*kinds_.provider(one.address.kind), one, system_);
      EXPECT_TRUE(again.change.empty()) << one.address.str() << ' ' << to_json(again.change).dump();
    }
    if (HasFailure()) {
      for (const Desired& one : desired_) ADD_FAILURE() << one.address.str() << ' ' << one.attributes.dump();
      return;
    }
  }
  EXPECT_GT(met, 20) << "resources have to meet";
}

}  // namespace
}  // namespace plumb
