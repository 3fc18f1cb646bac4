// Reading a plan from its document, strictly.
#include <algorithm>
#include <filesystem>
#include <set>

#include "engine/base/digest.h"
#include "engine/plan/artifact.h"
#include "engine/plan/verify.h"

namespace plumb::plan {
namespace {

// Reads members of one object and notes what was read, so that a member nobody asked for is found.
class ObjectReader {
 public:
  ObjectReader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json_.is_object()) complain("is not an object");
  }

  const Json* find(const char* member, bool required = true) {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(member);
    seen_.insert(member);
    if (found != json_.end()) return &*found;
    if (required) complain(std::string("has no `") + member + "`");
    return nullptr;
  }
  std::string text(const char* member, bool required = true) {
    const Json* value = find(member, required);
    if (value == nullptr) return {};
    if (!value->is_string()) {
      complain(std::string("`") + member + "` is not a string");
      return {};
    }
    return value->get<std::string>();
  }
  std::int64_t integer(const char* member) {
    const Json* value = find(member);
    if (value == nullptr) return 0;
    if (!value->is_number_integer()) complain(std::string("`") + member + "` is not an integer");
    return value->is_number_integer() ? value->get<std::int64_t>() : 0;
  }
  bool flag(const char* member) {
    const Json* value = find(member, false);
    if (value != nullptr && !value->is_boolean()) complain(std::string("`") + member + "` is not a boolean");
    return value != nullptr && value->is_boolean() && value->get<bool>();
  }
  Json object(const char* member, bool required = true) {
    const Json* value = find(member, required);
    if (value == nullptr) return Json::object();
    if (!value->is_object()) {
      complain(std::string("`") + member + "` is not an object");
      return Json::object();
    }
    return *value;
  }
  std::vector<std::string> texts(const char* member) {
    std::vector<std::string> list;
    const Json* value = find(member, false);
    if (value == nullptr) return list;
    if (!value->is_array()) complain(std::string("`") + member + "` is not a list");
    for (const Json& item : *value) {
      if (item.is_string()) {
        list.push_back(item.get<std::string>());
      } else {
        complain(std::string("`") + member + "` holds something that is not a string");
      }
    }
    return list;
  }
  // The first complaint, or "".
  std::string finish() {
    if (json_.is_object()) {
      for (const auto& [member, unused] : json_.items()) {
        if (!seen_.contains(member)) complain("has the unknown member `" + member + "`");
      }
    }
    return problem_;
  }
  void complain(const std::string& what) {
    if (problem_.empty()) problem_ = where_ + " " + what;
  }

 private:
  const Json& json_;
  std::string where_;
  std::set<std::string> seen_;
  std::string problem_;
};

Error unreadable(const std::string& what) {
  return fail(Code::kPlanUnreadable, "this is not a plan: " + what);
}

Result<Action> read_action(const Json& json) {
  ObjectReader reader(json, "an action");
  Action action;
  Result<Address> address = Address::parse(reader.text("address"));
  if (!address) return unreadable(address.error().summary());
  action.desired.address = *address;
  action.desired.attributes = reader.object("desired");
  for (std::string& attribute : reader.texts("sensitive")) action.desired.sensitive.insert(std::move(attribute));
  const std::optional<Op> op = op_from_name(reader.text("op"));
  const std::optional<Fidelity> fidelity = fidelity_from_name(reader.text("fidelity"));
  if (!op || *op == Op::kNone || !fidelity) reader.complain("has an unknown op or fidelity");
  action.op = op.value_or(Op::kNone);
  action.fidelity = fidelity.value_or(Fidelity::kOpaque);
  action.before = reader.object("before");
  action.after = reader.object("after");
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

Result<std::shared_ptr<const Actions>> read_actions(const Json& json) {
  if (!json.is_array()) return unreadable("a list of actions is not a list");
  Actions actions;
  for (const Json& item : json) {
    PLUMB_TRY_ASSIGN(Action action, read_action(item));
    actions.push_back(std::move(action));
  }
  return std::make_shared<const Actions>(std::move(actions));
}

Result<Lock> read_lock(const Json& json) {
  ObjectReader reader(json, "a lock");
  Lock lock{reader.text("items"), reader.text("owner"), reader.text("reason"), reader.text("until")};
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  return lock;
}

Result<HeldBack> read_held_back(const Json& json) {
  ObjectReader reader(json, "what is held back");
  HeldBack held;
  held.address = reader.text("address");
  if (json.contains("op")) {
    const std::optional<Op> op = op_from_name(reader.text("op"));
    if (!op) reader.complain("has an unknown op");
    held.op = op.value_or(Op::kNone);
  }
  held.lock = reader.text("lock", false);
  held.needs = reader.text("needs", false);
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  return held;
}

// An optional list of objects.
template <class T>
Result<std::vector<T>> read_list(const Json* json, Result<T> (*read)(const Json&)) {
  std::vector<T> list;
  if (json == nullptr) return list;
  if (!json->is_array()) return unreadable("a host has something else than a list among its locks");
  for (const Json& item : *json) {
    PLUMB_TRY_ASSIGN(T one, read(item));
    list.push_back(std::move(one));
  }
  return list;
}

using SharedActions = std::map<std::string, std::shared_ptr<const Actions>>;

Result<HostPlan> read_host(const Json& json, const SharedActions& shared) {
  ObjectReader reader(json, "a host");
  HostPlan host;
  host.facts = reader.text("facts");
  host.ir = reader.text("ir");
  host.record = reader.integer("record");
  host.unchanged = static_cast<int>(reader.integer("unchanged"));
  if (json.contains("left_out")) host.left_out = static_cast<int>(reader.integer("left_out"));
  host.orphans = reader.texts("orphans");
  PLUMB_TRY_ASSIGN(host.locks, read_list(reader.find("locks", false), read_lock));
  PLUMB_TRY_ASSIGN(host.held_back, read_list(reader.find("held_back", false), read_held_back));
  const Json* actions = reader.find("actions");
  if (actions != nullptr && actions->is_string()) {
    const auto found = shared.find(actions->get<std::string>());
    if (found == shared.end()) return unreadable("a host refers to a list of actions that is not there");
    host.actions = found->second;
  } else if (actions != nullptr) {
    PLUMB_TRY_ASSIGN(host.actions, read_actions(*actions));
  }
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  return host;
}

Result<std::map<std::string, std::string>> read_blobs(const Json& json) {
  std::map<std::string, std::string> blobs;
  for (const auto& [name, value] : json.items()) {
    std::string bytes;
    if (value.is_string()) {
      bytes = value.get<std::string>();
    } else if (value.is_object() && value.size() == 1 && value.contains("base64") && value["base64"].is_string()) {
      PLUMB_TRY_ASSIGN(bytes, base64_decode(value["base64"].get<std::string>()));
    } else {
      return unreadable("a blob is neither text nor base64");
    }
    if (digest(bytes) != name) return unreadable("the content of blob " + name + " has another digest");
    blobs.emplace(name, std::move(bytes));
  }
  return blobs;
}

// A file below the project's folder: nothing else is read for a plan.
bool stays_below(const std::string& path) {
  const std::filesystem::path source(path);
  return !source.is_absolute() && std::find(source.begin(), source.end(), "..") == source.end();
}

Result<std::map<std::string, LargeContent>> read_contents(const Json& json) {
  std::map<std::string, LargeContent> contents;
  for (const auto& [name, value] : json.items()) {
    ObjectReader reader(value, "a content");
    LargeContent content;
    const std::int64_t size = reader.integer("size");
    content.size = size < 0 ? 0 : static_cast<std::uint64_t>(size);
    content.source = reader.text("source", false);
    if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
    if (!is_digest(name) || content.size <= kLargeContent)
      return unreadable("a content is not named as a large one is");
    if (!stays_below(content.source)) return unreadable("a content comes from outside of the project");
    contents.emplace(name, std::move(content));
  }
  return contents;
}

std::map<std::string, std::string> text_map(const Json& json) {
  std::map<std::string, std::string> result;
  for (const auto& [name, value] : json.items()) {
    if (value.is_string()) result[name] = value.get<std::string>();
  }
  return result;
}

}  // namespace

Result<Plan> read_artifact(std::string_view bytes, const Registry& kinds) {
  PLUMB_TRY_ASSIGN(const Json document, parse_json(bytes, Code::kPlanUnreadable));
  ObjectReader reader(document, "the document");
  if (const std::string format = reader.text("plumb"); format != kFormat) {
    if (format.starts_with("plan/")) {
      return fail(Code::kPlanVersion,
                  "the plan has the format `" + format + "`; this program reads " + std::string(kFormat));
    }
    return unreadable("it does not begin with \"plumb\": \"" + std::string(kFormat) + "\"");
  }
  Plan plan;
  plan.engine = reader.text("engine");
  plan.project = reader.text("project");
  plan.scope.on = reader.text("on");
  plan.scope.limit = reader.text("limit", false);
  for (std::string& tag : reader.texts("tags")) plan.scope.tags.insert(std::move(tag));
  for (std::string& tag : reader.texts("skip_tags")) plan.scope.skip_tags.insert(std::move(tag));
  plan.inputs = text_map(reader.object("inputs"));
  plan.unplanned = text_map(reader.object("unplanned", false));
  if (const Json* rollout = reader.find("rollout", false)) {
    plan.rollout = rollout_from(*rollout);
    if (!plan.rollout) return unreadable("`rollout` is none");
  }
  SharedActions shared;
  const Json shared_lists = reader.object("shared", false);
  for (const auto& [name, list] : shared_lists.items()) {
    PLUMB_TRY_ASSIGN(shared[name], read_actions(list));
  }
  const Json hosts = reader.object("hosts");
  for (const auto& [name, host] : hosts.items()) {
    PLUMB_TRY_ASSIGN(plan.hosts[name], read_host(host, shared));
  }
  PLUMB_TRY_ASSIGN(plan.blobs, read_blobs(reader.object("blobs")));
  PLUMB_TRY_ASSIGN(plan.contents, read_contents(reader.object("contents", false)));
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  if (write_artifact(plan).bytes != bytes) {
    return fail(Code::kPlanUnreadable, "the plan is not in canonical form; it was changed after it was made")
        .hint("make the plan anew");
  }
  if (const std::string broken = verify(plan, kinds); !broken.empty()) {
    return fail(Code::kPlanBroken, "the plan does not hold together: " + broken)
        .hint("plumb makes no such plan; find out who wrote it, and make it anew");
  }
  return plan;
}

}  // namespace plumb::plan
