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

// Apart from facts, where expressions find them.
struct Known {
  Json facts;
  ir::Readings readings;
};

Known known_of(history::StoredFacts stored) {
  Known known{std::move(stored.facts), {}};
  const Json& told = member_of(known.facts, kToldReadings);
  for (const auto& [name, value] : told.items()) known.readings.emplace(name, ir::KnownReading{value});
  if (known.facts.is_object()) known.facts.erase(kToldReadings);
  return known;
}

bool reads_readings(const config::Reads& reads) {
  return reads.of(config::slots::kReadings) ||
         std::any_of(reads.paths.begin(), reads.paths.end(), [](const cel::Reference& path) {
           return path.slot == config::slots::kFacts && !path.path.empty() && path.path.front() == config::kLocalFacts;
         });
}

bool lacks_reading(const config::Reads& reads, const ir::Readings& known) {
  return std::any_of(reads.paths.begin(), reads.paths.end(), [&known](const cel::Reference& path) {
    return path.slot == config::slots::kReadings && !path.path.empty() && !known.contains(path.path.front());
  });
}

bool is_within(const std::optional<SourceSpan>& place, const SourceSpan& whole) {
  if (!place || place->file != whole.file) return false;
  const auto at = std::pair(place->line, place->column);
  return at >= std::pair(whole.line, whole.column) && at <= std::pair(whole.end_line, whole.end_column);
}

Diagnostic not_told(const std::string& name, bool sensitive, const config::Output& output, const std::string& host) {
  if (sensitive) {
    return Diagnostic(Code::kNotInSnapshot, "the output `" + name + "` reads what is sensitive on the host")
        .as(Severity::kNote)
        .with_hint("what a sensitive reading told is kept nowhere, so it has no value here")
        .at(output.value->span())
        .on(host);
  }
  return Diagnostic(Code::kNotInSnapshot, "the output `" + name + "` reads what the host did not tell yet")
      .with_hint("`plumb facts --on " + host + "` asks it; so does every plan")
      .at(output.value->span())
      .on(host);
}

}  // namespace

bool outputs_read_readings(const config::Project& project) {
  const auto& outputs = project.root.outputs;
  return std::any_of(outputs.begin(), outputs.end(),
                     [](const auto& output) { return reads_readings(output.second.reads); });
}

std::set<std::string> ask_for_outputs(const Workspace& workspace, const std::set<std::string>& hosts,
                                      const RunContext& context) {
  std::set<std::string> silent;
  if (hosts.empty() || !outputs_read_readings(workspace.project())) return silent;
  RunContext unseen = context;
  unseen.observer = nullptr;
  const std::unique_ptr<Fleet> fleet = make_fleet(workspace, unseen);
  fleet->join(hosts);
  for (const auto& [host, result] : fleet->ask(nullptr)) {
    context.tell(result.diagnostics);
    if (result.state != HostState::kOk) silent.insert(host);
  }
  tell_unkept(keep_facts(*fleet, context), context);
  return silent;
}

Result<Outputs> outputs_of(const Workspace& workspace, const std::set<std::string>& hosts,
                           const history::RunStore& store, Diagnostics& diagnostics, const std::string& only) {
  Outputs result;
  std::map<std::string, config::Output> declared = workspace.project().root.outputs;
  std::vector<SourceSpan> unasked;
  std::erase_if(declared, [&](const auto& output) {
    const bool leave = !only.empty() && output.first != only;
    if (leave && output.second.value) unasked.push_back(output.second.value->span());
    return leave;
  });
  if (declared.empty()) return result;
  const auto asks = [](const auto& output) { return ir::reads_facts(output.second.reads); };
  const bool ask_facts = std::any_of(declared.begin(), declared.end(), asks);
  for (const auto& [name, output] : declared) {
    if (output.reads.sensitive) result.sensitive.insert(name);
  }
  PLUMB_TRY_ASSIGN(auto stored, store.facts());
  std::map<std::string, Json> recorded;
  std::map<std::string, ir::Readings> readings;
  for (auto& [host, one] : stored) {
    Known known = known_of(std::move(one));
    recorded.emplace(host, std::move(known.facts));
    readings.emplace(host, std::move(known.readings));
  }
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
    const bool is_known = facts != recorded.end();
    const ir::Told known = is_known ? ir::Told(&facts->second, &readings.at(host)) : ir::Told();
    const cel::Value values = expander.outputs(input.inventory.hosts.at(host), known, told);
    // What lacks a reading is said once, and not by where its expression failed.
    std::set<std::string> lacking;
    for (const auto& [name, output] : declared) {
      if (!is_known || !lacks_reading(output.reads, *known.readings)) continue;
      lacking.insert(name);
      diagnostics.add(not_told(name, result.sensitive.contains(name), output, host));
    }
    for (Diagnostic problem : told.items()) {
      const bool was_said = std::any_of(lacking.begin(), lacking.end(),
                                        [&](const std::string& name) {
                                          return is_within(problem.span, declared.at(name).value->span());
                                        }) ||
                            std::any_of(unasked.begin(), unasked.end(),
                                        [&](const SourceSpan& place) { return is_within(problem.span, place); });
      if (!was_said) diagnostics.add(std::move(problem).on(host));
    }
    Json& own = result.by_host[host] = Json::object();
    for (const auto& [name, output] : declared) {
      if (lacking.contains(name)) continue;
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
