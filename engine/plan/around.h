// Steps around the turn of a host, as they stand in a plan: what other hosts do before it begins and after it ended
// well.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/plan/action_list.h"
#include "providers/sdk/kind.h"

namespace plumb::plan {

// In the place of a host that does steps: the machine that plumb runs on.
inline constexpr std::string_view kController = "controller";

struct Steps {
  std::string host;  // that does them
  ActionList actions;
  friend bool operator==(const Steps&, const Steps&) = default;
};

// Lists in the order in which they are done, none of them empty.
struct Around {
  std::vector<Steps> before;
  std::vector<Steps> after;

  bool empty() const { return before.empty() && after.empty(); }
  std::size_t action_count() const;
  // Whether a list holds keyed digests of sensitive values.
  bool sealed() const;
  friend bool operator==(const Around&, const Around&) = default;
};

Json to_json(const Around& around);

// What does not hold of the steps, as the end of a sentence about a plan, or "": the actions hold together as those of
// a host do, and are runs of kinds that can be steps, since nothing is kept of them.
std::string problem_of_around(const Around& around, const Registry& kinds);

}  // namespace plumb::plan
