// The engine that a host runs its containers with: podman or docker, each asked and told by its own command line.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "providers/sdk/provider.h"
#include "providers/sdk/refused.h"

namespace plumb::providers::container {

struct Engine {
  std::string name = "podman";  // or "docker"
  bool is_there = false;
  std::string user = {};                        // whose containers they are; "" for the executor's own
  std::map<std::string, std::string> env = {};  // of every run of it
  std::vector<std::string> asking = {};         // the words by which it is asked
  std::vector<std::string> otherwise = {};      // those where nobody listens behind them; none where there are none

  bool is_podman() const { return name == "podman"; }
};

// The one that is asked for; else podman where the host has it, and docker where it has only that.
Engine find_engine(const Desired& desired, System& system);

// The package that brings it.
Address package_of(const Desired& desired, const Engine& engine);

// Notes what stands in the way of asking: an image, an engine that is still to come. False where there is.
bool can_ask(const Desired& desired, const Engine& engine, System& system, Observed& observed);

// The objects of these names that there are, as `inspect` tells of them; `type`: container, image, network, volume.
// kCannotObserve where the engine does not answer.
Result<Json> inspect(const Engine& engine, const std::string& type, const std::vector<std::string>& names,
                     System& system);

// What the engine says to these words.
Result<ProcessResult> ask_engine(const Engine& engine, const std::vector<std::string>& words, System& system);
// What another program says, run as the engine is.
Result<ProcessResult> ask_program(const Engine& engine, std::vector<std::string> words, System& system);

// For each resource what `look` finds, in groups of one engine. `look` gives as many results as it is handed.
using Look = std::function<std::vector<Result<Observed>>(const Engine&, const std::vector<const Desired*>&, System&)>;
std::vector<Result<Observed>> by_engine(std::span<const Desired* const> desired, System& system, const Look& look);

// One step of a change: `engine words…`.
class Steps {
 public:
  Steps(const Desired& desired, const Observed& observed);

  // `sealed`: the keyed digest of a map of variables that the step alone has; "" for none.
  void add(std::vector<std::string> words, std::string sealed_env = {});
  // One that may fail with exit code 1, where what it is about is not there.
  void add_lenient(std::vector<std::string> words);
  void add_program(std::vector<std::string> argv, std::string stdin_text = {});
  std::vector<Operation> take() { return std::move(steps_); }
  const std::string& engine() const { return engine_; }

 private:
  std::string engine_;
  std::string user_;
  std::map<std::string, std::string> env_;
  int timeout_ = 0;
  std::vector<Operation> steps_;
};

// What every kind of these takes from the rest of its host's resources: the engine where a package says it, and what
// has to have its turn before anything can be asked, a login at `registry` among it.
void learn_from_host(Desired& desired, std::span<const Desired> host, const std::string& registry = {});

// The edges that every kind of these has: its engine's package and service, and who it runs as.
std::vector<Address> engine_edges(const Desired& desired);

// " of docker of deploy", for what it claims.
std::string whose(const Desired& desired);

// Tells who a change of it is made with.
void note_engine(const Engine& engine, Observed& observed);

// Puts a difference into a change.
void note_change(const std::string& attribute, const Json& found, const Json& wanted, Change& change);

// The members of a map, or none.
std::map<std::string, std::string> texts_by_name(const Json& map);

}  // namespace plumb::providers::container
