#include "engine/report/history_csv.h"

#include <set>

#include "engine/report/csv_row.h"
#include "engine/report/history_words.h"

namespace plumb::report {
namespace {

std::string row_of(const history::RunRecord& run, const std::string& host, const std::string& state,
                   const history::ActionEntry* action) {
  const history::RunSummary& summary = run.summary;
  const std::string milliseconds = action == nullptr ? "" : std::to_string(action->milliseconds);
  return csv_row({summary.id, summary.started_at, summary.operator_name, outcome_of(summary).text, summary.plan, host,
                  state, action == nullptr ? "" : action->address, action == nullptr ? "" : action->op,
                  action == nullptr ? "" : name(action->outcome), action == nullptr ? "" : action->code, milliseconds,
                  action == nullptr ? "" : action->at});
}

}  // namespace

std::string csv_head() {
  return csv_row({"run", "started", "operator", "outcome", "plan", "host", "state", "address", "op", "result", "code",
                  "milliseconds", "at"});
}

std::string csv_rows(const history::RunRecord& run) {
  std::map<std::string, std::string> states;
  for (const history::HostEntry& host : run.hosts) states[host.name] = state_of(host).text;
  std::string out;
  std::set<std::string> with_actions;
  for (const history::ActionRecord& record : run.actions) {
    with_actions.insert(record.host);
    out += row_of(run, record.host, states[record.host], &record.action);
  }
  for (const history::HostEntry& host : run.hosts) {
    if (!with_actions.contains(host.name)) out += row_of(run, host.name, states[host.name], nullptr);
  }
  return out;
}

}  // namespace plumb::report
