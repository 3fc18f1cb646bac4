#include "engine/cases/run_case.h"

#include <algorithm>
#include <tuple>

#include "engine/base/digest.h"
#include "engine/base/joined.h"
#include "engine/config/reading.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"
#include "engine/ir/compile.h"
#include "engine/lang/cel/convert.h"
#include "engine/simulate/assume.h"

namespace plumb::cases {
namespace {

using config::Located;

// Sensitive values are compared by digests of this key, which never leave the process.
constexpr const char* kKey = "cases";

std::string listed(const std::map<std::string, std::string>& operations) {
  std::string text;
  for (const auto& [address, operation] : operations) append_item(text, operation + " " + address);
  return text.empty() ? "nothing" : text;
}

class CaseRunner {
 public:
  CaseRunner(const Case& test, const Subject& subject)
      : test_(test), subject_(subject), project_(subject.project), inventory_(subject.inventory) {
    if (&subject.module != &subject.project.root) {
      project_.root = subject.module;
      // As where the module's folder alone is tested, so that its cases hold in every project.
      project_.name = std::filesystem::path(subject.module.folder).filename().string();
      project_.layers_below.clear();
      project_.layers_above.clear();
    }
    if (!test.others) project_.layers_above.push_back({"the case", test.inputs});
    // One without a value was refused.
    if (test.refused.has_errors()) {
      for (auto& [name, input] : project_.root.inputs) input.refused = true;
    }
    if (test.others) take_others(*test.others);
    take_host();
    if (test.others) take_own_inputs();
  }

  Outcome run() {
    ir::Compiler compiler({project_, inventory_, subject_.sources, subject_.providers, recorded_, kKey});
    Diagnostics told;
    const auto graph = graph_of(compiler, told);
    const std::optional<simulate::Simulation> simulation =
        with_turns(compiler, simulation_of(compiler, graph.get(), told));
    if (simulation) compare_steps(compiler, *simulation, told);
    compare_diagnostics(told);
    if (simulation) compare_actions(*simulation->actions);
    if (graph != nullptr) compare_resources(*graph);
    if (graph != nullptr) compare_outputs();
    Outcome outcome;
    outcome.passed = !findings_.has_errors();
    outcome.findings = std::move(findings_);
    return outcome;
  }

  CasePlan plan() {
    ir::Compiler compiler({project_, inventory_, subject_.sources, subject_.providers, recorded_, kKey});
    CasePlan planned;
    const auto graph = graph_of(compiler, planned.told);
    const std::optional<simulate::Simulation> simulation =
        with_turns(compiler, simulation_of(compiler, graph.get(), planned.told));
    if (!simulation) return planned;
    planned.actions = *simulation->actions;
    for (const plan::Action& action : *planned.actions) {
      for (const Operation& operation : action.operations) take_blobs(to_json(operation), planned.blobs);
    }
    return planned;
  }

 private:
  std::shared_ptr<const ir::HostGraph> graph_of(ir::Compiler& compiler, Diagnostics& told) {
    contents_ = &compiler.contents();
    told.extend(test_.refused);
    compiler.check({test_.host}, told);
    if (!told.has_errors()) take_readings(compiler, told);
    return told.has_errors() ? nullptr : compiler.compile(test_.host, {&test_.facts, &readings_}, told);
  }

  std::optional<simulate::Simulation> simulation_of(const ir::Compiler& compiler, const ir::HostGraph* graph,
                                                    Diagnostics& told) const {
    if (graph == nullptr) return std::nullopt;
    return simulate::simulate_host(
        {*graph, subject_.providers, observation(*graph), test_.host, {}, simulate::texts_in(compiler.contents())},
        told);
  }

  // Conditions over readings that the plan changes are left to their turn, as on a host.
  std::optional<simulate::Simulation> with_turns(ir::Compiler& compiler,
                                                 std::optional<simulate::Simulation> simulation) const {
    ir::Undecided undecided;
    std::optional<simulate::Simulation> last;
    for (int attempts = 0; simulation && attempts < simulate::kMostAttempts; ++attempts) {
      const simulate::Simulation& made = last ? *last : *simulation;
      const ir::Undecided next = simulate::next_undecided(undecided, made.host.moving, made.decided_now);
      if (next == undecided) break;
      undecided = next;
      ir::Told open(&test_.facts, &readings_);
      open.undecided = &undecided;
      Diagnostics left;
      const auto graph = compiler.compile(test_.host, open, left);
      if (graph == nullptr || left.has_errors() || !simulate::decides_in_turn(*graph)) break;
      last = simulation_of(compiler, graph.get(), left);
      if (!last) break;
      if (last->decided_now.empty()) simulation = last;
    }
    return simulation;
  }

  // What other hosts do around the turn of this one; one that has nothing to do has none.
  void compare_steps(ir::Compiler& compiler, const simulate::Simulation& simulation, Diagnostics& told) {
    const auto& [before, after] = std::tie(test_.expect.before, test_.expect.after);
    if (!before && !after) return;
    std::vector<std::string> found_before;
    std::vector<std::string> found_after;
    const bool has_turn = !simulation.actions->empty();
    const auto steps = has_turn ? compiler.steps(test_.host, {&test_.facts, &readings_}, told)
                                : std::optional<std::vector<ir::StepsGraph>>(std::in_place);
    if (!steps) return;
    for (const ir::StepsGraph& one : *steps) {
      for (const ir::Node& node : one.graph->nodes) {
        const Address& address = node.desired.address;
        (one.after ? found_after : found_before).push_back(one.host + " " + address.kind + ":" + address.identity);
      }
    }
    compare_list("before its turn", before, found_before);
    compare_list("after its turn", after, found_after);
  }

  void compare_list(const char* when, const std::optional<std::vector<std::string>>& expected,
                    const std::vector<std::string>& found) {
    if (!expected || *expected == found) return;
    const auto listed = [](const std::vector<std::string>& all) {
      const std::string text = joined(all);
      return text.empty() ? std::string("nothing") : text;
    };
    differs(test_.expect.span, std::string("other hosts do something else ") + when, listed(*expected), listed(found));
  }

  void take_blobs(const Json& json, std::map<std::string, std::string>& blobs) const {
    if (json.is_structured()) {
      for (const Json& part : json) take_blobs(part, blobs);
    } else if (json.is_string() && is_digest(json.get_ref<const std::string&>())) {
      const auto& name = json.get_ref<const std::string&>();
      if (Result<std::string> bytes = contents_->bytes(name)) blobs.emplace(name, std::move(*bytes));
    }
  }

  void take_others(const std::map<std::string, OtherHost>& others) {
    const auto own = inventory_.hosts.find(test_.host);
    const std::optional<config::Host> kept =
        own == inventory_.hosts.end() ? std::nullopt : std::optional<config::Host>(own->second);
    inventory_.hosts.clear();
    inventory_.groups.clear();
    if (kept) add_host(*kept);
    for (const auto& [name, other] : others) {
      config::Host host;
      host.name = name;
      host.connection.address = other.address;
      host.groups = other.groups;
      for (const auto& [input, value] : other.inputs) {
        host.inputs[input].push_back({"the case", value});
        project_.root.inputs.try_emplace(input, config::Input{input, Json::object(), false, {}, value.span});
      }
      if (!other.facts.is_null()) recorded_[name] = other.facts;
      add_host(std::move(host));
    }
  }

  // The other hosts have inputs of their own.
  void take_own_inputs() {
    project_.layers_above.clear();
    for (const auto& [input, value] : test_.inputs)
      inventory_.hosts.at(test_.host).inputs[input].push_back({"the case", value});
  }

  void add_host(config::Host host) {
    for (const std::string& group : host.groups) inventory_.groups[group].insert(host.name);
    inventory_.hosts.insert_or_assign(host.name, std::move(host));
  }

  void take_host() {
    config::Host& host = inventory_.hosts[test_.host];
    if (host.name.empty()) {
      host.name = test_.host;
      host.connection.address = test_.host;
    }
    for (const std::string& group : test_.groups) {
      host.groups.insert(group);
      inventory_.groups[group].insert(test_.host);
    }
  }

  void differs(const SourceSpan& span, std::string summary, const std::string& expected, const std::string& found) {
    findings_.add(Diagnostic(Code::kExpectation, std::move(summary))
                      .at(span, "expected " + expected)
                      .with_hint("it is " + found));
  }

  // --- what the host tells

  // Until none is wanted any more, or one has no value.
  void take_readings(ir::Compiler& compiler, Diagnostics& told) {
    while (true) {
      const std::vector<ir::WantedReading> wanted =
          compiler.wanted(test_.host, {&test_.facts, &readings_}, nullptr, told);
      if (wanted.empty() || told.has_errors()) return;
      for (const ir::WantedReading& one : wanted) {
        if (std::optional<Json> value = value_of(one, told)) readings_.emplace(one.name, one.with(std::move(*value)));
      }
      if (told.has_errors()) return;
    }
  }

  // Of what the case does not name, as where it is not there.
  std::optional<Json> value_of(const ir::WantedReading& wanted, Diagnostics& told) const {
    const config::ParsedReading& reading = *wanted.reading;
    const auto given = test_.readings.find(wanted.name);
    if (given != test_.readings.end()) {
      return config::validate(given->second, reading.value.schema, "`" + wanted.name + "`", given->second.span, {},
                              told);
    }
    const ToldReading nothing =
        reading.nothing ? ToldReading{*reading.nothing, {}} : ToldReading{nullptr, "the case gives it no value"};
    Result<Json> value = config::value_of(reading, wanted.name, nothing);
    if (value) return std::move(*value);
    told.add(value.error().diagnostic());
    return std::nullopt;
  }

  // --- what the host has

  simulate::Observation observation(const ir::HostGraph& graph) const {
    simulate::Observation observation;
    for (const ir::Node& node : graph.nodes) {
      Observed observed;
      auto given = test_.observed.find(node.desired.address.str());
      for (const ir::AlsoDeclared& one : node.also) {
        if (given == test_.observed.end()) given = test_.observed.find(one.address);
      }
      if (given != test_.observed.end()) {
        observed.exists = given->second.has_value();
        if (observed.exists) take_attributes(node, *given->second, observed);
      } else if (test_.as_declared) {
        observed = subject_.providers.provider(node.desired.address.kind)->as_declared(node.desired);
      }
      observation.states.emplace_back(std::move(observed));
    }
    return observation;
  }

  // What the case does not name of a resource that is there is as declared.
  void take_attributes(const ir::Node& node, const std::map<std::string, Located>& given, Observed& observed) const {
    observed.attributes = node.desired.attributes;
    for (const auto& [attribute, value] : given) {
      if (value.value.is_null()) {
        observed.attributes.erase(attribute);
        continue;
      }
      observed.attributes[attribute] = comparable(node, attribute, value.value);
      if (holds_content(node, attribute) && value.value.is_string())
        observed.content_text = value.value.get<std::string>();
    }
  }

  bool holds_content(const ir::Node& node, const std::string& attribute) const {
    return subject_.providers.find(node.desired.address.kind)->content(attribute) != nullptr;
  }

  // Contents and sensitive values are known by their digests.
  Json comparable(const ir::Node& node, const std::string& attribute, const Json& value) const {
    const bool content = holds_content(node, attribute) && value.is_string();
    if (node.desired.sensitive.contains(attribute)) {
      ir::Contents scratch;
      return content ? Json(scratch.add_secret_text(kKey, value.get<std::string>()))
                     : Json(scratch.add_secret_value(kKey, value));
    }
    return content ? Json(digest(value.get<std::string>())) : value;
  }

  // --- what is compared

  // A pattern that matches none of the hosts of a case says nothing: there is only one.
  void compare_diagnostics(const Diagnostics& told) {
    std::vector<std::string> codes;
    for (const Diagnostic& one : told.items()) {
      if (one.code != Code::kNoHostMatches) codes.push_back(code_name(one.code));
    }
    std::sort(codes.begin(), codes.end());
    if (test_.expect.diagnostics) {
      if (codes == *test_.expect.diagnostics) return;
      differs(test_.expect.span, "other diagnostics than expected", listed_codes(*test_.expect.diagnostics),
              listed_codes(codes));
    }
    for (const Diagnostic& one : told.items()) {
      if (one.code == Code::kNoHostMatches || one.severity != Severity::kError) continue;
      findings_.add(one);
    }
  }

  static std::string listed_codes(const std::vector<std::string>& codes) {
    const std::string text = joined(codes);
    return text.empty() ? "none" : text;
  }

  void compare_actions(const plan::Actions& actions) {
    std::map<std::string, std::string> planned;
    std::map<std::string, std::string> names;  // of those that have several, by each
    for (const plan::Action& action : actions) {
      if (action.op == Op::kVerify) continue;  // changes nothing
      for (const plan::AlsoDeclared& one : action.also) names.emplace(one.address, action.desired.address.str());
      // A restart of what is also updated is told as the update.
      planned.try_emplace(action.desired.address.str(), name(action.op));
      triggered_[action.desired.address.str()] = name(action.op);
    }
    const auto name_of = [&names](const std::string& address) {
      const auto found = names.find(address);
      return found == names.end() ? address : found->second;
    };
    std::map<std::string, std::string> wanted;
    if (test_.expect.actions) {
      for (const auto& [address, operation] : test_.expect.actions->by_address) wanted[name_of(address)] = operation;
    }
    if (test_.expect.actions && wanted != planned) {
      differs(test_.expect.actions->span, "other actions than expected", listed(test_.expect.actions->by_address),
              listed(planned));
    }
    if (!test_.expect.includes) return;
    for (const auto& [address, operation] : test_.expect.includes->by_address) {
      const auto found = planned.find(name_of(address));
      if (found != planned.end() && (found->second == operation || triggered_[found->first] == operation)) continue;
      differs(test_.expect.includes->span, "an action that is not planned", operation + " " + address,
              found == planned.end() ? "left alone" : found->second);
    }
  }

  void compare_resources(const ir::HostGraph& graph) {
    for (const auto& [address, expected] : test_.expect.resources) {
      const auto node = std::find_if(graph.nodes.begin(), graph.nodes.end(), [&wanted = address](const ir::Node& one) {
        const std::vector<std::string> addresses = one.addresses();
        return std::find(addresses.begin(), addresses.end(), wanted) != addresses.end();
      });
      if (node == graph.nodes.end()) {
        if (!expected) continue;
        const SourceSpan& where = expected->empty() ? test_.expect.span : expected->begin()->second.span;
        differs(where, "`" + address + "` is not on the host", "it", "not declared for it");
        continue;
      }
      if (!expected) {
        differs(test_.expect.span, "`" + address + "` is on the host", "it not to be",
                "declared at " + node->span.str());
        continue;
      }
      for (const auto& [attribute, value] : *expected) compare_attribute(*node, attribute, value);
    }
  }

  void compare_attribute(const ir::Node& node, const std::string& attribute, const Located& expected) {
    const Json& found = node.desired.attribute(attribute);
    if (found == comparable(node, attribute, expected.value)) return;
    const std::string what = "`" + attribute + "` of " + node.desired.address.str() + " is another";
    if (node.desired.sensitive.contains(attribute))
      return differs(expected.span, what, "this", "another, sensitive value");
    if (expected.value.is_string() && is_digest(found.is_string() ? found.get<std::string>() : "")) {
      if (const Result<std::string> bytes = contents_->bytes(found.get<std::string>()))
        return differs(expected.span, what, "this", first_difference(expected.value.get<std::string>(), *bytes));
    }
    differs(expected.span, what, "this", found.dump());
  }

  static std::string first_difference(const std::string& expected, const std::string& found) {
    const auto [left, right] = std::mismatch(expected.begin(), expected.end(), found.begin(), found.end());
    const auto line = 1 + std::count(found.begin(), right, '\n');
    const auto before = std::string_view(found.begin(), right).rfind('\n');
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    if (right == found.end()) return "shorter: it ends in line " + std::to_string(line);
    return "different from line " + std::to_string(line) +
           " on: " + found.substr(begin, found.find('\n', begin) - begin);
  }

  void compare_outputs() {
    if (test_.expect.outputs.empty()) return;
    Diagnostics told;
    ir::Expander expander(project_, inventory_, subject_.sources, recorded_);
    const cel::Value outputs = expander.outputs(inventory_.hosts.at(test_.host), {&test_.facts, &readings_}, told);
    findings_.extend(std::move(told));
    for (const auto& [name, expected] : test_.expect.outputs) {
      const cel::Value* value = outputs.find(name);
      Json found;
      cel::Budget budget;
      if (value != nullptr) (void)cel::to_json(*value, found, budget);
      if (found == expected.value) continue;
      const std::string what = "the output `" + name + "` is another";
      if (subject_.module.outputs.at(name).reads.sensitive) {
        differs(expected.span, what, "this", "another, sensitive value");
      } else {
        differs(expected.span, what, expected.value.dump(), found.dump());
      }
    }
  }

  const Case& test_;
  const Subject& subject_;
  config::Project project_;
  config::Inventory inventory_;
  std::map<std::string, Json> recorded_;
  ir::Readings readings_;
  const ir::Contents* contents_ = nullptr;
  std::map<std::string, std::string> triggered_;
  Diagnostics findings_;
};

}  // namespace

Outcome run_case(const Case& test, const Subject& subject) {
  return CaseRunner(test, subject).run();
}

CasePlan plan_case(const Case& test, const Subject& subject) {
  return CaseRunner(test, subject).plan();
}

}  // namespace plumb::cases
