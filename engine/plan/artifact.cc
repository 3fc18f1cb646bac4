#include "engine/plan/artifact.h"

#include <algorithm>
#include <set>

#include "engine/base/digest.h"
#include "engine/base/pool.h"

namespace plumb::plan {
namespace {

Json strings(const std::vector<std::string>& list) {
  Json array = Json::array();
  for (const std::string& text : list) array.push_back(text);
  return array;
}

Json actions_to_json(const Actions& actions) {
  Json array = Json::array();
  for (const Action& action : actions) array.push_back(action_to_json(action));
  return array;
}

Json lock_to_json(const Lock& lock) {
  return {{"items", lock.items}, {"owner", lock.owner}, {"reason", lock.reason}, {"until", lock.until}};
}

Json held_back_to_json(const HeldBack& held) {
  Json json = {{"address", held.address}};
  if (held.op != Op::kNone) json["op"] = name(held.op);
  if (!held.lock.empty()) json["lock"] = held.lock;
  if (!held.needs.empty()) json["needs"] = held.needs;
  return json;
}

// But for its actions.
Json host_to_json(const HostPlan& host) {
  Json json = {{"facts", host.facts}, {"ir", host.ir}, {"record", host.record}, {"unchanged", host.unchanged}};
  if (host.left_out > 0) json["left_out"] = host.left_out;
  if (!host.orphans.empty()) json["orphans"] = strings(host.orphans);
  for (const Lock& lock : host.locks) json["locks"].push_back(lock_to_json(lock));
  for (const HeldBack& held : host.held_back) json["held_back"].push_back(held_back_to_json(held));
  return json;
}

Json blob_to_json(const std::string& bytes) {
  const bool text = valid_utf8(bytes);
  return text ? Json(bytes) : Json{{"base64", base64_encode(bytes)}};
}

// Writes the canonical text of an object member by member, so that a large plan need not lie in memory as a tree. Names
// come in canonical order.
class ObjectText {
 public:
  explicit ObjectText(std::string& out) : out_(out) { out_ += '{'; }
  // Where the value goes.
  std::string& member(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    append_canonical_text(out_, name);
    return out_ += ':';
  }
  void close() { out_ += '}'; }

 private:
  std::string& out_;
};

// A list of actions as the artifact holds it, and how many hosts have it.
struct ActionList {
  std::string text;
  std::string digest;
  int hosts = 0;

  // Written once and named by its digest.
  bool is_shared() const { return hosts > 1 && text != "[]"; }
};

// Hosts of one list often share the pointer too, so each pointer's is written once.
class ActionLists {
 public:
  explicit ActionLists(const Plan& plan) {
    std::vector<const Actions*> all;
    for (const auto& [name, host] : plan.hosts) {
      if (by_pointer_.try_emplace(host.actions.get()).second) all.push_back(host.actions.get());
    }
    std::vector<ActionList> written(all.size());
    for_each_parallel(all.size(), all.size() < kFew ? 1 : core_count(), [&](std::size_t i) {
      written[i].text = canonical(actions_to_json(*all[i]));
      written[i].digest = digest(written[i].text);
    });
    for (std::size_t i = 0; i < all.size(); ++i)
      by_pointer_[all[i]] = &by_digest_.try_emplace(written[i].digest, std::move(written[i])).first->second;
    for (const auto& [name, host] : plan.hosts) ++by_pointer_.at(host.actions.get())->hosts;
  }

  const ActionList& of(const HostPlan& host) const { return *by_pointer_.at(host.actions.get()); }
  bool any_shared() const {
    return std::any_of(by_digest_.begin(), by_digest_.end(), [](const auto& list) { return list.second.is_shared(); });
  }
  const std::map<std::string, ActionList>& by_digest() const { return by_digest_; }

 private:
  static constexpr std::size_t kFew = 256;  // that are not worth a thread

  std::map<const Actions*, ActionList*> by_pointer_;
  std::map<std::string, ActionList> by_digest_;
};

void append_hosts(std::string& out, const Plan& plan, const ActionLists& lists) {
  std::vector<const std::pair<const std::string, HostPlan>*> hosts;
  for (const auto& host : plan.hosts) hosts.push_back(&host);
  std::stable_sort(hosts.begin(), hosts.end(),
                   [](const auto* a, const auto* b) { return utf16_less(a->first, b->first); });
  ObjectText object(out);
  for (const auto* entry : hosts) {
    const HostPlan& host = entry->second;
    const ActionList& list = lists.of(host);
    object.member(entry->first) += "{\"actions\":";
    if (list.is_shared()) {
      append_canonical_text(out, list.digest);
    } else {
      out += list.text;
    }
    // "actions" comes before all other names.
    out += ',';
    out += std::string_view(canonical(host_to_json(host))).substr(1);
  }
  object.close();
}

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

// The members of a document that say how its scope is narrowed.
std::map<std::string, Json> narrowing(const Scope& scope) {
  std::map<std::string, Json> members;
  if (!scope.limit.empty()) members["limit"] = scope.limit;
  if (!scope.tags.empty()) members["tags"] = scope.tags;
  if (!scope.skip_tags.empty()) members["skip_tags"] = scope.skip_tags;
  return members;
}

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

std::map<std::string, std::string> text_map(const Json& json) {
  std::map<std::string, std::string> result;
  for (const auto& [name, value] : json.items()) {
    if (value.is_string()) result[name] = value.get<std::string>();
  }
  return result;
}

void append_shared(std::string& out, const ActionLists& lists) {
  ObjectText object(out);
  for (const auto& [name, list] : lists.by_digest()) {
    if (list.is_shared()) object.member(name) += list.text;
  }
  object.close();
}

}  // namespace

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
               {"requires", strings(action.needs)},
               {"because", action.because},
               {"undo", action.undo ? "yes" : "no"},
               {"source", action.source}};
  if (!action.desired.sensitive.empty()) json["sensitive"] = action.desired.sensitive;
  if (!action.note.empty()) json["note"] = action.note;
  if (!action.triggered_by.empty()) json["triggered_by"] = strings(action.triggered_by);
  if (action.pending) json["pending"] = true;
  if (!action.unknown_until.empty()) json["unknown_until"] = strings(action.unknown_until);
  if (action.confirm_within > 0) json["confirm_within"] = action.confirm_within;
  for (const Due& due : action.owes) json["owes"].push_back({{"address", due.address}, {"op", name(due.op)}});
  return json;
}

Artifact write_artifact(const Plan& plan) {
  const ActionLists lists(plan);
  Artifact artifact;
  std::string& out = artifact.bytes;
  ObjectText document(out);
  ObjectText blobs(document.member("blobs"));
  for (const auto& [name, bytes] : plan.blobs) append_canonical(blobs.member(name), blob_to_json(bytes));
  blobs.close();
  append_canonical_text(document.member("engine"), plan.engine);
  append_hosts(document.member("hosts"), plan, lists);
  append_canonical(document.member("inputs"), plan.inputs);
  const std::map<std::string, Json> narrowed = narrowing(plan.scope);
  const auto append_narrowing = [&](const char* name) {
    if (narrowed.contains(name)) append_canonical(document.member(name), narrowed.at(name));
  };
  append_narrowing("limit");
  append_canonical_text(document.member("on"), plan.scope.on);
  append_canonical_text(document.member("plumb"), kFormat);
  append_canonical_text(document.member("project"), plan.project);
  if (plan.rollout) append_canonical(document.member("rollout"), to_json(*plan.rollout));
  if (lists.any_shared()) append_shared(document.member("shared"), lists);
  append_narrowing("skip_tags");
  append_narrowing("tags");
  if (!plan.unplanned.empty()) append_canonical(document.member("unplanned"), plan.unplanned);
  document.close();
  artifact.id = digest(artifact.bytes);
  return artifact;
}

Result<Plan> read_artifact(std::string_view bytes) {
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
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  if (write_artifact(plan).bytes != bytes) {
    return fail(Code::kPlanUnreadable, "the plan is not in canonical form; it was changed after it was made")
        .hint("make the plan anew");
  }
  return plan;
}

Json expanded(const Plan& plan) {
  Json hosts = Json::object();
  for (const auto& [name, host] : plan.hosts) {
    Json& json = hosts[name] = host_to_json(host);
    json["actions"] = actions_to_json(*host.actions);
  }
  Json document = {{"plumb", kFormat},    {"engine", plan.engine}, {"project", plan.project},
                   {"on", plan.scope.on}, {"inputs", plan.inputs}, {"hosts", std::move(hosts)}};
  for (const auto& [member, value] : narrowing(plan.scope)) document[member] = value;
  if (plan.rollout) document["rollout"] = to_json(*plan.rollout);
  if (!plan.unplanned.empty()) document["unplanned"] = plan.unplanned;
  return document;
}

}  // namespace plumb::plan
