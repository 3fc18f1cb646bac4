// What is wrong with a project for its hosts, whatever they tell: patterns that match none, inputs without a value.
#include <algorithm>

#include "engine/config/layers.h"
#include "engine/ir/compile.h"
#include "engine/ir/patterns.h"
#include "engine/ir/placed.h"

namespace plumb::ir {

std::vector<std::string> unknown_inputs(const CompilerInput& input, const std::set<std::string>& hosts) {
  std::vector<std::string> names;
  for (const auto& [name, one] : input.project.root.inputs) {
    if (!one.sensitive || one.default_value || one.refused || config::may_be_null(one)) continue;
    const bool lacks = std::any_of(hosts.begin(), hosts.end(), [&, &name = name](const std::string& host) {
      const config::Host& at = input.inventory.hosts.at(host);
      return config::input_value(input.project, at, name) == nullptr &&
             config::open_reference(input.project, at, name) == nullptr;
    });
    if (lacks) names.push_back(name);
  }
  return names;
}

void Compiler::check_stages(Diagnostics& diagnostics) const {
  if (!input_.project.rollout) return;
  for (const config::Pattern& stage : input_.project.rollout->stages) {
    const Result<std::set<std::string>> hosts = config::match_hosts(input_.inventory, stage.text);
    if (!hosts) diagnostics.add(Diagnostic(hosts.error().diagnostic()).at(stage.span));
  }
}

void Compiler::check(const std::set<std::string>& hosts, Diagnostics& diagnostics) {
  check_patterns(input_.project, diagnostics);
  check_stages(diagnostics);
  check_around(diagnostics);
  std::map<std::string, std::set<std::string>> lacking;  // by input: hosts without a value
  for (const auto& [name, input] : input_.project.root.inputs) {
    if (input.default_value || input.refused || config::may_be_null(input)) continue;
    for (const std::string& host : hosts) {
      const config::Host& one = input_.inventory.hosts.at(host);
      if (config::input_value(input_.project, one, name) != nullptr) continue;
      // A reference that nobody was asked to follow is a value.
      const bool refers = config::open_reference(input_.project, one, name) != nullptr;
      if (!refers || input_.missing_secrets == MissingSecrets::kLeftOut) lacking[name].insert(host);
    }
  }
  for (const auto& [name, needed] : readers_of(lacking, diagnostics)) tell_missing(name, needed, diagnostics);
}

std::map<std::string, InputReaders> Compiler::readers_of(const std::map<std::string, std::set<std::string>>& inputs,
                                                         Diagnostics& diagnostics) {
  std::map<std::string, InputReaders> readers;
  const auto need = [&](const config::Reads& reads, const SourceSpan& span,
                        const std::vector<const config::Pattern*>& on = {}) {
    for (const cel::Reference& path : reads.paths) {
      if (path.slot != config::slots::kInputs) continue;
      const auto asked = inputs.find(path.path.front());
      if (asked == inputs.end()) continue;
      for (const std::string& host : asked->second) {
        const bool selected = std::all_of(on.begin(), on.end(), [&](const config::Pattern* pattern) {
          return expander_.selects(*pattern, host, diagnostics);
        });
        if (!selected) continue;
        InputReaders& of_input = readers[asked->first];
        if (of_input.first == nullptr) of_input.first = &span;
        of_input.hosts.insert(host);
      }
    }
  };
  for (const auto& entry : input_.project.root.body) {
    std::visit(
        [&](const auto& one) {
          need(one.reads, one.written->span,
               patterns_of(input_.project.root, one.written->placement, one.written->block));
        },
        entry);
  }
  for (const config::Steps& steps : input_.project.root.around) {
    for (const config::Declaration& step : steps.steps) need(step.reads, step.written->span);
  }
  if (const auto& env = input_.project.root.env; env && env->value) need(env->reads, env->value->span());
  for (const config::Check& check : input_.project.root.checks) {
    if (!check.broken) need(check.reads, check.condition->span());
  }
  return readers;
}

void Compiler::tell_missing(const std::string& name, const InputReaders& readers, Diagnostics& diagnostics) const {
  std::string where = *readers.hosts.begin();
  if (readers.hosts.size() > 1)
    where += " and " + std::to_string(readers.hosts.size() - 1) +
             (readers.hosts.size() == 2 ? " other host" : " other hosts");
  const config::Input& input = input_.project.root.inputs.at(name);
  // An argument is seen by everybody on this machine.
  const std::string way =
      input.sensitive ? "set it with PLUMB_INPUT_" + name + " or --inputs FILE, which may be a pipe or -"
                      : "give it a default, or set it in inputs.yaml, the inventory or with --set " + name + "=…";
  if (input.sensitive && input_.missing_secrets == MissingSecrets::kUnknown) return;
  const bool left_out = input.sensitive && input_.missing_secrets == MissingSecrets::kLeftOut;
  diagnostics.add(Diagnostic(Code::kInputMissing, "the input `" + name + "` has no value on " + where)
                      .at(*readers.first, left_out ? "needs it, as others may, and is left out" : "needs it")
                      .with_related(input.span, "declared here, without a default")
                      .with_hint(way)
                      .as(left_out ? Severity::kWarning : Severity::kError));
}

}  // namespace plumb::ir
