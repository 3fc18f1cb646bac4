// The line over which a host is reached, and what a change makes of it (internal to this folder).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "providers/firewall/rule.h"

namespace plumb::providers::firewall {

// What a host's firewall lets in now.
struct Lets {
  std::vector<Rule> rules;
  std::string incoming = "allow";  // what becomes of what no rule is about
  bool enabled = true;
};

// Notes `cuts` where the change would keep new logins out, or as missing the rule of this project that lets them in.
void note_line(const Desired& desired, const Lets& lets, System& system, Observed& observed);

// For the resources whose changes may keep out: `allows`, what of the project's rules may let logins in.
void note_allowing(Desired& desired, std::span<const Desired> host);

}  // namespace plumb::providers::firewall
