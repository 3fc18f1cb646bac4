// Which versions of the protocol a program speaks, and what each of them was the first to know.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace plumb::wire {

// Of the protocol, from `min` up to and including `max`.
struct Versions {
  int min = 0;
  int max = 0;
  std::string str() const;  // "2 to 4", "2"
  friend bool operator==(const Versions&, const Versions&) = default;
};

// That this program speaks. A conversation is held in the highest one that both sides name.
inline constexpr Versions kVersions{3, 9};
// The first one that knows readings.
inline constexpr int kReads = 4;
// The first one that knows programs and files that no plan names, and all sources of readings that there are now.
inline constexpr int kRuns = 5;
// The first one that tells some facts only where they are asked for.
inline constexpr int kFacts = 6;
// The first one that knows surveys.
inline constexpr int kSurveys = 7;
// The first one that knows providers from outside.
inline constexpr int kProviders = 7;

// The first one that knows strict hosts.
inline constexpr int kStrict = 7;
// The first one that decides conditions in the turn of their actions.
inline constexpr int kTurns = 8;
// The first one that takes what is secret sealed.
inline constexpr int kSeals = 9;
// The first one that leaves to the controller what is to be asked from there.
inline constexpr int kVias = 9;

// The one to speak; kProtocol where there is none. `who` names the other side: "the executor".
Result<int> common_version(const Versions& ours, const Versions& theirs, std::string_view who);

}  // namespace plumb::wire
