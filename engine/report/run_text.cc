#include "engine/report/run_text.h"

#include <algorithm>
#include <vector>

#include "engine/report/diagnostics.h"
#include "engine/report/host_list.h"
#include "engine/report/style.h"

namespace plumb::report {
namespace {

constexpr std::size_t kHostsShown = 20;

std::string seconds(std::int64_t milliseconds) {
  const std::int64_t tenths = (milliseconds + 50) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

bool good(const run::HostResult& result) {
  return result.state == run::HostState::kOk;
}

std::string host_line(const run::HostResult& result, std::size_t width, bool color) {
  std::string line = "  " + result.name + std::string(width - result.name.size() + 2, ' ');
  const std::string state = result.outcome == "stale"         ? "refused: no longer as the plan saw it"
                            : result.outcome == "interrupted" ? "interrupted"
                            : result.outcome == "not started" ? "not started"
                            : result.outcome == "undone"      ? "undone: not confirmed in time"
                                                              : std::string(name(result.state));
  line += tint(state, good(result) ? Tone::kGreen : Tone::kRed, color);
  if (result.outcome == "already") {
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
    std::string owed;
    for (const std::string& address : result.owed) owed += (owed.empty() ? "" : ", ") + address;
    line += "    owed to the next run: " + owed + "\n";
  }
  return line;
}

}  // namespace

std::string run_summary(const std::map<std::string, run::HostResult>& hosts, const plan::Plan& plan,
                        const std::string& run_id, bool color) {
  std::size_t width = 0;
  std::map<run::HostState, int> states;
  int changed = 0;
  int satisfied = 0;
  int verified = 0;
  bool stale = false;
  std::vector<std::string> bad;
  for (const auto& [name, result] : hosts) {
    width = std::max(width, name.size());
    ++states[result.state];
    changed += result.changed;
    satisfied += result.satisfied;
    verified += result.verified;
    stale = stale || result.outcome == "stale";
    if (!good(result)) bad.push_back(name);
  }
  std::string out;
  const bool already =
      std::any_of(hosts.begin(), hosts.end(), [](const auto& h) { return h.second.outcome == "already"; });
  if (!plan.changes_nothing() || !bad.empty()) {
    out += "\n";
    std::size_t shown = 0;
    for (const auto& [name, result] : hosts) {
      // Of many hosts only those that need attention are listed one by one.
      if (hosts.size() > kHostsShown && (good(result) || shown >= kHostsShown)) continue;
      out += host_line(result, width, color);
      ++shown;
    }
  }
  out += "\n" + tint(bad.empty() ? "Done" : "Not done", bad.empty() ? Tone::kGreen : Tone::kRed, color) + ": ";
  std::string counts;
  for (const auto& [state, count] : states)
    counts += (counts.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(name(state));
  out += "hosts " + counts + "; " + std::to_string(changed) + " changed";
  if (verified > 0) out += ", " + std::to_string(verified) + " verified";
  if (satisfied > 0) out += ", " + std::to_string(satisfied) + " already as asked for";
  out += ". Run " + run_id + "\n";
  if (states.contains(run::HostState::kNotStarted)) {
    out += "Go on with: plumb apply --resume " + run_id + "\n";
  } else if (!bad.empty() && !already) {
    out += "Go on with: plumb " + std::string(stale ? "plan" : "apply") + " --on '";
    const std::string list = host_list(bad, 200);
    std::string pattern;
    for (const std::string& name : bad) pattern += (pattern.empty() ? "" : ":") + name;
    out += (bad.size() <= kHostsShown ? pattern : list) + "'\n";
  }
  return out;
}

Json run_json(const std::map<std::string, run::HostResult>& hosts, const std::string& run_id,
              const std::string& plan_id) {
  Json list = Json::object();
  for (const auto& [name, result] : hosts) {
    Json diagnostics = Json::array();
    for (const Diagnostic& diagnostic : result.diagnostics.sorted()) diagnostics.push_back(to_json(diagnostic));
    list[name] = {{"state", run::name(result.state)},
                  {"outcome", result.outcome},
                  {"changed", result.changed},
                  {"satisfied", result.satisfied},
                  {"verified", result.verified},
                  {"failed", result.failed},
                  {"skipped", result.skipped},
                  {"milliseconds", result.milliseconds},
                  {"owed", result.owed},
                  {"diagnostics", std::move(diagnostics)}};
    if (result.outcome == "already") list[name]["applied"] = {{"run", result.applied_by}, {"at", result.applied_at}};
  }
  return {{"run", run_id}, {"plan", plan_id}, {"hosts", std::move(list)}};
}

}  // namespace plumb::report
