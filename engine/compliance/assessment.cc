#include "engine/compliance/assessment.h"

#include <algorithm>
#include <array>
#include <optional>

#include "engine/base/glob.h"
#include "engine/base/joined.h"
#include "engine/base/nearest.h"
#include "engine/base/outside_text.h"
#include "engine/base/sealed.h"
#include "engine/base/time_text.h"
#include "engine/lang/cel/convert.h"

namespace plumb::compliance {
namespace {

// Longer values of attributes are not shown.
constexpr std::size_t kLongestShown = 40;

// A value that fits a line and is nobody's secret; nothing otherwise.
std::optional<std::string> shown(const Json& attributes, const std::string& attribute) {
  const auto found = attributes.find(attribute);
  if (found == attributes.end() || found->is_structured() || found->is_null() || is_sealed(*found)) return std::nullopt;
  std::string text = found->is_string() ? found->get<std::string>() : found->dump();
  if (text.size() > kLongestShown || text.find('\n') != std::string::npos) return std::nullopt;
  // It comes from the host.
  return visible(text);
}

// "update: mode 0644 → 0600, owner"
std::string difference(const plan::Action& action) {
  std::string text(plumb::name(action.op));
  std::string changes;
  for (const auto& [attribute, unused] : action.after.items()) {
    append_item(changes, attribute);
    if (action.desired.sensitive.contains(attribute)) continue;
    const std::optional<std::string> before = shown(action.before, attribute);
    const std::optional<std::string> after = shown(action.after, attribute);
    if (before && after) changes += " " + *before + " → " + *after;
  }
  // Of what is not there at all, its attributes say no more.
  return action.op == Op::kUpdate && !changes.empty() ? text + ": " + changes : text;
}

// What is not as asked for on a host, by address, and why.
std::map<std::string, std::string> differences(const plan::HostPlan& host) {
  std::map<std::string, std::string> all;
  for (const plan::HeldBack& held : host.held_back) {
    all[held.address] = held.op == Op::kNone ? "could not be looked at"
                                             : std::string(plumb::name(held.op)) + ", held back by " +
                                                   (!held.lock.empty()    ? "the lock on " + held.lock
                                                    : !held.needs.empty() ? held.needs
                                                                          : "the reading " + held.reading);
  }
  if (host.actions.empty()) return all;
  const std::shared_ptr<const plan::Actions> actions = host.actions.get();
  for (const plan::Action& action : *actions) {
    if (action.op == Op::kNone) continue;
    for (std::string& address : action.addresses()) all.try_emplace(std::move(address), difference(action));
  }
  return all;
}

bool means(const std::string& pattern, const Address& address) {
  if (address_matches(pattern, address.str())) return true;
  return !address.module.empty() && address_matches(pattern, Address{"", address.kind, address.identity}.str());
}

// What each pattern of each control means in one graph.
using Meant = std::vector<std::vector<std::vector<std::string>>>;

class Assessing {
 public:
  explicit Assessing(const AssessmentInput& input) : input_(input) {
    for (const Control& control : input.profile.controls) {
      if (input.only.empty() || glob_match(input.only, control.id)) assessment_.controls.push_back(&control);
    }
    for (const policy::Finding& one : input.judgement.findings) findings_[one.rule].push_back(&one);
    for (const Waiver& waiver : input.profile.waivers) {
      if (waiver.until > input.today) continue;
      assessment_.findings.add(
          Diagnostic(Code::kProfile, "a waiver of `" + waiver.control + "` ended on " + date_text(waiver.until))
              .at(waiver.span, "it does not count any more")
              .as(Severity::kWarning));
    }
  }

  Assessment run() {
    for (const std::string& host : input_.hosts) {
      std::vector<Verdict>& verdicts = assessment_.hosts[host];
      const auto planned = input_.plan.hosts.find(host);
      if (planned == input_.plan.hosts.end()) {
        const auto why = input_.plan.unplanned.find(host);
        const std::string told =
            "the host could not be looked at" + (why == input_.plan.unplanned.end() ? "" : " (" + why->second + ")");
        verdicts.assign(assessment_.controls.size(), {State::kUnknown, told});
        continue;
      }
      assess_host(host, planned->second, verdicts);
    }
    return std::move(assessment_);
  }

 private:
  void assess_host(const std::string& host, const plan::HostPlan& plan, std::vector<Verdict>& verdicts) {
    const Json* facts = input_.facts(host);
    slots_[0] = facts == nullptr ? cel::Value() : cel::from_json(*facts);
    has_facts_ = facts != nullptr;
    const Meant& meant = meant_in(host, plan.ir);
    std::map<std::string, std::string> different = differences(plan);
    // What another host does for this one too is as it is there.
    for (const plan::Elsewhere& one : plan.elsewhere) {
      const auto other = input_.plan.hosts.find(one.host);
      if (other == input_.plan.hosts.end()) {
        different.try_emplace(one.address, "is done by " + one.host + ", which could not be looked at");
        continue;
      }
      const std::map<std::string, std::string> there = differences(other->second);
      if (const auto found = there.find(one.address); found != there.end())
        different.try_emplace(one.address, found->second + ", by " + one.host);
    }
    for (std::size_t i = 0; i < assessment_.controls.size(); ++i) {
      const Control& control = *assessment_.controls[i];
      Verdict verdict = judge(control, host, meant[i], different);
      if (verdict.state == State::kNotCompliant) waive(control, host, verdict);
      verdicts.push_back(std::move(verdict));
    }
  }

  const Meant& meant_in(const std::string& host, const std::string& graph) {
    const auto [place, is_new] = meant_.try_emplace(graph);
    if (!is_new) return place->second;
    const std::vector<Address> addresses = input_.addresses(host);
    for (const Control* control : assessment_.controls) {
      std::vector<std::vector<std::string>>& patterns = place->second.emplace_back();
      for (const std::string& pattern : control->resources) {
        std::vector<std::string>& found = patterns.emplace_back();
        for (const Address& address : addresses) {
          if (means(pattern, address)) found.push_back(address.str());
        }
      }
    }
    return place->second;
  }

  Verdict judge(const Control& control, const std::string& host, const std::vector<std::vector<std::string>>& meant,
                const std::map<std::string, std::string>& different) {
    if (control.applies) {
      const std::optional<bool> applies = answer(*control.applies, host);
      if (!applies) return {State::kUnknown, "whether it applies cannot be said"};
      if (!*applies) return {State::kNotApplicable, "it does not apply to the host"};
    }
    for (std::size_t i = 0; i < meant.size(); ++i) {
      if (meant[i].empty()) return {State::kNotCompliant, "no resource " + control.resources[i]};
      for (const std::string& address : meant[i]) {
        const auto found = different.find(address);
        if (found != different.end()) return {State::kNotCompliant, address + ": " + found->second};
      }
    }
    if (control.holds) {
      const std::optional<bool> holds = answer(*control.holds, host);
      if (!holds) return {State::kUnknown, "whether it holds cannot be said"};
      if (!*holds) return {State::kNotCompliant, "what it asks of facts does not hold"};
    }
    return judge_rules(control, host);
  }

  Verdict judge_rules(const Control& control, const std::string& host) const {
    if (!control.rules.empty() && !input_.judgement.failures.empty())
      return {State::kUnknown, "the policy could not judge the plan"};
    Verdict verdict{State::kCompliant, ""};
    for (const std::string& rule : control.rules) {
      const auto fired = findings_.find(rule);
      if (fired == findings_.end()) continue;
      for (const policy::Finding* one : fired->second) {
        const bool here = one->hosts.empty() || std::binary_search(one->hosts.begin(), one->hosts.end(), host);
        if (!here) continue;
        const std::string said = rule + ": " + one->message;
        if (!one->waived) return {State::kNotCompliant, said};
        verdict = {State::kWaived,
                   said + "; waived until " + date_text(one->waiver->until) + ": " + one->waiver->reason};
      }
    }
    return verdict;
  }

  void waive(const Control& control, const std::string& host, Verdict& verdict) const {
    for (const Waiver& waiver : input_.profile.waivers) {
      if (waiver.until <= input_.today || !glob_match(waiver.control, control.id) || !glob_match(waiver.hosts, host))
        continue;
      verdict.state = State::kWaived;
      verdict.why += "; waived until " + date_text(waiver.until) + ": " + waiver.reason;
      return;
    }
  }

  std::optional<bool> answer(const config::Condition& condition, const std::string& host) {
    if (!has_facts_) return std::nullopt;
    const cel::Activation activation{slots_, nullptr};
    Diagnostics found;
    const std::optional<bool> holds = condition.holds({activation, input_.sources, found});
    for (const Diagnostic& one : found.items()) assessment_.findings.add(Diagnostic(one).on(host));
    return holds;
  }

  const AssessmentInput& input_;
  Assessment assessment_;
  std::map<std::string, Meant> meant_;                                   // by digest of the graph
  std::map<std::string, std::vector<const policy::Finding*>> findings_;  // by rule
  std::array<cel::Value, 1> slots_;
  bool has_facts_ = false;
};

}  // namespace

std::string_view name(State state) {
  switch (state) {
    case State::kCompliant:
      return "compliant";
    case State::kNotCompliant:
      return "not compliant";
    case State::kWaived:
      return "waived";
    case State::kNotApplicable:
      return "not applicable";
    case State::kUnknown:
      return "unknown";
  }
  return "";
}

std::map<State, std::size_t> Assessment::counts() const {
  std::map<State, std::size_t> all;
  for (const auto& [host, verdicts] : hosts) {
    for (const Verdict& one : verdicts) ++all[one.state];
  }
  return all;
}

bool Assessment::passes() const {
  const std::map<State, std::size_t> all = counts();
  return !all.contains(State::kNotCompliant) && !all.contains(State::kUnknown);
}

void check_rules(const Profile& profile, const policy::Policy& policy, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const policy::Rule& rule : policy.rules) names.push_back(rule.name);
  for (const Control& control : profile.controls) {
    for (const std::string& rule : control.rules) {
      if (std::find(names.begin(), names.end(), rule) != names.end()) continue;
      const std::string near = nearest(rule, names);
      diagnostics.add(Diagnostic(Code::kProfile, "the policy of the project has no rule `" + rule + "`")
                          .at(control.span, "this control is met by it")
                          .with_hint(near.empty() ? "`policy` in plumb.yaml names whose rules judge its plans"
                                                  : "did you mean `" + near + "`?"));
    }
  }
}

Assessment assess(const AssessmentInput& input) {
  return Assessing(input).run();
}

}  // namespace plumb::compliance
