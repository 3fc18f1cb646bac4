#include "engine/policy/environment.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "engine/base/digest.h"
#include "engine/base/joined.h"
#include "engine/base/outside_text.h"
#include "engine/base/sealed.h"
#include "engine/config/resource.h"
#include "engine/config/schema.h"
#include "engine/config/types.h"
#include "engine/lang/cel/convert.h"
#include "engine/plan/action_json.h"

namespace plumb::policy {
namespace {

using cel::Type;
using cel::Value;

constexpr std::array kOps = {Op::kCreate, Op::kUpdate, Op::kReplace, Op::kDelete, Op::kRun, Op::kRestart, Op::kReload};

const Type kText(Type::Kind::kString);
const Type kCount(Type::Kind::kInt);
const Type kFlag(Type::Kind::kBool);

Type counts_type(const char* name) {
  std::vector<cel::Field> fields;
  for (const Op op : kOps) fields.push_back({std::string(plumb::name(op)), kCount});
  return cel::make_record(name, std::move(fields));
}

Type plan_type() {
  return cel::make_record("plan", {{"engine", kText},
                                   {"project", kText},
                                   {"on", kText},
                                   {"limit", kText},
                                   {"hosts", kCount},
                                   {"changing", kCount},
                                   {"orphans", kCount},
                                   {"actions", counts_type("plan.actions")},
                                   {"affected", counts_type("plan.affected")},
                                   {"unplanned", Type::list(kText)}});
}

Type host_type() {
  const Json& facts = config::builtin_schema("facts");
  return cel::make_record("host", {{"name", kText},
                                   {"groups", Type::list(kText)},
                                   {"facts", config::type_of_schema(facts, facts, "facts")},
                                   {"image", kFlag},
                                   {"unchanged", kCount},
                                   {"orphans", Type::list(kText)},
                                   {"actions", counts_type("host.actions")}});
}

Type action_type() {
  const Type attributes = Type::map(kText, Type());
  return cel::make_record("action", {{"address", kText},
                                     {"kind", kText},
                                     {"identity", kText},
                                     {"module", kText},
                                     {"also", Type::list(kText)},
                                     {"op", kText},
                                     {"fidelity", kText},
                                     {"note", kText},
                                     {"source", kText},
                                     {"because", Type::map(kText, kText)},
                                     {"changed", Type::list(kText)},
                                     {"desired", attributes},
                                     {"exists", kFlag},
                                     {"observed", attributes},
                                     {"before", attributes},
                                     {"after", attributes},
                                     {"operations", Type::list(Type::map(kText, Type()))},
                                     {"texts", Type::list(kText)},
                                     {"sensitive", Type::list(kText)},
                                     {"unread", Type::list(kText)},
                                     {"undo", kFlag},
                                     {"pending", kFlag},
                                     {"triggered", kFlag},
                                     {"confirm_within", kCount},
                                     {"requires", Type::list(kText)}});
}

cel::Environment make(Subject subject) {
  cel::Environment names;
  names.add_variable("plan", plan_type());
  if (subject != Subject::kPlan) names.add_variable("host", host_type());
  if (subject == Subject::kAction) names.add_variable("action", action_type());
  return names;
}

// --- values

using Fields = std::vector<std::pair<std::string, Value>>;

Value text(std::string_view text) {
  return Value::string(text);
}

Value count(std::size_t count) {
  return Value::integer(static_cast<std::int64_t>(count));
}

template <class Texts>
Value list_of(const Texts& texts) {
  std::vector<Value> items;
  for (const std::string& one : texts) items.push_back(text(one));
  return Value::list(std::move(items));
}

Value counts_value(const std::map<Op, std::size_t>& counts) {
  Fields fields;
  for (const Op op : kOps) {
    const auto found = counts.find(op);
    fields.emplace_back(plumb::name(op), count(found == counts.end() ? 0 : found->second));
  }
  return Value::record(std::move(fields));
}

// Every sealed value, wherever it stands.
void hide_sealed(Json& json) {
  if (is_sealed(json)) {
    json = kSensitive;
  } else if (json.is_structured()) {
    for (Json& part : json) hide_sealed(part);
  }
}

Json hidden(Json attributes, const std::set<std::string>& sensitive) {
  for (const std::string& attribute : sensitive) {
    if (attributes.is_object() && attributes.contains(attribute)) attributes[attribute] = kSensitive;
  }
  hide_sealed(attributes);
  return attributes;
}

Json operations_of(const plan::Action& action) {
  Json operations = Json::array();
  for (const Operation& operation : action.operations) operations.push_back(to_json(operation));
  hide_sealed(operations);
  return operations;
}

// What operations and attributes say, and the contents that they name.
class Texts {
 public:
  explicit Texts(const plan::Plan& plan) : plan_(plan) {}

  void take(const Json& json) {
    if (json.is_string()) return take_text(json.get_ref<const std::string&>());
    if (!json.is_structured()) return;
    // The words of a command are one text.
    if (json.is_array() && !json.empty() && std::all_of(json.begin(), json.end(), [](const Json& one) {
          return one.is_string() && !is_digest(one.get_ref<const std::string&>());
        })) {
      std::string words;
      for (const Json& word : json) append_item(words, word.get_ref<const std::string&>(), " ");
      texts_.push_back(text(words));
      return;
    }
    for (const Json& part : json) take(part);
  }

  Value all() { return Value::list(std::move(texts_)); }

 private:
  void take_text(const std::string& said) {
    const auto blob = is_digest(said) ? plan_.blobs.find(said) : plan_.blobs.end();
    if (blob == plan_.blobs.end()) {
      texts_.push_back(text(said));
    } else if (seen_.insert(said).second) {
      // One byte that is no UTF-8 must not hide the rest.
      texts_.push_back(text(valid_utf8(blob->second) ? blob->second : repaired_utf8(blob->second)));
    }
  }

  const plan::Plan& plan_;
  std::vector<Value> texts_;
  std::set<std::string> seen_;  // contents are large, and operations name those of attributes
};

// What is asked for counts whatever operations there are: those of what is decided later are not known yet. What is to
// go is not asked for.
Value texts_of(const plan::Plan& plan, const plan::Action& action) {
  Texts texts(plan);
  texts.take(operations_of(action));
  if (action.operations.empty() || !wants_absent(action.desired))
    texts.take(hidden(action.desired.attributes, action.desired.sensitive));
  return texts.all();
}

// Whether it stands for bytes that the plan does not hold.
bool is_unread(const Json& json, const plan::Plan& plan) {
  if (is_sealed(json)) return true;
  if (json.is_string()) {
    const auto& said = json.get_ref<const std::string&>();
    return is_digest(said) && !plan.blobs.contains(said);
  }
  return json.is_structured() &&
         std::any_of(json.begin(), json.end(), [&](const Json& part) { return is_unread(part, plan); });
}

std::set<std::string> unread_in(const plan::Plan& plan, const Desired& desired) {
  std::set<std::string> unread = desired.sensitive;
  for (const auto& [attribute, value] : desired.attributes.items()) {
    if (is_unread(value, plan)) unread.insert(attribute);
  }
  return unread;
}

// A project's paths are plain already; those of a plan's file may say /etc/./passwd.
std::string plain_path(const std::string& path) {
  std::string plain = std::filesystem::path(path).lexically_normal().string();
  if (plain.size() > 1 && plain.ends_with('/')) plain.pop_back();
  return plain;
}

// Null where it is not known.
const Json* schema_of(const Desired& desired, const Registry* kinds) {
  const Kind* kind = kinds == nullptr ? nullptr : kinds->find(desired.address.kind);
  return kind != nullptr && kind->schema.is_given() ? &kind->schema.json() : nullptr;
}

std::set<std::string> changed_in(const plan::Action& action) {
  std::set<std::string> changed;
  for (const auto& [attribute, unused] : action.before.items()) changed.insert(attribute);
  for (const auto& [attribute, unused] : action.after.items()) changed.insert(attribute);
  return changed;
}

}  // namespace

std::string_view name(Effect effect) {
  switch (effect) {
    case Effect::kDeny:
      return "deny";
    case Effect::kRequire:
      return "require";
    case Effect::kWarn:
      return "warn";
  }
  return "";
}

const cel::Environment& environment(Subject subject) {
  static const cel::Environment plan = make(Subject::kPlan);
  static const cel::Environment host = make(Subject::kHost);
  static const cel::Environment action = make(Subject::kAction);
  return subject == Subject::kPlan ? plan : subject == Subject::kHost ? host : action;
}

cel::Value value_of(const plan::Plan& plan) {
  std::map<Op, std::size_t> actions;
  std::map<Op, std::size_t> affected;
  std::size_t changing = 0;
  std::size_t orphans = 0;
  for (const auto& [host, own] : plan.hosts) {
    for (const auto& [op, number] : own.actions.counts().ops) {
      actions[op] += number;
      ++affected[op];
    }
    changing += own.actions.empty() ? 0 : 1;
    orphans += own.orphans.size();
  }
  std::vector<std::string> unplanned;
  for (const auto& [host, code] : plan.unplanned) unplanned.push_back(host);
  return Value::record({{"engine", text(plan.engine)},
                        {"project", text(plan.project)},
                        {"on", text(plan.scope.on)},
                        {"limit", text(plan.scope.limit)},
                        {"hosts", count(plan.hosts.size())},
                        {"changing", count(changing)},
                        {"orphans", count(orphans)},
                        {"actions", counts_value(actions)},
                        {"affected", counts_value(affected)},
                        {"unplanned", list_of(unplanned)}});
}

cel::Value value_of(const std::string& host_name, const plan::HostPlan& host, const HostNotes& notes) {
  Fields fields = {{"name", text(host_name)},
                   {"groups", list_of(notes.groups)},
                   {"image", Value::boolean(host.image)},
                   {"unchanged", count(static_cast<std::size_t>(std::max(host.unchanged, 0)))},
                   {"orphans", list_of(host.orphans)},
                   {"actions", counts_value(host.actions.counts().ops)}};
  if (!notes.facts.is_null()) fields.emplace_back("facts", cel::from_json(notes.facts));
  return Value::record(std::move(fields));
}

cel::Value value_of(const plan::Plan& plan, const plan::Action& action, const std::set<std::string>& wanted,
                    const Registry* kinds) {
  const Desired& desired = action.desired;
  const auto attributes = [&](const Json& json) { return cel::from_json(hidden(json, desired.sensitive)); };
  Fields fields;
  const auto give = [&](const char* field, const auto& value) {
    if (wanted.contains(field)) fields.emplace_back(field, value());
  };
  give("address", [&] { return text(desired.address.str()); });
  give("kind", [&] { return text(desired.address.kind); });
  give("identity", [&] { return text(identity_of(desired, kinds)); });
  give("module", [&] { return text(desired.address.module); });
  give("also", [&] {
    std::vector<std::string> also = action.addresses();
    also.erase(also.begin());
    return list_of(also);
  });
  give("op", [&] { return text(plumb::name(action.op)); });
  give("fidelity", [&] { return text(plumb::name(action.fidelity)); });
  give("note", [&] { return text(action.note); });
  give("source", [&] { return text(action.source); });
  give("because", [&] { return cel::from_json(Json(action.because)); });
  give("changed", [&] { return list_of(changed_in(action)); });
  give("desired", [&] { return attributes(desired.attributes); });
  give("exists", [&] { return Value::boolean(action.seen.exists); });
  give("observed", [&] { return attributes(action.seen.attributes); });
  give("before", [&] { return attributes(action.before); });
  give("after", [&] { return attributes(action.after); });
  give("operations", [&] { return cel::from_json(operations_of(action)); });
  give("texts", [&] { return texts_of(plan, action); });
  give("unread", [&] { return list_of(unread_in(plan, desired)); });
  give("sensitive", [&] { return list_of(desired.sensitive); });
  give("undo", [&] { return Value::boolean(action.undo); });
  give("pending", [&] { return Value::boolean(action.pending); });
  give("triggered", [&] { return Value::boolean(action.triggered); });
  give("confirm_within", [&] { return Value::integer(action.confirm_within); });
  give("requires", [&] { return list_of(action.needs); });
  return Value::record(std::move(fields));
}

std::string identity_of(const Desired& desired, const Registry* kinds) {
  const Json* schema = schema_of(desired, kinds);
  if (schema == nullptr) return desired.address.identity;
  const auto& name = schema->at("x-identity").get_ref<const std::string&>();
  const Json& own = desired.attribute(name);
  if (own.is_null()) return desired.address.identity;
  if (is_sealed(own)) return kSensitive;
  if (!own.is_string()) return canonical(own);
  const std::string format = schema->at("properties").at(name).value("x-format", std::string());
  return format.ends_with("path") ? plain_path(own.get<std::string>()) : own.get<std::string>();
}

namespace {

// Nothing where it is what its address says.
std::optional<std::string> plain_identity(const Desired& desired, const Registry* kinds) {
  const Json* schema = schema_of(desired, kinds);
  if (schema == nullptr || desired.attribute(schema->at("x-identity").get_ref<const std::string&>()).is_null())
    return std::nullopt;
  std::string identity = identity_of(desired, kinds);
  const auto keys = schema->find("x-key");
  if (keys == schema->end()) return identity;
  for (const Json& name : *keys) {
    const Json& key = desired.attribute(name.get_ref<const std::string&>());
    if (!key.is_string()) continue;
    return identity + "#" + (is_sealed(key) ? kSensitive : config::address_key(key.get<std::string>()));
  }
  return identity;
}

}  // namespace

std::vector<std::string> plain_addresses_of(const plan::Action& action, const Registry* kinds) {
  const std::optional<std::string> identity = plain_identity(action.desired, kinds);
  std::vector<std::string> plain = action.addresses();
  for (std::string& address : plain) {
    const Result<Address> parsed = Address::parse(address);
    if (identity && parsed) address = Address{parsed->module, parsed->kind, *identity}.str();
  }
  return plain;
}

Json visible(const plan::Action& action) {
  Json json = plan::action_to_json(action);
  for (const char* part : {"desired", "before", "after"}) json[part] = hidden(json[part], action.desired.sensitive);
  if (json.contains("observed")) {
    Json& observed = json["observed"]["attributes"];
    observed = hidden(observed, action.desired.sensitive);
  }
  hide_sealed(json);
  return json;
}

}  // namespace plumb::policy
