// Applies of kinds made for the purpose: `toy` is a small file, `bell` answers when it is rung, `standing` stands on
// another file, and a wall may be in the way of `walled`.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/exec/testing/apply_fixture.h"

namespace plumb::exec {

class BellProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System&) const override {
    std::vector<Result<Observed>> out;
    for (std::size_t i = 0; i < desired.size(); ++i) {
      Observed observed;
      observed.exists = desired[i]->flag("there", true);
      out.emplace_back(std::move(observed));
    }
    return out;
  }
  Change diff(const Desired&, const Observed&) const override { return {}; }
  Change triggered(const Desired& desired, const Observed&, Op op) const override {
    Change change;
    if (!desired.flag("hangs", true)) return change;
    change.op = op;
    change.operations.push_back(MakeDirectory{"/etc/rung-" + desired.address.identity, {}, false});
    return change;
  }
};

// A toy that cannot be made without the file that it names.
class StandingProvider : public ToyProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    std::vector<Result<Observed>> found = ToyProvider::observe(desired, system);
    for (std::size_t i = 0; i < desired.size(); ++i) {
      const std::string stands_on = desired[i]->text("stands_on");
      if (!must(system.stat(stands_on, false))) found[i]->missing.push_back({{"", "toy", stands_on}, "stands_on"});
    }
    return found;
  }
};

// One that a wall is in the way of, which somebody may have put there.
class WalledProvider : public ToyProvider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override {
    std::vector<Result<Observed>> found = ToyProvider::observe(desired, system);
    for (Result<Observed>& one : found) {
      if (must(system.stat("/etc/wall", false)))
        one->obstacle = Diagnostic(Code::kRefusedByState, "a wall is in the way");
    }
    return found;
  }
  std::vector<std::string> manages_paths(const Desired& desired) const override { return {desired.text("path")}; }
  bool is_foreseeable(const Desired&) const override { return true; }
};

class TestLine : public Line {
 public:
  void send(std::span<const wire::Message> messages) override {
    for (const wire::Message& message : messages) {
      if (const auto* event = std::get_if<wire::Event>(&message)) events.push_back(*event);
    }
  }
  bool wants_stop() override { return stop_after >= 0 && static_cast<int>(events.size()) > stop_after; }

  void show_life() override { ++signs_of_life; }
  Result<> fetch(const wire::LargeContent& content, const ByteSink& take) override {
    fetched.push_back(content.digest);
    const auto found = contents.find(content.digest);
    if (found == contents.end()) return fail(Code::kConnectionLost, "the connection ended");
    for (const std::string& piece : found->second) PLUMB_TRY(take(piece));
    return {};
  }

  std::vector<wire::Event> events;
  std::map<std::string, std::vector<std::string>> contents;  // what the controller has, in pieces
  std::vector<std::string> fetched;
  int signs_of_life = 0;
  int stop_after = -1;  // events
};

class ApplyTest : public ApplyFixture {
 protected:
  ApplyTest() {
    registry_.add({.name = "bell", .provider = std::make_shared<BellProvider>(), .operations = {}});
    registry_.add({.name = "standing", .provider = std::make_shared<StandingProvider>(), .operations = {}});
    registry_.add({.name = "walled", .provider = std::make_shared<WalledProvider>(), .operations = {}});
  }

  std::string text(const std::string& name) const { return root_.read("/etc/" + name); }

  // A content that is only named; the controller sends these pieces when it is asked.
  std::string large(const std::string& bytes, std::vector<std::string> pieces) {
    line_.contents[digest(bytes)] = std::move(pieces);
    large_.push_back({digest(bytes), bytes.size()});
    return digest(bytes);
  }
  std::vector<std::string> names_in_etc() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(root_.at("/etc"))) {
      if (const std::string name = entry.path().filename(); name != "passwd" && name != "group") names.push_back(name);
    }
    return names;
  }
  wire::Action writes_large(const std::string& name, const std::string& digest) {
    wire::Action action = toy(name, "small");
    action.desired.attributes["content"] = digest;
    action.after["content"] = digest;
    action.operations = {WriteFile{"/etc/" + name, digest, {}, false, false, ""}};
    return action;
  }

  // As a plan would have it from the state of now.
  wire::Action toy(const std::string& name, const std::string& content, const std::string& writes = {}) {
    wire::Action action;
    const std::string path = "/etc/" + name;
    action.desired = {{"", "toy", path}, {{"path", path}, {"content", blob(content)}}, {}};
    if (!writes.empty()) action.desired.attributes["writes"] = blob(writes);
    const Desired* desired = &action.desired;
    const ToyProvider provider;
    const Change change = provider.diff(action.desired, *provider.observe({&desired, 1}, system_)[0]);
    action.op = change.op;
    action.before = change.before;
    action.after = change.after;
    action.operations = change.operations;
    return action;
  }
  wire::Action bell(const std::string& name) {
    wire::Action action;
    action.desired = {{"", "bell", name}, Json::object(), {}};
    action.op = Op::kRestart;
    action.triggered = true;
    action.operations = {WriteFile{"/etc/rung-" + name, blob("rung"), {}, false, false, ""}};
    return action;
  }

  wire::Done apply(std::vector<wire::Action> actions, bool keep_going = false) {
    wire::Apply request;
    request.plan = plan_;
    request.check_applied = !plan_.empty();
    request.keep_going = keep_going;
    request.secrets = secrets_;
    request.key = "key";
    request.contents = large_;
    line_.events.clear();
    return carry_out(std::move(request), std::move(actions), line_, locks_);
  }
  std::vector<wire::EventKind> ends() const {
    std::vector<wire::EventKind> out;
    for (const wire::Event& event : line_.events) {
      if (event.kind != wire::EventKind::kStarted && event.kind != wire::EventKind::kOutput) out.push_back(event.kind);
    }
    return out;
  }

  std::vector<wire::ItemLock> locks_;
  TestLine line_;
  std::string plan_;
  std::map<std::string, Json> secrets_;
  std::vector<wire::LargeContent> large_;
};

}  // namespace plumb::exec
