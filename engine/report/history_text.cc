#include "engine/report/history_text.h"

#include <algorithm>

#include "engine/report/history_words.h"
#include "engine/report/style.h"

namespace plumb::report {
namespace {

std::string counts(const history::RunSummary& run) {
  std::string text =
      std::to_string(run.hosts) + (run.hosts == 1 ? " host, " : " hosts, ") + std::to_string(run.changed) + " changed";
  if (run.satisfied > 0) text += ", " + std::to_string(run.satisfied) + " satisfied";
  if (run.failed > 0) text += ", " + std::to_string(run.failed) + " failed";
  if (run.skipped > 0) text += ", " + std::to_string(run.skipped) + " skipped";
  return text;
}

std::string indented(const std::string& text, const std::string& indent) {
  std::string out;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) end = text.size();
    out += indent + text.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return out;
}

Json summary_json(const history::RunSummary& run) {
  return {{"id", run.id},
          {"kind", run.kind},
          {"project", run.project},
          {"plan", run.plan},
          {"operator", run.operator_name},
          {"started_at", run.started_at},
          {"finished_at", run.finished_at},
          {"hosts_pattern", run.hosts_pattern},
          {"engine", run.engine},
          {"outcome", outcome_of(run).text},
          {"exit_code", run.exit_code},
          {"hosts", run.hosts},
          {"changed", run.changed},
          {"satisfied", run.satisfied},
          {"failed", run.failed},
          {"skipped", run.skipped}};
}

}  // namespace

std::string runs_text(const std::vector<history::RunSummary>& runs, bool color) {
  if (runs.empty()) return "No runs yet.\n";
  std::string out;
  for (const history::RunSummary& run : runs) {
    const std::string when = run.started_at.substr(0, 19);
    const Word outcome = outcome_of(run);
    out += run.id + "  " + (when.empty() ? "" : when + "Z  ") + tint(outcome.text, outcome.tone, color) +
           std::string(outcome.text.size() < 11 ? 11 - outcome.text.size() : 0, ' ') + "  " + counts(run) +
           tint("  " + run.operator_name, Tone::kDim, color) + "\n";
  }
  return out;
}

Json runs_json(const std::vector<history::RunSummary>& runs) {
  Json list = Json::array();
  for (const history::RunSummary& run : runs) list.push_back(summary_json(run));
  return list;
}

std::string run_record_text(const history::RunRecord& run, bool color) {
  const history::RunSummary& summary = run.summary;
  const Word outcome = outcome_of(summary);
  std::string out =
      tint("Run " + summary.id, Tone::kBold, color) + "  " + tint(outcome.text, outcome.tone, color) + "\n";
  if (summary.kind != "apply") out += "  kind      " + summary.kind + "\n";
  out += "  project   " + summary.project + "\n  operator  " + summary.operator_name + "\n  started   " +
         summary.started_at + "\n  finished  " + (summary.finished_at.empty() ? "never" : summary.finished_at) +
         "\n  hosts     " + summary.hosts_pattern + "\n" +
         (summary.plan.empty() ? "" : "  plan      " + summary.plan + "\n") + "  " + counts(summary) + "\n";
  for (const auto& [note, text] : run.notes) out += indented(note + ": " + text, "  ");
  for (const history::HostEntry& host : run.hosts) {
    const Word state = state_of(host);
    out += "\n" + tint(host.name, Tone::kBold, color) + "  " + tint(state.text, state.tone, color) + "  " +
           std::to_string(host.milliseconds) + " ms\n";
    if (!host.text.empty()) out += indented((host.code.empty() ? "" : host.code + ": ") + host.text, "  ");
    for (const history::ActionRecord& record : run.actions) {
      if (record.host != host.name) continue;
      const history::ActionEntry& action = record.action;
      const std::string word(name(action.outcome));
      out += "  " + tint(word, tone_of(action.outcome), color) +
             std::string(word.size() < 10 ? 10 - word.size() : 1, ' ') + action.op + " " + action.address + "  " +
             tint(std::to_string(action.milliseconds) + " ms", Tone::kDim, color) + "\n";
      if (!action.text.empty()) out += indented(action.text, "      ");
    }
    for (const history::LateReport& late : run.late) {
      if (late.host != host.name) continue;
      out += "  " + std::string(name(late.outcome)) + " " + late.address + "  (told by the host at " + late.at + ")\n";
      if (!late.text.empty()) out += indented(late.text, "      ");
    }
  }
  // Hosts of which only later reports are known.
  for (const history::LateReport& late : run.late) {
    const bool shown =
        std::any_of(run.hosts.begin(), run.hosts.end(), [&](const auto& host) { return host.name == late.host; });
    if (!shown)
      out += "\n" + late.host + "\n  " + std::string(name(late.outcome)) + " " + late.address +
             "  (told by the host at " + late.at + ")\n";
  }
  return out;
}

Json run_record_json(const history::RunRecord& run) {
  Json json = summary_json(run.summary);
  Json hosts = Json::object();
  for (const history::HostEntry& host : run.hosts) {
    hosts[host.name] = {{"state", state_of(host).text},
                        {"changed", host.changed},
                        {"satisfied", host.satisfied},
                        {"failed", host.failed},
                        {"skipped", host.skipped},
                        {"milliseconds", host.milliseconds},
                        {"code", host.code},
                        {"text", host.text},
                        {"actions", Json::array()}};
  }
  for (const history::ActionRecord& record : run.actions) {
    const history::ActionEntry& action = record.action;
    hosts[record.host]["actions"].push_back({{"address", action.address},
                                             {"op", action.op},
                                             {"outcome", name(action.outcome)},
                                             {"text", action.text},
                                             {"code", action.code},
                                             {"milliseconds", action.milliseconds},
                                             {"at", action.at}});
  }
  json["results"] = std::move(hosts);
  Json late = Json::array();
  for (const history::LateReport& report : run.late) {
    late.push_back({{"host", report.host},
                    {"address", report.address},
                    {"outcome", name(report.outcome)},
                    {"text", report.text},
                    {"at", report.at}});
  }
  json["late"] = std::move(late);
  if (!run.notes.empty()) json["notes"] = run.notes;
  return json;
}

}  // namespace plumb::report
