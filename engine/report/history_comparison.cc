#include "engine/report/history_comparison.h"

#include <map>
#include <optional>
#include <set>

#include "engine/report/history_words.h"
#include "engine/report/text_width.h"

namespace plumb::report {
namespace {

constexpr std::string_view kNotThere = "-";

// What a run says of a host.
struct HostSide {
  const history::HostEntry* host = nullptr;
  std::map<std::string, const history::ActionEntry*> actions;  // by address
};

std::map<std::string, HostSide> sides_of(const history::RunRecord& run) {
  std::map<std::string, HostSide> sides;
  for (const history::HostEntry& host : run.hosts) sides[host.name].host = &host;
  for (const history::ActionRecord& record : run.actions) {
    sides[record.host].actions[record.action.address] = &record.action;
  }
  return sides;
}

struct ActionDifference {
  std::string address;
  const history::ActionEntry* before;  // null where the run has no such action
  const history::ActionEntry* after;
};

struct HostDifference {
  std::string name;
  const history::HostEntry* before;
  const history::HostEntry* after;
  std::vector<ActionDifference> actions;
};

struct Comparison {
  std::vector<HostDifference> hosts;
  std::int64_t equal_hosts = 0;
};

bool same(const history::ActionEntry* a, const history::ActionEntry* b) {
  return a != nullptr && b != nullptr && a->op == b->op && a->outcome == b->outcome && a->code == b->code;
}

std::vector<ActionDifference> different_actions(const HostSide& before, const HostSide& after) {
  std::set<std::string> addresses;
  for (const auto& [address, action] : before.actions) addresses.insert(address);
  for (const auto& [address, action] : after.actions) addresses.insert(address);
  const auto in = [](const HostSide& side, const std::string& address) {
    const auto found = side.actions.find(address);
    return found == side.actions.end() ? nullptr : found->second;
  };
  std::vector<ActionDifference> different;
  for (const std::string& address : addresses) {
    const ActionDifference one{address, in(before, address), in(after, address)};
    if (!same(one.before, one.after)) different.push_back(one);
  }
  return different;
}

Comparison compare(const history::RunRecord& before, const history::RunRecord& after) {
  std::map<std::string, HostSide> left = sides_of(before);
  std::map<std::string, HostSide> right = sides_of(after);
  std::set<std::string> names;
  for (const auto& [name, side] : left) names.insert(name);
  for (const auto& [name, side] : right) names.insert(name);
  Comparison comparison;
  for (const std::string& name : names) {
    HostDifference host{name, left[name].host, right[name].host, different_actions(left[name], right[name])};
    const bool equal = host.before != nullptr && host.after != nullptr && host.before->state == host.after->state &&
                       host.before->code == host.after->code && host.actions.empty();
    if (equal) {
      ++comparison.equal_hosts;
    } else {
      comparison.hosts.push_back(std::move(host));
    }
  }
  return comparison;
}

std::string word_for(const history::ActionEntry* action) {
  if (action == nullptr) return std::string(kNotThere);
  return std::string(name(action->outcome)) + (action->code.empty() ? "" : " (" + action->code + ")");
}

std::string word_for(const history::HostEntry* host, bool color) {
  if (host == nullptr) return std::string(kNotThere);
  const Word state = state_of(*host);
  return tint(state.text, state.tone, color) + (host->code.empty() ? "" : " (" + host->code + ")");
}

std::string op_of(const ActionDifference& action) {
  const std::string before = action.before == nullptr ? "" : action.before->op;
  const std::string after = action.after == nullptr ? "" : action.after->op;
  if (before.empty() || before == after) return after.empty() ? before : after;
  return after.empty() ? before : before + " → " + after;
}

std::string head_of(const history::RunRecord& run, bool color) {
  const Word outcome = outcome_of(run.summary);
  return tint(clean(run.summary.id), Tone::kBold, color) + "  " + clean(run.summary.started_at.substr(0, 19)) + "Z  " +
         tint(outcome.text, outcome.tone, color) + tint("  " + clean(run.summary.operator_name), Tone::kDim, color) +
         "\n";
}

Json json_of(const history::ActionEntry* action) {
  if (action == nullptr) return nullptr;
  return {{"op", action->op}, {"outcome", name(action->outcome)}, {"code", action->code}};
}

Json json_of(const history::HostEntry* host) {
  if (host == nullptr) return nullptr;
  return {{"state", state_of(*host).text}, {"code", host->code}};
}

}  // namespace

std::string comparison_text(const history::RunRecord& before, const history::RunRecord& after, bool color) {
  std::string out = head_of(before, color) + head_of(after, color);
  out += before.summary.plan == after.summary.plan ? "  of one plan\n" : "  of two plans\n";
  const Comparison comparison = compare(before, after);
  for (const HostDifference& host : comparison.hosts) {
    const std::string was = word_for(host.before, color);
    const std::string is = word_for(host.after, color);
    out += "\n" + tint(clean(host.name), Tone::kBold, color) + "  " + (was == is ? is : was + " → " + is) + "\n";
    for (const ActionDifference& action : host.actions) {
      out += "  " + op_of(action) + " " + clean(action.address) + ": " + word_for(action.before) + " → " +
             word_for(action.after) + "\n";
    }
  }
  if (comparison.equal_hosts > 0) {
    out += std::string(comparison.hosts.empty() ? "" : "\n") +
           "The same in both: " + std::to_string(comparison.equal_hosts) +
           (comparison.equal_hosts == 1 ? " host\n" : " hosts\n");
  }
  return out;
}

Json comparison_json(const history::RunRecord& before, const history::RunRecord& after) {
  const Comparison comparison = compare(before, after);
  Json hosts = Json::object();
  for (const HostDifference& host : comparison.hosts) {
    Json actions = Json::object();
    for (const ActionDifference& action : host.actions) {
      actions[action.address] = {{"before", json_of(action.before)}, {"after", json_of(action.after)}};
    }
    hosts[host.name] = {{"before", json_of(host.before)}, {"after", json_of(host.after)}, {"actions", actions}};
  }
  return {{"before", before.summary.id},
          {"after", after.summary.id},
          {"same_plan", before.summary.plan == after.summary.plan},
          {"hosts", hosts},
          {"equal_hosts", comparison.equal_hosts}};
}

}  // namespace plumb::report
