#include "providers/pip/pip.h"

#include <algorithm>

#include "engine/base/shell_word.h"
#include "providers/pip/installed.h"
#include "providers/sdk/asked_programs.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/observe_each.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/refused.h"

namespace plumb::providers::pip {
namespace {

constexpr std::size_t kLongestMark = 256;
constexpr std::size_t kDigits = 64;
constexpr auto kAsking = std::chrono::seconds(120);

std::string environment_of(const Desired& desired) {
  return desired.text("virtualenv");
}

std::string python_of(const Desired& desired) {
  return desired.text("python", "python3");
}

// In the environment: which file of requirements was installed there last.
std::string mark_of(const Desired& desired) {
  return environment_of(desired) + "/.plumb-requirements-" + plain_name(desired.text("name"));
}

// pip's own words before what it is to do, by the Python that it is to do it for.
std::vector<std::string> pip_words(const Desired& desired, std::initializer_list<std::string> words) {
  const std::string environment = environment_of(desired);
  std::vector<std::string> all = {environment.empty() ? python_of(desired) : environment + "/bin/python", "-m", "pip",
                                  "--disable-pip-version-check", "--no-input"};
  all.insert(all.end(), words);
  return all;
}

void add_extra(const Desired& desired, std::vector<std::string>& words) {
  for (std::string& word : texts_in(desired.attribute("extra_args"))) words.push_back(std::move(word));
}

// The version that pip would put in the place of the one that is there.
Result<> ask_candidate(const Desired& desired, System& system, Observed& observed) {
  ProcessRequest request;
  request.argv = pip_words(desired, {"install", "--quiet", "--upgrade", "--dry-run", "--report", "-"});
  add_extra(desired, request.argv);
  request.argv.push_back(desired.text("name"));
  request.user = observed.text("user");
  request.timeout = kAsking;
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(const ProcessResult answer, system.run(request));
  if (answer.exit_code != 0)
    return fail(Code::kCannotObserve, "pip cannot tell the latest " + desired.text("name") + ": " + said_by(answer))
        .hint(
            "pip 22.2 or later can, where the kernel has Landlock; with `version` or `state: present` it is not asked");
  observed.attributes["candidate"] = observed.attribute("version");
  const Json report = parse_json(answer.output, Code::kCannotObserve).value_or(nullptr);
  for (const Json& one : member_of(report, "install")) {
    const Json& metadata = member_of(one, "metadata");
    if (plain_name(text_of(metadata, "name")) == plain_name(desired.text("name")))
      observed.attributes["candidate"] = text_of(metadata, "version");
  }
  return {};
}

Result<> note_environment(const Desired& desired, const Python& python, System& system, Observed& observed) {
  const std::string environment = environment_of(desired);
  PLUMB_TRY_ASSIGN(const auto there, system.stat(environment, true));
  PLUMB_TRY_ASSIGN(const auto settings, system.stat(environment + "/pyvenv.cfg", true));
  if (there && there->type != FileType::kDirectory)
    observed.obstacle = refused(environment + " is there and is no folder");
  if (settings) {
    observed.attributes["virtualenv"] = environment;
    if (!desired.has("user")) observed.attributes["user"] = std::to_string(settings->uid);
    return {};
  }
  if (wants_absent(desired)) return {};
  if (!there) PLUMB_TRY(note_missing_parent(environment, system, observed));
  // Debian has the part of Python that makes environments in a package of its own.
  PLUMB_TRY_ASSIGN(const auto debian, system.stat("/etc/debian_version", true));
  PLUMB_TRY_ASSIGN(const auto makes, system.stat(python.library() + "/ensurepip", true));
  if (debian && !makes) observed.missing.push_back({{"", "package", "python3-venv"}, "virtualenv"});
  return {};
}

// A host whose packages are its package manager's says so, and pip keeps away.
Result<> note_host(const Desired& desired, const Python& python, System& system, Observed& observed) {
  const std::vector<std::string> extra = texts_in(desired.attribute("extra_args"));
  const bool anyway = std::find(extra.begin(), extra.end(), "--break-system-packages") != extra.end();
  PLUMB_TRY_ASSIGN(const auto managed, system.stat(python.library() + "/EXTERNALLY-MANAGED", true));
  if (managed && !anyway) {
    observed.obstacle = refused("the Python packages of this host are its package manager's")
                            .with_hint(
                                "give a `virtualenv`, or take the `package`; `extra_args: "
                                "[--break-system-packages]` installs all the same");
  }
  PLUMB_TRY_ASSIGN(const std::vector<std::string> folders, package_folders("", python, "", system));
  for (const std::string& folder : folders) {
    PLUMB_TRY_ASSIGN(const auto pip, system.stat(folder + "/pip", true));
    if (pip) return {};
  }
  observed.missing.push_back({{"", "package", "python3-pip"}, "name"});
  return {};
}

Result<> note_requirements(const Desired& desired, System& system, Observed& observed) {
  const std::string path = desired.text("requirements");
  std::string asked;
  PLUMB_TRY_ASSIGN(const auto file, system.stat(path, true));
  if (file) {
    PLUMB_TRY_ASSIGN(asked, system.file_digest(path));
  } else {
    observed.missing.push_back({{"", "file", path}, "requirements"});
  }
  PLUMB_TRY_ASSIGN(const auto mark, system.stat(mark_of(desired), false));
  observed.exists = mark && mark->type == FileType::kFile;
  if (!observed.exists) return {};
  // As sha256sum tells it.
  PLUMB_TRY_ASSIGN(const std::string mark_text, system.read_file(mark_of(desired), kLongestMark));
  observed.attributes["installed"] = !asked.empty() && "sha256:" + mark_text.substr(0, kDigits) == asked;
  return {};
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  const std::string environment = environment_of(desired);
  const Python python = find_python(python_of(desired), system);
  if (desired.has("user")) observed.attributes["user"] = desired.attribute("user");
  if (!environment.empty()) PLUMB_TRY(note_environment(desired, python, system, observed));
  if (desired.has("requirements")) {
    PLUMB_TRY(note_requirements(desired, system, observed));
  } else {
    PLUMB_TRY_ASSIGN(const auto folders, package_folders(environment, python, desired.text("user"), system));
    PLUMB_TRY_ASSIGN(const auto found, version_in(folders, desired.text("name"), system));
    observed.exists = found.has_value();
    // As it is asked for, where that is the same.
    const std::string asked = desired.text("version");
    if (found) observed.attributes["version"] = is_same_version(*found, asked) ? asked : *found;
  }
  if (wants_absent(desired) && !observed.exists) return observed;
  if (system.is_image() && !observed.obstacle) {
    observed.obstacle = image_runs_nothing();
  } else if (python.version.empty() && (environment.empty() || !observed.has("virtualenv"))) {
    const std::string name = python_of(desired);
    observed.missing.push_back({{"", "package", name.substr(name.rfind('/') + 1)}, "name"});
  } else if (environment.empty()) {
    PLUMB_TRY(note_host(desired, python, system, observed));
  }
  const bool asks = desired.text("state") == "latest" && observed.exists && observed.has("version");
  if (asks && !observed.obstacle && observed.missing.empty()) PLUMB_TRY(ask_candidate(desired, system, observed));
  return observed;
}

class Steps {
 public:
  Steps(const Desired& desired, const Observed& observed) : desired_(desired), user_(observed.text("user")) {}

  void run(std::vector<std::string> words) {
    Run run;
    run.argv = std::move(words);
    run.user = user_;
    const Json& timeout = desired_.attribute("timeout");
    if (timeout.is_number_integer()) run.timeout_seconds = timeout.get<int>();
    steps_.emplace_back(std::move(run));
  }
  void make_environment() {
    std::vector<std::string> words = {python_of(desired_), "-m", "venv"};
    if (desired_.flag("site_packages", false)) words.emplace_back("--system-site-packages");
    words.push_back(environment_of(desired_));
    run(std::move(words));
  }
  void install(const std::string& what, bool upgrade) {
    std::vector<std::string> words = pip_words(desired_, {"install"});
    if (upgrade) words.emplace_back("--upgrade");
    add_extra(desired_, words);
    words.push_back(what);
    run(std::move(words));
  }
  // Which file it was is marked when it is installed, since another resource may bring it in the same plan.
  void install_required() {
    std::vector<std::string> words = pip_words(desired_, {"install", "--requirement", desired_.text("requirements")});
    add_extra(desired_, words);
    run(std::move(words));
    Run mark;
    mark.script = "sha256sum <" + shell_word(desired_.text("requirements")) + " >" + shell_word(mark_of(desired_));
    mark.user = user_;
    steps_.emplace_back(std::move(mark));
  }
  void uninstall() { run(pip_words(desired_, {"uninstall", "--yes", desired_.text("name")})); }
  std::vector<Operation> take() { return std::move(steps_); }

 private:
  const Desired& desired_;
  std::string user_;
  std::vector<Operation> steps_;
};

void note_difference(const char* attribute, const Json& found, const Json& wanted, Change& change) {
  if (!found.is_null()) change.before[attribute] = found;
  change.after[attribute] = wanted;
}

}  // namespace

std::vector<Result<Observed>> PipProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_each(desired, [&system](const Desired& one) { return observe_one(one, system); });
}

Change PipProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  Steps steps(desired, observed);
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["version"] = observed.attribute("version");
    steps.uninstall();
    change.operations = steps.take();
    return change;
  }
  const bool makes = !environment_of(desired).empty() && !observed.has("virtualenv");
  if (makes) steps.make_environment();
  const Json& version = observed.attribute("version");
  const std::string name = desired.text("name");
  if (desired.has("requirements")) {
    if (!makes && observed.flag("installed", false)) return change;
    note_difference("installed", observed.attribute("installed"), true, change);
    steps.install_required();
  } else {
    const bool latest = desired.text("state") == "latest";
    const Json wanted = desired.has("version") ? desired.attribute("version")
                        : latest               ? observed.attribute("candidate")
                                               : Json();
    if (!makes && observed.exists && (wanted.is_null() || wanted == version)) return change;
    if (wanted.is_string()) {
      note_difference("version", version, wanted, change);
      steps.install(name + "==" + wanted.get<std::string>(), false);
    } else {
      change.after["name"] = name;
      change.fidelity = Fidelity::kBounded;
      change.note = "which version comes is known once pip has it";
      steps.install(name, latest);
    }
  }
  if (makes) change.after["virtualenv"] = environment_of(desired);
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  change.operations = steps.take();
  return change;
}

std::vector<Address> PipProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges;
  const std::string environment = environment_of(desired);
  if (!environment.empty()) edges = infer_path_edges(desired, environment);
  for (const char* package : {"python3", "python3-venv", "python3-pip"}) edges.push_back({"", "package", package});
  if (const std::string file = desired.text("requirements"); !file.empty()) edges.push_back({"", "file", file});
  if (const std::string user = desired.text("user"); !user.empty()) edges.push_back({"", "user", user});
  return edges;
}

std::vector<Address> PipProvider::provides(const Desired& desired) const {
  if (wants_absent(desired) || environment_of(desired).empty()) return {};
  return {{"", "directory", environment_of(desired)}};
}

std::vector<std::string> PipProvider::claims(const Desired& desired) const {
  const std::string environment = environment_of(desired);
  return {"the Python package " + plain_name(desired.text("name")) + " of " +
          (environment.empty() ? "the host" : environment)};
}

std::vector<ImpliedPath> PipProvider::implies_paths(const Desired& desired) const {
  std::vector<ImpliedPath> paths;
  if (const std::string environment = environment_of(desired); !environment.empty())
    paths.push_back({.path = environment, .whole = true});
  if (wants_absent(desired)) return paths;
  if (const std::string file = desired.text("requirements"); !file.empty())
    paths.push_back({.path = file, .needed = true});
  return paths;
}

bool PipProvider::asks_about(const Desired& desired, std::string_view name) const {
  const std::string environment = environment_of(desired);
  const bool inside = !environment.empty() && (name == environment || is_below(name, environment));
  return inside || (!name.empty() && name == desired.text("requirements"));
}

Observed PipProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  if (observed.exists && desired.has("requirements")) observed.attributes["installed"] = true;
  return observed;
}

std::optional<Desired> PipProvider::restore(const Desired& desired, const Observed& before) const {
  // What a file of requirements brought, only it knows.
  if (desired.has("requirements")) return std::nullopt;
  Desired again = desired;
  for (const char* attribute : {"version", "state"}) again.attributes.erase(attribute);
  again.attributes["state"] = before.exists ? "present" : "absent";
  if (before.exists) again.attributes["version"] = before.attribute("version");
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "pip",
                .provider = make_provider<PipProvider>(),
                .operations = OperationSet::of<Run>(),
                .judged = {"installed"}});
}

}  // namespace plumb::providers::pip
