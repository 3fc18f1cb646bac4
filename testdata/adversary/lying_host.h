// A host that speaks the wire as an executor does, and lies where it is told to.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/sample_facts.h"
#include "engine/run/testing/executor_end.h"

namespace plumb::adversary {

// What a host tells of each resource that hostile_host_test.cc asks for.
inline const Json& states() {
  static const Json kStates = Json::parse(R"({
    "file:/etc/motd": {"exists": true, "attributes": {"content": "sha256:0000000000000000000000000000000000000000000000000000000000000000", "mode": "0600", "owner": "root", "group": "root"}, "content_text": "old\n"},
    "file:/etc/new": {"missing": [{"what": "directory:/etc", "attribute": "path"}], "exists": false, "attributes": {}},
    "directory:/etc": {"exists": true, "attributes": {"mode": "0700", "owner": "root", "group": "root"}},
    "directory:/srv/old": {"exists": true, "attributes": {"mode": "0700", "owner": "root", "group": "root", "holds": {"files": 3, "directories": 1}}},
    "directory:/srv/tree": {"exists": true, "attributes": {"mode": "0755", "owner": "root", "group": "root", "recurse": false, "purge": false, "below": [{"path": "/srv/tree/a", "mode": "0755"}], "extra": [{"path": "/srv/tree/b", "directory": true}]}},
    "link:/srv/current": {"exists": true, "attributes": {"type": "link", "target": "old"}},
    "line:/etc/hosts#x": {"exists": true, "attributes": {"text": "y", "lines": 1}},
    "user:deploy": {"exists": true, "attributes": {"uid": 1000, "group": "deploy", "groups": ["adm"], "comment": "", "home": "/home/deploy", "shell": "/bin/sh", "create_home": true}},
    "group:ops": {"exists": true, "attributes": {"gid": 500, "members": ["root"]}},
    "package:curl": {"exists": true, "attributes": {"manager": "apt", "version": "1", "candidate": "2", "brings": ["curl", "libcurl"], "removes": [], "old_lists": false}},
    "service:cron": {"exists": true, "attributes": {"manager": "systemd", "unit": "cron.service", "state": "stopped", "masked": false, "enabled": false, "can_reload": true, "reload_needed": true}},
    "sysctl:vm.swappiness": {"exists": false, "attributes": {"running": "60"}},
    "upgrade:safe": {"exists": true, "attributes": {"manager": "apt", "current": false, "pending": ["jq 1.6 → 1.7"], "installs": {"jq": "1.7"}, "removes": [], "old_lists": false}},
    "command:touch": {"exists": true, "attributes": {"guard": "run", "why": "/srv/done does not exist"}}
  })");
  return kStates;
}

// The messages of a host in the order in which it sends them, each as the tree of its body. May change them, leave them
// out or put others in their place.
using Lie = std::function<std::vector<Json>(Json message, std::size_t index)>;

// Bytes that are said as they are, by their place. What the liar holds is no memory of whom it lies to, so they are
// made before that is measured and not copied.
inline std::vector<std::string>& kept_bytes() {
  static std::vector<std::string> kept;
  return kept;
}
inline Json bytes_of(std::string bytes) {
  kept_bytes().push_back(std::move(bytes));
  return {{"bytes", kept_bytes().size() - 1}};
}

// An executor of a few lines. It does nothing and tells that it did everything.
class Host final : public run::testing::ExecutorEnd {
 public:
  explicit Host(Lie lie) : lie_(std::move(lie)) {
    answer(wire::Hello{wire::kVersions, PLUMB_VERSION, "linux-x86_64", sample_facts()});
  }

 private:
  // Made when they are asked for, so that a host that says much has it nowhere.
  void go_on() override {
    if (!endless_.is_null()) say_frame(wire::frame(to_cbor(endless_)));
  }
  Result<std::optional<std::size_t>> do_read(char* into, std::size_t capacity, host::Deadline deadline) override {
    if (!is_read() || !endless_.is_null() || bytes_.empty()) return ExecutorEnd::do_read(into, capacity, deadline);
    const std::size_t some = std::min(capacity, bytes_.size());
    bytes_.copy(into, some);
    bytes_.remove_prefix(some);
    return std::optional<std::size_t>(some);
  }
  void hear(const wire::Message& message) override {
    if (const auto* observe = std::get_if<wire::Observe>(&message)) tell(*observe);
    if (const auto* read = std::get_if<wire::Read>(&message)) tell(*read);
    if (const auto* apply = std::get_if<wire::Apply>(&message)) carry_out(*apply);
  }

  void tell(const wire::Read& question) {
    wire::Readings readings;
    for (const Json& source : question.sources) {
      wire::ReadingAnswer& told = readings.answers.emplace_back();
      told.value = source.contains("file")   ? Json("16")
                   : source.contains("path") ? Json{{"exists", false}, {"type", "absent"}}
                                             : Json(0);
    }
    answer(readings);
  }

  void tell(const wire::Observe& question) {
    wire::ObservedChunk chunk;
    for (std::size_t i = 0; i < question.resources.size(); ++i) {
      const std::string address = question.resources[i].address.str();
      Observed observed;
      Json state = states().value(address, Json{{"exists", false}, {"attributes", Json::object()}});
      if (!wire::from_json(state, observed)) std::abort();
      chunk.states.push_back({i, std::move(observed), std::nullopt});
    }
    wire::Record record;
    record.serial = 4;
    record.resources = {{"file:/etc/motd", {{"mode", "0644"}}}, {"file:/etc/gone", {{"mode", "0600"}}}};
    record.owed = {{"service:cron", Op::kRestart, "r0", {"file:/etc/motd"}}};
    record.unreported = {{"r0", "sha256:0", "file:/etc/motd", JournalOutcome::kUnknown, "cut off", Op::kUpdate}};
    record.locks = {{"user:somebody", "ada", "a trial", "2026-01-02T03:04:05Z", "2036-01-02T05:04:05Z"}};
    answer(chunk);
    answer(record);
  }

  void carry_out(const wire::Apply& request) {
    wire::Done done;
    for (std::size_t i = 0; i < request.actions.size(); ++i) {
      const bool probe = request.actions[i].op == Op::kVerify;
      answer(wire::Event{wire::EventKind::kStarted, i, "", std::nullopt, 0});
      answer(wire::Event{wire::EventKind::kOutput, i, "so it is", std::nullopt, 0});
      answer(wire::Event{probe ? wire::EventKind::kVerified : wire::EventKind::kChanged, i, "", std::nullopt, 3});
      ++(probe ? done.verified : done.changed);
    }
    done.owed = {"service:cron"};
    answer(done);
  }

  void answer(const wire::Message& message) { tell_or_lie(*parse_cbor(wire::encode(message))); }
  void tell_or_lie(const Json& message) {
    if (!lie_) return say_frame(wire::frame(to_cbor(message)));
    for (const Json& one : lie_(message, index_++)) {
      if (one.contains("endless")) {
        endless_ = one["endless"];
      } else if (one.contains("bytes")) {
        bytes_ = kept_bytes()[one["bytes"].get<std::size_t>()];
      } else {
        say_frame(wire::frame(to_cbor(one)));
      }
    }
  }

  Lie lie_;
  std::size_t index_ = 0;
  Json endless_;            // said again and again
  std::string_view bytes_;  // said once
};

class Hosts final : public host::Transport {
 public:
  Lie lie;  // of h1
  Result<std::unique_ptr<host::StreamConnection>> connect(const host::HostSettings& settings,
                                                          const host::Interrupt*) override {
    return std::unique_ptr<host::StreamConnection>(std::make_unique<Host>(settings.name == "h1" ? lie : nullptr));
  }
};

}  // namespace plumb::adversary
