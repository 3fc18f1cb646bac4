// What a host is asked before there is a plan: readings of the project, and what its resources are like.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/json.h"
#include "providers/sdk/provider.h"

namespace plumb::wire {

// Of the host's readings together, in bytes of what they tell.
inline constexpr std::size_t kMostTold = std::size_t{8} << 20;
inline constexpr std::size_t kMostReadings = 1024;

struct Read {
  std::vector<Json> sources;
};

// Of the source in its place: what it told, or why nothing.
struct ReadingAnswer {
  Json value;
  std::string absent;
  std::optional<Diagnostic> problem;
};

struct Readings {
  std::vector<ReadingAnswer> answers;
};

// What is to be known of a resource that is asked about, beyond what is asked for of it.
struct Aside {
  std::size_t index = 0;               // its place in Observe::resources
  bool left_out = false;               // the plan will leave it alone
  std::set<std::string> ignored;       // attributes that count only where it is not there yet
  std::vector<std::string> also = {};  // further addresses of it, which locks may name
};

// One state; `index` is the resource's place in Observe::resources. Sensitive values are sealed.
struct ObservedState {
  std::size_t index = 0;
  std::optional<Observed> observed;  // or, where it is missing:
  std::optional<Diagnostic> problem;
};

// The resources are in the order in which they are to have their turns.
struct Observe {
  std::string project;
  std::string key;  // the project's key, for keyed digests; empty where no resource has a sensitive value
  std::vector<Desired> resources;
  std::vector<Aside> asides = {};
  std::map<std::string, Json> secrets = {};  // keyed digest -> value, of those that are observed with
  // Of those whose provider runs on the controller: what it told, sealed.
  std::vector<ObservedState> told = {};
};

struct ObservedChunk {
  std::vector<ObservedState> states;
};

}  // namespace plumb::wire
