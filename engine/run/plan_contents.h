// The contents of a plan at apply: small ones stand in it, large ones it names.
//
// A large one is read from the plan's folder of contents, from the project, or from what this program rendered itself,
// whichever has it first. Each holds one content a file, by the digits of its digest:
//
//   plan.json           the plan
//   plan.json.contents/ 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/files.h"
#include "engine/ir/contents.h"
#include "engine/plan/plan.h"

namespace plumb::run {

// The file in a folder of contents, which need not exist, that holds the content; nothing where there is none, also of
// a folder without a path.
std::optional<std::filesystem::path> find_kept(const Folder& folder, const std::string& digest);

class PlanContents {
 public:
  // All of it outlives this, `folder` is the plan's folder of contents.
  PlanContents(const plan::Plan& plan, Folder project, Folder folder, const ir::Contents& compiled)
      : plan_(plan), project_(std::move(project)), folder_(std::move(folder)), compiled_(compiled) {}

  const ir::Contents& compiled() const { return compiled_; }
  // The size of a large content, plain or sensitive; nothing of one that travels in front of the apply.
  std::optional<std::uint64_t> large(const std::string& digest) const;
  // Errors: kContentMissing, kSecretUnresolved, kPlanUnreadable where the plan does not name it.
  Result<ir::ContentReader> open(const std::string& digest) const;

 private:
  const plan::Plan& plan_;
  Folder project_;
  Folder folder_;
  const ir::Contents& compiled_;
};

// Whether some large content of the plan is neither in the folder nor in a file of the project, so that the project
// must be compiled for it.
bool needs_rendering(const plan::Plan& plan, const Folder& folder);

// Whether the folder holds some large content of the plan.
bool keeps_contents(const plan::Plan& plan, const Folder& folder);

// Reads every large content once, before any host is touched, until it is done or `stopped`. Errors: kContentMissing,
// kContentChanged, kInterrupted.
void check_contents(const plan::Plan& plan, const PlanContents& contents, const std::function<bool()>& stopped,
                    Diagnostics& diagnostics);

// Who knows the contents of a plan that was just made: what its hosts were compiled with.
using ContentHolders = std::vector<std::shared_ptr<const ir::Contents>>;

// FILE.contents of a plan in FILE.
std::filesystem::path contents_folder(const std::filesystem::path& plan_file);
// Writes what apply will need besides the plan and the project: texts that were rendered; `all`: files of the project
// as well. What else stands in the folder under such a name is removed, and so is a folder that needs nothing.
Result<> write_contents(const plan::Plan& plan, const ContentHolders& holders, const std::filesystem::path& folder,
                        bool all);

}  // namespace plumb::run
