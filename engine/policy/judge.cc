#include "engine/policy/judge.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>

#include "engine/base/glob.h"
#include "engine/config/dynamic.h"
#include "engine/lang/cel/convert.h"

namespace plumb::policy {
namespace {

using Names = std::vector<std::string>;

// What a rule says of something, on whatever hosts: address, what it is about, source, message.
using Said = std::tuple<std::string, Names, std::string, std::string>;

// What came of looking at one list of actions, or at hosts of which a rule reads the same.
struct Looked {
  std::vector<std::uint32_t> hits;  // numbers of what the rule said
  Names hosts;
};

// At the end of a character.
std::string cut(std::string text) {
  if (text.size() <= kLongestMessage) return text;
  std::size_t end = kLongestMessage;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

// What stands at a path, as far as there is something.
void append_at(const cel::Value& whole, const std::vector<std::string>& path, std::string& key) {
  const cel::Value* value = &whole;
  for (const std::string& name : path) {
    value = value->find(name);
    if (value == nullptr) return;
  }
  key += cel::display(*value);
}

bool counts_for(const Waiver& waiver, const Finding& one, const std::string& host) {
  if (waiver.rule != one.rule) return false;
  const bool means = one.about.empty() ? waiver.address == "*"
                                       : std::any_of(one.about.begin(), one.about.end(), [&](const std::string& about) {
                                           return address_matches(waiver.address, about);
                                         });
  return means && (host.empty() ? waiver.hosts == "*" : glob_match(waiver.hosts, host));
}

class Judging {
 public:
  Judging(const Policy& policy, const JudgeInput& input)
      : policy_(policy),
        input_(input),
        looked_(policy.rules.size()),
        said_(policy.rules.size()),
        unlisted_(policy.rules.size()),
        failed_(policy.rules.size()) {
    for (const Rule& rule : policy.rules) {
      reads_hosts_ = reads_hosts_ || !rule.of_host.empty();
      if (rule.subject == Subject::kAction) fields_.insert(rule.of_action.begin(), rule.of_action.end());
    }
  }

  Judgement run() {
    slots_[kPlanSlot] = value_of(input_.plan);
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
      if (policy_.rules[i].subject != Subject::kPlan) continue;
      std::vector<std::uint32_t> hits;
      look(i, {}, hits);
      if (!hits.empty()) looked_[i][""].hits = std::move(hits);
    }
    for (const auto& [name, host] : input_.plan.hosts) {
      look_at(name, host);
      look_at_steps(name, host);
    }
    std::vector<Finding> found;
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) gather(i, found);
    add(found, policy_, input_.today, judgement_);
    for (const Waiver& waiver : policy_.waivers) {
      if (waiver.until <= input_.today) judgement_.ended.push_back(waiver);
    }
    return std::move(judgement_);
  }

 private:
  void look_at(const std::string& name, const plan::HostPlan& host) {
    HostNotes notes;
    if (reads_hosts_) {
      notes = input_.notes(name);
      slots_[kHostSlot] = value_of(name, host, notes);
    }
    std::vector<std::pair<std::size_t, Looked*>> unseen;
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
      const Rule& rule = policy_.rules[i];
      if (rule.subject == Subject::kPlan || (rule.subject == Subject::kAction && host.actions.empty())) continue;
      if (rule.reads_facts && notes.facts.is_null()) {
        fail_without_facts(i, name);
        continue;
      }
      std::string key = rule.subject == Subject::kAction ? host.actions.digest() : std::string();
      for (const std::vector<std::string>& path : rule.of_host) {
        key += '\n';
        append_at(slots_[kHostSlot], path, key);
      }
      const auto [place, is_new] = looked_[i].try_emplace(std::move(key));
      place->second.hosts.push_back(name);
      if (!is_new) continue;
      if (rule.subject == Subject::kHost) {
        look(i, {}, place->second.hits);
      } else {
        unseen.emplace_back(i, &place->second);
      }
    }
    if (!unseen.empty()) look_at_actions(host.actions, unseen);
  }

  // What other hosts do around its turn is judged with its own actions, as another list of them.
  void look_at_steps(const std::string& name, const plan::HostPlan& host) {
    for (const auto* all : {&host.around.before, &host.around.after}) {
      for (const plan::Steps& steps : *all) {
        std::vector<std::pair<std::size_t, Looked*>> unseen;
        for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
          const Rule& rule = policy_.rules[i];
          // Without facts it was told already.
          if (rule.subject != Subject::kAction || (rule.reads_facts && input_.notes(name).facts.is_null())) continue;
          std::string key = steps.actions.digest();
          for (const std::vector<std::string>& path : rule.of_host) {
            key += '\n';
            append_at(slots_[kHostSlot], path, key);
          }
          const auto [place, is_new] = looked_[i].try_emplace(std::move(key));
          place->second.hosts.push_back(name);
          if (is_new) unseen.emplace_back(i, &place->second);
        }
        if (!unseen.empty()) look_at_actions(steps.actions, unseen);
      }
    }
  }

  void look_at_actions(const plan::ActionList& list, const std::vector<std::pair<std::size_t, Looked*>>& rules) {
    const std::shared_ptr<const plan::Actions> actions = list.get();
    for (const plan::Action& action : *actions) {
      slots_[kActionSlot] = value_of(input_.plan, action, fields_, input_.kinds);
      for (const auto& [rule, looked] : rules) look(rule, &action, looked->hits);
    }
  }

  // Whether a rule fires on what the slots hold.
  void look(std::size_t index, const plan::Action* action, std::vector<std::uint32_t>& hits) {
    const Rule& rule = policy_.rules[index];
    const cel::Activation activation{slots_, nullptr};
    if (rule.when) {
      const cel::Outcome<cel::Value> fires = rule.when->code.evaluate(activation);
      if (!fires) return fail_on(index, action, fires.error(), rule.when->node);
      // Where its type is known only now, the rule has said neither yes nor no.
      if (!fires->is(cel::Kind::kBool))
        return fail_on(index, action,
                       {Code::kPolicyFailed, 0, rule.when->node.text.size(), "it is neither true nor false",
                        "expected a bool", ""},
                       rule.when->node);
      if (!fires->as_bool()) return;
    }
    std::string message = rule.message.code.is_literal() ? rule.message.code.literal() : "";
    if (!rule.message.code.is_literal()) {
      const cel::Outcome<cel::Value> text = rule.message.code.evaluate(activation);
      if (!text) return fail_on(index, action, text.error(), rule.message.node);
      if (cel::append_text(message, *text).is_error()) message = cel::display(*text);
    }
    Said said("", {}, "", cut(std::move(message)));
    if (action != nullptr) {
      std::get<0>(said) = action->desired.address.str();
      std::get<1>(said) = plain_addresses_of(*action, input_.kinds);
      std::get<2>(said) = action->source;
    }
    std::map<Said, std::uint32_t>& known = said_[index];
    auto place = known.find(said);
    if (place == known.end() && known.size() == kMostFindings) {
      ++unlisted_[index];
      return;
    }
    if (place == known.end()) place = known.emplace(std::move(said), static_cast<std::uint32_t>(known.size())).first;
    hits.push_back(place->second);
  }

  // --- where a rule has no answer

  // The first time is enough to mend the rule by.
  void fail_on(std::size_t index, const plan::Action* action, const cel::Fault& fault, const lang::Node& node) {
    if (failed_[index]) return;
    failed_[index] = true;
    Diagnostics told;
    config::report_fault(fault, node, input_.sources, told);
    const std::string what = action == nullptr ? "the plan" : "`" + action->desired.address.str() + "`";
    for (Diagnostic one : told.items()) {
      one.code = Code::kPolicyFailed;
      one.severity = Severity::kError;
      one.summary = "`" + policy_.rules[index].name + "` could not judge " + what + ": " + one.summary;
      if (one.hint.empty()) one.hint = "where something may be missing, `has(…) && …` asks first";
      judgement_.failures.add(std::move(one));
    }
  }

  void fail_without_facts(std::size_t index, const std::string& host) {
    if (failed_[index]) return;
    failed_[index] = true;
    const Rule& rule = policy_.rules[index];
    judgement_.failures.add(
        Diagnostic(Code::kPolicyFailed,
                   "`" + rule.name + "` reads facts, and those that the plan was made from are not known here")
            .at(rule.span, "reads `host.facts`")
            .on(host)
            .with_hint("`plumb facts` asks the hosts, and remembers what they tell"));
  }

  // --- what was found

  void gather(std::size_t index, std::vector<Finding>& found) {
    const Rule& rule = policy_.rules[index];
    // Of many lists that have the same action, the hosts come together.
    std::vector<Names> together(said_[index].size());
    for (const auto& [key, looked] : looked_[index]) {
      for (const std::uint32_t hit : looked.hits)
        together[hit].insert(together[hit].end(), looked.hosts.begin(), looked.hosts.end());
    }
    Finding finding;
    finding.effect = rule.effect;
    finding.rule = rule.name;
    finding.rule_span = rule.span;
    finding.requirement = rule.requirement;
    finding.hint = rule.hint;
    for (const auto& [said, number] : said_[index]) {
      Names& hosts = together[number];
      std::tie(finding.address, finding.about, finding.source, finding.message) = said;
      // One address may have several actions.
      std::sort(hosts.begin(), hosts.end());
      hosts.erase(std::unique(hosts.begin(), hosts.end()), hosts.end());
      finding.hosts = std::move(hosts);
      found.push_back(finding);
    }
    if (unlisted_[index] == 0) return;
    finding.address = finding.source = "";
    finding.about.clear();
    finding.hosts.clear();
    finding.message = "so do " + std::to_string(unlisted_[index]) + " more places, which are not listed";
    found.push_back(std::move(finding));
  }

  const Policy& policy_;
  const JudgeInput& input_;
  bool reads_hosts_ = false;
  std::set<std::string> fields_;
  std::array<cel::Value, 3> slots_;
  std::vector<std::map<std::string, Looked>> looked_;  // of each rule, by what it looked at
  std::vector<std::map<Said, std::uint32_t>> said_;    // by each rule, numbered
  std::vector<std::size_t> unlisted_;
  std::vector<bool> failed_;
  Judgement judgement_;
};

}  // namespace

bool Judgement::has(Effect effect) const {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& one) { return one.effect == effect && !one.waived; });
}

Judgement judge(const Policy& policy, const JudgeInput& input) {
  return Judging(policy, input).run();
}

void add(const std::vector<Finding>& found, const Policy& policy, std::chrono::sys_days today, Judgement& judgement) {
  for (const Finding& one : found) {
    // By the waiver that counts for each host; none is the first.
    std::map<const Waiver*, Names> parts;
    const auto waiver_for = [&](const std::string& host) {
      const Waiver* over = nullptr;
      for (const Waiver& waiver : policy.waivers) {
        if (!counts_for(waiver, one, host)) continue;
        if (waiver.until > today) return &waiver;
        over = &waiver;
      }
      return over;
    };
    if (one.hosts.empty()) parts[waiver_for("")];
    for (const std::string& host : one.hosts) parts[waiver_for(host)].push_back(host);
    for (auto& [waiver, hosts] : parts) {
      Finding part = one;
      part.hosts = std::move(hosts);
      if (waiver != nullptr) {
        part.waiver = *waiver;
        part.waived = waiver->until > today;
      }
      judgement.findings.push_back(std::move(part));
    }
  }
  // Parts by the address of a waiver have no order of their own.
  const auto order = [](const Finding& one) { return std::tie(one.effect, one.rule_span.file, one.rule_span.line); };
  std::stable_sort(judgement.findings.begin(), judgement.findings.end(), [&](const Finding& a, const Finding& b) {
    if (order(a) != order(b)) return order(a) < order(b);
    return std::tie(a.address, a.source, a.message, a.hosts) < std::tie(b.address, b.source, b.message, b.hosts);
  });
}

}  // namespace plumb::policy
