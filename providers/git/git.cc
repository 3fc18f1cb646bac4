#include "providers/git/git.h"

#include <algorithm>

#include "engine/base/joined.h"
#include "providers/git/account.h"
#include "providers/sdk/asked_programs.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/refused.h"

namespace plumb::providers::git {
namespace {

constexpr std::string_view kBranches = "refs/heads/";

constexpr auto kAsking = std::chrono::seconds(60);
constexpr std::size_t kMostChanged = 20;

// The file of `signed_by` that says whose signatures count.
std::string keys_of(const Desired& desired) {
  const Json& verify = desired.attribute("signed_by");
  return text_of(verify, "allowed_signers") + text_of(verify, "keyring");
}

// Questions to git, as whoever the working copy belongs to: what its settings name to be run is theirs to run.
class Git {
 public:
  Git(const Desired& desired, System& system, std::string user)
      : desired_(desired), system_(system), user_(std::move(user)) {}

  Result<ProcessResult> ask(std::vector<std::string> words, bool inside = true) {
    ProcessRequest request;
    request.argv = {"git"};
    if (inside) {
      request.argv.insert(request.argv.end(), {"-C", desired_.text("path")});
      request.about.push_back(desired_.text("path"));
    }
    if (desired_.has("key_file")) request.about.push_back(desired_.text("key_file"));
    request.argv.insert(request.argv.end(), words.begin(), words.end());
    return run(std::move(request));
  }
  // Whether a commit, or the tag of that commit, has a signature that counts: the answer of what says so last.
  Result<ProcessResult> verify(const std::string& object, const std::string& commit) {
    ProcessResult result;
    for (std::vector<std::string>& program : verifying(desired_, object, commit)) {
      ProcessRequest request;
      request.argv = std::move(program);
      request.about = {desired_.text("path"), keys_of(desired_)};
      PLUMB_TRY_ASSIGN(result, run(std::move(request)));
      if (result.exit_code != 0) break;
    }
    return result;
  }
  // Its answer without the line's end; "" where it fails.
  Result<std::string> line(std::vector<std::string> words) {
    PLUMB_TRY_ASSIGN(const ProcessResult result, ask(std::move(words)));
    std::string_view output = result.output;
    return result.exit_code == 0 ? std::string(take_line(output)) : std::string();
  }

 private:
  Result<ProcessResult> run(ProcessRequest request) {
    request.env = environment_of(desired_);
    request.user = user_;
    request.timeout = kAsking;
    request.changes_nothing = true;
    return system_.run(request);
  }

  const Desired& desired_;
  System& system_;
  std::string user_;
};

// What the remote has for what is asked for: "HASH<tab>refs/…" lines, and "ref: refs/heads/NAME<tab>HEAD".
Result<> ask_remote(const Desired& desired, Git& git, Observed& observed) {
  const std::string repository = desired.text("repository");
  std::vector<std::string> words = {"ls-remote", "--quiet"};
  std::string wanted = "HEAD";
  if (desired.has("branch")) wanted = "refs/heads/" + desired.text("branch");
  if (desired.has("tag")) wanted = "refs/tags/" + desired.text("tag");
  if (wanted == "HEAD") words.emplace_back("--symref");
  words.insert(words.end(), {"--", repository, wanted});
  // What an annotated tag is the name of.
  if (desired.has("tag")) words.push_back(wanted + "^{}");
  PLUMB_TRY_ASSIGN(const ProcessResult result, git.ask(std::move(words), false));
  if (result.exit_code != 0) return fail(Code::kCannotObserve, "git cannot ask " + repository + ": " + said_by(result));
  std::string_view output = result.output;
  while (!output.empty()) {
    const std::string_view line = take_line(output);
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) continue;
    const std::string_view value = line.substr(0, tab), name = line.substr(tab + 1);
    constexpr std::string_view kBranch = "ref: refs/heads/";
    if (value.starts_with(kBranch)) {
      observed.attributes["offered_branch"] = value.substr(kBranch.size());
    } else if (name == wanted || name == wanted + "^{}") {
      // Only a tag that is an object of its own has a signature; it is told before what it is the name of.
      if (name != wanted) observed.attributes["offered_tag"] = observed.attributes["offered"];
      observed.attributes["offered"] = value;
    }
  }
  if (!observed.has("offered"))
    observed.obstacle = refused(repository + " has no " + (wanted == "HEAD" ? "branch of its own" : wanted));
  return {};
}

Result<> observe_copy(const Desired& desired, Git& git, Observed& observed) {
  observed.exists = true;
  observed.attributes["state"] = "present";
  PLUMB_TRY_ASSIGN(const std::string commit, git.line({"rev-parse", "--verify", "--quiet", "HEAD"}));
  PLUMB_TRY_ASSIGN(const std::string repository, git.line({"config", "--get", "remote.origin.url"}));
  // In full: the short name is another one where a tag has it too.
  PLUMB_TRY_ASSIGN(std::string branch, git.line({"symbolic-ref", "--quiet", "HEAD"}));
  if (branch.starts_with(kBranches)) branch.erase(0, kBranches.size());
  if (!commit.empty()) observed.attributes["commit"] = commit;
  if (!repository.empty()) observed.attributes["repository"] = repository;
  if (!branch.empty()) observed.attributes["branch"] = branch;
  PLUMB_TRY_ASSIGN(const ProcessResult status, git.ask({"status", "--porcelain", "--untracked-files=no"}));
  if (status.exit_code != 0)
    return fail(Code::kCannotObserve, "git does not tell what is in " + desired.text("path") + ": " + said_by(status));
  std::string_view output = status.output;
  std::vector<std::string> changed;
  while (!output.empty() && changed.size() < kMostChanged) {
    const std::string_view line = take_line(output);
    if (line.size() > 3) changed.emplace_back(line.substr(3));
  }
  if (!changed.empty()) observed.attributes["changed"] = changed;
  if (!desired.flag("submodules", false)) return {};
  PLUMB_TRY_ASSIGN(const ProcessResult modules, git.ask({"submodule", "status", "--recursive"}));
  std::string_view lines = modules.output;
  while (!lines.empty()) {
    const std::string_view line = take_line(lines);
    if (line.starts_with('-') || line.starts_with('+')) observed.attributes["stale_submodules"] = true;
  }
  return {};
}

// Commits of one's own, which nobody else has: those of what is checked out and of the branch that begins anew, and of
// all branches where the copy goes.
Result<> observe_unpushed(const Desired& desired, Git& git, Observed& observed) {
  const bool absent = wants_absent(desired);
  if (!observed.has("commit") || (desired.has("commit") && !absent)) return {};
  std::vector<std::string> words = {"rev-list", "--max-count=1", "HEAD"};
  if (absent) {
    words.emplace_back("--branches");
  } else if (const std::string branch = branch_of(desired, observed); !branch.empty()) {
    PLUMB_TRY_ASSIGN(std::string local,
                     git.line({"rev-parse", "--verify", "--quiet", std::string(kBranches) + branch}));
    if (!local.empty()) words.push_back(std::move(local));
  }
  words.insert(words.end(), {"--not", "--remotes", "--tags"});
  PLUMB_TRY_ASSIGN(const std::string unpushed, git.line(std::move(words)));
  if (!unpushed.empty()) observed.attributes["unpushed"] = true;
  return {};
}

// What is to come and is here already is looked at now; all else once it has come.
Result<> observe_signature(const Desired& desired, Git& git, Observed& observed) {
  if (desired.has("tag") && observed.has("offered") && !observed.has("offered_tag")) {
    observed.obstacle =
        refused("the tag " + desired.text("tag") + " is a light one, which nobody can have signed")
            .with_hint("name a `branch` or a `commit`, whose commit is verified, or have the tag signed");
    return {};
  }
  std::string object = to_be_signed(desired, observed);
  if (object.empty() && !desired.flag("update", true)) object = observed.text("commit");
  if (!observed.exists || object.empty()) return {};
  PLUMB_TRY_ASSIGN(const ProcessResult there, git.ask({"cat-file", "-e", object}));
  observed.attributes["verified"] = false;
  if (there.exit_code != 0) return {};
  PLUMB_TRY_ASSIGN(const ProcessResult result, git.verify(object, observed.text("offered")));
  observed.attributes["verified"] = result.exit_code == 0;
  if (result.exit_code == 0) return {};
  const std::string said = last_lines(result.errors, 3);
  observed.obstacle = refused(object + " has no signature that counts" + (said.empty() ? "" : ": " + said))
                          .with_hint("see whose signatures count, in " + keys_of(desired));
  return {};
}

void note_losses(const Desired& desired, const Change& change, Observed& observed) {
  if (change.empty() || observed.obstacle || desired.flag("force", false)) return;
  const std::string path = desired.text("path");
  if (const std::vector<std::string> changed = texts_in(observed.attribute("changed")); !changed.empty()) {
    observed.obstacle = refused(path + " has local changes: " + changed.front() +
                                (changed.size() > 1 ? " and " + std::to_string(changed.size() - 1) + " more" : ""))
                            .with_hint("commit and push them, or let them go with `force: true`");
  } else if (observed.flag("unpushed", false)) {
    observed.obstacle =
        refused(path + " has commits that no remote has").with_hint("push them, or let them go with `force: true`");
  }
}

// What is at the path: nothing but an empty folder or a working copy lets git begin.
struct Place {
  std::optional<FileInfo> info;  // of what the path leads to; nothing where nothing is there
  bool copy = false;
};

Result<Place> look_at_place(const std::string& path, bool absent, System& system, Observed& observed) {
  Place place;
  PLUMB_TRY_ASSIGN(place.info, system.stat(path, !absent));
  if (place.info && place.info->type != FileType::kDirectory) {
    observed.obstacle = refused(path + " is there and is no folder");
  } else if (place.info) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> inside, system.stat(path + "/.git", false));
    PLUMB_TRY_ASSIGN(const std::vector<std::string> names, system.list(path));
    place.copy = inside.has_value();
    if (!place.copy && !names.empty())
      observed.obstacle = refused(path + " is a folder that is not empty, and no repository");
  } else if (!absent) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> link, system.stat(path, false));
    if (link)
      observed.obstacle = refused(path + " is a symbolic link to " + link->link_target + ", which is not there");
  }
  return place;
}

Result<> note_missing_files(const Desired& desired, System& system, Observed& observed) {
  for (const auto& [path, attribute] :
       {std::pair(desired.text("key_file"), "key_file"), std::pair(keys_of(desired), "signed_by")}) {
    if (path.empty()) continue;
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> there, system.stat(path, true));
    if (!there) observed.missing.push_back({{"", "file", path}, attribute});
  }
  return {};
}

Result<> ask_git(const Desired& desired, bool copy, Git& git, Observed& observed) {
  const bool absent = wants_absent(desired);
  if (copy) PLUMB_TRY(observe_copy(desired, git, observed));
  const bool asks = !absent && !desired.has("commit") && (!copy || desired.flag("update", true));
  const bool can_ask = std::none_of(observed.missing.begin(), observed.missing.end(),
                                    [](const Missing& missing) { return missing.attribute == "key_file"; });
  if (asks && can_ask) PLUMB_TRY(ask_remote(desired, git, observed));
  if (copy) PLUMB_TRY(observe_unpushed(desired, git, observed));
  const bool verifies = !absent && desired.has("signed_by") && !observed.obstacle && observed.missing.empty();
  return verifies ? observe_signature(desired, git, observed) : Result<>();
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  const std::string path = desired.text("path");
  const bool absent = wants_absent(desired);
  if (system.is_image()) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> there, system.stat(path, !absent));
    if (!there && absent) return observed;
    observed.exists = absent;
    observed.obstacle = image_runs_nothing();
    return observed;
  }
  PLUMB_TRY_ASSIGN(const Place place, look_at_place(path, absent, system, observed));
  const auto& [info, copy] = place;
  if (!info && absent) return observed;
  if (observed.obstacle) {
    observed.exists = absent;
    return observed;
  }
  if (!info) PLUMB_TRY(note_missing_parent(path, system, observed));
  if (!absent) PLUMB_TRY(note_missing_files(desired, system, observed));
  if (system.find_program("git").empty()) {
    observed.exists = copy;
    if (copy) observed.attributes["state"] = "present";
    observed.missing.push_back({{"", "package", "git"}, "path"});
    return observed;
  }
  // A folder that is there is its owner's, and so is what comes into it: git refuses what is not all of one account.
  const bool has_owner = info && (copy || info->uid != 0);
  std::string user = has_owner ? std::to_string(info->uid) : std::string();
  if (desired.has("as")) {
    PLUMB_TRY_ASSIGN(const std::optional<Account> account, account_to_run_as(desired, info, copy, system, observed));
    if (!account) return observed;
    user = std::to_string(account->uid);
  }
  if (!user.empty()) observed.attributes["user"] = user;
  if (has_owner && !desired.has("as") && !system.user_by_id(info->uid)) {
    observed.obstacle =
        refused(path + " belongs to " + user + ", which is no account, so git cannot be run as its owner")
            .with_hint("give it to an account, by a `directory` with `owner`");
    observed.exists = absent;
    return observed;
  }
  const std::optional<Account> runs_as = user.empty() ? std::nullopt : account_of(user, system);
  if (runs_as && !absent) {
    PLUMB_TRY_ASSIGN(observed.obstacle, kept_out(*runs_as, path, info ? path : parent_of(path), copy, system));
    if (observed.obstacle) {
      observed.exists = copy;
      if (copy) observed.attributes["state"] = "present";
      return observed;
    }
  }
  Git git(desired, system, user);
  PLUMB_TRY(ask_git(desired, copy, git, observed));
  return observed;
}

}  // namespace

std::vector<Result<Observed>> GitProvider::observe(std::span<const Desired* const> desired, System& system) const {
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  for (const Desired* one : desired) {
    Result<Observed> observed = observe_one(*one, system);
    if (observed) note_losses(*one, diff(*one, *observed), *observed);
    results.push_back(std::move(observed));
  }
  return results;
}

Change GitProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    for (const char* attribute : {"repository", "commit", "changed"}) {
      if (observed.has(attribute)) change.before[attribute] = observed.attribute(attribute);
    }
    change.before["state"] = "present";
    change.operations.push_back(Remove{desired.text("path"), true, false});
    return change;
  }
  if (observed.exists && !desired.flag("update", true)) return change;
  const std::string target = desired.text("commit", observed.text("offered"));
  const std::string branch = branch_of(desired, observed);
  const auto compare = [&](const char* attribute, const std::string& wanted) {
    if (wanted.empty() || (observed.exists && observed.text(attribute) == wanted)) return;
    if (observed.exists && observed.has(attribute)) change.before[attribute] = observed.attribute(attribute);
    change.after[attribute] = wanted;
  };
  compare("repository", desired.text("repository"));
  compare("commit", target);
  compare("branch", branch);
  if (observed.flag("stale_submodules", false)) {
    change.before["stale_submodules"] = true;
    change.after["stale_submodules"] = false;
  }
  if (desired.flag("force", false) && !texts_in(observed.attribute("changed")).empty()) {
    change.before["changed"] = observed.attribute("changed");
    change.after["changed"] = Json::array();
  }
  if (desired.has("signed_by") && !observed.flag("verified", false)) {
    if (observed.exists) change.before["verified"] = false;
    change.after["verified"] = true;
    change.note = "nothing is checked out before its signature is";
  }
  if (observed.exists && change.after.empty()) return change;
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  if (target.empty()) {
    change.fidelity = Fidelity::kBounded;
    append_item(change.note, "which commit comes is known once git can ask", "; ");
  }
  change.operations = operations_for(desired, observed, target);
  return change;
}

std::vector<Address> GitProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges = infer_path_edges(desired, desired.text("path"));
  edges.push_back({"", "package", "git"});
  if (const std::string key = desired.text("key_file"); !key.empty()) edges.push_back({"", "file", key});
  if (const std::string keys = keys_of(desired); !keys.empty()) edges.push_back({"", "file", keys});
  if (const std::string as = desired.text("as"); !as.empty() && !is_number(as)) edges.push_back({"", "user", as});
  return edges;
}

std::vector<Address> GitProvider::provides(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  return {{"", "directory", desired.text("path")}};
}

std::vector<ImpliedPath> GitProvider::implies_paths(const Desired& desired) const {
  const std::string path = desired.text("path");
  std::vector<ImpliedPath> paths = {{.path = path, .whole = true, .needed = !wants_absent(desired)}};
  if (wants_absent(desired)) return paths;
  paths.push_back({.path = path + "/*", .maker = ""});
  if (desired.has("key_file")) paths.push_back({desired.text("key_file")});
  if (const std::string keys = keys_of(desired); !keys.empty()) paths.push_back({keys});
  return paths;
}

std::vector<std::string> GitProvider::clears_paths(const Desired& desired) const {
  return wants_absent(desired) ? std::vector<std::string>{desired.text("path")} : std::vector<std::string>();
}

std::optional<Desired> GitProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again;
  again.address = desired.address;
  again.attributes = {{"path", desired.text("path")}, {"state", before.exists ? "present" : "absent"}};
  if (!before.exists) return again;
  // Changes that went were not kept.
  if (!before.has("commit") || !before.has("repository") || !texts_in(before.attribute("changed")).empty())
    return std::nullopt;
  again.attributes["repository"] = before.attribute("repository");
  again.attributes["commit"] = before.attribute("commit");
  if (desired.has("key_file")) again.attributes["key_file"] = desired.attribute("key_file");
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "git",
                .provider = make_provider<GitProvider>(),
                .operations = OperationSet::of<Run, Remove>(),
                .judged = {"stale_submodules", "verified"}});
}

}  // namespace plumb::providers::git
