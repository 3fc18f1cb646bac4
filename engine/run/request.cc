#include "engine/run/request.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/digest.h"

namespace plumb::run {
namespace {

// Every keyed digest below `json`.
void collect_keyed(const Json& json, std::set<std::string>& found) {
  if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    if (is_keyed_digest(text)) found.insert(text);
  } else if (json.is_structured()) {
    for (const Json& item : json) collect_keyed(item, found);
  }
}

class ContentNeeds {
 public:
  explicit ContentNeeds(const Registry& kinds) : kinds_(kinds) {}

  void add(const plan::Action& action) {
    for (const Operation& operation : action.operations) {
      if (const auto* write = std::get_if<WriteFile>(&operation)) add_content(write->content);
    }
    for (const std::string& content : content_digests(kinds_, action.desired)) add_content(content);
    collect_keyed(action.desired.attributes, keyed);
  }

  std::set<std::string> plain;
  std::set<std::string> secret;
  std::set<std::string> keyed;

 private:
  void add_content(const std::string& digest_text) {
    (is_keyed_digest(digest_text) ? secret : plain).insert(digest_text);
  }

  const Registry& kinds_;
};

wire::Action to_wire(const plan::Action& action) {
  wire::Action result;
  result.desired = action.desired;
  result.op = action.op;
  result.before = action.before;
  result.after = action.after;
  result.operations = action.operations;
  // A command's guard asks about the moment when its turn comes.
  result.explained = !action.unknown_until.empty() || action.op == Op::kRun;
  result.triggered = action.triggered;
  result.owed = action.pending;
  result.hide_output = !action.desired.sensitive.empty();
  result.confirm_within = action.confirm_within;
  for (const plan::Due& due : action.owes) result.owes.push_back({due.address, due.op});
  return result;
}

}  // namespace

Result<Request> make_request(const plan::Plan& plan, const plan::HostPlan& host, const ir::Contents& contents,
                             const Registry& kinds, const RequestOptions& options) {
  Request request;
  wire::Apply& apply = request.apply;
  apply.project = plan.project;
  apply.key = options.key;
  apply.run = options.run;
  apply.plan = options.plan;
  apply.check_applied = options.check_applied;
  apply.keep_going = options.keep_going;

  ContentNeeds needs(kinds);
  std::map<std::string, std::vector<std::size_t>> by_address;
  for (std::size_t i = 0; i < host.actions->size(); ++i) {
    const plan::Action& action = (*host.actions)[i];
    wire::Action wire_action = to_wire(action);
    for (const std::string& need : action.needs) {
      const auto found = by_address.find(need);
      if (found == by_address.end()) continue;
      wire_action.needs.insert(wire_action.needs.end(), found->second.begin(), found->second.end());
    }
    std::sort(wire_action.needs.begin(), wire_action.needs.end());
    for (const std::string& trigger : action.triggered_by) {
      const auto found = by_address.find(trigger);
      if (found == by_address.end()) continue;
      for (const std::size_t earlier : found->second) {
        if (apply.actions[earlier].op != Op::kVerify) apply.actions[earlier].triggers.push_back(i);
      }
    }
    by_address[action.desired.address.str()].push_back(i);
    needs.add(action);
    apply.actions.push_back(std::move(wire_action));
  }

  for (const std::string& name : needs.keyed) {
    if (needs.secret.contains(name)) continue;
    Json value = contents.secret(name);
    if (value.is_null()) {
      return fail(Code::kSecretUnresolved, "a sensitive value of the plan is not the one the configuration holds now")
          .hint("make the plan anew, or go back to the configuration it was made from");
    }
    apply.secrets.emplace(name, std::move(value));
  }
  request.blobs.assign(needs.plain.begin(), needs.plain.end());
  request.secret_blobs.assign(needs.secret.begin(), needs.secret.end());
  return request;
}

}  // namespace plumb::run
