// One start of a provider's program: what is asked, how long it may take, and what may be said of its failures.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "providers/outside/answers.h"
#include "providers/sdk/system.h"

namespace plumb::outside {

struct Start {
  std::string lines;  // behind hello
  std::size_t requests = 1;
  bool observes = false;
  std::string user = {};                        // "" for one's own
  std::map<std::string, std::string> env = {};  // added to a clean one
  int seconds = 0;                              // where that is less than the package's own bound; 0 for that
};

// What the system is asked to run. The package's folder is known.
ProcessRequest request_of(const Package& package, const Start& start);

struct Ended {
  std::vector<Json> answers;
  std::string errors;  // what it printed for people
};

// What came of it. kProviderFailed, with a sentence that names the provider and quotes the last that it printed.
Result<Ended> ended(const Package& package, const Start& start, const ProcessResult& result);

// Both. kProgramMissing and the system's other errors where it could not be started.
Result<Ended> call(const Package& package, const Start& start, System& system);

// The same failure of one resource: "redis_setting:maxmemory: …".
Error of_resource(const Error& error, const Package& package, const Address& address);

// It tells a sensitive value under this attribute, which is not.
Error leaked(const Package& package, const Address& address, const std::string& attribute);

}  // namespace plumb::outside
