#include "engine/report/plan_html.h"

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "engine/report/host_list.h"
#include "engine/report/markdown_text.h"
#include "engine/report/page_parts.h"
#include "engine/report/plan_outline.h"
#include "engine/report/plan_risks.h"
#include "engine/report/plan_text.h"
#include "engine/report/terminal_text.h"
#include "engine/report/told_groups.h"

namespace plumb::report {
namespace {

using PageSink = std::function<void(std::string_view)>;

// Nothing in it ends the script element that it stands in, or begins a comment there.
std::string json_in_html(const Json& json) {
  std::string out;
  for (const char c : json.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    if (c == '<') {
      out += "\\u003c";
    } else if (c == '>') {
      out += "\\u003e";
    } else if (c == '&') {
      out += "\\u0026";
    } else {
      out += c;
    }
  }
  return out;
}

std::set<std::string> reasons_of(const plan::Action& action) {
  std::set<std::string> reasons;
  for (const auto& [attribute, why] : action.because) reasons.insert(why);
  if (action.triggered) reasons.insert(action.pending ? "owed" : "triggered");
  return reasons;
}

class PageData {
 public:
  PageData(const plan::Plan& plan, const Registry* kinds, const PageSink& sink) : plan_(plan), sink_(sink) {
    constexpr std::size_t kDiffLines = 2000;
    options_.kinds = kinds;
    options_.diff_lines = kDiffLines;
    options_.lines_too = true;
  }

  void write() {
    Json hosts = Json::array();
    for (const auto& [host, host_plan] : plan_.hosts) {
      if (host_plan.actions.empty()) continue;
      places_.emplace(host, hosts.size());
      hosts.push_back(terminal_text(host, false));
    }
    Json texts;
    for (const Risk risk :
         {Risk::kRestartsHost, Risk::kMayCutOff, Risk::kRemoves, Risk::kReplaces, Risk::kRestarts, Risk::kUnforeseen}) {
      texts[std::string(name(risk))] = short_words(risk);
    }
    sink_("{\"words\":" + json_in_html(texts) + ",\"hosts\":" + json_in_html(hosts) + ",\"groups\":[");
    const std::vector<ActionsOfHosts> lists = distinct_lists(plan_);
    bool is_first = true;
    for (const ToldGroup& group : told_groups(plan_, lists, options_)) {
      const std::shared_ptr<const plan::Actions> actions = lists[group.list].actions->get();
      sink_((is_first ? "\n" : ",\n") + json_in_html(group_json(group, *actions)));
      is_first = false;
    }
    sink_("]}");
  }

 private:
  // The places of the hosts in the list of all, as ranges.
  Json ranges_of(const std::vector<std::string>& hosts) const {
    Json ranges = Json::array();
    for (const std::string& host : hosts) {
      const std::size_t place = places_.at(host);
      if (!ranges.empty() && ranges.back().get<std::size_t>() + 1 == place) {
        ranges.back() = place;
      } else {
        ranges.push_back(place);
        ranges.push_back(place);
      }
    }
    return ranges;
  }

  Json group_json(const ToldGroup& group, const plan::Actions& actions) const {
    Json json = {{"label", host_list(group.hosts)},
                 {"count", group.hosts.size()},
                 {"hosts", ranges_of(group.hosts)},
                 {"versions", group.versions},
                 {"actions", Json::array()}};
    for (std::size_t i = 0; i < group.positions.size(); ++i) {
      const plan::Action& action = actions[group.positions[i]];
      Json risks = Json::array();
      for (const Risk risk : risks_of(action)) risks.push_back(name(risk));
      json["actions"].push_back({{"address", terminal_text(group.actions[i].address, false)},
                                 {"kind", action.desired.address.kind},
                                 {"op", name(action.op)},
                                 {"reasons", reasons_of(action)},
                                 {"risks", std::move(risks)},
                                 {"source", terminal_text(action.source, false)},
                                 {"text", terminal_text(group.actions[i].text, false)}});
    }
    return json;
  }

  const plan::Plan& plan_;
  const PageSink& sink_;
  PlanTextOptions options_;
  std::map<std::string, std::size_t> places_;
};

}  // namespace

void plan_html(const plan::Plan& plan, const std::string& id, const PlanHtmlOptions& options,
               const std::function<void(std::string_view)>& sink) {
  PlanTextOptions text;
  text.kinds = options.kinds;
  const std::string rest = around_text(plan, text) + moving_text(plan, false) + locks_text(plan, false) +
                           record_text(plan, false) + passed_over_text(plan, false) + elsewhere_text(plan, false);
  const std::string found = risk_text(plan, false);
  const std::string risks = found.empty() ? found : found + "\n";
  const bool has_none = plan.hosts.empty() && !plan.unplanned.empty();
  const std::map<std::string_view, std::string> texts = {
      {"TITLE", html_text((has_none ? "No plan of " : "Plan of ") + plan.project)},
      {"ID", html_text((id.empty() ? "" : id + ", ") + "hosts " + plan.scope.on + ", made by plumb " + plan.engine)},
      {"SUMMARY",
       html_text(scope_text(plan, false) + options.note + risks + plan_summary(plan, text) + options.errors)},
      {"REST", html_text(rest)},
      {"STYLE", std::string(page_part("plan.css"))},
      {"STYLE_HASH", policy_hash(page_part("plan.css"))},
      {"SCRIPT", std::string(page_part("plan.js"))},
      {"SCRIPT_HASH", policy_hash(page_part("plan.js"))},
  };
  std::string_view page = page_part("plan.html");
  for (std::size_t at = page.find('@'); at != std::string_view::npos; at = page.find('@')) {
    const std::size_t end = page.find('@', at + 1);
    const std::string_view word = page.substr(at + 1, end - at - 1);
    sink(page.substr(0, at));
    if (word == "DATA") {
      PageData(plan, options.kinds, sink).write();
    } else {
      sink(texts.at(word));
    }
    page.remove_prefix(end + 1);
  }
  sink(page);
}

}  // namespace plumb::report
