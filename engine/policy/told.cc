#include "engine/policy/told.h"

#include "engine/base/joined.h"
#include "engine/base/time_text.h"
#include "engine/plan/source_place.h"

namespace plumb::policy {
namespace {

constexpr std::size_t kMostNames = 4;

std::string listed(const std::vector<std::string>& hosts) {
  std::string text;
  for (std::size_t i = 0; i < hosts.size() && i < kMostNames; ++i) append_item(text, hosts[i]);
  if (hosts.size() > kMostNames) text += " and " + std::to_string(hosts.size() - kMostNames) + " more";
  return text;
}

Diagnostic told_of(const Finding& one) {
  Diagnostic told;
  const std::string rule = "`" + one.rule + "` ";
  if (one.waived) {
    told = Diagnostic(Code::kPolicyWarns, rule + "is waived until " + date_text(one.waiver->until) + " (" +
                                              one.waiver->reason + "): " + one.message);
    told.severity = Severity::kNote;
  } else if (one.effect == Effect::kDeny) {
    told = Diagnostic(Code::kPolicyDenied, rule + "forbids it: " + one.message);
  } else if (one.effect == Effect::kRequire) {
    told = Diagnostic(Code::kPolicyRequires, rule + "asks for " + text_of(one.requirement) + ": " + one.message);
    told.severity = Severity::kWarning;
  } else {
    told = Diagnostic(Code::kPolicyWarns, rule + "warns: " + one.message);
    told.severity = Severity::kWarning;
  }
  const std::string on = one.hosts.empty() ? "" : "on " + listed(one.hosts);
  const std::optional<SourceSpan> place = plan::place_of(one.source);
  if (place) {
    told.span = place;
    told.label = on;
    told.related.push_back({one.rule_span, "the rule"});
  } else {
    told.span = one.rule_span;
    told.label = "the rule";
    if (!on.empty()) told.summary += ", " + on;
  }
  if (one.waiver) {
    told.related.push_back({one.waiver->span, one.waived
                                                  ? "the waiver"
                                                  : "a waiver of it, that ended on " + date_text(one.waiver->until)});
  }
  if (!one.waived) told.hint = one.hint;
  return told;
}

}  // namespace

std::string text_of(const Requirement& requirement) {
  std::vector<std::string> parts;
  if (requirement.approvals > 0)
    parts.push_back(requirement.approvals == 1 ? "an approval" : std::to_string(requirement.approvals) + " approvals");
  if (!requirement.ticket.empty()) parts.push_back("a ticket that matches `" + requirement.ticket + "`");
  if (!requirement.windows.empty()) parts.push_back("a time in " + plumb::text_of(requirement.windows));
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

Diagnostics diagnostics_of(const Judgement& judgement) {
  Diagnostics told = diagnostics_but_requirements(judgement);
  for (const Finding& one : judgement.findings) {
    if (one.effect == Effect::kRequire && !one.waived) told.add(told_of(one));
  }
  return told;
}

Diagnostics diagnostics_but_requirements(const Judgement& judgement) {
  Diagnostics told;
  told.extend(judgement.failures);
  for (const Finding& one : judgement.findings) {
    if (one.effect != Effect::kRequire || one.waived) told.add(told_of(one));
  }
  for (const Waiver& waiver : judgement.ended) {
    told.add(Diagnostic(Code::kPolicyWarns, "a waiver of `" + waiver.rule + "` ended on " + date_text(waiver.until))
                 .as(Severity::kWarning)
                 .at(waiver.span, "it lets nothing pass any more"));
  }
  return told;
}

}  // namespace plumb::policy
