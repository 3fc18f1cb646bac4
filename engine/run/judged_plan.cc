#include "engine/run/judged_plan.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/base/joined.h"
#include "engine/base/pattern.h"
#include "engine/base/time_text.h"
#include "engine/config/told_facts.h"
#include "engine/plan/source_place.h"
#include "engine/policy/outside.h"
#include "engine/policy/told.h"

namespace plumb::run {
namespace {

// Facts that are known here, by host, with their digests.
struct KnownFacts {
  std::map<std::string, history::StoredFacts> all;

  Json of(const std::string& host, const std::string& wanted) const {
    const auto found = all.find(host);
    if (found == all.end()) return nullptr;
    if (digest(canonical(config::standing_facts(found->second.facts))) != wanted) return nullptr;
    return found->second.facts;
  }
};

std::set<std::string> groups_of(const config::Inventory& inventory, const std::string& host) {
  const auto found = inventory.hosts.find(host);
  return found == inventory.hosts.end() ? std::set<std::string>() : found->second.groups;
}

Diagnostic at_rule(Code code, const policy::Finding& one, const std::string& summary) {
  Diagnostic told(code, summary + ": " + one.message);
  const std::optional<SourceSpan> place = plan::place_of(one.source);
  told.span = place ? *place : one.rule_span;
  told.label = place ? "this is why" : "the rule";
  if (place) told.related.push_back({one.rule_span, "the rule"});
  return told;
}

class Requirements {
 public:
  Requirements(const Standing& standing, std::chrono::sys_seconds now, std::vector<config::OpeningHours>& windows)
      : standing_(standing), now_(now), windows_(windows) {}

  void check(const policy::Finding& one) {
    const policy::Requirement& wanted = one.requirement;
    if (wanted.approvals > 0) check_approvals(one);
    if (!wanted.ticket.empty()) check_ticket(one);
    if (!wanted.windows.empty()) check_window(one);
  }

  Diagnostics take() { return std::move(told_); }

 private:
  void check_approvals(const policy::Finding& one) {
    const std::string wanted = policy::text_of(policy::Requirement{one.requirement.approvals, {}, {}});
    const std::string asks = "`" + one.rule + "` asks for " + wanted;
    if (!standing_.approvals) {
      told_.add(at_rule(Code::kPolicyRequires, one, asks + ", and this plan has none yet")
                    .with_hint("`plumb plan -o FILE`, have it approved with `plumb approve FILE --key KEY`, and "
                               "`plumb apply FILE`"));
      return;
    }
    if (!persons_) persons_ = standing_.approvals();
    if (!*persons_) {
      told_.add(at_rule(persons_->error().code(), one, asks + ": " + persons_->error().summary())
                    .with_hint(persons_->error().diagnostic().hint));
    } else if (**persons_ < one.requirement.approvals) {
      told_.add(at_rule(Code::kPolicyRequires, one,
                        asks + ", and it is approved by " + std::to_string(**persons_) +
                            (**persons_ == 1 ? " person" : " persons"))
                    .with_hint("`plumb approve FILE --key KEY` shows the plan and approves it"));
    }
  }

  void check_ticket(const policy::Finding& one) {
    const std::string asks = "`" + one.rule + "` asks for a ticket that matches `" + one.requirement.ticket + "`";
    if (standing_.ticket.empty()) {
      told_.add(
          at_rule(Code::kPolicyRequires, one, asks).with_hint("give it with `--ticket TEXT`; the history keeps it"));
      return;
    }
    const Result<Pattern> pattern = Pattern::parse(one.requirement.ticket);
    if (pattern && pattern->matches(standing_.ticket)) return;
    told_.add(at_rule(Code::kPolicyRequires, one, asks + ", and `" + standing_.ticket + "` does not"));
  }

  void check_window(const policy::Finding& one) {
    const std::string asks = "`" + one.rule + "` lets it be applied " + plumb::text_of(one.requirement.windows);
    Result<config::OpeningHours> hours = config::OpeningHours::of(one.requirement.windows);
    if (!hours) {
      told_.add(at_rule(Code::kPolicyFailed, one, asks + ": " + hours.error().summary()));
    } else if (hours->is_open(now_)) {
      windows_.push_back(std::move(*hours));
    } else {
      const std::optional<std::chrono::sys_seconds> next = hours->next_opening(now_);
      told_.add(at_rule(Code::kPolicyRequires, one, asks + ", and it is " + rfc3339(now_))
                    .with_hint(next ? "that begins next at " + rfc3339(*next) : ""));
    }
  }

  const Standing& standing_;
  std::chrono::sys_seconds now_;
  std::vector<config::OpeningHours>& windows_;
  std::optional<Result<std::size_t>> persons_;
  Diagnostics told_;
};

}  // namespace

policy::Judgement judge_plan(const Workspace& workspace, const history::RunStore& store, const plan::Plan& plan,
                             const std::string& plan_id, std::chrono::sys_seconds now, int stop) {
  const policy::Policy& policy = workspace.policy();
  if (policy.empty()) return {};
  KnownFacts facts;
  // Without them, what reads them fails and says so.
  if (policy.reads_facts()) {
    if (auto known = stored_facts(store)) facts.all = std::move(*known);
  }
  const policy::JudgeInput input{
      plan,
      [&](const std::string& host) {
        return policy::HostNotes{groups_of(workspace.inventory(), host), facts.of(host, plan.hosts.at(host).facts)};
      },
      std::chrono::floor<std::chrono::days>(now), workspace.sources(), &workspace.providers()};
  policy::Judgement judgement = policy::judge(policy, input);
  policy::ask(policy, input, plan_id, workspace.folder(), stop, judgement);
  return judgement;
}

Diagnostics unmet(const policy::Judgement& judgement, const Standing& standing, std::chrono::sys_seconds now,
                  std::vector<config::OpeningHours>& windows) {
  Requirements requirements(standing, now, windows);
  std::set<std::string> seen;
  for (const policy::Finding& one : judgement.findings) {
    // One rule asks for the same, wherever it fires; a program may ask for different things.
    const policy::Requirement& wanted = one.requirement;
    const std::string what = one.rule + "\n" + std::to_string(wanted.approvals) + "\n" + wanted.ticket + "\n" +
                             plumb::text_of(wanted.windows);
    if (one.effect == policy::Effect::kRequire && !one.waived && seen.insert(what).second) requirements.check(one);
  }
  return requirements.take();
}

std::map<std::string, std::string> notes_of(const policy::Policy& policy, const policy::Judgement& judgement,
                                            const Standing& standing) {
  std::map<std::string, std::string> notes;
  if (!standing.ticket.empty()) notes["ticket"] = standing.ticket;
  for (const policy::Bundle& bundle : policy.bundles) notes["policy " + bundle.name] = bundle.digest;
  for (const policy::Finding& one : judgement.findings) {
    if (!one.waived) continue;
    std::string& text = notes["waived " + one.rule];
    const std::string reason = one.waiver->reason + ", until " + date_text(one.waiver->until);
    if (text.find(reason) == std::string::npos) append_item(text, reason, "; ");
  }
  return notes;
}

}  // namespace plumb::run
