#include "engine/wire/codec.h"

#include <algorithm>

#include "engine/base/code_names.h"

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

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  return "`" + outside_line(text, kLongest) + "`";
}

Reader::Reader(CborItem item, Problem& problem) : problem_(problem) {
  if (!item.is_map()) {
    problem_.set("an object is expected");
  } else if (item.size() > kMostMembers) {
    problem_.set("an object has too many members");
  } else {
    members_ = item.members();
  }
  for (auto member = members_.begin(); member != members_.end(); ++member) {
    if (find(member->name) != member) twice(member->name);
  }
}

std::vector<CborItem::Member>::iterator Reader::find(std::string_view name) {
  return std::find_if(members_.begin(), members_.end(),
                      [name](const CborItem::Member& member) { return member.name == name; });
}

bool Reader::fits(const char* name, Most most) {
  const auto found = find(name);
  const bool counts = found != members_.end() && (found->value.is_list() || found->value.is_map());
  if (!counts || found->value.size() <= most.items) return true;
  problem_.set(std::string(name) + ": " + std::to_string(found->value.size()) + " items; at most " +
               std::to_string(most.items) + " are taken");
  return false;
}

void Reader::bytes(const char* name, std::string& value) {
  const auto found = find(name);
  const std::optional<std::string_view> taken = found == members_.end() ? std::nullopt : found->value.bytes();
  if (!taken) return problem_.set(std::string(name) + ": bytes are expected");
  value = *taken;
  members_.erase(found);
}

void Reader::from_value(CborItem item, bool& value) {
  const std::optional<bool> taken = item.boolean();
  if (!taken) return problem_.set("a boolean is expected");
  value = *taken;
}

void Reader::from_value(CborItem item, std::string& value) {
  const std::optional<std::string_view> taken = item.text();
  if (!taken) return problem_.set("text is expected");
  value = *taken;
}

void Reader::from_value(CborItem item, Json& value) {
  Result<Json> json = parse_cbor(item.encoded(), kAnySize);
  if (!json) return problem_.set(json.error().summary());
  value = std::move(*json);
}

void Reader::from_value(CborItem item, Address& value) {
  std::string text;
  from_value(item, text);
  if (problem_.any()) return;
  // Addresses are shown wherever something is told of a resource.
  Result<Address> address = Address::parse(outside_line(text));
  if (!address) return problem_.set(address.error().summary());
  value = std::move(*address);
}

void Reader::from_value(CborItem item, Versions& value) {
  std::vector<int> range;
  from_value(item, range);
  if (problem_.any()) return;
  if (range.size() != 2 || range[0] < 1 || range[1] < range[0]) return problem_.set("a range of versions is expected");
  value = {range[0], range[1]};
}

void Reader::from_value(CborItem item, Op& value) {
  std::string text;
  from_value(item, text);
  const std::optional<Op> op = op_from_name(text);
  if (!op) return problem_.set(in_quotes(text) + " is not the name of a change");
  value = *op;
}

void Reader::from_value(CborItem item, ObstacleGoes& value) {
  std::string text;
  from_value(item, text);
  const std::optional<ObstacleGoes> goes = obstacle_goes_from_name(text);
  if (!goes) return problem_.set(in_quotes(text) + " does not say what takes an obstacle away");
  value = *goes;
}

void Reader::from_value(CborItem item, EventKind& value) {
  std::string text;
  from_value(item, text);
  for (const EventKind kind :
       {EventKind::kStarted, EventKind::kOutput, EventKind::kChanged, EventKind::kVerified, EventKind::kSatisfied,
        EventKind::kFailed, EventKind::kSkipped, EventKind::kStale, EventKind::kDiverged}) {
    if (wire::name(kind) == text) return void(value = kind);
  }
  problem_.set(in_quotes(text) + " is not the name of an event");
}

void Reader::from_value(CborItem item, JournalOutcome& value) {
  std::string text;
  from_value(item, text);
  const std::optional<JournalOutcome> outcome = journal_outcome_from_name(text);
  // The last of them is for the controller alone to find out.
  const bool told = outcome && *outcome != JournalOutcome::kNone && *outcome != JournalOutcome::kNotDone;
  if (!told) return problem_.set(in_quotes(text) + " is no outcome in a journal");
  value = *outcome;
}

void Reader::from_value(CborItem item, DoneOutcome& value) {
  std::string text;
  from_value(item, text);
  for (const DoneOutcome outcome : {DoneOutcome::kOk, DoneOutcome::kFailed, DoneOutcome::kStale,
                                    DoneOutcome::kInterrupted, DoneOutcome::kAlready, DoneOutcome::kRestarting}) {
    if (wire::name(outcome) == text) return void(value = outcome);
  }
  problem_.set(in_quotes(text) + " is no outcome of an apply");
}

void Reader::from_value(CborItem item, ConfirmOutcome& value) {
  std::string text;
  from_value(item, text);
  for (const ConfirmOutcome outcome : {ConfirmOutcome::kConfirmed, ConfirmOutcome::kBusy, ConfirmOutcome::kUndoing,
                                       ConfirmOutcome::kUndone, ConfirmOutcome::kNothing}) {
    if (wire::name(outcome) == text) return void(value = outcome);
  }
  problem_.set(in_quotes(text) + " is no outcome of a confirmation");
}

void Reader::from_value(CborItem item, Code& value) {
  std::string text;
  from_value(item, text);
  const std::optional<Code> code = code_named(text);
  if (!code) return problem_.set(in_quotes(text) + " is not a code");
  value = *code;
}

void Reader::from_value(CborItem item, Severity& value) {
  std::string text;
  from_value(item, text);
  for (const Severity severity : {Severity::kError, Severity::kWarning, Severity::kNote}) {
    if (plumb::name(severity) == text) return void(value = severity);
  }
  problem_.set(in_quotes(text) + " is not a severity");
}

void Reader::from_value(CborItem item, Operation& value) {
  Json json;
  from_value(item, json);
  if (problem_.any()) return;
  Result<Operation> operation = operation_from_json(json);
  if (!operation) return problem_.set(operation.error().summary());
  value = std::move(*operation);
}

void Reader::from_value(CborItem item, std::set<std::string>& values) {
  std::vector<std::string> list;
  from_value(item, list);
  for (std::string& one : list) {
    if (!values.insert(std::move(one)).second) return problem_.set("an item stands twice in a set");
  }
}

}  // namespace plumb::wire
