#include "engine/run/snapshot.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "engine/base/sample_facts.h"
#include "engine/testing/kinds.h"

namespace plumb::run {
namespace {

ir::HostGraph graph_of(const std::vector<std::string>& addresses) {
  ir::HostGraph graph;
  for (const std::string& address : addresses) {
    ir::Node node;
    node.desired.address = *Address::parse(address);
    graph.nodes.push_back(std::move(node));
  }
  return graph;
}

HostSnapshot sample() {
  Observed motd;
  motd.exists = true;
  motd.attributes = {{"mode", "0644"}};
  motd.missing = {{{"", "user", "www"}, "owner"}};
  motd.content_text = "old\n";
  simulate::Observation observation;
  observation.states.emplace_back(std::move(motd));
  observation.states.emplace_back(fail(Code::kCannotObserve, "no").hint("try"));
  observation.serial = 7;
  observation.recorded = {{"file:/etc/motd", {{"mode", "0600"}}}};
  observation.owed = {{"service:x", {Op::kReload, {"file:/etc/x"}}}};
  return take_snapshot("web1", sample_facts(), graph_of({"file:/etc/motd", "service:x"}), std::move(observation));
}

TEST(Snapshot, ComesBackAsItWasWritten) {
  const std::string line = write_snapshot(sample());
  const Result<HostSnapshot> read = HostReader().read(line);
  ASSERT_TRUE(read.has_value()) << read.error().summary();
  EXPECT_EQ(write_snapshot(*read), line);
  EXPECT_EQ(read->host, "web1");
  EXPECT_EQ(read->facts, sample_facts());

  // In the order of another graph, which asks for more than was observed.
  const simulate::Observation observation =
      observation_of(*read, graph_of({"service:x", "file:/etc/new", "file:/etc/motd"}), nullptr);
  ASSERT_EQ(observation.states.size(), 3U);
  EXPECT_EQ(observation.states[0].error().code(), Code::kCannotObserve);
  EXPECT_EQ(observation.states[1].error().code(), Code::kNotInSnapshot);
  ASSERT_TRUE(observation.states[2].has_value());
  EXPECT_EQ(observation.states[2]->content_text, "old\n");
  EXPECT_EQ(observation.serial, 7);
  EXPECT_EQ(observation.owed.at("service:x").op, Op::kReload);
  EXPECT_EQ(observation.recorded.at("file:/etc/motd"), Json({{"mode", "0600"}}));
}

TEST(Snapshot, RefusesWhatItDidNotWrite) {
  const std::string host = R"({"host": "a", "facts": )" + canonical(sample_facts());
  for (const std::string& line : {std::string(), std::string("[]"), std::string("{"), host + "}",
                                  host + R"(, "resources": {"file:/x": {}}, "record": {"serial": 1}})",
                                  host + R"(, "resources": {"file:/x": {"observed": 1}}, "record": {}})",
                                  host + R"(, "resources": {}, "record": {"serial": "1"}})",
                                  host + R"(, "resources": {}, "record": {"serial": -1}})",
                                  host + R"(, "resources": {}, "record": {"serial": 1, "resources": {"x": {}}}})"}) {
    const Result<HostSnapshot> read = HostReader().read(line);
    ASSERT_FALSE(read.has_value()) << line;
    EXPECT_EQ(read.error().code(), Code::kSnapshotUnreadable);
  }
}

// Whoever edits it, or makes an attribute sensitive afterwards, gets an error and no plan from what cannot be.
TEST(Snapshot, TellsOfAResourceWhatAHostWould) {
  const Registry kinds = plumb::testing::made_up_kinds();
  ir::HostGraph graph = graph_of({"note:/a", "note:/b", "note:/c"});
  graph.nodes[1].desired.sensitive = {"text"};
  HostSnapshot snapshot;
  const auto is = [&](const char* address, Json attributes) {
    Observed observed;
    observed.exists = true;
    observed.attributes = std::move(attributes);
    snapshot.states.emplace(address, std::move(observed));
  };
  is("note:/a", {{"text", 5}});
  is("note:/b", {{"text", "in clear"}});
  is("note:/c", {{"text", "x"}});
  const simulate::Observation observation = observation_of(std::move(snapshot), graph, &kinds);
  for (const std::size_t i : {0U, 1U}) {
    ASSERT_FALSE(observation.states[i].has_value());
    EXPECT_EQ(observation.states[i].error().code(), Code::kSnapshotUnreadable);
  }
  EXPECT_NE(observation.states[0].error().summary().find("of `note:/a` it tells `text` as a number"), std::string::npos)
      << observation.states[0].error().summary();
  EXPECT_NE(observation.states[1].error().summary().find("in clear"), std::string::npos);
  EXPECT_TRUE(observation.states[2].has_value());
}

// Hosts with nothing to tell but what is there take a shorter way.
TEST(Snapshot, ReadsTheUsualHostAsAnyOther) {
  const std::string begin =
      R"({"facts":)" + canonical(sample_facts()) + R"(,"host":"a","record":{"serial":3},"resources":{)";
  const std::string file = R"("file:/x":{"observed":{"attributes":{"mode":"0644","size":[1,null]},"exists":true}})";
  const std::string gone = R"("file:/y":{"observed":{"attributes":{},"exists":false}})";
  const std::string lost = R"("file:/z":{"problem":{"code":"PL2002","summary":"no"}})";
  HostReader reader;
  for (const std::string& line : {begin + "}}", begin + file + "}}", begin + file + "," + gone + "}}",
                                  begin + file + "," + gone + "," + lost + "}}"}) {
    const Result<HostSnapshot> read = reader.read(line);
    ASSERT_TRUE(read.has_value()) << read.error().summary();
    EXPECT_EQ(read->serial, 3);
    EXPECT_EQ(canonical(parse_json(write_snapshot(*read), Code::kSnapshotUnreadable)->at("resources")),
              canonical(parse_json(line, Code::kSnapshotUnreadable)->at("resources")));
  }
  for (const std::string& line :
       {begin + file + "," + file + "}}", begin + R"("file:/x":{"observed":{"exists":true}}}})",
        begin + R"("file:/x":{"observed":{"attributes":{},"exists":1}}}})",
        begin + R"("file:/x":{"observed":{"attributes":{},"exists":true,"other":1}}}})",
        begin + R"("file:/x":{"observed":{"attributes":{},"exists":true},"other":1}}})", begin + file + "}"}) {
    EXPECT_FALSE(reader.read(line).has_value()) << line;
  }
}

// Both ways through the reader, the usual one and the one of hosts with something to tell.
TEST(Snapshot, JudgesFactsAsThoseOfAHost) {
  for (const std::string& resources :
       {std::string("{}"), std::string(R"({"file:/z":{"problem":{"code":"PL2002","summary":"no"}}})")}) {
    const auto read = [&](const Json& facts) {
      return HostReader().read(R"({"facts":)" + canonical(facts) + R"(,"host":"a","record":{"serial":3},"resources":)" +
                               resources + "}");
    };
    Json facts = sample_facts();
    facts["arch"] = 64;
    const Result<HostSnapshot> of_another_type = read(facts);
    ASSERT_FALSE(of_another_type.has_value());
    EXPECT_EQ(of_another_type.error().code(), Code::kSnapshotUnreadable);
    EXPECT_NE(of_another_type.error().summary().find("`arch`"), std::string::npos) << of_another_type.error().summary();

    facts = sample_facts();
    facts.erase("memory");
    EXPECT_FALSE(read(facts).has_value());

    facts = sample_facts();
    facts["unheard_of"] = "x";
    facts["hostname"] = "web\x1b[2J";
    const Result<HostSnapshot> cleaned = read(facts);
    ASSERT_TRUE(cleaned.has_value()) << cleaned.error().summary();
    EXPECT_FALSE(cleaned->facts.contains("unheard_of"));
    EXPECT_EQ(cleaned->facts["hostname"].get<std::string>().find('\x1b'), std::string::npos);
  }
}

// All of the machine's memory would not be enough.
TEST(Snapshot, OfALineWithoutAnEndNoMoreIsReadThanALineMayHold) {
  const auto reader = SnapshotReader::open("/dev/zero");
  ASSERT_FALSE(reader.has_value());
  EXPECT_EQ(reader.error().code(), Code::kSnapshotUnreadable);
  EXPECT_NE(reader.error().summary().find("line 1 is too long"), std::string::npos) << reader.error().summary();
}

TEST(Snapshot, IsReadLineByLine) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "plumb-snapshot-test";
  std::ofstream(path) << snapshot_header("web", "2026-01-01T00:00:00.000Z", {"all", "", {"a", "b"}, {"c"}, {"d"}, "e"})
                      << "\n"
                      << write_snapshot(sample()) << "\n\nnot json\n";
  Result<SnapshotReader> reader = SnapshotReader::open(path);
  ASSERT_TRUE(reader.has_value());
  EXPECT_EQ(reader->project(), "web");
  EXPECT_EQ(reader->scope().tags, (std::set<std::string>{"a", "b"}));
  EXPECT_EQ(reader->scope().skip_tags, std::set<std::string>{"c"});
  EXPECT_EQ(reader->scope().addresses, std::set<std::string>{"d"});
  EXPECT_EQ(reader->scope().start_at, "e");
  EXPECT_EQ(reader->next()->value(), write_snapshot(sample()));
  EXPECT_EQ(reader->next()->value(), "not json");
  EXPECT_FALSE(reader->next()->has_value());
  std::ofstream(path) << "{}\n";
  EXPECT_EQ(SnapshotReader::open(path).error().code(), Code::kSnapshotUnreadable);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace plumb::run
