#include "engine/plan/action_json.h"

#include <algorithm>

#include "engine/base/object_text.h"
#include "engine/plan/object_reader.h"
#include "engine/plan/take_action.h"

namespace plumb::plan {

Json strings_to_json(const std::vector<std::string>& list) {
  Json array = Json::array();
  for (const std::string& text : list) array.push_back(text);
  return array;
}

namespace {

void append_due(std::string& out, const Due& due) {
  ObjectText object(out);
  object.text("address", due.address);
  object.text("op", name(due.op));
  object.close();
}

void append_also(std::string& out, const AlsoDeclared& also) {
  ObjectText object(out);
  object.text("address", also.address);
  object.text("source", also.source);
  object.close();
}

Result<std::vector<AlsoDeclared>> read_also(const Json& list) {
  std::vector<AlsoDeclared> also;
  if (!list.is_array()) return unreadable("an action has an `also` that is not a list");
  for (const Json& item : list) {
    ObjectReader reader(item, "what an action is also declared as");
    AlsoDeclared one;
    one.address = reader.text("address");
    one.source = reader.text("source");
    if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
    also.push_back(std::move(one));
  }
  return also;
}

void append_retry(std::string& out, const Manner& manner) {
  ObjectText object(out);
  object.json("every", manner.every_seconds);
  object.json("times", manner.tries);
  object.close();
}

void append_seen(std::string& out, const Seen& seen) {
  ObjectText object(out);
  object.json("attributes", seen.attributes);
  if (seen.exists) object.flag("exists", true);
  if (seen.obstacle) object.flag("obstacle", true);
  object.close();
}

Result<Seen> take_seen(Json& json) {
  ObjectReader reader(json, "what was observed");
  Seen seen;
  seen.exists = reader.flag("exists");
  seen.obstacle = reader.flag("obstacle");
  if (reader.is_object("attributes")) seen.attributes = std::move(json["attributes"]);
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  return seen;
}

// A week is the longest that anything may take, and more tries than that has seconds are not asked for.
int bounded(ObjectReader& reader, const char* member) {
  constexpr std::int64_t kMost = 604800;
  const std::int64_t value = reader.integer(member);
  if (value < 0 || value > kMost) reader.complain(std::string("has a `") + member + "` out of its bounds");
  return static_cast<int>(std::clamp<std::int64_t>(value, 0, kMost));
}

Result<Manner> take_manner(const Json& json, ObjectReader& reader) {
  Manner manner;
  if (json.contains("timeout")) manner.timeout_seconds = bounded(reader, "timeout");
  if (reader.find("on_failure", false) != nullptr) {
    manner.may_fail = reader.text("on_failure") == "continue";
    if (!manner.may_fail) reader.complain("has an `on_failure` that is not `continue`");
  }
  const Json* retry = reader.find("retry", false);
  if (retry == nullptr) return manner;
  ObjectReader own(*retry, "a retry");
  manner.every_seconds = bounded(own, "every");
  manner.tries = bounded(own, "times");
  if (const std::string problem = own.finish(); !problem.empty()) return unreadable(problem);
  if (manner.tries < 2) reader.complain("is tried again and is not");
  return manner;
}

std::map<std::string, std::string> take_texts(ObjectReader& reader, const char* member, const char* complaint) {
  std::map<std::string, std::string> texts;
  const Json map = reader.object(member, false);
  for (const auto& [name, text] : map.items()) {
    if (text.is_string())
      texts[name] = text.get<std::string>();
    else
      reader.complain(complaint);
  }
  return texts;
}

Result<std::vector<Due>> take_owes(ObjectReader& reader) {
  std::vector<Due> owes;
  const Json* list = reader.find("owes", false);
  if (list == nullptr) return owes;
  if (!list->is_array()) reader.complain("has an `owes` that is not a list");
  for (const Json& item : *list) {
    ObjectReader due(item, "what an action owes");
    const std::string address = due.text("address");
    const std::optional<Op> op = op_from_name(due.text("op"));
    if (const std::string problem = due.finish(); !problem.empty()) return unreadable(problem);
    if (!op || *op == Op::kNone) reader.complain("owes an unknown op");
    owes.push_back({address, op.value_or(Op::kRestart)});
  }
  return owes;
}

}  // namespace

void append_action(std::string& out, const Action& action) {
  ObjectText object(out);
  object.text("address", action.desired.address.str());
  object.json("after", action.after);
  if (!action.also.empty()) append_list(object.member("also"), action.also, append_also);
  object.json("because", action.because);
  object.json("before", action.before);
  if (action.confirm_within > 0) object.json("confirm_within", action.confirm_within);
  object.json("desired", action.desired.attributes);
  if (!action.desired.env.empty()) object.json("env", action.desired.env);
  object.text("fidelity", name(action.fidelity));
  if (action.forget) object.flag("forget", true);
  if (!action.note.empty()) object.text("note", action.note);
  if (!action.seen.empty()) append_seen(object.member("observed"), action.seen);
  if (action.manner.may_fail) object.text("on_failure", "continue");
  object.text("op", name(action.op));
  append_list(object.member("operations"), action.operations,
              [](std::string& to, const Operation& operation) { append_canonical(to, to_json(operation)); });
  if (!action.owes.empty()) append_list(object.member("owes"), action.owes, append_due);
  if (action.pending) object.flag("pending", true);
  append_texts(object.member("requires"), action.needs);
  if (!action.rescues.empty()) append_texts(object.member("rescues"), action.rescues);
  if (action.manner.tries > 1) append_retry(object.member("retry"), action.manner);
  if (!action.desired.sensitive.empty()) append_texts(object.member("sensitive"), action.desired.sensitive);
  object.text("source", action.source);
  if (action.manner.timeout_seconds > 0) object.json("timeout", action.manner.timeout_seconds);
  if (!action.triggered_by.empty()) append_texts(object.member("triggered_by"), action.triggered_by);
  object.text("undo", action.undo ? "yes" : "no");
  if (!action.unknown_until.empty()) append_texts(object.member("unknown_until"), action.unknown_until);
  if (!action.when.empty()) object.json("when", action.when);
  object.close();
}

Json action_to_json(const Action& action) {
  std::string text;
  append_action(text, action);
  return Json::parse(text);
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
  if (reader.find("observed", false) != nullptr) {
    PLUMB_TRY_ASSIGN(action.seen, take_seen(json["observed"]));
  }
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
  action.because = take_texts(reader, "because", "has a reason that is not a string");
  action.undo = reader.text("undo") == "yes";
  action.source = reader.text("source");
  if (const Json* also = reader.find("also", false)) {
    PLUMB_TRY_ASSIGN(action.also, read_also(*also));
  }
  action.note = reader.text("note", false);
  action.triggered_by = reader.texts("triggered_by");
  action.triggered = !action.triggered_by.empty() || json.contains("pending");
  action.pending = reader.flag("pending");
  action.forget = reader.flag("forget");
  action.unknown_until = reader.texts("unknown_until");
  action.rescues = reader.texts("rescues");
  if (reader.find("when", false) != nullptr) action.when = take("when");
  PLUMB_TRY_ASSIGN(action.manner, take_manner(json, reader));
  action.desired.env = take_texts(reader, "env", "has a variable that is not a string");
  if (json.contains("confirm_within")) action.confirm_within = static_cast<int>(reader.integer("confirm_within"));
  PLUMB_TRY_ASSIGN(action.owes, take_owes(reader));
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  return action;
}

}  // namespace plumb::plan
