#include "engine/report/compliance_text.h"

#include <algorithm>

#include "engine/base/joined.h"
#include "engine/report/csv_row.h"
#include "engine/report/markdown_text.h"
#include "engine/report/style.h"

namespace plumb::report {
namespace {

using compliance::Assessment;
using compliance::State;
using compliance::Verdict;

constexpr State kStates[] = {State::kCompliant, State::kNotCompliant, State::kWaived, State::kNotApplicable,
                             State::kUnknown};

Tone tone_of_state(State state) {
  switch (state) {
    case State::kCompliant:
      return Tone::kGreen;
    case State::kNotCompliant:
      return Tone::kRed;
    case State::kWaived:
    case State::kUnknown:
      return Tone::kYellow;
    case State::kNotApplicable:
      return Tone::kDim;
  }
  return Tone::kPlain;
}

// "130 compliant, 2 not compliant"
std::string summary_of(const std::map<State, std::size_t>& counts) {
  std::string text;
  for (const State state : kStates) {
    const auto found = counts.find(state);
    if (found == counts.end()) continue;
    append_item(text, std::to_string(found->second) + " " + std::string(name(state)));
  }
  return text.empty() ? "no control was asked for" : text;
}

std::map<State, std::size_t> counts_of(const std::vector<Verdict>& verdicts) {
  std::map<State, std::size_t> counts;
  for (const Verdict& one : verdicts) ++counts[one.state];
  return counts;
}

std::string title_of(const compliance::Profile& profile) {
  return profile.name + (profile.title.empty() ? "" : ": " + profile.title) +
         (profile.version.empty() ? "" : " (" + profile.version + ")");
}

}  // namespace

std::string compliance_text(const compliance::Profile& profile, const Assessment& assessment, bool full, bool color) {
  std::size_t widest = 0;
  for (const compliance::Control* control : assessment.controls) widest = std::max(widest, control->id.size());
  std::string text = title_of(profile) + "\n";
  for (const auto& [host, verdicts] : assessment.hosts) {
    text += "\n" + tint(host, Tone::kBold, color) + "  " + summary_of(counts_of(verdicts)) + "\n";
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      const Verdict& verdict = verdicts[i];
      const bool quiet = verdict.state == State::kCompliant || verdict.state == State::kNotApplicable;
      if (quiet && !full) continue;
      const compliance::Control& control = *assessment.controls[i];
      text += "  " + control.id + std::string(widest - control.id.size() + 2, ' ') +
              tint(name(verdict.state), tone_of_state(verdict.state), color) + "  " + control.title + "\n";
      if (!verdict.why.empty()) text += std::string(widest + 4, ' ') + verdict.why + "\n";
    }
  }
  return text + "\n" + (assessment.passes() ? "Compliant: " : "Not compliant: ") + summary_of(assessment.counts()) +
         "\n";
}

std::string compliance_csv(const Assessment& assessment) {
  std::string text = csv_row({"host", "control", "level", "title", "state", "why"});
  for (const auto& [host, verdicts] : assessment.hosts) {
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      const compliance::Control& control = *assessment.controls[i];
      text += csv_row({host, control.id, control.level, control.title, name(verdicts[i].state), verdicts[i].why});
    }
  }
  return text;
}

std::string compliance_markdown(const compliance::Profile& profile, const Assessment& assessment) {
  std::string text = "# " + markdown_text(title_of(profile)) + "\n\n" +
                     (profile.source.empty() ? "" : "Source: " + markdown_text(profile.source) + "\n\n") +
                     (assessment.passes() ? "Compliant: " : "Not compliant: ") + summary_of(assessment.counts()) + "\n";
  for (const auto& [host, verdicts] : assessment.hosts) {
    text += "\n## " + markdown_text(host) + "\n\n" + summary_of(counts_of(verdicts)) +
            "\n\n| control | level | | state | |\n|---|---|---|---|---|\n";
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      const compliance::Control& control = *assessment.controls[i];
      text += "| " + markdown_text(control.id) + " | " + markdown_text(control.level) + " | " +
              markdown_text(control.title) + " | " + std::string(name(verdicts[i].state)) + " | " +
              markdown_text(verdicts[i].why) + " |\n";
    }
  }
  return text;
}

}  // namespace plumb::report
