// Providers from outside, whose programs run on the host or on the controller, and what the controller asks in a host's
// place.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/address.h"
#include "engine/base/diagnostic.h"
#include "engine/base/json.h"
#include "engine/wire/apply_messages.h"
#include "providers/sdk/provider.h"

namespace plumb::wire {

inline constexpr std::size_t kMostProviders = 64;

struct Providers {
  std::vector<Json> packages;  // as outside::to_json() has them
};

struct Lacking {
  std::vector<std::string> digests;
};

struct Turn {
  Address address;        // of an action of the apply
  std::string verb = {};  // to do what; "" to observe
};

struct Told {
  std::optional<Observed> observed;   // sealed
  std::optional<Diagnostic> problem;  // or what was wrong
  std::string output;                 // of a change: what the program printed for people
};

struct ProviderCall {
  std::string package;  // digest
  std::string lines;    // for its standard input
  bool observes = false;
  std::map<std::string, std::string> env = {};
  int seconds = 0;  // where that is less than the package's own bound; 0 for that
};

struct ProviderAnswer {
  std::string output;
  std::string errors;
  int exit_code = 0;
  bool timed_out = false;
  std::optional<Diagnostic> problem;  // it could not be started
};

// Its operations are waits and calls of servers.
struct Perform {
  Action action;
  std::map<std::string, Json> secrets = {};  // keyed digest -> value
};

struct Performed {
  std::string output;
  std::optional<Diagnostic> problem;
};

}  // namespace plumb::wire
