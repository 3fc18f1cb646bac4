// Reading a plan from its document, strictly.
#include <algorithm>
#include <filesystem>
#include <set>

#include "engine/base/digest.h"
#include "engine/base/packed.h"
#include "engine/plan/artifact.h"
#include "engine/plan/document_parts.h"
#include "engine/plan/object_reader.h"
#include "engine/plan/take_action.h"
#include "engine/plan/verify.h"

namespace plumb::plan {
namespace {

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
  held.reading = reader.text("reading", false);
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  return held;
}

Result<PassedOver> read_passed_over(const Json& json) {
  ObjectReader reader(json, "what is passed over");
  PassedOver one{reader.text("address"), reader.text("why")};
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  return one;
}

Result<Elsewhere> read_elsewhere(const Json& json) {
  ObjectReader reader(json, "what another host does");
  Elsewhere one{reader.text("address"), reader.text("host")};
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  return one;
}

Result<Forgotten> read_forgotten(const Json& json) {
  ObjectReader reader(json, "what is forgotten");
  Forgotten one{reader.text("address"), reader.text("why")};
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  return one;
}

Result<UsedReading> read_reading(const Json& json) {
  ObjectReader reader(json, "a reading");
  UsedReading one{reader.text("name"), reader.object("source"), reader.text("told")};
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  if (const Result<ReadingSource> source = reading_source_from(one.source); !source)
    return unreadable(source.error().summary());
  if (!is_digest(one.told) && !is_keyed_digest(one.told)) return unreadable("what a reading told is no digest");
  return one;
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

// What the actions hold is moved out of the document.
Result<Actions> read_actions(Json& json) {
  if (!json.is_array()) return unreadable("a list of actions is not a list");
  Actions actions;
  actions.reserve(json.size());
  for (Json& item : json) {
    PLUMB_TRY_ASSIGN(Action action, take_action(item));
    actions.push_back(std::move(action));
  }
  return actions;
}

std::map<std::string, std::string> text_map(const Json& json) {
  std::map<std::string, std::string> result;
  for (const auto& [name, value] : json.items()) {
    if (value.is_string()) result[name] = value.get<std::string>();
  }
  return result;
}

Result<std::vector<Steps>> read_steps(const Json* json) {
  std::vector<Steps> all;
  if (json == nullptr) return all;
  if (!json->is_array()) return unreadable("the steps around a turn are no list");
  for (const Json& one : *json) {
    ObjectReader reader(one, "steps");
    Steps steps;
    steps.host = reader.text("host");
    const Json* written = reader.find("actions");
    if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
    Json list = *written;
    PLUMB_TRY_ASSIGN(Actions actions, read_actions(list));
    steps.actions = ActionList(std::move(actions));
    all.push_back(std::move(steps));
  }
  return all;
}

Result<Around> read_around(const Json* json) {
  Around around;
  if (json == nullptr) return around;
  ObjectReader reader(*json, "the steps around a turn");
  PLUMB_TRY_ASSIGN(around.before, read_steps(reader.find("before", false)));
  PLUMB_TRY_ASSIGN(around.after, read_steps(reader.find("after", false)));
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  return around;
}

// But for its actions, which are there.
Result<HostPlan> read_host(const Json& json) {
  ObjectReader reader(json, "a host");
  HostPlan host;
  host.facts = reader.text("facts");
  host.ir = reader.text("ir");
  host.record = reader.integer("record");
  host.unchanged = static_cast<int>(reader.integer("unchanged"));
  host.image = reader.flag("image");
  if (json.contains("image_id")) host.image_id = reader.text("image_id");
  if (json.contains("left_out")) host.left_out = static_cast<int>(reader.integer("left_out"));
  host.orphans = reader.texts("orphans");
  PLUMB_TRY_ASSIGN(host.forgotten, read_list(reader.find("forgotten", false), read_forgotten));
  host.moved = text_map(reader.object("moved", false));
  host.prevents = reader.texts("prevents");
  host.permits = reader.texts("permits");
  PLUMB_TRY_ASSIGN(host.locks, read_list(reader.find("locks", false), read_lock));
  PLUMB_TRY_ASSIGN(host.held_back, read_list(reader.find("held_back", false), read_held_back));
  PLUMB_TRY_ASSIGN(host.passed_over, read_list(reader.find("passed_over", false), read_passed_over));
  PLUMB_TRY_ASSIGN(host.elsewhere, read_list(reader.find("elsewhere", false), read_elsewhere));
  PLUMB_TRY_ASSIGN(host.readings, read_list(reader.find("readings", false), read_reading));
  host.moving = text_map(reader.object("moving", false));
  PLUMB_TRY_ASSIGN(host.around, read_around(reader.find("around", false)));
  (void)reader.find("actions");
  if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
  return host;
}

Result<std::string> read_blob(const std::string& name, const Json& value) {
  std::string bytes;
  if (value.is_string()) {
    bytes = value.get<std::string>();
  } else if (value.is_object() && value.size() == 1 && value.contains("base64") && value["base64"].is_string()) {
    PLUMB_TRY_ASSIGN(bytes, base64_decode(value["base64"].get<std::string>()));
  } else {
    return unreadable("a blob is neither text nor base64");
  }
  if (digest(bytes) != name) return unreadable("the content of blob " + name + " has another digest");
  return bytes;
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

// Reads a document a part at a time, so that of a large one no more is in memory than what is kept of it. What holds of
// a host's actions is looked at while they are there.
class PartsReader {
 public:
  PartsReader(const DocumentParts& parts, const Registry& kinds) : parts_(parts), kinds_(kinds) {}

  Result<Plan> read() {
    PLUMB_TRY_ASSIGN(const Json rest, parse_json(parts_.rest, Code::kPlanUnreadable));
    PLUMB_TRY(read_rest(rest));
    PLUMB_TRY(each("blobs", [&](const std::string& name, const Json& value) -> Result<> {
      PLUMB_TRY_ASSIGN(plan_.blobs[name], read_blob(name, value));
      return {};
    }));
    PLUMB_TRY(each("shared", [&](const std::string& name, Json& value) -> Result<> {
      PLUMB_TRY_ASSIGN(Actions actions, read_actions(value));
      keep(shared_[name] = ActionList(std::move(actions)));
      return {};
    }));
    PLUMB_TRY(each("hosts", [&](const std::string& name, Json& value) { return add_host(name, value); }));
    if (broken_.empty()) broken_ = verify_turns(plan_);
    return std::move(plan_);
  }

  // What does not hold of the plan that was read, as verify() says it.
  const std::string& broken() const { return broken_; }

 private:
  template <class Take>
  Result<> each(std::string_view object, Take take) {
    const auto members = parts_.objects.find(object);
    if (members == parts_.objects.end()) return {};
    for (const auto& [name, text] : members->second) {
      PLUMB_TRY_ASSIGN(const Json read_name, parse_json(name, Code::kPlanUnreadable));
      PLUMB_TRY_ASSIGN(Json value, parse_json(text, Code::kPlanUnreadable));
      PLUMB_TRY(take(read_name.get_ref<const std::string&>(), value));
    }
    return {};
  }

  Result<> read_rest(const Json& json) {
    ObjectReader reader(json, "the document");
    if (const std::string format = reader.text("plumb"); format != kFormat) {
      if (format.starts_with("plan/")) {
        return fail(Code::kPlanVersion,
                    "the plan has the format `" + format + "`; this program reads " + std::string(kFormat))
            .hint("make the plan anew with this plumb, or apply it with the one that made it");
      }
      return unreadable("it does not begin with \"plumb\": \"" + std::string(kFormat) + "\"");
    }
    plan_.engine = reader.text("engine");
    plan_.project = reader.text("project");
    plan_.scope.on = reader.text("on");
    plan_.scope.limit = reader.text("limit", false);
    for (std::string& tag : reader.texts("tags")) plan_.scope.tags.insert(std::move(tag));
    for (std::string& tag : reader.texts("skip_tags")) plan_.scope.skip_tags.insert(std::move(tag));
    for (std::string& one : reader.texts("addresses")) plan_.scope.addresses.insert(std::move(one));
    plan_.scope.start_at = reader.text("start_at", false);
    plan_.scope.prune = reader.flag("prune");
    plan_.scope.undoes = reader.text("undoes", false);
    plan_.inputs = text_map(reader.object("inputs"));
    plan_.unplanned = text_map(reader.object("unplanned", false));
    if (const Json* rollout = reader.find("rollout", false)) {
      plan_.rollout = rollout_from(*rollout);
      if (!plan_.rollout) return unreadable("`rollout` is none");
    }
    for (const char* part : {"hosts", "blobs"}) (void)reader.object(part);
    (void)reader.object("shared", false);
    PLUMB_TRY_ASSIGN(plan_.contents, read_contents(reader.object("contents", false)));
    if (const std::string problem = reader.finish(); !problem.empty()) return unreadable(problem);
    return {};
  }

  Result<> add_host(const std::string& name, Json& json) {
    PLUMB_TRY_ASSIGN(HostPlan host, read_host(json));
    Json& list = json["actions"];
    if (list.is_string()) {
      const auto found = shared_.find(list.get<std::string>());
      if (found == shared_.end()) return unreadable("a host refers to a list of actions that is not there");
      host.actions = found->second;
      // Many hosts share one list; but for its actions a host's plan is soon looked through.
      const bool is_new = looked_at_.insert(found->first).second;
      if (is_new || !host.held_back.empty()) look_at(name, host, *host.actions.get());
    } else {
      PLUMB_TRY_ASSIGN(Actions actions, read_actions(list));
      host.actions = ActionList(std::move(actions));
      look_at(name, host, *host.actions.get());
      keep(host.actions);
    }
    if (std::string problem = problem_of_around(host.around, kinds_); broken_.empty() && !problem.empty())
      broken_ = "on " + name + ", " + problem;
    for (auto* all : {&host.around.before, &host.around.after}) {
      for (Steps& steps : *all) keep(steps.actions);
    }
    plan_.hosts[name] = std::move(host);
    return {};
  }

  void keep(ActionList& list) {
    if (!room_.take(list.size())) list.pack();
  }

  void look_at(const std::string& name, const HostPlan& host, const Actions& actions) {
    if (!broken_.empty()) return;
    std::string problem = verify(host, actions, kinds_);
    if (problem.empty()) problem = verify_contents(plan_, actions);
    if (!problem.empty()) broken_ = "on " + name + ", " + problem;
  }

  const DocumentParts& parts_;
  const Registry& kinds_;
  Plan plan_;
  Room room_{kMostUnpacked};
  std::map<std::string, ActionList> shared_;  // by name
  std::set<std::string> looked_at_;
  std::string broken_;
};

// Whether it is, byte for byte, what would be written of the plan.
bool is_document_of(std::string_view bytes, const Plan& plan) {
  bool same = true;
  (void)write_artifact(plan, [&](std::string_view piece) {
    same = same && bytes.starts_with(piece);
    if (same) bytes.remove_prefix(piece.size());
  });
  return same && bytes.empty();
}

Error changed() {
  return fail(Code::kPlanUnreadable, "the plan is not in canonical form; it was changed after it was made")
      .hint("make the plan anew");
}

Result<Plan> read_parts(std::string_view bytes, const DocumentParts& parts, const Registry& kinds) {
  PartsReader reader(parts, kinds);
  PLUMB_TRY_ASSIGN(Plan plan, reader.read());
  if (!is_document_of(bytes, plan)) return changed();
  if (!reader.broken().empty()) {
    return fail(Code::kPlanBroken, "the plan does not hold together: " + reader.broken())
        .hint("plumb makes no such plan; find out who wrote it, and make it anew");
  }
  return plan;
}

// What is wrong with a document that nobody writes: of one that is no JSON, where; of any other, what.
Error what_is_wrong(std::string_view bytes, const Registry& kinds) {
  Result<Json> document = parse_json(bytes, Code::kPlanUnreadable);
  if (!document) return std::move(document.error());
  if (!document->is_object()) return unreadable("the document is not an object");
  const std::string written = canonical(*document);
  const std::optional<DocumentParts> parts = cut(written);
  if (!parts) return changed();
  Result<Plan> plan = read_parts(written, *parts, kinds);
  return plan ? changed() : std::move(plan.error());
}

}  // namespace

Result<Plan> read_artifact(std::string_view bytes, const Registry& kinds) {
  const std::optional<DocumentParts> parts = cut(bytes);
  if (!parts) return what_is_wrong(bytes, kinds);
  Result<Plan> plan = read_parts(bytes, *parts, kinds);
  // Of a part, the parser does not know where it stands in the document.
  if (plan || plan.error().code() != Code::kPlanUnreadable || bytes.size() > JsonLimits().bytes) return plan;
  const Result<Json> document = parse_json(bytes, Code::kPlanUnreadable);
  return document ? std::move(plan) : Result<Plan>(document.error());
}

}  // namespace plumb::plan
