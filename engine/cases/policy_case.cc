#include "engine/cases/policy_case.h"

#include "engine/base/joined.h"
#include "engine/base/memory_files.h"
#include "engine/base/nearest.h"
#include "engine/base/sample_facts.h"
#include "engine/cases/case.h"
#include "engine/cases/run_case.h"
#include "engine/config/inventory.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"
#include "engine/plan/action_json.h"
#include "engine/policy/judge.h"

namespace plumb::cases {
namespace {

using lang::Entry;
using lang::Node;

std::set<std::string> texts_of(const Json& list) {
  std::set<std::string> texts;
  for (const Json& one : list) texts.insert(one.get<std::string>());
  return texts;
}

// What an action says that says nothing.
Json empty_action() {
  return {{"after", Json::object()},
          {"because", Json::object()},
          {"before", Json::object()},
          {"desired", Json::object()},
          {"fidelity", "exact"},
          {"op", "update"},
          {"operations", Json::array()},
          {"requires", Json::array()},
          {"source", ""},
          {"undo", "no"}};
}

class PolicyCaseReader {
 public:
  explicit PolicyCaseReader(const Registry& kinds) : kinds_(kinds) {}

  PolicyCase read(const Node& node, const Json& typed) {
    PolicyCase test;
    test.name = typed["name"].get<std::string>();
    test.span = node.find("name")->value.span;
    test.fires = texts_of(typed["fires"]);
    test.fires_span = node.find("fires")->key_span;
    if (const Entry* project = node.find("project")) {
      plan_project(node, project->value, test);
    } else if (const Entry* plan = node.find("plan")) {
      take_plan(plan->value, typed["plan"], test);
    } else {
      test.findings.add(
          Diagnostic(Code::kMissingKey, "the case has no plan").at(test.span, "expected `project` or `plan`"));
    }
    return test;
  }

 private:
  static void cannot(PolicyCase& test, const std::string& why, const SourceSpan& span) {
    test.findings.add(Diagnostic(Code::kExpectation, "the plan of this case cannot be made: " + why).at(span));
  }

  // --- of a project

  void plan_project(const Node& node, const Node& text, PolicyCase& test) {
    constexpr const char* kFolder = "/case";
    MemoryFiles files;
    files.add(std::string(kFolder) + "/plumb.yaml", "plumb: v1\nproject: case\n" + text.text);
    Diagnostics found;
    lang::SourceMap own;  // its places are those of a file that nobody has
    const auto project = config::load_project(Folder(files, kFolder), {}, kinds_, found, own);
    std::optional<Case> one;
    if (project && !found.has_errors()) one = read_case(node, project->root, kinds_, test.findings, own);
    if (one) {
      const config::Inventory inventory;
      CasePlan planned = plan_case(*one, {*project, project->root, inventory, own, kinds_});
      found.extend(std::move(planned.told));
      if (planned.actions) take_actions(*one, std::move(*planned.actions), std::move(planned.blobs), test);
    }
    for (const Diagnostic& problem : found.items()) {
      if (problem.severity == Severity::kError) cannot(test, problem.summary, text.span);
    }
    if (test.findings.has_errors()) test.plan.reset();
  }

  static void take_actions(const Case& one, plan::Actions actions, std::map<std::string, std::string> blobs,
                           PolicyCase& test) {
    JudgedPlan made;
    made.plan.project = "case";
    made.plan.scope.on = "all";
    made.plan.blobs = std::move(blobs);
    made.plan.hosts[one.host].actions = plan::ActionList(std::move(actions));
    made.notes[one.host] = {one.groups, one.facts};
    test.plan = std::move(made);
  }

  // --- as it is written

  static void take_plan(const Node& node, const Json& typed, PolicyCase& test) {
    JudgedPlan made;
    made.plan.project = "case";
    made.plan.scope.on = "all";
    for (const auto& [name, host] : typed["hosts"].items()) {
      plan::HostPlan& own = made.plan.hosts[name];
      plan::Actions actions;
      for (const Json& given : host.value("actions", Json::array())) {
        Json whole = empty_action();
        whole.update(given);
        Result<plan::Action> action = plan::action_from_json(whole);
        if (!action) return cannot(test, action.error().summary(), node.span);
        actions.push_back(std::move(*action));
      }
      own.actions = plan::ActionList(std::move(actions));
      for (const Json& orphan : host.value("orphans", Json::array())) own.orphans.push_back(orphan.get<std::string>());
      Json facts = sample_facts();
      if (host.contains("facts")) facts.merge_patch(host["facts"]);
      made.notes[name] = {texts_of(host.value("groups", Json::array())), std::move(facts)};
    }
    test.plan = std::move(made);
  }

  const Registry& kinds_;
};

std::string listed(const std::set<std::string>& names) {
  const std::string text = joined(names);
  return text.empty() ? "none" : text;
}

}  // namespace

std::vector<PolicyCase> read_policy_cases(const std::string& name, std::string_view text, const Registry& kinds,
                                          Diagnostics& diagnostics, lang::SourceMap& sources) {
  std::vector<PolicyCase> cases;
  sources.add(name, std::string(text));
  const std::optional<Node> root = lang::read_yaml(name, text, diagnostics);
  if (!root) return cases;
  const Json& schema = config::builtin_schema("policy_tests");
  config::ValidateOptions options;
  options.root = &schema;
  const SourceSpan where = root->entries.empty() ? SourceSpan{name, 1, 1, 1, 1} : root->entries.front().key_span;
  const std::optional<Json> typed = config::validate(*root, schema, "the file", where, options, diagnostics);
  if (!typed) return cases;
  PolicyCaseReader reader(kinds);
  const std::vector<Node>& items = root->find("tests")->value.items;
  for (std::size_t i = 0; i < items.size(); ++i) cases.push_back(reader.read(items[i], (*typed)["tests"][i]));
  return cases;
}

PolicyOutcome run_policy_case(const PolicyCase& test, const policy::Policy& policy, const Registry& kinds,
                              const lang::SourceMap& sources) {
  PolicyOutcome outcome;
  outcome.findings.extend(test.findings);
  std::set<std::string> known;
  for (const policy::Rule& rule : policy.rules) known.insert(rule.name);
  for (const std::string& name : test.fires) {
    if (known.contains(name)) continue;
    const std::vector<std::string> names(known.begin(), known.end());
    const std::string near = nearest(name, names);
    outcome.findings.add(Diagnostic(Code::kExpectation, "there is no rule `" + name + "`")
                             .at(test.fires_span, near.empty() ? "" : "did you mean `" + near + "`?"));
  }
  if (test.plan) {
    const policy::Judgement judgement = policy::judge(
        policy,
        {test.plan->plan, [&](const std::string& host) { return test.plan->notes.at(host); }, {}, sources, &kinds});
    outcome.findings.extend(judgement.failures);
    for (const policy::Finding& one : judgement.findings) outcome.fired.insert(one.rule);
    if (outcome.fired != test.fires) {
      outcome.findings.add(Diagnostic(Code::kExpectation, "other rules fire than expected")
                               .at(test.fires_span, "expected " + listed(test.fires))
                               .with_hint("it is " + listed(outcome.fired)));
    }
  }
  outcome.passed = !outcome.findings.has_errors();
  return outcome;
}

}  // namespace plumb::cases
