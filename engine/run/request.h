// From a host's plan to what its executor is asked to do.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/ir/contents.h"
#include "engine/ir/graph.h"
#include "engine/plan/plan.h"
#include "engine/run/plan_contents.h"
#include "engine/wire/messages.h"
#include "providers/sdk/kind.h"

namespace plumb::run {

struct RequestOptions {
  std::string run;
  std::string plan;
  std::string key;
  bool check_applied = false;
  bool keep_going = false;
  std::string who = {};
  bool take_over = false;
  std::string image = {};  // that the plan was made of
};

struct Request {
  wire::Apply apply;
  std::vector<std::string> blobs;  // digests, plain and keyed, of the small contents that the actions need
  // By keyed digest: sensitive values of resources whose providers run on the controller, which the host is not given.
  std::map<std::string, Json> controller_values = {};
};

// True where some action cannot be carried out without a sensitive value of the configuration.
bool needs_secrets(const plan::Actions& actions, const Registry& kinds);

// That the sensitive values of a plan that was made before are sealed with this key, "" for none. kSecretUnresolved
// where they are not; the message names the first of these actions' values.
Result<> check_key(const plan::Plan& plan, const plan::Actions& actions, const std::string& key);

// That providers from outside are, byte by byte, those that the plan was made with. kStale where they are not.
Result<> check_packages(const plan::Actions& actions, const Registry& kinds);

// A digest opens what it names, so a resource has those of its own values alone. kSecretUnresolved where an action of a
// plan that was made before has another, which may be that of another resource.
Result<> check_secrets(const plan::Actions& actions, const ir::HostGraph& graph);

// `compiled` resolves the sensitive values; kSecretUnresolved where it cannot.
Result<Request> make_request(const plan::Plan& plan, const plan::Actions& actions, const PlanContents& contents,
                             const ir::Contents& compiled, const Registry& kinds, const RequestOptions& options);

}  // namespace plumb::run
