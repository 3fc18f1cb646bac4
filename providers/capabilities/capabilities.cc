#include "providers/capabilities/capabilities.h"

#include <algorithm>

#include "engine/base/ascii.h"
#include "engine/base/joined.h"
#include "providers/sdk/exchangeable.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/observe_each.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::capabilities {
namespace {

constexpr const char* kAsk = "getcap";
constexpr const char* kSet = "setcap";

// Parts between marks, sorted, with one mark between them.
std::string sorted_parts(std::string_view text, char mark) {
  std::vector<std::string> parts = words_of(text, std::string_view(&mark, 1));
  std::sort(parts.begin(), parts.end());
  return joined(parts, std::string_view(&mark, 1));
}

// "/bin/ping cap_net_raw=ep", and of older ones "/bin/ping = cap_net_raw+ep".
Result<std::string> ask(const std::string& path, System& system) {
  ProcessRequest request;
  request.argv = {kAsk, path};
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(const ProcessResult answer, system.run(request));
  std::string_view output = answer.output;
  std::string_view line = take_line(output);
  if (answer.exit_code != 0 || !line.starts_with(path))
    return fail(Code::kCannotObserve, "getcap does not tell the capabilities of " + path + ": " +
                                          last_lines(answer.output + answer.errors, 3));
  line.remove_prefix(path.size());
  if (line.starts_with(" = ")) line.remove_prefix(2);
  return plain_capability(line);
}

Result<> note_missing_programs(System& system, Observed& observed) {
  for (const char* program : {kAsk, kSet}) {
    if (!system.find_program(program).empty()) continue;
    PLUMB_TRY_ASSIGN(const auto red_hat, system.stat("/etc/redhat-release", true));
    observed.missing.push_back({{"", "package", red_hat ? "libcap" : "libcap2-bin"}, "path"});
    return {};
  }
  return {};
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  const std::string path = desired.text("path");
  PLUMB_TRY_ASSIGN(const auto there, system.stat(path, false));
  if (!there) {
    if (wants_absent(desired)) return observed;
    observed.missing.push_back({{"", "file", path}, "path"});
    PLUMB_TRY(note_missing_programs(system, observed));
    return observed;
  }
  if (there->type != FileType::kFile) {
    if (wants_absent(desired)) return observed;
    observed.obstacle =
        Diagnostic(Code::kRefusedByState, path + " is no regular file, and only those have capabilities");
    return observed;
  }
  PLUMB_TRY_ASSIGN(const std::string others, exchangeable_folder(path, system));
  if (!others.empty() && !wants_absent(desired)) {
    observed.obstacle =
        Diagnostic(Code::kRefusedByState,
                   "somebody other than root may put another file in the place of " + path + ", in " + others)
            .with_hint("give capabilities to a program in folders of root's that nobody else may write to");
    return observed;
  }
  PLUMB_TRY_ASSIGN(const BeyondMode beyond, system.beyond_mode(path, false));
  observed.exists = beyond.capabilities;
  if (!observed.exists && wants_absent(desired)) return observed;
  PLUMB_TRY(note_missing_programs(system, observed));
  if (!observed.missing.empty()) return observed;
  if (system.is_image()) {
    observed.obstacle = image_runs_nothing();
  } else if (observed.exists) {
    PLUMB_TRY_ASSIGN(observed.attributes["capability"], ask(path, system));
  }
  return observed;
}

}  // namespace

std::string plain_capability(std::string_view text) {
  std::string plain;
  for (const char c : text) plain += c == '+' ? '=' : lowered(c);
  std::string clauses;
  std::string_view rest = plain;
  while (!rest.empty()) {
    const std::size_t end = rest.find(' ');
    const std::string_view clause = rest.substr(0, end);
    const std::size_t equals = std::min(clause.find('='), clause.size());
    std::string flags(clause.substr(equals));
    std::sort(flags.begin(), flags.end());
    if (!clause.empty()) clauses += " " + sorted_parts(clause.substr(0, equals), ',') + flags;
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return sorted_parts(clauses, ' ');
}

std::vector<Result<Observed>> CapabilitiesProvider::observe(std::span<const Desired* const> desired,
                                                            System& system) const {
  return observe_each(desired, [&system](const Desired& one) { return observe_one(one, system); });
}

Change CapabilitiesProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const bool absent = wants_absent(desired);
  const std::string wanted = plain_capability(desired.text("capability"));
  const bool same = observed.exists && observed.text("capability") == wanted;
  if (absent ? !observed.exists : same) return change;
  if (observed.has("capability")) change.before["capability"] = observed.attribute("capability");
  Run run;
  run.timeout_seconds = 60;
  if (absent) {
    change.op = Op::kDelete;
    run.argv = {kSet, "-r", desired.text("path")};
  } else {
    change.op = observed.exists ? Op::kUpdate : Op::kCreate;
    change.after["capability"] = wanted;
    run.argv = {kSet, wanted, desired.text("path")};
  }
  change.operations.emplace_back(std::move(run));
  return change;
}

std::vector<Address> CapabilitiesProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges = infer_path_edges({}, desired.text("path"));
  for (const char* kind : {"file", "download"}) edges.push_back({"", kind, desired.text("path")});
  for (const char* package : {"libcap2-bin", "libcap"}) edges.push_back({"", "package", package});
  return edges;
}

std::vector<std::string> CapabilitiesProvider::claims(const Desired& desired) const {
  return {"the capabilities of " + desired.text("path")};
}

std::vector<ImpliedPath> CapabilitiesProvider::implies_paths(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  return {{.path = desired.text("path"), .needed = true}};
}

bool CapabilitiesProvider::asks_about(const Desired& desired, std::string_view name) const {
  return name == desired.text("path");
}

std::string CapabilitiesProvider::remedy(const Desired&, const Missing& missing) const {
  return missing.what.kind == "file" ? "name what brings it with `after`" : "";
}

Observed CapabilitiesProvider::as_declared(const Desired& desired) const {
  Observed observed;
  observed.exists = !wants_absent(desired);
  if (observed.exists) observed.attributes["capability"] = plain_capability(desired.text("capability"));
  return observed;
}

std::optional<Desired> CapabilitiesProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again = desired_again(desired, before, {"capability"});
  again.attributes["path"] = desired.attribute("path");
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "capabilities",
                .provider = make_provider<CapabilitiesProvider>(),
                .operations = OperationSet::of<Run>(),
                .stands_on_inferred = true});
}

}  // namespace plumb::providers::capabilities
