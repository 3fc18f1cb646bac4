// A host that lies. It speaks the wire as an executor does, and in one field says what none would: a value of another
// type, too much, too little, too large, a name of ours. The messages are those of a whole conversation, and every
// field of theirs takes its turn. Whatever comes of the liar, this program goes on, the other host is changed as
// planned, and nothing of this machine is told.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "engine/base/digest.h"
#include "engine/report/diagnostics.h"
#include "engine/report/history_text.h"
#include "engine/report/plan_text.h"
#include "engine/report/run_text.h"
#include "engine/report/terminal_text.h"
#include "engine/run/apply.h"
#include "engine/testing/scratch_folder.h"
#include "testdata/adversary/counting_history.h"
#include "testdata/adversary/lying_host.h"
#include "testdata/plans/planned.h"

namespace plumb::adversary {
namespace {

constexpr const char* kCanary = "canary-of-this-machine";

constexpr const char* kProject = R"(plumb: v1
project: edge
readings:
  version: {file: /etc/version, type: integer, absent: 0}
  ready: {command: [ready], gives: exit_code, type: integer}
  marker: {path: /etc/marker}
resources:
  - directory: /etc
    mode: "0755"
  - file: /etc/motd
    content: "hello\n"
    mode: "0644"
  - file: /etc/new
    content: "new\n"
    verify: [{command: [true]}]
  - directory: /srv/old
    state: absent
  - directory: /srv/tree
    recurse: true
    purge: true
    mode: "0755"
  - link: /srv/current
    target: new
  - line: /etc/hosts
    id: "/etc/hosts#x"
    match: "^x"
    text: x
  - user: deploy
    uid: 1001
    groups: [sudo]
    shell: /bin/bash
  - group: ops
    gid: 501
    members: [deploy]
  - package: curl
    state: latest
  - service: cron
    state: running
    enabled: true
    restart_on: ["file:/etc/motd"]
  - command: touch
    run: [touch, /srv/done]
    creates: /srv/done
    retry: {times: 2, every: 1s}
    on_failure: continue
  - file: /srv/told
    content: "${readings.version} ${readings.ready} ${readings.marker.type}"
  - sysctl: vm.swappiness
    value: 10
  - download: /srv/tool
    url: https://example.com/tool
  - upgrade: safe
)";

// The peak of the memory that this process had since reset(); 0 where the system does not tell.
class Memory {
 public:
  static void reset() {
#ifdef __GLIBC__
    ::malloc_trim(0);  // what was let go of before does not hide what is taken now
#endif
    std::ofstream("/proc/self/clear_refs") << "5";
  }
  static std::size_t now() {
    return read("VmRSS:");
  }
  static std::size_t peak() {
    return read("VmHWM:");
  }

 private:
  static std::size_t read(const std::string& name) {
    std::ifstream status("/proc/self/status");
    std::string word;
    std::size_t kilobytes = 0;
    while (status >> word) {
      if (word == name && status >> kilobytes) return kilobytes << 10;
    }
    return 0;
  }
};

struct Ended {
  run::ApplyResult result;
  std::string told;  // all that anybody sees
  std::size_t stored = 0;
  std::size_t late = 0;
};

class HostileHost : public ::testing::Test {
 protected:
  HostileHost() {
    folder_.write("plumb.yaml", kProject);
    folder_.write("hosts.yaml", "plumb: v1\nhosts:\n  h[1:2]:\n");
    folder_.write("secret", std::string(kCanary) + "\n");
    Diagnostics found;
    run::WorkspaceRequest request;
    request.folder = folder_.path();
    workspace_ = run::Workspace::load(request, ::plumb::testing::kinds(), none_, found, sources_);
    for (const Diagnostic& one : found.items()) ADD_FAILURE() << one.summary;
  }

  Ended apply(Lie lie) {
    hosts_.lie = std::move(lie);
    CountingHistory history;
    history.earlier_plan = earlier_plan_;
    run::Control control;
    run::FleetOptions fleet;
    fleet.forks = 1;
    Ended ended;
    run::ApplyRequest request;
    request.what = run::PlanRequest();
    request.run = "r1";
    request.show = [&](const run::Proposal& proposal) {
      if (!earlier_plan_) earlier_plan_ = plan::write_artifact(proposal.plan).bytes;
      ended.told += report::plan_text(proposal.plan, {.full = true}) + report::plan_summary(proposal.plan, {});
    };
    const run::RunContext context{
        history,
        hosts_,
        control,
        fleet,
        [](const run::RunEvent&) {},
        [&](const Diagnostics& found) { ended.told += report::render(found.sorted(), sources_, false); }};
    ended.result = run::apply(*workspace_, std::move(request), context);
    ended.told += report::run_summary(ended.result.hosts, ended.result.plan, "r1", "", false);
    ended.told = report::terminal_text(ended.told, false);
    ended.stored = history.bytes();
    ended.late = history.late();
    return ended;
  }

  // Whatever h1 said, h2 is as planned, and nothing of this machine is told.
  void others_are_unharmed(const Ended& ended, const std::string& lie) {
    const auto honest = ended.result.hosts.find("h2");
    ASSERT_NE(honest, ended.result.hosts.end()) << lie;
    EXPECT_EQ(honest->second.outcome, HostOutcome::kOk) << lie << "\n" << ended.told;
    EXPECT_EQ(ended.told.find(kCanary), std::string::npos) << lie;
    EXPECT_EQ(ended.told.find('\x1b'), std::string::npos) << lie;
    const auto liar = ended.result.hosts.find("h1");
    ASSERT_NE(liar, ended.result.hosts.end()) << lie;
    const run::HostResult& h1 = liar->second;
    const int actions = static_cast<int>(honest->second.changed + honest->second.verified);
    for (const int count : {h1.changed, h1.satisfied, h1.failed, h1.skipped, h1.verified}) {
      EXPECT_GE(count, 0) << lie;
      EXPECT_LE(count, actions + 1) << lie;
    }
    EXPECT_NE(ended.result.outcome, RunOutcome::kInterrupted) << lie << "\n" << ended.told;
    EXPECT_LT(ended.stored, std::size_t{1} << 20) << lie;
  }

  // The messages of an honest host.
  std::vector<Json> messages() {
    std::vector<Json> all;
    const Ended ended = apply([&](Json message, std::size_t) {
      all.push_back(message);
      return std::vector<Json>{message};
    });
    EXPECT_EQ(ended.result.outcome, RunOutcome::kOk) << ended.told;
    EXPECT_EQ(ended.result.hosts.at("h1").outcome, HostOutcome::kOk) << ended.told;
    return all;
  }

  // The liar has failed, and why is told with its name.
  void is_its_own_failure(const Ended& ended, const std::string& lie) {
    others_are_unharmed(ended, lie);
    const run::HostResult& liar = ended.result.hosts.at("h1");
    EXPECT_EQ(liar.state, HostState::kFailed) << lie << "\n" << ended.told;
    EXPECT_NE(ended.told.find("host: h1"), std::string::npos) << lie << "\n" << ended.told;
  }

  // Of what was done to h1 in memory, over what an honest host takes.
  std::size_t cost_of(const Lie& lie, Ended& ended) {
    if (!earlier_plan_) (void)apply(nullptr);
    Memory::reset();
    const std::size_t before = Memory::now();
    ended = apply(lie);
    const std::size_t peak = Memory::peak();
    return peak > before ? peak - before : 0;
  }
  void is_cheap(const std::string& name, const Lie& lie, bool fails = true) {
    Ended ended;
    const std::size_t cost = cost_of(lie, ended);
    if (fails)
      is_its_own_failure(ended, name);
    else
      others_are_unharmed(ended, name);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_LE(cost, std::size_t{32} << 20) << name;
#endif
    std::printf("%-40s %6zu KiB\n", name.c_str(), cost >> 10);
  }

  ::plumb::testing::ScratchFolder folder_;
  CountingHistory none_;
  lang::SourceMap sources_;
  std::unique_ptr<run::Workspace> workspace_;
  Hosts hosts_;
  std::optional<std::string> earlier_plan_;  // the first that was shown
};

// A change of one place of a message.
struct Edit {
  std::string pointer;
  std::string name;
  std::function<void(Json&)> make;
};

void add_edits(const Json& value, const std::string& pointer, const std::string& secret, std::vector<Edit>& edits) {
  const auto put = [&](const std::string& name, Json other) {
    if (other == value) return;
    edits.push_back({pointer, name, [other = std::move(other)](Json& place) { place = other; }});
  };
  put("null", nullptr);
  put("true", true);
  put("-5", -5);
  put("2^63", std::uint64_t{1} << 63);
  put("1.5", 1.5);
  put("nothing", "");
  put("a text", "file:/etc/motd");
  put("a path of ours", secret);
  put("commands",
      "\x1b]0;x\x07\x1b[2J\xc2\x9b"
      "31m\xe2\x80\xae");
  put("much", std::string(300'000, 'x'));
  put("a list", Json::array({1, "a", nullptr}));
  put("a map", Json{{"file", secret}, {"line", 1}});
  Json deep = 1;
  for (int i = 0; i < 60; ++i) deep = Json::array({deep});
  put("deep", deep);
  if (value.is_number_integer()) put("more", value.get<std::int64_t>() + 1);
  if (value.is_boolean()) put("the other", !value.get<bool>());
  if (value.is_array() && !value.empty()) {
    Json twice = value;
    twice.push_back(value.front());
    put("twice", twice);
    put("none", Json::array());
  }
  if (value.is_object()) {
    const Json span = {{"file", secret}, {"line", 1}, {"column", 1}};
    Json more = value;
    more["span"] = span;
    put("with a span", more);
    more = value;
    more["problem"] = {{"code", "PL3001"}, {"summary", "x"}, {"span", span}};
    put("with a problem that names our file", more);
    more = value;
    more["problem"] = {{"code", "PL6002"}, {"summary", "x"}, {"severity", "note"}};
    put("with a problem", more);
    for (const auto& [name, unused] : value.items()) {
      Json less = value;
      less.erase(name);
      put("without " + name, less);
    }
  }
  if (!value.is_structured()) return;
  for (const auto& [name, item] : value.items()) {
    std::string escaped;
    for (const char c : name) escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    add_edits(item, pointer + "/" + escaped, secret, edits);
  }
}

TEST_F(HostileHost, WhateverOneFieldSaysNobodyElseIsHarmed) {
  const std::vector<Json> honest = messages();
  const std::string secret = (folder_.path() / "secret").string();
  std::size_t lies = 0;
  std::size_t found = 0;
  // One event of each kind stands for all of them.
  std::set<std::string> seen;
  for (std::size_t i = 0; i < honest.size(); ++i) {
    if (honest[i]["message"] == "event" && !seen.insert(honest[i]["kind"].get<std::string>()).second) continue;
    std::vector<Edit> edits;
    add_edits(honest[i], "", secret, edits);
    for (const Edit& edit : edits) {
      const std::string name = honest[i]["message"].get<std::string>() + edit.pointer + " is " + edit.name;
      const Ended ended = apply([&](Json message, std::size_t index) {
        // What a lie leads to may be a second connection, on which other things are said.
        const Json::json_pointer place(edit.pointer);
        if (index == i && message.contains(place)) edit.make(message.at(place));
        return std::vector<Json>{message};
      });
      ++lies;
      found += ended.result.hosts.at("h1").state == HostState::kFailed ? 1 : 0;
      others_are_unharmed(ended, name);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_GE(lies, 2000U);
  std::printf("%zu lies, of which %zu made the host fail\n", lies, found);
}

std::vector<Json> once(Json message) {
  return {std::move(message)};
}
bool is(const Json& message, const char* kind) {
  return message.value("message", Json()) == kind;
}

TEST_F(HostileHost, MessagesThatDoNotFitAreItsOwnFailure) {
  for (const Json& left_out : messages()) {
    const std::string kind = left_out["message"];
    // In the place of each kind, nothing, twice the same, and what is not asked for.
    for (const std::string other :
         {"", "twice", "hello", "record", "observed", "readings", "done", "event", "want", "locks", "alive"}) {
      if (other == kind || (other == "alive" && kind == "event")) continue;
      const Ended ended = apply([&](Json message, std::size_t) -> std::vector<Json> {
        if (!is(message, kind.c_str())) return once(message);
        if (other.empty()) return {};
        if (other == "twice") return {message, message};
        return once({{"message", other}});
      });
      others_are_unharmed(ended, kind + " is " + (other.empty() ? "left out" : other));
    }
  }
}

TEST_F(HostileHost, WhatItSaysThatItDidIsWhatItTold) {
  const auto done = [this](const std::string& name, const std::function<void(Json&)>& change) {
    is_its_own_failure(apply([&](Json message, std::size_t) {
                         if (is(message, "done")) change(message);
                         return once(message);
                       }),
                       name);
  };
  done("changed: -5", [](Json& message) { message["changed"] = -5; });
  done("one more", [](Json& message) { message["changed"] = message["changed"].get<int>() + 1; });
  done("already", [](Json& message) { message["outcome"] = "already"; });
  done("stopped, and nobody asked", [](Json& message) { message["outcome"] = "interrupted"; });
  done("to be confirmed within a year", [](Json& message) { message["confirm_within"] = 31'536'000; });
  is_its_own_failure(apply([](Json message, std::size_t) -> std::vector<Json> {
                       if (is(message, "event")) return {};
                       if (is(message, "done")) message = {{"message", "done"}, {"outcome", "ok"}};
                       return once(message);
                     }),
                     "done, ok, and no event");
  const Ended ended = apply([](Json message, std::size_t) {
    if (is(message, "done")) message["owed"] = {"service:cron", "file:/root/.ssh/id_rsa", "\x1b[2J"};
    return once(message);
  });
  EXPECT_EQ(ended.result.hosts.at("h1").owed, std::vector<std::string>{"service:cron"});
}

TEST_F(HostileHost, ARefusalDoesNotPassForWhatOnlyWeKnow) {
  for (const Code code :
       {Code::kConnect, Code::kTimeout, Code::kInterrupted, Code::kAuthentication, Code::kSecretUnresolved}) {
    for (const char* kind : {"hello", "readings", "observed", "record", "event", "done"}) {
      const Ended ended = apply([&](Json message, std::size_t) {
        if (!is(message, kind)) return once(message);
        return once({{"message", "refused"}, {"problem", {{"code", code_name(code)}, {"summary", "no"}}}});
      });
      is_its_own_failure(ended, std::string(kind) + " refused with " + code_name(code));
    }
  }
}

TEST_F(HostileHost, ItCostsLittle) {
  const auto instead = [](const char* kind, Json other) {
    return [=](const Json& message, std::size_t) { return once(is(message, kind) ? other : message); };
  };
  const auto endless = [](const char* kind, Json other) {
    return [=](const Json& message, std::size_t) -> std::vector<Json> {
      if (!is(message, kind)) return {message};
      return {Json{{"endless", other}}};
    };
  };
  // {"message": KIND, "MEMBER": …many values…} in a frame as large as there may be.
  const auto many = [&](const std::string& kind, const std::string& member, const std::string& item, std::size_t size) {
    std::string body = to_cbor(Json{{"message", kind}});
    body[0] = '\xa2';
    body += to_cbor(Json(member));
    const std::size_t count = (size - body.size() - 9) / item.size();
    body += '\x9a';
    for (int shift = 24; shift >= 0; shift -= 8) body += static_cast<char>((count >> shift) & 0xff);
    for (std::size_t i = 0; i < count; ++i) body += item;
    return bytes_of(wire::frame(body));
  };
  constexpr std::size_t kFrame = std::size_t{16} << 20;
  const std::map<std::string, std::vector<std::string>> members = {
      {"hello", {"facts"}},     {"readings", {"answers"}},
      {"observed", {"states"}}, {"record", {"resources", "unreported"}},
      {"event", {"text"}},      {"done", {"owed"}}};
  for (const auto& [name, lists] : members) {
    const char* kind = name.c_str();
    for (const std::string& member : lists) {
      is_cheap(name + ": lists in a frame of 16 MiB", instead(kind, many(name, member, "\x80", kFrame)));
      is_cheap(name + ": lists in a frame of 4 MiB", instead(kind, many(name, member, "\x81\x80", kFrame / 4)));
      is_cheap(name + ": texts in a frame of 1 MiB", instead(kind, many(name, member, "\x60", kFrame / 16)));
    }
    is_cheap(name + ": a frame that claims 4 GiB", instead(kind, bytes_of("\xff\xff\xff\xff then nothing")));
    is_cheap(name + ": parts without end", endless(kind, {{"message", kind}, {"owed", {"x"}}, {"more", true}}));
  }
  is_cheap("states without end", endless("observed", {{"message", "observed"}, {"states", Json::array()}}));
  is_cheap(
      "events without end",
      endless("event", {{"message", "event"}, {"kind", "output"}, {"index", 0}, {"text", std::string(1000, 'x')}}));
  is_cheap(
      "large events without end",
      endless("event", {{"message", "event"}, {"kind", "output"}, {"index", 0}, {"text", std::string(200'000, 'x')}}));
  is_cheap("refusals without end",
           endless("event", {{"message", "refused"}, {"problem", {{"code", "PL3005"}, {"summary", "no"}}}}));
  is_cheap("alive without end", endless("event", {{"message", "alive"}}));
  is_cheap("wants without end", endless("event", {{"message", "want"}, {"digest", "sha256:0"}, {"bytes", 1}}));
  Json record = {{"message", "record"}, {"serial", 1}, {"unreported", Json::array()}};
  for (int i = 0; i < 100'000; ++i) {
    record["unreported"].push_back(
        {{"run", "r0"}, {"address", "file:/x/" + std::to_string(i)}, {"outcome", "changed"}});
  }
  is_cheap("reports of what was never asked", instead("record", bytes_of(wire::frame(to_cbor(record)))));
  record["unreported"] = Json::array();
  for (int i = 0; i < 10'000; ++i) {
    record["unreported"].push_back(
        {{"run", "r0"}, {"address", "file:/x/" + std::to_string(i)}, {"outcome", "changed"}});
  }
  const Ended ended = apply(instead("record", bytes_of(wire::frame(to_cbor(record)))));
  others_are_unharmed(ended, "fewer such reports");
  EXPECT_LE(ended.late, 2U) << "one of each host is true";
}

}  // namespace
}  // namespace plumb::adversary
