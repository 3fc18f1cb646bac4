// How a history grows: by what is new, not by every content of every run.
#include <gmock/gmock.h>

#include "engine/base/json.h"
#include "engine/history/plan_store.h"
#include "engine/history/test_support.h"

namespace plumb::history {
namespace {

namespace fs = std::filesystem;

constexpr int kFiles = 1000;

// Text that does not shrink much: digests of digests.
std::string content_of(int file, int version) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += digest(std::to_string(file) + "/" + std::to_string(version) + std::to_string(i));
  return text;
}

// A plan that writes these contents, as the artifact has it.
std::string plan_of(const std::map<std::string, std::string>& contents) {
  Json actions = Json::array();
  Json blobs = Json::object();
  for (const auto& [path, text] : contents) {
    actions.push_back({{"address", "file:" + path}, {"after", {{"content", digest(text)}}}});
    blobs[digest(text)] = text;
  }
  return canonical({{"blobs", blobs}, {"hosts", {{"web1", {{"actions", actions}}}}}, {"plumb", "plan/v1"}});
}

class HistoryGrowth : public ::testing::Test {
 protected:
  // What the file has grown by once a run of this plan is over.
  std::uintmax_t run(const std::string& id, const std::string& document) {
    const std::uintmax_t before = fs::exists(file_) ? fs::file_size(file_) : 0;
    {
      SqliteHistory history = must(SqliteHistory::open(file_));
      RunStart start = a_run(id);
      start.plan_document = whole(document);
      start.plan = digest(document);
      must(must(history.begin(start))->finish(ended()));
      EXPECT_EQ(must(history.plan_bytes(start.plan)), document);
    }  // its log goes into the file
    return fs::file_size(file_) - before;
  }

  const ScratchFolder folder_;
  const fs::path file_ = folder_ / "history.db";
};

TEST_F(HistoryGrowth, a_content_is_stored_once) {
  std::map<std::string, std::string> contents;
  std::size_t bytes = 0;
  for (int i = 0; i < kFiles; ++i) bytes += (contents["/srv/" + std::to_string(i)] = content_of(i, 1)).size();
  const std::uintmax_t first = run("r1", plan_of(contents));
  EXPECT_LT(first, bytes + bytes / 10);

  // One of a thousand changes, on a host that has none of them: the plan writes them all.
  const std::string changed = contents["/srv/7"] = content_of(7, 2);
  const std::uintmax_t second = run("r2", plan_of(contents));
  EXPECT_LT(second, first / 20);

  // The usual second run: its plan holds the one.
  const std::string again = contents["/srv/7"] = content_of(7, 3);
  const std::uintmax_t third = run("r3", plan_of({{"/srv/7", again}}));
  EXPECT_LT(third, again.size() + 8 * 4096U) << "one content and pages of some tables";
  RecordProperty("first", std::to_string(first));
  RecordProperty("second", std::to_string(second));
  RecordProperty("third", std::to_string(third));
}

TEST_F(HistoryGrowth, the_same_plan_again_costs_a_run_alone) {
  const std::string document = plan_of({{"/etc/a", content_of(1, 1)}, {"/etc/b", content_of(2, 1)}});
  run("r1", document);
  EXPECT_LE(run("r2", document), 4096U);
}

TEST_F(HistoryGrowth, documents_come_back_byte_for_byte) {
  const std::string binary("\xff\0\x80", 3);
  const std::string escaped = "\"quoted\" \\ \n\x01 ü";
  for (const std::string& document : {
           plan_of({{"/a", binary}, {"/b", escaped}, {"/c", ""}}),
           plan_of({}),
           std::string("{\"blobs\":{},\"x\":1}"),
           // None of these is as a plan is written; they are kept as they are.
           std::string("{\"blobs\":{\"sha256:no\":\"x\"}}"),
           "{\"blobs\":{\"" + digest("x") + "\":\"y\"}}",
           "{\"blobs\":{\"" + digest("x") + "\": \"x\"}}",
           "{\"blobs\":{\"" + digest("x") + "\":\"x\"",
           "{\"blobs\":{\"" + digest("x") + "\":\"\\u0078\"}}",
           std::string("{\"blobs\":{\"\\"),
           std::string("nothing like it"),
       }) {
    run(digest(document), document);
  }
}

// However the document comes.
TEST(PlanTaker, a_content_stands_apart_and_is_named) {
  const std::string document = plan_of({{"/a", "text"}, {"/b", "other \"text\" {\\"}});
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, document.size()}) {
    std::map<std::string, std::string> contents;
    PlanTaker taker([&](const std::string& name, const std::string& bytes) -> Result<> {
      contents.emplace(name, bytes);
      return {};
    });
    for (std::size_t at = 0; at < document.size(); at += piece) taker.add(std::string_view(document).substr(at, piece));
    const std::optional<PlanTaker::Document> left = must(taker.finish());
    ASSERT_TRUE(left);
    EXPECT_EQ(contents.size(), 2U);
    EXPECT_EQ(contents.at(digest("text")), "text");
    EXPECT_THAT(*unpack(left->packed, static_cast<std::int64_t>(left->size)),
                ::testing::MatchesRegex("\\{\"blobs\":\\[\"sha256:[0-9a-f]*\",\"sha256:[0-9a-f]*\"\\],\"hosts\".*\\}"));
  }
}

TEST(PlanTaker, another_form_is_told) {
  for (const char* document : {"{}", "", "{\"blobs\":{", "{\"blobs\":{\"sha256:none\":\"a\"}}", "{\"blobs\":{}"}) {
    PlanTaker taker([](const std::string&, const std::string&) -> Result<> { return {}; });
    taker.add(document);
    EXPECT_EQ(must(taker.finish()).has_value(), std::string_view(document) == "{\"blobs\":{}") << document;
  }
}

}  // namespace
}  // namespace plumb::history
