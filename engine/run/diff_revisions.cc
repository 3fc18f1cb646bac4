#include "engine/run/diff_revisions.h"

#include <algorithm>
#include <iterator>

#include "engine/base/digest.h"
#include "engine/base/sealed.h"
#include "engine/config/told_facts.h"
#include "engine/run/plan_builder.h"
#include "engine/run/planning.h"
#include "engine/simulate/assume.h"
#include "engine/simulate/simulate.h"

namespace plumb::run {
namespace {

using Hosts = std::set<std::string>;

Hosts chosen(const Workspace& workspace, const plan::Scope& scope) {
  const Result<Hosts> hosts = choose_hosts(workspace.inventory(), scope.on, scope.limit);
  return hosts ? *hosts : Hosts();
}

std::vector<std::string> hosts_of_one(const Hosts& one, const Hosts& other) {
  std::vector<std::string> hosts;
  std::set_difference(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(hosts));
  return hosts;
}

// What a plan made without hosts shows as the text of a file is what the older revision puts there.
void add_old_texts(simulate::Simulation& simulation, const ir::Contents& contents, const Registry& kinds) {
  for (const plan::Action& action : *simulation.actions) {
    Desired before = action.desired;
    before.attributes = action.before;
    for (const std::string& digest : content_digests(kinds, before)) {
      if (Result<std::string> text = contents.bytes(digest)) simulation.texts.emplace(digest, std::move(*text));
    }
  }
}

class Comparing {
 public:
  Comparing(const Workspace& before, const Workspace& after, const RevisionRequest& request, const Control& control,
            Diagnostics& old_found, Diagnostics& found)
      : after_(after),
        request_(request),
        control_(control),
        old_found_(old_found),
        found_(found),
        old_hosts_(chosen(before, request.scope)),
        new_hosts_(chosen(after, request.scope)),
        old_compiler_(input(before)),
        new_compiler_(input(after)),
        builder_(new_compiler_.input(), request.scope,
                 std::make_unique<PlanInputs>(new_compiler_.input(), new_hosts_)) {}

  Result<RevisionDiff> run() {
    if (old_hosts_.empty() && new_hosts_.empty())
      return choose_hosts(after_.inventory(), request_.scope.on, request_.scope.limit).error();
    check_scope(after_.project(), request_.scope, found_);
    new_compiler_.check(new_hosts_, found_);
    for (const std::string& host : new_hosts_) {
      Diagnostics old;
      Diagnostics own;
      const bool planned = plan(host, old, own);
      if (control_.level() != StopLevel::kNone)
        return fail(Code::kInterrupted, "interrupted while the revisions were compared");
      if (!planned) builder_.add_unplanned(host, own.has_errors() ? own : old);
      old_once_.add(std::move(old), old_found_);
      once_.add(std::move(own), found_);
    }
    found_.extend(Diagnostics(builder_.diagnostics()));
    diff_.joined = hosts_of_one(new_hosts_, old_hosts_);
    diff_.left = hosts_of_one(old_hosts_, new_hosts_);
    diff_.plan = builder_.finish();
    for (const auto& [host, plan] : diff_.plan.hosts) diff_.orphans += plan.orphans.size();
    return std::move(diff_);
  }

 private:
  ir::CompilerInput input(const Workspace& workspace) const {
    ir::CompilerInput input = workspace.compiler_input();
    return {input.project, input.inventory, input.sources, input.providers, request_.facts, request_.key, [this] {
              return control_.level() != StopLevel::kNone;
            }};
  }

  bool plan(const std::string& host, Diagnostics& old_found, Diagnostics& found) {
    const auto known = request_.facts.find(host);
    const Json* facts = known == request_.facts.end() ? nullptr : &known->second;
    if (facts != nullptr && !(config::missing_fact(*facts, old_compiler_.asked_facts()) +
                              config::missing_fact(*facts, new_compiler_.asked_facts()))
                                 .empty())
      facts = nullptr;
    if (facts == nullptr && (old_compiler_.needs_facts() || new_compiler_.needs_facts()))
      diff_.without_facts.push_back(host);
    diff_.without_readings = diff_.without_readings || old_compiler_.has_readings() || new_compiler_.has_readings();
    const auto new_graph = new_compiler_.compile(host, facts, found);
    std::shared_ptr<const ir::HostGraph> old_graph = std::make_shared<ir::HostGraph>();
    if (old_hosts_.contains(host)) old_graph = old_compiler_.compile(host, facts, old_found);
    if (new_graph == nullptr || old_graph == nullptr) return false;
    const Registry& kinds = after_.providers();
    simulate::Observation observation = simulate::as_declared(*old_graph, *new_graph, kinds);
    seal(*new_graph, observation);
    auto simulation = simulate::simulate_host(
        {*new_graph, kinds, observation, host, request_.scope, simulate::texts_in(new_compiler_.contents())}, found);
    if (!simulation) return false;
    add_old_texts(*simulation, old_compiler_.contents(), kinds);
    builder_.add(host, std::move(*simulation), new_compiler_.shared_contents());
    return true;
  }

  // What is a secret in the newer revision is one in the older too, though it stands there in clear.
  void seal(const ir::HostGraph& graph, simulate::Observation& observation) const {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const Desired& desired = graph.nodes[i].desired;
      const Kind* kind = after_.providers().find(desired.address.kind);
      if (kind == nullptr || !observation.states[i]) continue;
      for (const std::string& name : desired.sensitive) {
        const auto found = observation.states[i]->attributes.find(name);
        if (found == observation.states[i]->attributes.end() || found->is_null()) continue;
        std::string text = found->is_string() ? found->get<std::string>() : canonical(*found);
        if (Sealed::decode(text)) continue;
        if (kind->content(name) != nullptr && is_digest(text))
          text = old_compiler_.contents().bytes(text).value_or(text);
        *found = Sealed::of(request_.key, text).encode();
      }
    }
  }

  const Workspace& after_;
  const RevisionRequest& request_;
  const Control& control_;
  Diagnostics& old_found_;
  Diagnostics& found_;
  ir::TellOnce old_once_;
  ir::TellOnce once_;
  const Hosts old_hosts_;
  const Hosts new_hosts_;
  ir::Compiler old_compiler_;
  ir::Compiler new_compiler_;
  PlanBuilder builder_;
  RevisionDiff diff_;
};

}  // namespace

bool RevisionDiff::differs() const {
  return !plan.changes_nothing() || orphans > 0 || !joined.empty() || !left.empty();
}

Result<RevisionDiff> diff_revisions(const Workspace& before, const Workspace& after, const RevisionRequest& request,
                                    const Control& control, Diagnostics& old_found, Diagnostics& found) {
  return Comparing(before, after, request, control, old_found, found).run();
}

}  // namespace plumb::run
