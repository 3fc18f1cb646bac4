// Units that are enabled and disabled along with others, as [Install] of systemd names them by `Also` (internal to this
// folder).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "providers/service/back_end.h"

namespace plumb::providers::service {

// What another resource of the host asks for; `before`: it comes earlier in the plan.
struct Wish {
  std::string unit;
  bool enabled = false;
  bool before = false;
};

// What becomes of the others once a unit was enabled or disabled.
struct Company {
  std::vector<std::string> along;     // whom nobody asks otherwise of, and who are changed with it
  std::vector<std::string> as_is;     // who are already so
  std::vector<std::string> set_back;  // what is done behind it, as "enable x.socket": they stay as they are asked for
  std::string against;                // whose wish cannot be met beside it; "" for none
};

// `anew`: it is disabled and then enabled. Pure.
Company company_of(const std::string& unit, bool enable, bool anew, const Along& units,
                   const std::vector<Wish>& wishes);

}  // namespace plumb::providers::service
