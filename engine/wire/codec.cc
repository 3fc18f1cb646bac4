#include "engine/wire/codec.h"

namespace plumb::wire {
namespace {

bool is_clean(const Json& value) {
  if (value.is_string()) return valid_utf8(value.get_ref<const std::string&>());
  if (value.is_object()) {
    for (const auto& [name, item] : value.get_ref<const Json::object_t&>()) {
      if (!valid_utf8(name) || !is_clean(item)) return false;
    }
  } else if (value.is_array()) {
    for (const Json& item : value) {
      if (!is_clean(item)) return false;
    }
  }
  return true;
}

}  // namespace

Json repaired(const Json& value) {
  if (is_clean(value)) return value;
  if (value.is_string()) return repaired_utf8(value.get_ref<const std::string&>());
  Json out = value.is_array() ? Json::array() : Json::object();
  if (value.is_array()) {
    for (const Json& item : value) out.push_back(repaired(item));
  } else {
    for (const auto& [name, item] : value.get_ref<const Json::object_t&>()) out[repaired_utf8(name)] = repaired(item);
  }
  return out;
}

void Writer::append(std::string& out, const Json& value) {
  if (is_clean(value)) {
    append_cbor(out, value);
  } else {
    append_cbor(out, repaired(value));
  }
}

void Reader::bytes(const char* name, std::string& value) {
  const auto found = in_.find(name);
  if (found == in_.end() || !found->is_binary()) return problem_.set(std::string(name) + ": bytes are expected");
  const auto& taken = found->get_binary();
  value.assign(taken.begin(), taken.end());
  in_.erase(found);
}

void Reader::from_value(Json& json, Address& value) {
  std::string text;
  from_value(json, text);
  if (problem_.any()) return;
  // Addresses are shown wherever something is told of a resource.
  Result<Address> address = Address::parse(outside_line(text));
  if (!address) return problem_.set(address.error().summary());
  value = std::move(*address);
}

void Reader::from_value(Json& json, Versions& value) {
  std::vector<int> range;
  from_value(json, range);
  if (problem_.any()) return;
  if (range.size() != 2 || range[0] < 1 || range[1] < range[0]) return problem_.set("a range of versions is expected");
  value = {range[0], range[1]};
}

void Reader::from_value(Json& json, Op& value) {
  std::string text;
  from_value(json, text);
  const std::optional<Op> op = op_from_name(text);
  if (!op) return problem_.set("`" + text + "` is not the name of a change");
  value = *op;
}

void Reader::from_value(Json& json, EventKind& value) {
  std::string text;
  from_value(json, text);
  for (const EventKind kind :
       {EventKind::kStarted, EventKind::kOutput, EventKind::kChanged, EventKind::kVerified, EventKind::kSatisfied,
        EventKind::kFailed, EventKind::kSkipped, EventKind::kStale, EventKind::kDiverged}) {
    if (wire::name(kind) == text) return void(value = kind);
  }
  problem_.set("`" + text + "` is not the name of an event");
}

void Reader::from_value(Json& json, JournalOutcome& value) {
  std::string text;
  from_value(json, text);
  const std::optional<JournalOutcome> outcome = journal_outcome_from_name(text);
  // The last of them is for the controller alone to find out.
  const bool told = outcome && *outcome != JournalOutcome::kNone && *outcome != JournalOutcome::kNotDone;
  if (!told) return problem_.set("`" + text + "` is no outcome in a journal");
  value = *outcome;
}

void Reader::from_value(Json& json, DoneOutcome& value) {
  std::string text;
  from_value(json, text);
  for (const DoneOutcome outcome : {DoneOutcome::kOk, DoneOutcome::kFailed, DoneOutcome::kStale,
                                    DoneOutcome::kInterrupted, DoneOutcome::kAlready}) {
    if (wire::name(outcome) == text) return void(value = outcome);
  }
  problem_.set("`" + text + "` is no outcome of an apply");
}

void Reader::from_value(Json& json, ConfirmOutcome& value) {
  std::string text;
  from_value(json, text);
  for (const ConfirmOutcome outcome : {ConfirmOutcome::kConfirmed, ConfirmOutcome::kBusy, ConfirmOutcome::kUndoing,
                                       ConfirmOutcome::kUndone, ConfirmOutcome::kNothing}) {
    if (wire::name(outcome) == text) return void(value = outcome);
  }
  problem_.set("`" + text + "` is no outcome of a confirmation");
}

void Reader::from_value(Json& json, Code& value) {
  std::string text;
  from_value(json, text);
  const std::optional<CodeInfo> info = find_code(text);
  if (!info) return problem_.set("`" + text + "` is not a code");
  value = info->code;
}

void Reader::from_value(Json& json, Severity& value) {
  std::string text;
  from_value(json, text);
  for (const Severity severity : {Severity::kError, Severity::kWarning, Severity::kNote}) {
    if (plumb::name(severity) == text) return void(value = severity);
  }
  problem_.set("`" + text + "` is not a severity");
}

void Reader::from_value(Json& json, Operation& value) {
  Result<Operation> operation = operation_from_json(json);
  if (!operation) return problem_.set(operation.error().summary());
  value = std::move(*operation);
}

void Reader::from_value(Json& json, std::set<std::string>& values) {
  std::vector<std::string> list;
  from_value(json, list);
  for (std::string& item : list) {
    if (!values.insert(std::move(item)).second) return problem_.set("an item stands twice in a set");
  }
}

}  // namespace plumb::wire
