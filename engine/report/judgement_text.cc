#include "engine/report/judgement_text.h"

#include <set>

#include "engine/base/joined.h"
#include "engine/base/time_text.h"

namespace plumb::report {
namespace {

Json to_json(const policy::Finding& one) {
  Json json = {{"effect", name(one.effect)}, {"rule", one.rule},   {"rule_at", one.rule_span.str()},
               {"message", one.message},     {"hosts", one.hosts}, {"waived", one.waived}};
  if (!one.address.empty()) json["address"] = one.address;
  if (!one.source.empty()) json["source"] = one.source;
  if (one.waived) json["waiver"] = {{"reason", one.waiver->reason}, {"until", date_text(one.waiver->until)}};
  if (one.effect != policy::Effect::kRequire) return json;
  const policy::Requirement& wanted = one.requirement;
  if (wanted.approvals > 0) json["require"]["approvals"] = wanted.approvals;
  if (!wanted.ticket.empty()) json["require"]["ticket"] = wanted.ticket;
  if (!wanted.windows.empty()) json["require"]["window"] = plumb::to_json(wanted.windows);
  return json;
}

}  // namespace

std::map<std::string, std::size_t> fired(const policy::Judgement& judgement, policy::Effect effect) {
  std::map<std::string, std::size_t> rules;
  for (const policy::Finding& one : judgement.findings) {
    if (one.effect == effect && !one.waived) ++rules[one.rule];
  }
  return rules;
}

std::string judgement_summary(const policy::Judgement& judgement) {
  std::string text;
  const auto say = [&text](std::size_t count, const std::string& one, const std::string& many) {
    if (count == 0) return;
    append_item(text, count == 1 ? one : std::to_string(count) + many);
  };
  std::set<std::string> waived;
  for (const policy::Finding& one : judgement.findings) {
    if (one.waived) waived.insert(one.rule);
  }
  say(judgement.failures.items().size(), "one rule could not judge", " rules could not judge");
  say(fired(judgement, policy::Effect::kDeny).size(), "one rule denies it", " rules deny it");
  say(fired(judgement, policy::Effect::kRequire).size(), "one asks for more", " ask for more");
  say(fired(judgement, policy::Effect::kWarn).size(), "one warns", " warn");
  say(waived.size(), "one is waived", " are waived");
  return text.empty() ? "no rule has anything to say" : text;
}

Json judgement_json(const policy::Judgement& judgement) {
  Json findings = Json::array();
  for (const policy::Finding& one : judgement.findings) findings.push_back(to_json(one));
  Json failures = Json::array();
  for (const Diagnostic& one : judgement.failures.items()) failures.push_back(one.summary);
  return {{"denied", judgement.denies()}, {"findings", std::move(findings)}, {"failures", std::move(failures)}};
}

}  // namespace plumb::report
