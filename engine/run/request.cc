#include "engine/run/request.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/digest.h"
#include "engine/base/sealed.h"
#include "engine/strict/wire_actions.h"
#include "providers/outside/package.h"
#include "providers/sdk/sealed_values.h"
#include "providers/sdk/via.h"

namespace plumb::run {
namespace {

class ContentNeeds {
 public:
  explicit ContentNeeds(const Registry& kinds) : kinds_(kinds) {}

  void add(const plan::Action& action) {
    for (const Operation& operation : action.operations) {
      if (const std::string* content = content_of(operation)) contents.insert(*content);
    }
    std::set<std::string> own;
    for (std::string& content : content_digests(kinds_, action.desired)) own.insert(std::move(content));
    // What is a content here may be a value elsewhere: it is sent as either.
    for (const Sealed& value : sealed_values(action.desired)) {
      if (!own.contains(value.encode())) sealed.insert(value);
    }
    contents.merge(own);
  }

  std::set<std::string> contents;
  std::set<Sealed> sealed;

 private:
  const Registry& kinds_;
};

// "`content` of file:/etc/token": where a sealed value stands in the plan.
std::string place_of(const Address& address, const std::string& attribute) {
  return "`" + attribute + "` of " + address.str();
}

// Of the first one; "" where there is none.
std::string sealed_place(const plan::Actions& actions) {
  for (const plan::Action& action : actions) {
    for (const std::string& name : action.desired.sensitive) {
      if (is_sealed(action.desired.attribute(name))) return place_of(action.desired.address, name);
    }
    for (const auto& [name, value] : action.before.items()) {
      if (is_sealed(value)) return place_of(action.desired.address, name);
    }
  }
  return {};
}

Error changed_since(const std::string& place) {
  return fail(Code::kSecretUnresolved,
              place + ": the sensitive value of the plan is not the one the configuration holds now")
      .hint(
          "an input that it reads was given by --set, --inputs or the environment when the plan was made and is not "
          "now, or was changed since. Make the plan anew, or apply it with what it was made with");
}

Error changed_since(const plan::Actions& actions, const std::string& sealed) {
  for (const plan::Action& action : actions) {
    for (const std::string& name : action.desired.sensitive) {
      if (action.desired.text(name) == sealed) return changed_since(place_of(action.desired.address, name));
    }
  }
  return changed_since("a sensitive value");
}

}  // namespace

bool needs_secrets(const plan::Actions& actions, const Registry& kinds) {
  ContentNeeds needs(kinds);
  for (const plan::Action& action : actions) needs.add(action);
  const auto sealed = [](const std::string& digest) { return is_keyed_digest(digest); };
  return !needs.sealed.empty() || std::any_of(needs.contents.begin(), needs.contents.end(), sealed);
}

Result<> check_key(const plan::Plan& plan, const plan::Actions& actions, const std::string& key) {
  const auto made_with = plan.inputs.find("key");
  if (made_with == plan.inputs.end() || made_with->second == key_id(key)) return {};
  const std::string place = sealed_place(actions);
  if (place.empty()) return {};
  return fail(Code::kSecretUnresolved,
              place + ": the plan was made with another project key than this folder's (.plumb/key)")
      .hint(
          "the key was rotated since, or the plan comes from a folder with a key of its own. Make the plan anew; "
          "`plumb project-key share` and `accept` give colleagues and CI one key");
}

Result<> check_packages(const plan::Actions& actions, const Registry& kinds) {
  for (const plan::Action& action : actions) {
    const Kind* kind = kinds.find(action.desired.address.kind);
    for (const Operation& operation : action.operations) {
      const auto* call = std::get_if<CallProvider>(&operation);
      const bool same =
          call == nullptr || (kind != nullptr && kind->package != nullptr && kind->package->digest == call->package);
      if (same) continue;
      return fail(Code::kStale, "the provider `" + call->provider + "` is not the one that the plan was made with")
          .hint("make the plan anew");
    }
  }
  return {};
}

Result<> check_secrets(const plan::Actions& actions, const ir::HostGraph& graph) {
  std::map<std::string, const Desired*> declared;
  for (const ir::Node& node : graph.nodes) declared.emplace(node.desired.address.str(), &node.desired);
  for (const plan::Action& action : actions) {
    for (const std::string& name : action.desired.sensitive) {
      const Json& value = action.desired.attribute(name);
      if (!is_sealed(value)) continue;
      const auto own = declared.find(action.desired.address.str());
      if (own != declared.end() && own->second->sensitive.contains(name) && own->second->attribute(name) == value)
        continue;
      return changed_since(place_of(action.desired.address, name));
    }
  }
  return {};
}

Result<Request> make_request(const plan::Plan& plan, const plan::Actions& actions, const PlanContents& contents,
                             const ir::Contents& compiled, const Registry& kinds, const RequestOptions& options) {
  Request request;
  wire::Apply& apply = request.apply;
  apply.project = plan.project;
  apply.run = options.run;
  apply.plan = options.plan;
  apply.check_applied = options.check_applied;
  apply.keep_going = options.keep_going;
  apply.who = options.who;
  apply.take_over = options.take_over;
  apply.image = options.image;

  ContentNeeds needs(kinds);
  ContentNeeds needs_here(kinds);
  for (const plan::Action& action : actions) {
    const Kind* kind = kinds.find(action.desired.address.kind);
    const bool here = kind != nullptr && is_by_controller(*kind, action.desired);
    (here ? needs_here : needs).add(action);
    // Only who has to seal something gets the key.
    if (!here && strict::has_sensitive(action)) apply.key = options.key;
  }
  apply.actions = strict::wire_actions(actions);

  for (const Sealed& sealed : needs.sealed) {
    const std::string& name = sealed.encode();
    Json value = compiled.secret(name);
    if (value.is_null()) return changed_since(actions, name);
    apply.secrets.emplace(name, std::move(value));
  }
  for (const Sealed& sealed : needs_here.sealed) {
    Json value = compiled.secret(sealed.encode());
    if (value.is_null()) return changed_since(actions, sealed.encode());
    request.controller_values.emplace(sealed.encode(), std::move(value));
  }
  for (const std::string& name : needs.contents) {
    if (is_keyed_digest(name) && !compiled.holds(name)) return changed_since(actions, name);
    if (const std::optional<std::uint64_t> size = contents.large(name)) {
      apply.contents.push_back({name, *size});
    } else {
      request.blobs.push_back(name);
    }
  }
  return request;
}

}  // namespace plumb::run
