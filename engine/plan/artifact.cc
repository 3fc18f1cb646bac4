#include "engine/plan/artifact.h"

#include <algorithm>
#include <set>

#include "engine/base/digest.h"

namespace plumb::plan {
namespace {

Json lock_to_json(const Lock& lock) {
  return {{"items", lock.items}, {"owner", lock.owner}, {"reason", lock.reason}, {"until", lock.until}};
}

Json held_back_to_json(const HeldBack& held) {
  Json json = {{"address", held.address}};
  if (held.op != Op::kNone) json["op"] = name(held.op);
  if (!held.lock.empty()) json["lock"] = held.lock;
  if (!held.needs.empty()) json["needs"] = held.needs;
  if (!held.reading.empty()) json["reading"] = held.reading;
  return json;
}

// But for its actions.
Json host_to_json(const HostPlan& host) {
  Json json = {{"facts", host.facts}, {"ir", host.ir}, {"record", host.record}, {"unchanged", host.unchanged}};
  if (host.image) json["image"] = true;
  if (!host.image_id.empty()) json["image_id"] = host.image_id;
  if (host.left_out > 0) json["left_out"] = host.left_out;
  if (!host.orphans.empty()) json["orphans"] = strings_to_json(host.orphans);
  for (const Forgotten& one : host.forgotten) json["forgotten"].push_back({{"address", one.address}, {"why", one.why}});
  if (!host.moved.empty()) json["moved"] = host.moved;
  if (!host.prevents.empty()) json["prevents"] = strings_to_json(host.prevents);
  if (!host.permits.empty()) json["permits"] = strings_to_json(host.permits);
  for (const Lock& lock : host.locks) json["locks"].push_back(lock_to_json(lock));
  for (const HeldBack& held : host.held_back) json["held_back"].push_back(held_back_to_json(held));
  for (const PassedOver& one : host.passed_over)
    json["passed_over"].push_back({{"address", one.address}, {"why", one.why}});
  for (const Elsewhere& one : host.elsewhere)
    json["elsewhere"].push_back({{"address", one.address}, {"host", one.host}});
  if (!host.around.empty()) json["around"] = to_json(host.around);
  if (!host.moving.empty()) json["moving"] = host.moving;
  for (const UsedReading& one : host.readings)
    json["readings"].push_back({{"name", one.name}, {"source", one.source}, {"told", one.told}});
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

// Gathers a document and hands it on in pieces of some size, with the digest of all of them.
class DocumentText {
 public:
  explicit DocumentText(const TakePiece& write) : write_(write) {}

  // Where the next part goes, once more than a piece has gathered after what was there.
  std::string& out() {
    if (text_.size() >= kPiece) hand_on();
    return text_;
  }
  // Gives the digest.
  std::string finish() {
    hand_on();
    return sum_.finish();
  }

 private:
  static constexpr std::size_t kPiece = std::size_t{64} << 10;

  void hand_on() {
    sum_.add(text_);
    write_(text_);
    text_.clear();
  }

  const TakePiece& write_;
  std::string text_;
  Sha256 sum_;
};

// Writes the canonical text of an object member by member. Names come in canonical order.
class DocumentObject {
 public:
  explicit DocumentObject(DocumentText& document) : document_(document) { document_.out() += '{'; }
  // Where the value goes.
  std::string& member(std::string_view name) {
    std::string& out = document_.out();
    if (!first_) out += ',';
    first_ = false;
    append_canonical_text(out, name);
    return out += ':';
  }
  // For a value that is an object of its own.
  DocumentObject object(std::string_view name) {
    (void)member(name);
    return DocumentObject(document_);
  }
  void close() { document_.out() += '}'; }

 private:
  DocumentText& document_;
  bool first_ = true;
};

// By digest, the lists that several hosts have: written once and named by it.
using SharedLists = std::map<std::string, const ActionList*>;

SharedLists shared_lists(const Plan& plan) {
  std::map<std::string_view, int> hosts;
  for (const auto& [name, host] : plan.hosts) ++hosts[host.actions.digest()];
  SharedLists shared;
  for (const auto& [name, host] : plan.hosts) {
    if (!host.actions.empty() && hosts.at(host.actions.digest()) > 1)
      shared.emplace(host.actions.digest(), &host.actions);
  }
  return shared;
}

// "actions" comes before all other names.
std::string host_text(const HostPlan& host, std::string_view actions) {
  std::string text = "{\"actions\":";
  text.append(actions).append(1, ',').append(canonical(host_to_json(host)), 1);
  return text;
}

void write_hosts(DocumentObject object, const Plan& plan, const SharedLists& shared) {
  std::vector<const std::pair<const std::string, HostPlan>*> hosts;
  for (const auto& host : plan.hosts) hosts.push_back(&host);
  std::stable_sort(hosts.begin(), hosts.end(),
                   [](const auto* a, const auto* b) { return utf16_less(a->first, b->first); });
  for (const auto* entry : hosts) {
    const HostPlan& host = entry->second;
    object.member(entry->first) += shared.contains(host.actions.digest())
                                       ? host_text(host, canonical(Json(host.actions.digest())))
                                       : host_text(host, host.actions.text());
  }
  object.close();
}

// The members of a document that say how its scope is narrowed.
std::map<std::string, Json> narrowing(const Scope& scope) {
  std::map<std::string, Json> members;
  if (!scope.limit.empty()) members["limit"] = scope.limit;
  if (!scope.tags.empty()) members["tags"] = scope.tags;
  if (!scope.skip_tags.empty()) members["skip_tags"] = scope.skip_tags;
  if (!scope.addresses.empty()) members["addresses"] = scope.addresses;
  if (!scope.start_at.empty()) members["start_at"] = scope.start_at;
  if (scope.prune) members["prune"] = true;
  if (!scope.undoes.empty()) members["undoes"] = scope.undoes;
  return members;
}

void write_shared(DocumentObject object, const SharedLists& shared) {
  for (const auto& [name, list] : shared) object.member(name) += list->text();
  object.close();
}

void write_blobs(DocumentObject object, const Plan& plan) {
  for (const auto& [name, bytes] : plan.blobs) append_canonical(object.member(name), blob_to_json(bytes));
  object.close();
}

void write_contents(DocumentObject object, const Plan& plan) {
  for (const auto& [name, content] : plan.contents) append_canonical(object.member(name), content_to_json(content));
  object.close();
}

}  // namespace

std::string write_artifact(const Plan& plan, const TakePiece& write) {
  const SharedLists shared = shared_lists(plan);
  const std::map<std::string, Json> narrowed = narrowing(plan.scope);
  DocumentText text(write);
  DocumentObject document(text);
  const auto append_narrowing = [&](const char* name) {
    if (narrowed.contains(name)) append_canonical(document.member(name), narrowed.at(name));
  };
  append_narrowing("addresses");
  write_blobs(document.object("blobs"), plan);
  if (!plan.contents.empty()) write_contents(document.object("contents"), plan);
  append_canonical_text(document.member("engine"), plan.engine);
  write_hosts(document.object("hosts"), plan, shared);
  append_canonical(document.member("inputs"), plan.inputs);
  append_narrowing("limit");
  append_canonical_text(document.member("on"), plan.scope.on);
  append_canonical_text(document.member("plumb"), kFormat);
  append_canonical_text(document.member("project"), plan.project);
  append_narrowing("prune");
  if (plan.rollout) append_canonical(document.member("rollout"), to_json(*plan.rollout));
  if (!shared.empty()) write_shared(document.object("shared"), shared);
  append_narrowing("skip_tags");
  append_narrowing("start_at");
  append_narrowing("tags");
  append_narrowing("undoes");
  if (!plan.unplanned.empty()) append_canonical(document.member("unplanned"), plan.unplanned);
  document.close();
  return text.finish();
}

Artifact write_artifact(const Plan& plan) {
  Artifact artifact;
  artifact.id = write_artifact(plan, [&](std::string_view piece) { artifact.bytes += piece; });
  return artifact;
}

namespace {

// Canonical text as it is written in a larger, indented document, so many levels below its top.
std::string indented(std::string_view text, std::size_t levels) {
  constexpr std::size_t kIndent = 2;
  std::string out;
  out.reserve(text.size() * 3 / 2);
  const auto break_line = [&] { out.append(1, '\n').append(levels * kIndent, ' '); };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (c == '"') {
      const std::size_t begin = at++;
      while (text[at] != '"') at += text[at] == '\\' ? 2 : 1;
      out += text.substr(begin, at + 1 - begin);
    } else if ((c == '{' && next == '}') || (c == '[' && next == ']')) {
      out.append(1, c).append(1, next);
      ++at;
    } else if (c == '{' || c == '[') {
      out += c;
      ++levels;
      break_line();
    } else if (c == '}' || c == ']') {
      --levels;
      break_line();
      out += c;
    } else {
      out += c;
      if (c == ':') out += ' ';
      if (c == ',') break_line();
    }
  }
  return out;
}

}  // namespace

void write_expanded(const Plan& plan, std::map<std::string, Json> members, const TakePiece& write) {
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
      write(indented(canonical(value), 1));
      continue;
    }
    std::string_view before_host = "{";
    for (const auto& [name, host] : plan.hosts) {
      write(std::string(before_host) + "\n    " + canonical(Json(name)) + ": " +
            indented(host_text(host, host.actions.text()), 2));
      before_host = ",";
    }
    write("\n  }");
  }
  write("\n}\n");
}

}  // namespace plumb::plan
