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

Json content_to_json(const LargeContent& content) {
  Json json = {{"size", content.size}};
  if (!content.source.empty()) json["source"] = content.source;
  return json;
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
    const auto write = [&](std::size_t i) {
      written[i].text = canonical(actions_to_json(*all[i]));
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
      json["actions"] = actions_to_json(*host.actions);
      write(std::string(before_host) + "\n    " + Json(name).dump() + ": " + indented(json, 2));
      before_host = ",";
    }
    write("\n  }");
  }
  write("\n}\n");
}

}  // namespace plumb::plan
