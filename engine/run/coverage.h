// What a strict host is shown of a saved plan: its slice, the way to what was approved, and the approvals beside the
// plan's file. Whether that is enough, the host decides.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "engine/plan/slices.h"
#include "engine/run/saved_plan.h"
#include "engine/wire/messages.h"

namespace plumb::run {

class Coverage {
 public:
  // Of a plan and its id; both outlive this. `approvals`: the folder of them, which need not be there.
  Coverage(const plan::Plan& plan, const std::string& id, std::filesystem::path approvals)
      : plan_(plan), id_(id), approvals_(std::move(approvals)) {}

  // Of one of the plan's hosts. Safe to use from many threads. Errors: kNotCovered, where there is no approval; those
  // of reading them.
  Result<wire::Cover> of(const std::string& host) const;

 private:
  Result<> look() const;

  const plan::Plan& plan_;
  const std::string& id_;
  std::filesystem::path approvals_;
  // Made once, for the first strict host.
  mutable std::once_flag once_;
  mutable Result<> looked_;
  mutable plan::Slices slices_;
  mutable std::vector<std::vector<std::string>> paths_;
  mutable std::vector<wire::SignedStatement> statements_;
};

}  // namespace plumb::run
