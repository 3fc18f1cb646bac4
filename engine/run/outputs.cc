#include "engine/run/outputs.h"

#include <algorithm>

#include "engine/config/told_facts.h"
#include "engine/ir/contents.h"
#include "engine/ir/expand.h"
#include "engine/lang/cel/convert.h"

namespace plumb::run {
namespace {

// Nothing after a fault was told, here or by the expander.
std::optional<Json> json_of(const std::string& name, const cel::Value& value, const config::Output& output,
                            const std::string& host, Diagnostics& diagnostics) {
  if (value.is_error()) return std::nullopt;
  Json json;
  cel::Budget budget;
  const cel::Value problem = cel::to_json(value, json, budget);
  if (!problem.is_error()) return json;
  diagnostics.add(Diagnostic(problem.as_error().code, "the output `" + name + "`: " + problem.as_error().message)
                      .at(output.value->span())
                      .with_hint(problem.as_error().hint)
                      .on(host));
  return std::nullopt;
}

}  // namespace

Result<Outputs> outputs_of(const Workspace& workspace, const std::set<std::string>& hosts,
                           const history::RunStore& store, Diagnostics& diagnostics) {
  Outputs result;
  const std::map<std::string, config::Output>& declared = workspace.project().root.outputs;
  if (declared.empty()) return result;
  const auto asks = [](const auto& output) { return ir::reads_facts(output.second.reads); };
  const bool ask_facts = std::any_of(declared.begin(), declared.end(), asks);
  for (const auto& [name, output] : declared) {
    if (output.reads.sensitive) result.sensitive.insert(name);
  }
  PLUMB_TRY_ASSIGN(const auto recorded, recorded_facts(store));
  ir::CompilerInput input = workspace.compiler_input();
  ir::Expander expander(input.project, input.inventory, input.sources, recorded, input.missing_secrets);
  ir::Contents sealer;
  for (const std::string& host : hosts) {
    const auto facts = recorded.find(host);
    const bool told_all =
        facts != recorded.end() && config::missing_fact(facts->second, workspace.project().root.asks_facts).empty();
    if (ask_facts && !told_all) {
      diagnostics.add(Diagnostic(Code::kNotInSnapshot, facts == recorded.end()
                                                           ? "the outputs of a host that told no facts yet"
                                                           : "the outputs of a host that did not tell all facts yet")
                          .with_hint("`plumb facts --on " + host + "` asks it; so does every plan")
                          .on(host));
      continue;
    }
    Diagnostics told;
    const cel::Value values =
        expander.outputs(input.inventory.hosts.at(host), facts == recorded.end() ? nullptr : &facts->second, told);
    for (Diagnostic problem : told.items()) diagnostics.add(std::move(problem).on(host));
    Json& own = result.by_host[host] = Json::object();
    for (const auto& [name, output] : declared) {
      const cel::Value* value = values.find(name);
      auto json = value == nullptr ? std::nullopt : json_of(name, *value, output, host, diagnostics);
      if (!json) continue;
      own[name] = result.sensitive.contains(name) ? Json(sealer.add_secret_value(input.key, std::move(*json)))
                                                  : std::move(*json);
    }
  }
  return result;
}

}  // namespace plumb::run
