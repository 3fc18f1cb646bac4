#include "engine/report/history_html.h"

#include <map>
#include <utility>

#include "engine/report/history_words.h"
#include "engine/report/markdown_text.h"
#include "engine/report/page_parts.h"
#include "engine/report/terminal_text.h"

namespace plumb::report {
namespace {

constexpr std::string_view kEnd = "</main>\n</body>\n</html>\n";

// As the page of a plan has its colours.
std::string_view color_of(Tone tone) {
  switch (tone) {
    case Tone::kGreen:
      return "create";
    case Tone::kYellow:
      return "update";
    case Tone::kRed:
      return "delete";
    case Tone::kCyan:
    case Tone::kBlue:
      return "run";
    default:
      return "soft";
  }
}

// What came from a host or an operator is text, and shows what nobody sees.
std::string shown(std::string_view text) {
  return html_text(terminal_text(text, false));
}

std::string in_color(const std::string& text, Tone tone) {
  return "<span class=\"" + std::string(color_of(tone)) + "\">" + shown(text) + "</span>";
}

// Cells are markup.
std::string row(const std::vector<std::string>& cells) {
  std::string out = "<tr>";
  for (const std::string& cell : cells) out += "<td>" + cell + "</td>";
  return out + "</tr>\n";
}

std::string table_begin(std::string_view label, const std::vector<std::string>& heads) {
  std::string out =
      "<div class=\"body\" tabindex=\"0\" role=\"group\" aria-label=\"" + std::string(label) + "\"><table><thead><tr>";
  for (const std::string& head : heads) out += "<th scope=\"col\">" + head + "</th>";
  return out + "</tr></thead><tbody>\n";
}

constexpr std::string_view kTableEnd = "</tbody></table></div>\n";

std::string result_row(const history::ActionRecord& record) {
  const history::ActionEntry& action = record.action;
  return row({in_color(std::string(name(action.outcome)), tone_of(action.outcome)),
              shown(action.op + " " + action.address), std::to_string(action.milliseconds) + " ms",
              shown((action.code.empty() ? "" : action.code + ": ") + action.text)});
}

}  // namespace

std::string runs_html(const std::vector<history::RunSummary>& runs) {
  std::string out = page_head("History");
  if (runs.empty()) return out + "<p>No runs yet.</p>\n" + std::string(kEnd);
  out += table_begin("Runs, the newest first",
                     {"run", "started", "outcome", "hosts", "changed", "failed", "skipped", "operator"});
  for (const history::RunSummary& run : runs) {
    const Word outcome = outcome_of(run);
    out += row({shown(run.id), shown(run.started_at), in_color(outcome.text, outcome.tone), std::to_string(run.hosts),
                std::to_string(run.changed), std::to_string(run.failed), std::to_string(run.skipped),
                shown(run.operator_name)});
  }
  return out + std::string(kTableEnd) + std::string(kEnd);
}

std::string run_record_html(const history::RunRecord& run) {
  const history::RunSummary& summary = run.summary;
  const Word outcome = outcome_of(summary);
  std::string out = page_head("Run " + summary.id);
  out += "<p>" + in_color(outcome.text, outcome.tone) + "</p>\n" + table_begin("The run", {"what", "value"});
  std::vector<std::pair<std::string, std::string>> facts = {
      {"project", summary.project},     {"operator", summary.operator_name},
      {"started", summary.started_at},  {"finished", summary.finished_at.empty() ? "never" : summary.finished_at},
      {"hosts", summary.hosts_pattern}, {"plan", summary.plan},
      {"engine", summary.engine}};
  for (const auto& [note, text] : run.notes) facts.emplace_back(note, text);
  for (const auto& [what, value] : facts) {
    if (!value.empty()) out += row({shown(what), shown(value)});
  }
  out += kTableEnd;
  std::map<std::string, std::vector<const history::ActionRecord*>> actions;
  for (const history::ActionRecord& record : run.actions) actions[record.host].push_back(&record);
  for (const history::HostEntry& host : run.hosts) {
    const Word state = state_of(host);
    out += "<section><h2>" + shown(host.name) + " " + in_color(state.text, state.tone) + "</h2>\n<p>" +
           std::to_string(host.changed) + " changed, " + std::to_string(host.failed) + " failed, " +
           std::to_string(host.skipped) + " skipped, " + std::to_string(host.milliseconds) + " ms</p>\n";
    if (!host.text.empty())
      out += "<pre tabindex=\"0\">" + shown((host.code.empty() ? "" : host.code + ": ") + host.text) + "</pre>\n";
    if (const auto found = actions.find(host.name); found != actions.end()) {
      out += "<details><summary>" + std::to_string(found->second.size()) + " actions</summary>\n" +
             table_begin("Actions on " + shown(host.name), {"outcome", "action", "time", "said"});
      for (const history::ActionRecord* record : found->second) out += result_row(*record);
      out += std::string(kTableEnd) + "</details>\n";
    }
    out += "</section>\n";
  }
  if (!run.late.empty()) {
    out += "<section><h2>Told later by the hosts</h2>\n" +
           table_begin("Told later", {"host", "outcome", "action", "at", "said"});
    for (const history::LateReport& late : run.late) {
      out += row({shown(late.host), shown(std::string(name(late.outcome))), shown(late.address), shown(late.at),
                  shown(late.text)});
    }
    out += std::string(kTableEnd) + "</section>\n";
  }
  return out + std::string(kEnd);
}

}  // namespace plumb::report
