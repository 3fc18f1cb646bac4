// From a host's plan to what its executor is asked to do.
#pragma once

#include <string>
#include <vector>

#include "engine/ir/contents.h"
#include "engine/plan/plan.h"
#include "engine/wire/messages.h"
#include "providers/sdk/kind.h"

namespace plumb::run {

struct RequestOptions {
  std::string run;
  std::string plan;
  std::string key;
  bool check_applied = false;
  bool keep_going = false;
};

struct Request {
  wire::Apply apply;
  std::vector<std::string> blobs;         // digests of the contents that the actions need
  std::vector<std::string> secret_blobs;  // keyed digests
};

// `contents` resolves the sensitive values; kSecretUnresolved where it cannot.
Result<Request> make_request(const plan::Plan& plan, const plan::HostPlan& host, const ir::Contents& contents,
                             const Registry& kinds, const RequestOptions& options);

}  // namespace plumb::run
