#include "engine/ir/expand.h"

#include <algorithm>

#include "engine/ir/instance.h"
#include "engine/lang/cel/convert.h"

namespace plumb::ir {
namespace {

using cel::Value;
namespace slots = config::slots;

Value host_value(const config::Host& host) {
  std::vector<std::pair<std::string, Value>> fields;
  fields.emplace_back("address", Value::string(host.connection.address));
  fields.emplace_back("groups", cel::from_json(Json(host.groups)));
  fields.emplace_back("name", Value::string(host.name));
  return Value::record(std::move(fields));
}

}  // namespace

bool reads_facts(const config::Reads& reads) {
  return reads.of(slots::kFacts) || reads.of(slots::kReadings);
}

KnownReading WantedReading::with(Json value) const {
  KnownReading known{std::move(value), {}, after};
  if (const auto* file = std::get_if<FileSource>(&source.what)) known.path = file->file;
  if (const auto* entry = std::get_if<PathSource>(&source.what)) known.path = entry->path;
  known.thing = thing_of(source);
  known.source = to_json(source);
  // A package that is there may come in another version with others.
  known.is_there = std::holds_alternative<UnitSource>(source.what) && known.value.value("exists", false);
  return known;
}

void Expander::set_up(Instance& root, const config::Host& host) {
  without_secrets_ = secrets_ == MissingSecrets::kUnknown;
  std::vector<std::pair<std::string, Value>> inputs;
  std::set<std::string> missing;
  for (const auto& [name, input] : project_.root.inputs) {
    const config::Located* value = config::input_value(project_, host, name);
    const bool open = config::open_reference(project_, host, name) != nullptr;
    const bool lacks = value == nullptr && (open || !config::may_be_null(input));
    const bool unknown = lacks && input.sensitive &&
                         (open ? secrets_ != MissingSecrets::kLeftOut : secrets_ == MissingSecrets::kUnknown);
    if (lacks && !unknown) missing.insert(name);
    without_secrets_ = without_secrets_ || unknown;
    inputs.emplace_back(name, unknown            ? without_value()
                              : value == nullptr ? Value::null()
                                                 : cel::from_json(value->value));
  }
  root.set_missing(std::move(missing));
  root.set_surroundings({{}, {}, host.env});
  root.set(slots::kInputs, Value::record(std::move(inputs)));
  root.set_facts();
  root.set(slots::kHost, host_value(host));
}

std::vector<WantedReading> Expander::wanted(const config::Host& host, const Told& told, const config::Reads* question,
                                            Diagnostics& diagnostics) {
  static const Readings kNone;
  // What is wrong elsewhere is told when all is known.
  Diagnostics untold;
  Wanted wanted{{}, diagnostics};
  const Told so_far(told.facts, told.readings == nullptr ? &kNone : told.readings);
  Instance root(*this, project_.root, "", host, so_far, &wanted, untold);
  set_up(root, host);
  if (question == nullptr) root.set_given_out_only();
  root.look_for_readings(question);
  return std::move(wanted.readings);
}

std::optional<Value> Expander::answer(const config::Expression& question, const config::Host* host, const Told& told,
                                      Diagnostics& diagnostics) {
  const config::Host nobody;
  Diagnostics elsewhere;
  Instance root(*this, project_.root, "", host == nullptr ? nobody : *host, told, nullptr, elsewhere);
  set_up(root, host == nullptr ? nobody : *host);
  root.work_out();
  auto value = root.answer(question);
  if (!value) diagnostics.extend(std::move(elsewhere));
  return value;
}

Value Expander::outputs(const config::Host& host, const Told& told, Diagnostics& diagnostics) {
  Instance root(*this, project_.root, "", host, told, nullptr, diagnostics);
  set_up(root, host);
  root.work_out();
  return root.outputs();
}

Resources Expander::expand(const config::Host& host, const Told& told, Diagnostics& diagnostics) {
  return told.undecided == nullptr ? expand_once(host, told, diagnostics) : expand_undecided(host, told, diagnostics);
}

Resources Expander::expand_once(const config::Host& host, const Told& told, Diagnostics& diagnostics) {
  Diagnostics found;
  Instance root(*this, project_.root, "", host, told, nullptr, found);
  set_up(root, host);
  Resources resources;
  open_readings_.clear();
  unforeseen_readings_.clear();
  may_come_.clear();
  used_readings_.clear();
  undecidable_ = false;
  moves_.clear();
  elsewhere_.clear();
  root.run(resources);
  for (Diagnostic problem : found.items()) {
    problem.host = host.name;
    diagnostics.add(std::move(problem));
  }
  return resources;
}

std::vector<Resources> Expander::steps(const config::Host& host, const Told& told, Diagnostics& diagnostics) {
  // What is wrong with the values is told with the graph.
  Diagnostics elsewhere;
  Instance root(*this, project_.root, "", host, told, nullptr, elsewhere);
  set_up(root, host);
  // Variables of the host are for what it does itself.
  root.set_surroundings({});
  root.work_out();
  const std::size_t before = elsewhere.items().size();
  std::vector<Resources> lists;
  for (const config::Steps& steps : project_.root.around) {
    Resources& list = lists.emplace_back();
    if (!steps.of || selects(*steps.of, host.name, diagnostics)) root.run_steps(steps, list);
  }
  for (std::size_t i = before; i < elsewhere.items().size(); ++i) {
    Diagnostic problem = elsewhere.items()[i];
    problem.host = host.name;
    diagnostics.add(std::move(problem));
  }
  return lists;
}

const std::string& Expander::first_of(const std::vector<const config::Pattern*>& patterns, Diagnostics& diagnostics) {
  std::string key;
  for (const config::Pattern* pattern : patterns) key += pattern->text + "\n";
  const auto [known, added] = first_.try_emplace(key);
  if (!added) return known->second;
  for (const auto& [name, unused] : inventory_.hosts) {
    const bool selected = std::all_of(patterns.begin(), patterns.end(), [&, &host = name](const auto* pattern) {
      return selects(*pattern, host, diagnostics);
    });
    if (!selected) continue;
    known->second = name;
    break;
  }
  return known->second;
}

bool Expander::selects(const config::Pattern& pattern, const std::string& host, Diagnostics& diagnostics) {
  auto known = selected_.find(pattern.text);
  if (known == selected_.end()) {
    Result<std::set<std::string>> hosts = config::match_hosts(inventory_, pattern.text);
    if (!hosts) {
      Diagnostic problem = hosts.error().diagnostic();
      problem.span = pattern.span;
      diagnostics.add(std::move(problem));
      hosts = std::set<std::string>{};
    }
    known = selected_.emplace(pattern.text, std::move(*hosts)).first;
  }
  return known->second.contains(host);
}

}  // namespace plumb::ir
