// The project: plumb.yaml, what it includes and the modules it uses; read, and checked against schemas and types.
// Nothing is resolved for one host yet.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/files.h"
#include "engine/base/result.h"
#include "engine/config/module.h"
#include "engine/config/policy_bundles.h"
#include "engine/config/retention.h"
#include "engine/config/rollout.h"
#include "engine/config/secret_stores.h"
#include "engine/config/trust.h"
#include "engine/lang/source.h"

namespace plumb::config {

class KeptProject;

// A module from git that is here as plumb.lock has it, and its first use.
struct LockedFolder {
  std::string name;    // of its source
  std::string folder;  // of the project
  std::string digest;
  SourceSpan used_at;
};

// Input values of one layer: "inputs.yaml", "--set".
struct InputLayerValues {
  std::string layer;
  std::map<std::string, Located> values;
};

// What whoever runs plumb sets from outside the project.
struct InputArguments {
  std::map<std::string, std::string> environment;  // input name -> text, from PLUMB_INPUT_name
  std::vector<std::filesystem::path> files;        // --inputs
  std::map<std::string, std::string> streams;      // what those among them held that can be read once alone, by name
  std::vector<std::string> assignments;            // --set, "name=value"
};

struct Project {
  const Files* files = &disk_files();  // that it was read from, and its sources, templates and inventory with it
  std::filesystem::path folder;
  std::string name;
  Module root;
  std::optional<Rollout> rollout;
  std::optional<Retention> retention;        // no part of what a plan is made from
  std::optional<std::int64_t> max_fact_age;  // seconds; of what the history or a snapshot knows of hosts
  std::optional<TrustRules> trust;
  std::vector<PolicyBundle>
      policy;  // no part of the configuration that a plan is made from: whoever applies judges anew
  SecretStores secrets;
  // What references to secrets stand for, by input and by the text of the reference, as far as their stores were asked.
  std::map<std::string, std::map<std::string, Located>> secret_values;
  // Layers of inputs below and above those of the inventory, lowest first.
  std::vector<InputLayerValues> layers_below;
  std::vector<InputLayerValues> layers_above;
  std::vector<LockedFolder> git_modules = {};  // each once
  // Its files that could be read in part alone, with the line from which on they could not.
  std::map<std::string, int> broken_files = {};

  Folder place() const { return {*files, folder}; }
};

// Reads `folder`/plumb.yaml (or plumb.cue), its includes and modules, and the layers of inputs that are not the
// inventory's; all of it, and all that is read for the project later, from the folder's files. Gathers every finding. A
// project comes back where there is something to go on with, for more findings of the same go: after errors, what is
// broken in it is marked so. Warnings travel with success. `sources` takes the texts that were read, with the lines
// that hold sensitive values hidden; it and `kinds` outlive the project.
//
// What stands as it stood when the project was read with `kept` before is taken from there: see kept_project.h. `kinds`
// then outlive `kept`, and are the same each time.
std::optional<Project> load_project(const Folder& folder, const InputArguments& arguments, const Registry& kinds,
                                    Diagnostics& diagnostics, lang::SourceMap& sources, KeptProject* kept = nullptr);

// Digest over the normalised configuration (not its layout or comments) and the bytes of its source files: the plan's
// inputs.config. Sensitive values stay out of it, because a digest without a key would let short ones be guessed; the
// plan holds them as keyed digests. Errors: kFileUnreadable; kInterrupted once `stopped` is true.
Result<std::string> digest_of(const Project& project, const std::function<bool()>& stopped = {});

// Reads `folder`/module.yaml as if it were a project, so that a module can be looked at on its own.
std::optional<Project> load_module(const Folder& folder, const Registry& kinds, Diagnostics& diagnostics,
                                   lang::SourceMap& sources, KeptProject* kept = nullptr);

}  // namespace plumb::config
