#include "engine/plan/artifact.h"

#include <algorithm>
#include <set>

#include "engine/base/digest.h"
#include "engine/base/object_text.h"
#include "engine/base/pool.h"
#include "engine/plan/action_text.h"

namespace plumb::plan {
namespace {

Json strings(const std::vector<std::string>& list) {
  Json array = Json::array();
  for (const std::string& text : list) array.push_back(text);
  return array;
}

void append_due(std::string& out, const Due& due) {
  ObjectText object(out);
  object.text("address", due.address);
  object.text("op", name(due.op));
  object.close();
}

std::string actions_text(const Actions& actions) {
  std::string text;
  append_list(text, actions, append_action);
  return text;
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

Json content_to_json(const LargeContent& content) {
  Json json = {{"size", content.size}};
  if (!content.source.empty()) json["source"] = content.source;
  return json;
}

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
    const auto write = [&](std::size_t i) {
      written[i].text = actions_text(*all[i]);
      written[i].digest = digest(written[i].text);
    };
    if (all.size() < kFew) {
      for (std::size_t i = 0; i < all.size(); ++i) write(i);
    } else {
      compute_each(all.size(), write);
    }
    for (std::size_t i = 0; i < all.size(); ++i)
      by_pointer_[all[i]] = &by_digest_.try_emplace(written[i].digest, std::move(written[i])).first->second;
    for (const auto& [name, host] : plan.hosts) ++by_pointer_.at(host.actions.get())->hosts;
  }

  // As a host has it: the name of a shared list, else the list, which is not kept.
  void append(std::string& out, const HostPlan& host) {
    ActionList& list = *by_pointer_.at(host.actions.get());
    if (list.is_shared()) return append_canonical_text(out, list.digest);
    out += list.text;
    if (list.text != "[]") list.text = std::string();
  }
  // Of all that append() gives.
  std::size_t size() const {
    std::size_t sum = 0;
    for (const auto& [digest, list] : by_digest_) sum += list.text.size();
    return sum;
  }
  bool any_shared() const {
    return std::any_of(by_digest_.begin(), by_digest_.end(), [](const auto& list) { return list.second.is_shared(); });
  }
  const std::map<std::string, ActionList>& by_digest() const { return by_digest_; }

 private:
  static constexpr std::size_t kFew = 256;  // that are not worth a thread

  std::map<const Actions*, ActionList*> by_pointer_;
  std::map<std::string, ActionList> by_digest_;
};

void append_hosts(std::string& out, const Plan& plan, ActionLists& lists) {
  std::vector<const std::pair<const std::string, HostPlan>*> hosts;
  for (const auto& host : plan.hosts) hosts.push_back(&host);
  std::stable_sort(hosts.begin(), hosts.end(),
                   [](const auto* a, const auto* b) { return utf16_less(a->first, b->first); });
  ObjectText object(out);
  for (const auto* entry : hosts) {
    const HostPlan& host = entry->second;
    object.member(entry->first) += "{\"actions\":";
    lists.append(out, host);
    // "actions" comes before all other names.
    out += ',';
    out += std::string_view(canonical(host_to_json(host))).substr(1);
  }
  object.close();
}

// The members of a document that say how its scope is narrowed.
std::map<std::string, Json> narrowing(const Scope& scope) {
  std::map<std::string, Json> members;
  if (!scope.limit.empty()) members["limit"] = scope.limit;
  if (!scope.tags.empty()) members["tags"] = scope.tags;
  if (!scope.skip_tags.empty()) members["skip_tags"] = scope.skip_tags;
  return members;
}

void append_shared(std::string& out, const ActionLists& lists) {
  ObjectText object(out);
  for (const auto& [name, list] : lists.by_digest()) {
    if (list.is_shared()) object.member(name) += list.text;
  }
  object.close();
}

}  // namespace

// Most of a plan's bytes.
void append_action(std::string& out, const Action& action) {
  ObjectText object(out);
  object.text("address", action.desired.address.str());
  object.json("after", action.after);
  object.json("because", action.because);
  object.json("before", action.before);
  if (action.confirm_within > 0) object.json("confirm_within", action.confirm_within);
  object.json("desired", action.desired.attributes);
  object.text("fidelity", name(action.fidelity));
  if (!action.note.empty()) object.text("note", action.note);
  object.text("op", name(action.op));
  append_list(object.member("operations"), action.operations,
              [](std::string& to, const Operation& operation) { append_canonical(to, to_json(operation)); });
  if (!action.owes.empty()) append_list(object.member("owes"), action.owes, append_due);
  if (action.pending) object.flag("pending", true);
  append_texts(object.member("requires"), action.needs);
  if (!action.desired.sensitive.empty()) append_texts(object.member("sensitive"), action.desired.sensitive);
  object.text("source", action.source);
  if (!action.triggered_by.empty()) append_texts(object.member("triggered_by"), action.triggered_by);
  object.text("undo", action.undo ? "yes" : "no");
  if (!action.unknown_until.empty()) append_texts(object.member("unknown_until"), action.unknown_until);
  object.close();
}

Json action_to_json(const Action& action) {
  std::string text;
  append_action(text, action);
  return Json::parse(text);
}

Artifact write_artifact(const Plan& plan) {
  ActionLists lists(plan);
  Artifact artifact;
  std::string& out = artifact.bytes;
  // Most of a large plan, which then need not be copied while it grows.
  out.reserve(lists.size());
  ObjectText document(out);
  ObjectText blobs(document.member("blobs"));
  for (const auto& [name, bytes] : plan.blobs) append_canonical(blobs.member(name), blob_to_json(bytes));
  blobs.close();
  if (!plan.contents.empty()) {
    ObjectText contents(document.member("contents"));
    for (const auto& [name, content] : plan.contents) append_canonical(contents.member(name), content_to_json(content));
    contents.close();
  }
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

namespace {

// `json` as it is written in a larger document, so many levels below its top.
std::string indented(const Json& json, std::size_t levels) {
  constexpr int kIndent = 2;
  const std::string text = json.dump(kIndent);
  const std::string margin(levels * kIndent, ' ');
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '\n') out += margin;  // one inside of a string is escaped
  }
  return out;
}

}  // namespace

void write_expanded(const Plan& plan, std::map<std::string, Json> members, const TextSink& write) {
  members["plumb"] = kFormat;
  members["engine"] = plan.engine;
  members["project"] = plan.project;
  members["on"] = plan.scope.on;
  members["inputs"] = plan.inputs;
  members["hosts"] = Json::object();
  for (auto& [member, value] : narrowing(plan.scope)) members[member] = value;
  if (plan.rollout) members["rollout"] = to_json(*plan.rollout);
  if (!plan.unplanned.empty()) members["unplanned"] = plan.unplanned;
  std::string_view before = "{";
  for (const auto& [member, value] : members) {
    write(std::string(before) + "\n  " + Json(member).dump() + ": ");
    before = ",";
    if (member != "hosts" || plan.hosts.empty()) {
      write(indented(value, 1));
      continue;
    }
    std::string_view before_host = "{";
    for (const auto& [name, host] : plan.hosts) {
      Json json = host_to_json(host);
      json["actions"] = Json::array();
      for (const Action& action : *host.actions) json["actions"].push_back(action_to_json(action));
      write(std::string(before_host) + "\n    " + Json(name).dump() + ": " + indented(json, 2));
      before_host = ",";
    }
    write("\n  }");
  }
  write("\n}\n");
}

}  // namespace plumb::plan
