// What a strict host listens to, and which programs it starts for whom nothing is covered.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/exec/local_system.h"
#include "engine/trust/charter.h"
#include "engine/wire/messages.h"
#include "providers/sdk/managers.h"

namespace plumb::exec {

// Whether it is heard at all, and of a project of the charter's. Errors: kNotCovered.
Result<> expect_permitted(const trust::Charter& charter, const wire::Message& message);

using Permitted = std::function<bool(const ProcessRequest&)>;

// The fixed questions of managers, which outlive it, and what these projects have asked as part of an approved plan.
Permitted asked_by(const RootFiles& files, const Managers& managers, const std::vector<std::string>& projects);

// Until its end the host starts these programs alone.
class Permission {
 public:
  Permission(LocalSystem& system, Permitted permitted, bool asks) : system_(system) {
    system_.set_permitted(std::move(permitted), asks);
  }
  Permission(const Permission&) = delete;
  Permission& operator=(const Permission&) = delete;
  ~Permission() { system_.set_permitted({}, true); }

 private:
  LocalSystem& system_;
};

}  // namespace plumb::exec
