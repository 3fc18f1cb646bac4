#include "engine/report/run_text.h"

#include <algorithm>
#include <vector>

#include "engine/base/joined.h"
#include "engine/base/shell_word.h"
#include "engine/report/diagnostics.h"
#include "engine/report/equal_diagnostics.h"
#include "engine/report/host_list.h"
#include "engine/report/style.h"
#include "engine/report/text_width.h"

namespace plumb::report {
namespace {

constexpr std::size_t kHostsInPattern = 20;
// All of the summary fits on a screen of 24 lines: hosts one by one where they are few, and kinds of failures, at two
// lines each, where they are many.
constexpr std::size_t kHostsListed = 10;
constexpr std::size_t kFailuresShown = 8;
constexpr int kFailureWidth = 160;

std::string seconds(std::int64_t milliseconds) {
  const std::int64_t tenths = (milliseconds + 50) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

bool good(const run::HostResult& result) {
  return result.state == HostState::kOk;
}

std::string state_text(const run::HostResult& result) {
  if (result.outcome == HostOutcome::kStale) return "refused: no longer as the plan saw it";
  if (result.outcome == HostOutcome::kInterrupted || result.outcome == HostOutcome::kNotStarted)
    return std::string(name(result.outcome));
  if (result.outcome == HostOutcome::kTolerated) return "ok, but for what may fail";
  if (result.outcome == HostOutcome::kUndone) return "undone: not confirmed in time";
  return std::string(name(result.state));
}

std::string host_line(const run::HostResult& result, std::size_t width, bool color) {
  std::string line = "  " + result.name + std::string(width - result.name.size() + 2, ' ');
  const bool tolerated = result.outcome == HostOutcome::kTolerated;
  line += tint(state_text(result), tolerated ? Tone::kYellow : good(result) ? Tone::kGreen : Tone::kRed, color);
  if (result.outcome == HostOutcome::kAlready) {
    line += "  nothing done: this plan was applied on " + result.applied_at + " by run " + result.applied_by;
    return line + "\n";
  }
  std::string counts;
  const auto add = [&](int count, const char* what) {
    if (count > 0) counts += (counts.empty() ? "  " : ", ") + std::to_string(count) + " " + what;
  };
  add(result.changed, "changed");
  add(result.verified, "verified");
  add(result.satisfied, "satisfied");
  add(result.failed, "failed");
  add(result.skipped, "skipped");
  line += counts + "  " + tint(seconds(result.milliseconds), Tone::kDim, color) + "\n";
  if (!result.owed.empty()) {
    const std::string owed = joined(result.owed);
    line += "    owed to the next run: " + owed + "\n";
  }
  return line;
}

// Hosts whose first errors say the same, their own names aside.
struct Failure {
  std::string text;
  std::vector<std::string> hosts;
};

// Those of most hosts first.
std::vector<Failure> failures(const run::HostResults& hosts) {
  std::map<std::string, std::vector<std::string>> by_text;
  std::map<std::string, std::string> of_one;
  for (const auto& [name, result] : hosts) {
    if (good(result) || result.state == HostState::kNotStarted) continue;
    const Diagnostic* problem = first_error(result);
    const std::string text =
        problem == nullptr ? state_text(result)
                           : code_name(problem->code) + ": " + problem->summary.substr(0, problem->summary.find('\n'));
    const std::string key = without_host(text, name);
    by_text[key].push_back(name);
    of_one.emplace(key, text);
  }
  std::vector<Failure> result;
  result.reserve(by_text.size());
  for (auto& [text, names] : by_text) {
    result.push_back({names.size() == 1 ? of_one[text] : text, std::move(names)});
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const Failure& a, const Failure& b) { return a.hosts.size() > b.hosts.size(); });
  return result;
}

std::string pattern_of(const std::vector<std::string>& hosts) {
  const std::string pattern = joined(hosts, ":");
  return hosts.size() <= kHostsInPattern ? pattern : host_list(hosts, 200);
}

// One command for each host on which an undo failed; "" where there is none.
std::string undo_on(const run::HostResults& hosts, const plan::Plan& plan) {
  std::string commands;
  for (const auto& [name, result] : hosts) {
    if (good(result)) continue;
    append_item(commands, "plumb undo " + plan.scope.undoes + " --host " + name, "; ");
  }
  return commands;
}

// Whether something is done around the turn of a host that did not end well: where all of the host is taken back
// already, another undo has no turn for it.
bool has_steps(const run::HostResults& hosts, const plan::Plan& plan) {
  return std::any_of(hosts.begin(), hosts.end(), [&](const auto& one) {
    const auto planned = plan.hosts.find(one.first);
    return !good(one.second) && one.second.outcome != HostOutcome::kStale && planned != plan.hosts.end() &&
           !planned->second.around.empty();
  });
}

}  // namespace

std::string failures_text(const run::HostResults& hosts, bool color) {
  const std::vector<Failure> all = failures(hosts);
  std::string out;
  std::size_t more = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i >= kFailuresShown) {
      more += all[i].hosts.size();
      continue;
    }
    out += "  " + tint(clean(host_list(all[i].hosts)), Tone::kRed, color) + "\n    " +
           cut(clean(all[i].text), kFailureWidth) + "\n";
  }
  if (more > 0) out += "  and " + std::to_string(more) + (more == 1 ? " host" : " hosts") + " with other errors\n";
  return out.empty() ? "" : "\nFirst error of each:\n" + out;
}

std::string confirming(std::int64_t seconds_left) {
  return "new login to confirm, " + std::to_string(seconds_left) + " s left";
}

std::string restarting() {
  return "the host restarts";
}

const Diagnostic* first_error(const run::HostResult& result) {
  for (const Diagnostic& problem : result.diagnostics.items()) {
    if (problem.severity == Severity::kError) return &problem;
  }
  return nullptr;
}

std::string on_with_plan(const run::HostResults& hosts, const std::string& run_id, const std::string& file) {
  const bool strict = std::any_of(hosts.begin(), hosts.end(), [](const auto& one) { return one.second.strict; });
  if (!strict) return "plumb apply --resume " + run_id;
  return file.empty() ? "plumb plan -o FILE" : "plumb apply " + typed_word(file);
}

std::string way_on(const run::HostResults& hosts, const plan::Plan& plan, const std::string& same_plan) {
  if (!plan.scope.undoes.empty()) return has_steps(hosts, plan) ? same_plan : undo_on(hosts, plan);
  std::vector<std::string> unplanned;
  std::vector<std::string> stale;
  bool resumable = false;
  for (const auto& [name, result] : hosts) {
    if (good(result)) continue;
    if (!plan.hosts.contains(name)) {
      unplanned.push_back(name);
    } else if (result.outcome == HostOutcome::kStale) {
      stale.push_back(name);
    } else {
      resumable = true;
    }
  }
  if (resumable) return same_plan;
  if (!stale.empty()) return "plumb plan --on '" + pattern_of(stale) + "'";
  return unplanned.empty() ? "" : "plumb apply --on '" + pattern_of(unplanned) + "'";
}

std::string run_summary(const run::HostResults& hosts, const plan::Plan& plan, const std::string& run_id,
                        const std::string& next, bool color) {
  std::size_t width = 0;
  std::map<HostState, int> states;
  int changed = 0;
  int satisfied = 0;
  int left_in_turn = 0;
  int verified = 0;
  int tolerated = 0;
  int interrupted = 0;
  bool all_good = true;
  for (const auto& [name, result] : hosts) {
    width = std::max(width, name.size());
    if (result.outcome == HostOutcome::kInterrupted) {
      ++interrupted;
    } else {
      ++states[result.state];
    }
    changed += result.changed;
    satisfied += result.satisfied - result.left_in_turn;
    left_in_turn += result.left_in_turn;
    verified += result.verified;
    if (result.outcome == HostOutcome::kTolerated) tolerated += result.failed;
    all_good = all_good && good(result);
  }
  std::string out;
  const bool listed = hosts.size() <= kHostsListed && (!plan.changes_nothing() || !all_good);
  if (listed) {
    out += "\n";
    for (const auto& [name, result] : hosts) out += host_line(result, width, color);
  }
  // Of few hosts each error stands right above.
  if (!listed) out += failures_text(hosts, color);
  out += "\n" + tint(all_good ? "Done" : "Not done", all_good ? Tone::kGreen : Tone::kRed, color) + ": ";
  std::string counts;
  for (const auto& [state, count] : states) append_item(counts, std::to_string(count) + " " + std::string(name(state)));
  if (interrupted > 0) append_item(counts, std::to_string(interrupted) + " interrupted");
  out += "hosts " + counts + "; " + std::to_string(changed) + " changed";
  if (verified > 0) out += ", " + std::to_string(verified) + " verified";
  if (satisfied > 0) out += ", " + std::to_string(satisfied) + " already as asked for";
  if (left_in_turn > 0) out += ", " + std::to_string(left_in_turn) + " left undone by their conditions";
  if (tolerated > 0) out += ", " + std::to_string(tolerated) + " failed that may";
  out += ". Run " + run_id + "\n";
  if (!next.empty()) out += "Go on with: " + next + "\n";
  return out;
}

Json run_json(const run::HostResults& hosts, const std::string& run_id, const std::string& plan_id, Json earlier) {
  Json list = Json::object();
  for (const auto& [name, result] : hosts) {
    Json diagnostics = Json::array();
    for (const Diagnostic& diagnostic : result.diagnostics.sorted()) diagnostics.push_back(to_json(diagnostic));
    list[name] = {{"state", plumb::name(result.state)},
                  {"outcome", plumb::name(result.outcome)},
                  {"changed", result.changed},
                  {"satisfied", result.satisfied},
                  {"verified", result.verified},
                  {"failed", result.failed},
                  {"skipped", result.skipped},
                  {"milliseconds", result.milliseconds},
                  {"owed", result.owed},
                  {"diagnostics", std::move(diagnostics)}};
    if (result.outcome == HostOutcome::kAlready)
      list[name]["applied"] = {{"run", result.applied_by}, {"at", result.applied_at}};
  }
  Json document = {{"run", run_id}, {"plan", plan_id}, {"hosts", std::move(list)}};
  if (!earlier.is_null()) document["earlier"] = Json::array({std::move(earlier)});
  return document;
}

}  // namespace plumb::report
