#include "engine/report/program_text.h"

#include <algorithm>
#include <cctype>
#include <tuple>

#include "engine/base/joined.h"
#include "engine/base/outside_text.h"
#include "engine/base/shell_word.h"
#include "engine/report/host_list.h"
#include "engine/report/run_text.h"
#include "engine/report/style.h"

namespace plumb::report {
namespace {

struct AnswerGroup {
  const run::ProgramAnswer* answer = nullptr;
  std::vector<std::string> hosts;
};

bool is_same(const run::ProgramAnswer& a, const run::ProgramAnswer& b) {
  return std::tie(a.exit_code, a.output, a.errors, a.left_out) == std::tie(b.exit_code, b.output, b.errors, b.left_out);
}

std::vector<AnswerGroup> groups_of(const std::map<std::string, run::ProgramAnswer>& answers) {
  std::vector<AnswerGroup> groups;
  for (const auto& [host, answer] : answers) {
    const auto same = std::find_if(groups.begin(), groups.end(),
                                   [&one = answer](const AnswerGroup& group) { return is_same(*group.answer, one); });
    if (same != groups.end()) {
      same->hosts.push_back(host);
    } else {
      groups.push_back({&answer, {host}});
    }
  }
  return groups;
}

// Its lines, each behind two blanks.
std::string set_in(const std::string& bytes) {
  std::string out;
  const std::string text = outside_text(bytes, kWhole);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out += "  " + text.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return out;
}

constexpr std::string_view kWell = "ok";

// How it ended on a host: the program's own end, or what kept it from one.
std::string word_of(const run::HostResult& host) {
  if (host.outcome == HostOutcome::kInterrupted || host.outcome == HostOutcome::kNotStarted)
    return std::string(name(host.outcome));
  return std::string(name(host.state));
}

}  // namespace

std::string answers_text(const run::ExecuteResult& result, bool color) {
  std::string out;
  for (const AnswerGroup& group : groups_of(result.answers)) {
    const run::ProgramAnswer& answer = *group.answer;
    out += tint(host_list(group.hosts), Tone::kBold, color);
    if (group.hosts.size() > 1) out += " (" + std::to_string(group.hosts.size()) + " hosts)";
    if (answer.exit_code != 0) out += "  " + tint("exit code " + std::to_string(answer.exit_code), Tone::kRed, color);
    out += "\n" + set_in(answer.output) + set_in(answer.errors);
    if (answer.left_out > 0)
      out +=
          tint("  … and " + std::to_string(answer.left_out) + " bytes more, which are not kept\n", Tone::kDim, color);
  }
  return out;
}

std::string answers_summary(const run::ExecuteResult& result, const std::string& run, bool color) {
  std::map<std::string, int> counts;
  for (const auto& [host, one] : result.hosts) ++counts[word_of(one)];
  std::string out = "Run " + run + ":";
  const char* between = " ";
  for (const auto& [word, count] : counts) {
    out += between + tint(std::to_string(count) + " " + word, word == kWell ? Tone::kGreen : Tone::kRed, color);
    between = ", ";
  }
  return out + "\n";
}

Json answers_json(const run::ExecuteResult& result, const std::string& run) {
  Json hosts = Json::object();
  for (const auto& [host, one] : result.hosts) {
    Json json = {{"state", word_of(one)}, {"milliseconds", one.milliseconds}};
    if (const auto found = result.answers.find(host); found != result.answers.end()) {
      const run::ProgramAnswer& answer = found->second;
      json["exit_code"] = answer.exit_code;
      json["output"] = repaired_utf8(answer.output);
      json["errors"] = repaired_utf8(answer.errors);
      if (answer.left_out > 0) json["left_out"] = answer.left_out;
    }
    if (const Diagnostic* problem = first_error(one))
      json["problem"] = {{"code", code_name(problem->code)}, {"summary", problem->summary}};
    hosts[host] = std::move(json);
  }
  return {{"run", run}, {"hosts", std::move(hosts)}};
}

std::string program_text(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) append_item(out, typed_word(word), " ");
  return out;
}

}  // namespace plumb::report
