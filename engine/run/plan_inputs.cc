#include "engine/run/plan_inputs.h"

#include <utility>

#include "engine/base/digest.h"
#include "engine/base/sealed.h"
#include "engine/config/layers.h"

namespace plumb::run {
namespace {

// Of the canonical {host: {input: value}}, host by host, so that a large fleet need not lie in memory for it.
std::string values_digest(const ir::CompilerInput& from, const std::set<std::string>& hosts) {
  Sha256 sum;
  sum.add("{");
  bool first = true;
  for (const std::string& host : hosts) {
    Json values = Json::object();
    for (const auto& [name, input] : from.project.root.inputs) {
      const config::Located* value = config::input_value(from.project, from.inventory.hosts.at(host), name);
      if (value == nullptr) continue;
      if (!input.sensitive) {
        values[name] = value->value;
      } else if (!from.key.empty()) {
        values[name] = keyed_digest(from.key, canonical(value->value));
      }
    }
    if (values.empty()) continue;
    std::string text = first ? "" : ",";
    first = false;
    append_canonical(text, host);
    text += ':';
    append_canonical(text, values);
    sum.add(text);
  }
  sum.add("}");
  return sum.finish();
}

}  // namespace

PlanInputs::PlanInputs(const ir::CompilerInput& input, std::set<std::string> hosts) : input_(input) {
  work_ = Beside([this, hosts = std::move(hosts)] {
    const ComputeTurn turn;
    config_ = config::digest_of(input_.project, [this] { return abandoned_ || (input_.stopped && input_.stopped()); });
    values_ = values_digest(input_, hosts);
  });
}

PlanInputs::~PlanInputs() {
  abandoned_ = true;
}

std::map<std::string, std::string> PlanInputs::get(Diagnostics& diagnostics) {
  work_.wait();
  if (!config_) diagnostics.add(config_.error().diagnostic());
  std::map<std::string, std::string> inputs = {
      {"config", config_.value_or(std::string())}, {"inventory", input_.inventory.digest}, {"values", values_}};
  if (!input_.recorded_facts.empty()) inputs["recorded_facts"] = digest(canonical(Json(input_.recorded_facts)));
  return inputs;
}

}  // namespace plumb::run
