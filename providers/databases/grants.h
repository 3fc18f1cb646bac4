// What the grants of both servers have in common.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "providers/sdk/provider.h"

namespace plumb::providers::databases {

// What one grant decides on: two with the same `where`, and a thing in common, speak of the same.
struct GrantScope {
  std::string where;                   // who, on which server, and what kind of things there
  std::vector<std::string> things;     // {"ALL"} for all there
  std::optional<bool> passes_on = {};  // where it says whether the privileges may be handed on, for all of them
};

// Those that are asked for, in order; {"ALL"} for all that there are.
std::vector<std::string> asked_privileges(const Desired& desired);
bool is_among(const std::vector<std::string>& list, std::string_view word);
// "INSERT, SELECT"

// Notes of each grant which later one takes back what it asks for, of all that are asked for together.
void note_contradictions(std::span<const Desired* const> desired, const std::vector<GrantScope>& scopes,
                         std::vector<Result<Observed>>& results);

// Takes out of what is to go the privileges that the other one asks for. See Provider::spare().
bool spare_grant(Desired& going, const GrantScope& of_going, const Desired& other, const GrantScope& of_other);

// What undo asks for. Those go that came, or those come back that went; of some that went and some that came no one
// grant speaks.
std::optional<Desired> grant_again(const Desired& desired, const Observed& before, const Change& change);

}  // namespace plumb::providers::databases
