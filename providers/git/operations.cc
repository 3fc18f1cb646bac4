#include "engine/base/shell_word.h"
#include "providers/git/git.h"

namespace plumb::providers::git {
namespace {

class Steps {
 public:
  Steps(const Desired& desired, std::string user) : desired_(desired), user_(std::move(user)) {}

  // `words`: what git is told; in the working copy unless it is still to be made.
  void add(std::vector<std::string> words, bool inside = true) {
    Run run;
    run.argv = {"git"};
    if (inside) run.argv.insert(run.argv.end(), {"-C", desired_.text("path")});
    run.argv.insert(run.argv.end(), words.begin(), words.end());
    run.env = environment_of(desired_);
    run.user = user_;
    const Json& timeout = desired_.attribute("timeout");
    if (timeout.is_number_integer()) run.timeout_seconds = timeout.get<int>();
    steps_.emplace_back(std::move(run));
  }
  void add_program(std::vector<std::string> argv) {
    add({}, false);
    std::get<Run>(steps_.back()).argv = std::move(argv);
  }
  std::vector<std::string> with_depth(std::vector<std::string> words) const {
    const Json& depth = desired_.attribute("depth");
    if (depth.is_number_integer()) words.insert(words.end(), {"--depth", depth.dump()});
    return words;
  }
  std::vector<Operation> take() { return std::move(steps_); }

 private:
  const Desired& desired_;
  std::string user_;
  std::vector<Operation> steps_;
};

void clone(const Desired& desired, const std::string& target, Steps& steps) {
  std::vector<std::string> words = steps.with_depth({"clone", "--quiet"});
  for (const char* name : {"branch", "tag"}) {
    if (desired.has(name)) words.insert(words.end(), {"--branch", desired.text(name)});
  }
  words.insert(words.end(), {"--", desired.text("repository"), desired.text("path")});
  steps.add(std::move(words), false);
  if (!desired.has("commit") || !desired.has("depth")) return;
  words = steps.with_depth({"fetch", "--quiet"});
  words.insert(words.end(), {"origin", target});
  steps.add(std::move(words));
}

void fetch(const Desired& desired, const Observed& observed, const std::string& target, Steps& steps) {
  std::vector<std::string> words = steps.with_depth({"fetch", "--quiet"});
  words.emplace_back("origin");
  if (desired.has("commit")) {
    if (desired.has("depth")) words.push_back(target);
  } else if (desired.has("tag")) {
    words.push_back("+refs/tags/" + desired.text("tag") + ":refs/tags/" + desired.text("tag"));
  } else {
    const std::string branch = branch_of(desired, observed);
    words.push_back("+refs/heads/" + branch + ":refs/remotes/origin/" + branch);
  }
  steps.add(std::move(words));
}

// Only signatures of the kind whose keys are given count: git goes by the signature itself, and would ask a keyring of
// the user's for others.
std::vector<std::string> verifying_signature(const Desired& desired, const std::string& object) {
  const Json& verify = desired.attribute("signed_by");
  const std::string verb = desired.has("tag") ? "verify-tag" : "verify-commit";
  const std::string path = desired.text("path");
  if (const std::string signers = text_of(verify, "allowed_signers"); !signers.empty()) {
    return {"git",
            "-C",
            path,
            "-c",
            "gpg.format=ssh",
            "-c",
            "gpg.ssh.allowedSignersFile=" + signers,
            "-c",
            "gpg.program=false",
            "-c",
            "gpg.x509.program=false",
            verb,
            object};
  }
  // gpg takes no other keyring from git, so it gets a home that holds these keys and no other.
  constexpr const char* kScript =
      "home=$(mktemp -d) && trap 'rm -rf \"$home\"' EXIT && "
      "gpg --homedir \"$home\" --batch --quiet --no-autostart --import -- \"$1\" && "
      "GNUPGHOME=$home git -C \"$2\" -c gpg.ssh.program=false -c gpg.x509.program=false \"$3\" \"$4\"";
  return {"sh", "-c", kScript, "sh", text_of(verify, "keyring"), path, verb, object};
}

// The remote says which commit a tag is the name of, and could give one that was signed by another name, or another
// commit with it: what counts is what stands in the tag.
std::vector<std::string> comparing_tag(const Desired& desired, const std::string& tag, const std::string& commit) {
  constexpr const char* kScript =
      "[ \"$(git -C \"$1\" rev-parse --verify --quiet \"$2^{commit}\")\" = \"$3\" ] && "
      "git -C \"$1\" cat-file tag \"$2\" | sed -n '/^$/q;s/^tag //p' | grep -qxF -e \"$4\" || "
      "{ echo \"what was signed is not the tag $4 of $3\" >&2; exit 1; }";
  return {"sh", "-c", kScript, "sh", desired.text("path"), tag, commit, desired.text("tag")};
}

}  // namespace

std::vector<std::vector<std::string>> verifying(const Desired& desired, const std::string& object,
                                                const std::string& commit) {
  std::vector<std::vector<std::string>> programs = {verifying_signature(desired, object)};
  if (desired.has("tag")) programs.push_back(comparing_tag(desired, object, commit));
  return programs;
}

std::string to_be_signed(const Desired& desired, const Observed& observed) {
  if (!desired.has("signed_by")) return {};
  if (desired.has("tag")) return observed.text("offered_tag");
  return desired.text("commit", observed.text("offered"));
}

std::map<std::string, std::string> environment_of(const Desired& desired) {
  std::string ssh = "ssh -o BatchMode=yes";
  if (const std::string key = desired.text("key_file"); !key.empty())
    ssh += " -o IdentitiesOnly=yes -i " + shell_word(key);
  return {{"GIT_TERMINAL_PROMPT", "0"}, {"GIT_OPTIONAL_LOCKS", "0"}, {"GIT_SSH_COMMAND", ssh}};
}

std::string branch_of(const Desired& desired, const Observed& observed) {
  if (desired.has("branch")) return desired.text("branch");
  return desired.has("tag") || desired.has("commit") ? std::string() : observed.text("offered_branch");
}

std::vector<Operation> operations_for(const Desired& desired, const Observed& observed, const std::string& target) {
  const bool force = desired.flag("force", false);
  const bool verifies = desired.has("signed_by");
  Steps steps(desired, observed.text("user", desired.text("as")));
  if (!observed.exists && !verifies) {
    clone(desired, target, steps);
  } else {
    // Nothing is checked out, and nothing passes for it, before its signature was looked at.
    if (!observed.exists) steps.add({"init", "--quiet", "--", desired.text("path")}, false);
    if (observed.text("repository") != desired.text("repository")) {
      const char* verb = observed.has("repository") ? "set-url" : "add";
      steps.add({"remote", verb, "origin", desired.text("repository")});
    }
    const bool unsigned_yet = verifies && !observed.flag("verified", false);
    if (observed.text("commit") != target || unsigned_yet) fetch(desired, observed, target, steps);
  }
  if (verifies) {
    for (std::vector<std::string>& program : verifying(desired, to_be_signed(desired, observed), target))
      steps.add_program(std::move(program));
  }
  if (!target.empty()) {
    std::vector<std::string> words = {"checkout", "--quiet"};
    if (force) words.emplace_back("--force");
    const std::string branch = branch_of(desired, observed);
    if (branch.empty()) {
      words.emplace_back("--detach");
    } else {
      words.insert(words.end(), {"-B", branch});
    }
    words.push_back(target);
    steps.add(std::move(words));
  }
  if (desired.flag("submodules", false)) {
    std::vector<std::string> words = {"submodule", "--quiet", "update", "--init", "--recursive"};
    if (force) words.emplace_back("--force");
    steps.add(std::move(words));
  }
  return steps.take();
}

}  // namespace plumb::providers::git
