// What is judged: a kind, with what a project may ask of it and what hosts are like before. A description of a built-in
// kind and of somebody's own is the same.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/conformance/checks.h"
#include "engine/conformance/tree.h"
#include "engine/host/transport.h"
#include "providers/sdk/kind.h"

namespace plumb::conformance {

// As a project declares it.
struct Resource {
  std::string name;
  Json attributes = Json::object();
};

struct Case {
  std::string name;  // for messages
  Resource resource;
  // The same, asked to be gone; nothing where the kind has no such thing.
  std::optional<Resource> removal = std::nullopt;
  // The same for somebody without rights, where the executor of the bench has them; see Bench::unprivileged.
  std::optional<Resource> unprivileged = std::nullopt;
  // Makes the bench's host what it is before.
  std::function<Result<>()> arrange;
  // The host is an image, in which no program runs; else it is one whose whole tree is the bench's.
  bool image = false;
  // Whether the name is a path, which may be called otherwise in its folder.
  bool path_is_name() const { return resource.name.starts_with('/'); }
};

// What is asked for and what there is, for which a difference is made without a host.
struct State {
  std::string name;
  Desired desired;
  Observed observed;
  std::optional<Op> trigger = std::nullopt;  // that sets it off, instead of the difference
};

// Why something is not kept, or cannot be judged.
using Exceptions = std::map<Check, std::string>;

struct Subject {
  std::string kind;
  std::vector<Case> cases;
  std::vector<State> states;
  Exceptions exceptions;
  // Of paths that no plan names, whether a change may come with changes of them: a log that a program keeps. May be
  // empty.
  std::function<bool(const std::string& path)> comes_along = nullptr;
  // Takes out of what a host holds what counts for nothing once all was taken back. May be empty.
  std::function<void(Tree& tree)> settle = nullptr;
};

// Kills executors.
class Killer {
 public:
  virtual ~Killer() = default;
  // The next executor is killed before its write number `at` below the root, counted from 1; with 0 none is.
  virtual host::Transport& before_write(std::size_t at) = 0;
  // How many writes it made or was about to make.
  virtual std::size_t writes() const = 0;
};

// Where cases are tried. All of it outlives the judging.
struct Bench {
  const Registry& kinds;
  const Registry* base = nullptr;     // without those that the project brings along; null where it brings none
  std::filesystem::path scratch;      // a folder of the suite's own
  std::filesystem::path project;      // a folder with what resources name; plumb.yaml is written into it
  std::filesystem::path root;         // the host's tree; "" where that is this machine's
  std::string below = {};             // the path in it below which is looked; "" for all of it
  std::set<std::string> unseen = {};  // paths in it that nobody looks at: programs, what the executor remembers
  std::filesystem::path records;      // where executors keep what they remember
  host::Transport& executor;
  host::Transport* unprivileged = nullptr;  // of somebody without rights; null where cases say how
  Killer* killer = nullptr;                 // null: that is not judged
  std::size_t kill_step = 1;                // every which write is tried
  std::string project_head = {};            // further lines of plumb.yaml
  // Makes the process one of somebody elsewhere, for as long as what it gives is kept: differences have to be the same
  // there (elsewhere.h). Empty: they are only asked for twice.
  std::function<std::shared_ptr<void>()> elsewhere = nullptr;

  Tree look() const { return look_at(root, below, unseen); }
};

}  // namespace plumb::conformance
