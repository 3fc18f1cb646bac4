#include "engine/run/plan_builder.h"

#include <algorithm>
#include <cassert>

#include "engine/base/digest.h"
#include "engine/base/sealed.h"
#include "engine/plan/elsewhere.h"
#include "engine/plan/verify.h"
#include "engine/simulate/rollout.h"

namespace plumb::run {

PlanBuilder::PlanBuilder(const ir::CompilerInput& input, plan::Scope scope, std::unique_ptr<PlanInputs> inputs)
    : input_(input), inputs_(std::move(inputs)) {
  plan_.engine = PLUMB_VERSION;
  plan_.project = input.project.name;
  plan_.scope = std::move(scope);
}

void PlanBuilder::take_inputs() {
  if (inputs_ == nullptr) return;
  plan_.inputs = inputs_->get(diagnostics_);
  inputs_ = nullptr;
}

const Diagnostics& PlanBuilder::diagnostics() {
  take_inputs();
  return diagnostics_;
}

void PlanBuilder::add(const std::string& host, plan::HostPlan plan) {
  plan_.hosts[host] = std::move(plan);
}

void PlanBuilder::add(const std::string& host, simulate::Simulation simulated,
                      const std::shared_ptr<const ir::Contents>& contents) {
  plan_.blobs.merge(simulated.texts);
  for (const plan::Action& action : *simulated.actions) {
    for (const std::string& content : content_digests(input_.providers, action.desired)) {
      if (is_digest(content) && !plan_.blobs.contains(content)) add_content(content, contents);
    }
  }
  assert(diagnostics_.has_errors() || plan::verify_contents(plan_, *simulated.actions).empty());
  add(host, std::move(simulated.host));
}

void PlanBuilder::add_content(const std::string& content, const std::shared_ptr<const ir::Contents>& contents) {
  if (const auto info = contents->info(content); info && info->size > plan::kLargeContent) {
    const bool held =
        std::any_of(contents_.begin(), contents_.end(), [&](const auto& one) { return one->holds(content); });
    if (!held) contents_.insert(contents);
    // Of several files with one content the first by name, whatever the order of the hosts.
    std::string& source =
        plan_.contents.try_emplace(content, plan::LargeContent{info->size, info->source}).first->second.source;
    if (source.empty() || (!info->source.empty() && info->source < source)) source = info->source;
  } else if (Result<std::string> bytes = contents->bytes(content)) {
    plan_.blobs.emplace(content, std::move(*bytes));
  } else {
    diagnostics_.add(bytes.error().diagnostic());
  }
}

void PlanBuilder::add_unplanned(const std::string& host, const Diagnostics& found) {
  const std::vector<Diagnostic> problems = found.sorted();
  const auto error = std::find_if(problems.begin(), problems.end(),
                                  [](const Diagnostic& d) { return d.severity == Severity::kError; });
  plan_.unplanned[host] = error == problems.end() ? "" : code_name(error->code);
}

void PlanBuilder::make_waves() {
  const std::optional<config::Rollout>& rollout = input_.project.rollout;
  if (!rollout) return;
  std::set<std::string> hosts;
  for (const auto& [name, host] : plan_.hosts) {
    if (!host.actions.empty()) hosts.insert(name);
  }
  std::vector<std::set<std::string>> stages;
  for (const config::Pattern& stage : rollout->stages) {
    stages.push_back(config::match_hosts(input_.inventory, stage.text).value_or(std::set<std::string>()));
  }
  plan_.rollout = simulate::make_rollout(*rollout, stages, hosts);
}

plan::Plan PlanBuilder::finish() {
  take_inputs();
  if (!input_.key.empty() && plan::holds_sealed(plan_)) plan_.inputs["key"] = key_id(input_.key);
  plan::keep_elsewhere_that_counts(plan_);
  make_waves();
  for (const auto& [host, why] : plan::waits_in_vain(plan_)) {
    Diagnostic problem(Code::kCycle, why);
    problem.host = host;
    in_vain_.emplace(host, std::move(problem).with_hint("have that host come first, in an earlier one of `stages`"));
    plan_.hosts.erase(host);
    plan_.unplanned[host] = code_name(Code::kCycle);
  }
  if (!in_vain_.empty()) make_waves();
  assert(diagnostics_.has_errors() || plan::verify_turns(plan_).empty());
  return std::move(plan_);
}

}  // namespace plumb::run
