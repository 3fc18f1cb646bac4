#include "engine/report/history_csv.h"

#include <initializer_list>
#include <set>
#include <string_view>

#include "engine/report/history_words.h"

namespace plumb::report {
namespace {

// A cell that a spreadsheet would take for a formula is text in it all the same: names come from hosts, too.
std::string cell(std::string_view text) {
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  const bool quoted = formula || text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (!quoted) return std::string(text);
  std::string out = formula ? "\"'" : "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string row(std::initializer_list<std::string_view> cells) {
  std::string out;
  for (const std::string_view one : cells) out += (out.empty() ? "" : ",") + cell(one);
  return out + "\r\n";
}

std::string row_of(const history::RunRecord& run, const std::string& host, const std::string& state,
                   const history::ActionEntry* action) {
  const history::RunSummary& summary = run.summary;
  const std::string milliseconds = action == nullptr ? "" : std::to_string(action->milliseconds);
  return row({summary.id, summary.started_at, summary.operator_name, outcome_of(summary).text, summary.plan, host,
              state, action == nullptr ? "" : action->address, action == nullptr ? "" : action->op,
              action == nullptr ? "" : name(action->outcome), action == nullptr ? "" : action->code, milliseconds,
              action == nullptr ? "" : action->at});
}

}  // namespace

std::string csv_head() {
  return row({"run", "started", "operator", "outcome", "plan", "host", "state", "address", "op", "result", "code",
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
