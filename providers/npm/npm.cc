#include "providers/npm/npm.h"

#include "engine/base/shell_word.h"
#include "providers/sdk/asked_programs.h"
#include "providers/sdk/json_answer.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/observe_each.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/refused.h"

namespace plumb::providers::npm {
namespace {

constexpr const char* kProgram = "npm";
constexpr std::size_t kLargest = std::size_t{16} << 20;
constexpr std::size_t kDigits = 64;
constexpr auto kAsking = std::chrono::seconds(120);

std::string name_of(const Desired& desired) {
  return desired.text("name");
}
std::string folder_of(const Desired& desired) {
  return desired.text("path");
}
// All that package.json asks for, and no package by its name.
bool is_project(const Desired& desired) {
  return desired.flag("dependencies", false);
}

std::string manifest_of(const Desired& desired) {
  return folder_of(desired) + "/package.json";
}
std::string lock_of(const Desired& desired) {
  return folder_of(desired) + "/package-lock.json";
}
// Which of both were installed last.
std::string mark_of(const Desired& desired) {
  return folder_of(desired) + "/node_modules/.plumb-installed";
}

std::vector<std::string> words_of(const Desired& desired, const char* verb) {
  std::vector<std::string> words = {kProgram, verb};
  if (folder_of(desired).empty()) {
    words.emplace_back("--global");
  } else {
    words.insert(words.end(), {"--prefix", folder_of(desired)});
  }
  words.insert(words.end(), {"--no-audit", "--no-fund", "--no-update-notifier"});
  if (desired.flag("production", false)) words.emplace_back("--omit=dev");
  if (desired.has("registry")) words.insert(words.end(), {"--registry", desired.text("registry")});
  for (std::string& word : texts_in(desired.attribute("extra_args"))) words.push_back(std::move(word));
  return words;
}

Result<std::string> line_of(const std::vector<std::string>& words, const std::string& user, System& system) {
  // It keeps answers and logs in the one folder that it may write to.
  ProcessRequest request;
  request.argv = {"/bin/sh", "-c",
                  R"(exec env npm_config_cache="${TMPDIR:-/nonexistent}" npm_config_logs_max=0 "$0" "$@")"};
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  request.user = user;
  request.timeout = kAsking;
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(const ProcessResult answer, system.run(request));
  std::string_view output = answer.output;
  std::string line(take_line(output));
  if (answer.exit_code == 0 && !line.empty()) return line;
  return fail(Code::kCannotObserve, "npm does not answer: " + said_by(answer))
      .hint("see on the host what " + in_backquotes(words) + " prints");
}

Result<std::optional<std::string>> version_in(const std::string& modules, const std::string& name, System& system) {
  const std::string path = modules + "/" + name + "/package.json";
  PLUMB_TRY_ASSIGN(const auto there, system.stat(path, true));
  if (!there || there->type != FileType::kFile) return std::optional<std::string>();
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(path, kLargest));
  return std::optional(text_of(json_answer(text), "version"));
}

Result<> note_project(const Desired& desired, System& system, Observed& observed) {
  std::string asked;
  for (const std::string& path : {manifest_of(desired), lock_of(desired)}) {
    PLUMB_TRY_ASSIGN(const auto there, system.stat(path, true));
    if (there) {
      PLUMB_TRY_ASSIGN(const std::string digest, system.file_digest(path));
      asked += digest.substr(std::min(digest.size(), digest.find(':') + 1)) + "\n";
    } else if (path == manifest_of(desired)) {
      observed.missing.push_back({{"", "file", path}, "path"});
    }
  }
  PLUMB_TRY_ASSIGN(const auto mark, system.stat(mark_of(desired), false));
  observed.exists = mark && mark->type == FileType::kFile;
  if (!observed.exists) return {};
  PLUMB_TRY_ASSIGN(const std::string said, system.read_file(mark_of(desired), kDigits * 4));
  observed.attributes["installed"] = said == asked;
  return {};
}

Result<> note_package(const Desired& desired, System& system, Observed& observed) {
  std::string modules = folder_of(desired) + "/node_modules";
  const bool has_npm = !system.find_program(kProgram).empty() && !system.is_image();
  if (folder_of(desired).empty()) {
    if (!has_npm) return {};
    PLUMB_TRY_ASSIGN(modules, line_of({kProgram, "root", "--global"}, "", system));
  }
  PLUMB_TRY_ASSIGN(const auto version, version_in(modules, name_of(desired), system));
  observed.exists = version.has_value();
  if (!version) return {};
  observed.attributes["version"] = *version;
  if (desired.text("state") != "latest" || !has_npm) return {};
  std::vector<std::string> words = {kProgram, "view"};
  if (desired.has("registry")) words.insert(words.end(), {"--registry", desired.text("registry")});
  words.insert(words.end(), {name_of(desired), "version"});
  PLUMB_TRY_ASSIGN(observed.attributes["candidate"], line_of(std::move(words), observed.text("user"), system));
  return {};
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  const std::string folder = folder_of(desired);
  if (desired.has("user")) observed.attributes["user"] = desired.attribute("user");
  if (!folder.empty()) {
    PLUMB_TRY_ASSIGN(const auto there, system.stat(folder, true));
    if (there && there->type != FileType::kDirectory)
      observed.obstacle = refused(folder + " is there and is no folder");
    if (!there && !wants_absent(desired)) observed.missing.push_back({{"", "directory", folder}, "path"});
    // What comes into a folder is its owner's, and so are the scripts that run.
    if (there && !desired.has("user") && there->uid != 0) observed.attributes["user"] = std::to_string(there->uid);
  }
  if (const std::string user = desired.text("user"); !user.empty() && !is_number(user) && !system.user_by_name(user))
    observed.missing.push_back({{"", "user", user}, "user"});
  if (is_project(desired)) {
    PLUMB_TRY(note_project(desired, system, observed));
  } else {
    PLUMB_TRY(note_package(desired, system, observed));
  }
  if (wants_absent(desired) && !observed.exists) return observed;
  if (system.is_image() && !observed.obstacle) {
    observed.obstacle = image_runs_nothing();
  } else if (system.find_program(kProgram).empty()) {
    observed.missing.push_back({{"", "package", kProgram}, "name"});
  }
  return observed;
}

}  // namespace

std::vector<Result<Observed>> NpmProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_each(desired, [&](const Desired& one) { return observe_one(one, system); });
}

Change NpmProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  Run run;
  run.user = observed.text("user");
  const Json& timeout = desired.attribute("timeout");
  if (timeout.is_number_integer()) run.timeout_seconds = timeout.get<int>();
  const std::string name = name_of(desired);
  const Json& version = observed.attribute("version");
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["version"] = version;
    run.argv = words_of(desired, "uninstall");
    run.argv.push_back(name);
    change.operations.emplace_back(std::move(run));
    return change;
  }
  if (is_project(desired)) {
    if (observed.exists && observed.flag("installed", false)) return change;
    if (observed.exists) change.before["installed"] = false;
    change.after["installed"] = true;
    change.fidelity = Fidelity::kBounded;
    change.note = "package.json and its lock say what comes";
    // With a lock exactly what it says comes.
    std::string script =
        "set -eu\nif test -e " + shell_word(lock_of(desired)) + "; then verb=ci; else verb=install; fi\n";
    std::vector<std::string> words = words_of(desired, "install");
    for (std::size_t i = 0; i < words.size(); ++i)
      script += (i == 0 ? "" : " ") + (i == 1 ? std::string("\"$verb\"") : shell_word(words[i]));
    script += "\nmkdir -p " + shell_word(folder_of(desired) + "/node_modules") + "\nfor file in " +
              shell_word(manifest_of(desired)) + " " + shell_word(lock_of(desired)) +
              "; do if test -e \"$file\"; then sha256sum <\"$file\" | cut -d ' ' -f 1; fi; done >" +
              shell_word(mark_of(desired)) + "\n";
    run.script = std::move(script);
    run.cwd = folder_of(desired);
  } else {
    const bool latest = desired.text("state") == "latest";
    const Json wanted = desired.has("version") ? desired.attribute("version")
                        : latest               ? observed.attribute("candidate")
                                               : Json();
    if (observed.exists && (wanted.is_null() || wanted == version)) return change;
    run.argv = words_of(desired, "install");
    if (wanted.is_string()) {
      if (observed.exists) change.before["version"] = version;
      change.after["version"] = wanted;
      run.argv.push_back(name + "@" + wanted.get<std::string>());
    } else {
      change.after["name"] = name;
      change.fidelity = Fidelity::kBounded;
      change.note = "which version comes is known once npm has it";
      run.argv.push_back(latest ? name + "@latest" : name);
    }
  }
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  change.operations.emplace_back(std::move(run));
  return change;
}

std::vector<Address> NpmProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges = {{"", "package", kProgram}, {"", "package", "nodejs"}};
  if (const std::string folder = folder_of(desired); !folder.empty()) {
    for (const char* kind : {"directory", "git", "archive"}) edges.push_back({"", kind, folder});
    for (const std::string& above : ancestors_of(folder)) edges.push_back({"", "directory", above});
    for (const std::string& file : {manifest_of(desired), lock_of(desired)}) edges.push_back({"", "file", file});
  }
  if (const std::string user = desired.text("user"); !user.empty()) edges.push_back({"", "user", user});
  return edges;
}

std::vector<std::string> NpmProvider::claims(const Desired& desired) const {
  const std::string where = folder_of(desired).empty() ? "the host" : folder_of(desired);
  return {is_project(desired) ? "what " + where + "/package.json asks for"
                              : "the Node.js package " + name_of(desired) + " of " + where};
}

std::vector<ImpliedPath> NpmProvider::implies_paths(const Desired& desired) const {
  if (folder_of(desired).empty()) return {};
  return {{.path = folder_of(desired) + "/node_modules", .whole = true},
          {.path = manifest_of(desired)},
          {.path = lock_of(desired)}};
}

bool NpmProvider::asks_about(const Desired& desired, std::string_view name) const {
  const std::string folder = folder_of(desired);
  return !folder.empty() && (name == folder || is_below(name, folder));
}

Observed NpmProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  if (observed.exists && is_project(desired)) observed.attributes["installed"] = true;
  return observed;
}

std::optional<Desired> NpmProvider::restore(const Desired& desired, const Observed& before) const {
  // What package.json brought, only it knows.
  if (is_project(desired)) return std::nullopt;
  Desired again = desired;
  again.attributes.erase("version");
  again.attributes["state"] = before.exists ? "present" : "absent";
  if (before.exists) again.attributes["version"] = before.attribute("version");
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "npm",
                .provider = make_provider<NpmProvider>(),
                .operations = OperationSet::of<Run>(),
                .judged = {"installed"}});
}

}  // namespace plumb::providers::npm
