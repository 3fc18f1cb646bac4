#include "testdata/plans/planned.h"

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/sample_facts.h"
#include "engine/config/inventory.h"
#include "engine/config/project.h"
#include "engine/report/diagnostics.h"
#include "engine/run/offline.h"
#include "engine/testing/scratch_folder.h"
#include "providers/sdk/builtin.h"

namespace plumb::testing {
namespace {

constexpr const char* kOneHost = "plumb: v1\nhosts:\n  h1: {}\n";

Result<Json> section(CaseFile& file, std::string_view name) {
  const std::string text = file.text(name);
  if (text.empty()) return Json(Json::object());
  Result<Json> json = parse_json(text, Code::kSnapshotUnreadable);
  if (!json) return fail(Code::kSnapshotUnreadable, std::string(name) + ": " + json.error().summary());
  return json;
}

void resolve_digests(Json& json) {
  if (json.is_object() && json.size() == 1 && json.contains("digest_of")) {
    json = digest(json["digest_of"].get<std::string>());
  } else if (json.is_structured()) {
    for (Json& member : json) resolve_digests(member);
  }
}

Json observed_state(Json state) {
  if (state.contains("problem")) return state;
  if (!state.contains("exists")) state["exists"] = true;
  if (!state.contains("attributes")) state["attributes"] = Json::object();
  if (state.contains("content_text") && !state["attributes"].contains("content"))
    state["attributes"]["content"] = digest(state["content_text"].get<std::string>());
  return {{"observed", std::move(state)}};
}

// A snapshot as `plumb observe -o FILE` writes it.
std::string snapshot_of(const std::string& project, const plan::Scope& scope, Json observed) {
  resolve_digests(observed);
  std::string text = run::snapshot_header(project, "2026-01-02T03:04:05Z", scope) + "\n";
  for (auto& [host, told] : observed.items()) {
    Json facts = sample_facts();
    facts.merge_patch(told.value("facts", Json::object()));
    Json line = {{"host", host}, {"facts", std::move(facts)}, {"resources", Json::object()}};
    line["record"] = told.value("record", Json{{"serial", 0}});
    if (told.contains("readings")) line["readings"] = told["readings"];
    for (auto& [address, state] : told["resources"].items()) line["resources"][address] = observed_state(state);
    text += canonical(line) + "\n";
  }
  return text;
}

plan::Scope scope_of(const Json& json) {
  plan::Scope scope;
  scope.on = json.value("on", "all");
  scope.limit = json.value("limit", "");
  scope.tags = json.value("tags", std::set<std::string>());
  scope.skip_tags = json.value("skip_tags", std::set<std::string>());
  scope.addresses = json.value("addresses", std::set<std::string>());
  scope.start_at = json.value("start_at", "");
  return scope;
}

// `diagnostics` says why there is none.
std::optional<run::FleetPlan> plan_from(const ScratchFolder& folder, const Json& observed, const plan::Scope& scope,
                                        Diagnostics& diagnostics, lang::SourceMap& sources) {
  const auto project = config::load_project(folder.path() / "project", {}, kinds(), diagnostics, sources);
  if (!project || diagnostics.has_errors()) return std::nullopt;
  const auto inventory = config::load_inventory(folder.path() / "project/hosts.yaml", *project, diagnostics, sources);
  if (!inventory || diagnostics.has_errors()) return std::nullopt;
  std::set<std::string> hosts;
  for (const auto& [name, host] : inventory->hosts) hosts.insert(name);

  const std::filesystem::path file = folder.path() / "snapshot";
  (void)write_file(file, snapshot_of(project->name, scope, observed));
  const std::map<std::string, Json> no_facts;
  const ir::CompilerInput input{*project, *inventory, sources, kinds(), no_facts, "a key"};
  Result<run::SnapshotReader> snapshot = run::SnapshotReader::open(file);
  if (!snapshot) {
    diagnostics.add(snapshot.error().diagnostic());
    return std::nullopt;
  }
  Result<run::FleetPlan> planned = run::plan_offline(input, hosts, *snapshot, {scope, 1});
  if (!planned) {
    diagnostics.add(planned.error().diagnostic());
    return std::nullopt;
  }
  diagnostics.extend(planned->diagnostics);
  for (const auto& [host, result] : planned->hosts) diagnostics.extend(result.diagnostics);
  return std::move(*planned);
}

}  // namespace

const Registry& kinds() {
  static const Registry registry = described_builtin_kinds();
  return registry;
}

Result<Planned> plan_case(CaseFile& file) {
  const Result<Json> observed = section(file, "observed");
  if (!observed) return observed.error();
  const Result<Json> scope = section(file, "scope");
  if (!scope) return scope.error();
  const ScratchFolder scratch;
  std::filesystem::create_directories(scratch.path() / "project");
  PLUMB_TRY(write_file(scratch.path() / "project/hosts.yaml", kOneHost));
  PLUMB_TRY(file.write_inputs(scratch.path() / "project"));

  Planned out;
  Diagnostics diagnostics;
  lang::SourceMap sources;
  if (auto planned = plan_from(scratch, *observed, scope_of(*scope), diagnostics, sources)) {
    out.plan = std::move(planned->plan);
    out.plan.engine = "0.1.0";  // whichever this is: cases stay as they are when it goes up
    out.artifact = plan::write_artifact(out.plan);
  }
  out.said = report::render(diagnostics.sorted(), sources, false);
  return out;
}

}  // namespace plumb::testing
