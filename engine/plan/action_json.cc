#include "engine/plan/action_json.h"

#include "engine/plan/object_reader.h"
#include "engine/plan/take_action.h"

namespace plumb::plan {

Json strings_to_json(const std::vector<std::string>& list) {
  Json array = Json::array();
  for (const std::string& text : list) array.push_back(text);
  return array;
}

Json action_to_json(const Action& action) {
  Json operations = Json::array();
  for (const Operation& operation : action.operations) operations.push_back(to_json(operation));
  Json json = {{"address", action.desired.address.str()},
               {"op", name(action.op)},
               {"fidelity", name(action.fidelity)},
               {"before", action.before},
               {"after", action.after},
               {"desired", action.desired.attributes},
               {"operations", std::move(operations)},
               {"requires", strings_to_json(action.needs)},
               {"because", action.because},
               {"undo", action.undo ? "yes" : "no"},
               {"source", action.source}};
  if (!action.desired.sensitive.empty()) json["sensitive"] = action.desired.sensitive;
  if (!action.note.empty()) json["note"] = action.note;
  if (!action.triggered_by.empty()) json["triggered_by"] = strings_to_json(action.triggered_by);
  if (action.pending) json["pending"] = true;
  if (!action.unknown_until.empty()) json["unknown_until"] = strings_to_json(action.unknown_until);
  if (action.confirm_within > 0) json["confirm_within"] = action.confirm_within;
  for (const Due& due : action.owes) json["owes"].push_back({{"address", due.address}, {"op", name(due.op)}});
  return json;
}

Result<Action> action_from_json(const Json& json) {
  Json own = json;
  return take_action(own);
}

Result<Action> take_action(Json& json) {
  ObjectReader reader(json, "an action");
  const auto take = [&](const char* member) {
    return reader.is_object(member) ? std::move(json[member]) : Json::object();
  };
  Action action;
  Result<Address> address = Address::parse(reader.text("address"));
  if (!address) return unreadable(address.error().summary());
  action.desired.address = *address;
  action.desired.attributes = take("desired");
  for (std::string& attribute : reader.texts("sensitive")) action.desired.sensitive.insert(std::move(attribute));
  const std::optional<Op> op = op_from_name(reader.text("op"));
  const std::optional<Fidelity> fidelity = fidelity_from_name(reader.text("fidelity"));
  if (!op || *op == Op::kNone || !fidelity) reader.complain("has an unknown op or fidelity");
  action.op = op.value_or(Op::kNone);
  action.fidelity = fidelity.value_or(Fidelity::kOpaque);
  action.before = take("before");
  action.after = take("after");
  if (const Json* operations = reader.find("operations"); operations != nullptr && operations->is_array()) {
    for (const Json& item : *operations) {
      Result<Operation> operation = operation_from_json(item);
      if (!operation) return unreadable(operation.error().summary());
      action.operations.push_back(std::move(*operation));
    }
  }
  action.needs = reader.texts("requires");
  const Json because = reader.object("because", false);
  for (const auto& [attribute, why] : because.items()) {
    if (!why.is_string())
      reader.complain("has a reason that is not a string");
    else
      action.because[attribute] = why.get<std::string>();
  }
  const std::string undo = reader.text("undo");
  action.undo = undo == "yes";
  action.source = reader.text("source");
  action.note = reader.text("note", false);
  action.triggered_by = reader.texts("triggered_by");
  action.triggered = !action.triggered_by.empty() || json.contains("pending");
  action.pending = reader.flag("pending");
  action.unknown_until = reader.texts("unknown_until");
  if (json.contains("confirm_within")) action.confirm_within = static_cast<int>(reader.integer("confirm_within"));
  if (const Json* owes = reader.find("owes", false)) {
    if (!owes->is_array()) reader.complain("has an `owes` that is not a list");
    for (const Json& item : *owes) {
      ObjectReader due(item, "what an action owes");
      const std::string owed_address = due.text("address");
      const std::optional<Op> owed_op = op_from_name(due.text("op"));
      if (const std::string problem = due.finish(); !problem.empty()) return unreadable(problem);
      if (!owed_op || *owed_op == Op::kNone) reader.complain("owes an unknown op");
      action.owes.push_back({owed_address, owed_op.value_or(Op::kRestart)});
    }
  }
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  return action;
}

}  // namespace plumb::plan
