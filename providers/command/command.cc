#include "providers/command/command.h"

#include <array>

#include "providers/sdk/ownership.h"

namespace plumb::providers::command {
namespace {

constexpr std::chrono::seconds kGuardTimeout{30};

// Guards by which a command that has run shows it: after a run they have to say "skip".
bool has_lasting_guard(const Desired& desired) {
  return desired.has("creates") || desired.has("removes") || desired.has("unless");
}

bool has_guard(const Desired& desired) {
  return has_lasting_guard(desired) || desired.has("only_if");
}

std::string quoted(const Json& command) {
  std::string text;
  for (const std::string& word : texts_in(command)) text += (text.empty() ? "" : " ") + word;
  constexpr std::size_t kShown = 60;
  if (text.size() > kShown) {
    std::size_t end = kShown;
    while ((static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    text = text.substr(0, end) + "…";
  }
  return "`" + text + "`";
}

struct Verdict {
  bool run = true;
  std::string why;
};

class Guards {
 public:
  Guards(const Desired& desired, System& system, const Observed& observed)
      : desired_(desired), system_(system), can_start_(observed.missing.empty()) {}

  // Every guard has to ask for a run; the first that does not decides.
  Result<Verdict> decide() {
    Verdict verdict;
    PLUMB_TRY(paths("creates", verdict));
    if (verdict.run) PLUMB_TRY(paths("removes", verdict));
    if (verdict.run) PLUMB_TRY(program("unless", verdict));
    if (verdict.run) PLUMB_TRY(program("only_if", verdict));
    return verdict;
  }

 private:
  static void because(Verdict& verdict, std::string why) {
    verdict.why += (verdict.why.empty() ? "" : "; ") + std::move(why);
  }
  static void skip(Verdict& verdict, std::string why) {
    verdict.run = false;
    verdict.why = std::move(why);
  }

  Result<> paths(const char* attribute, Verdict& verdict) {
    const bool creates = std::string_view(attribute) == "creates";
    for (const std::string& path : texts_in(desired_.attribute(attribute))) {
      PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system_.stat(path, true));
      if (info.has_value() == creates) {
        skip(verdict, path + (creates ? " exists (creates)" : " does not exist (removes)"));
        return {};
      }
      because(verdict, path + (creates ? " does not exist" : " exists"));
    }
    return {};
  }

  Result<> program(const char* attribute, Verdict& verdict) {
    const Json& command = desired_.attribute(attribute);
    if (command.is_null()) return {};
    const std::string shown = quoted(command);
    PLUMB_TRY_ASSIGN(const int code, exit_code(command, shown));
    const bool unless = std::string_view(attribute) == "unless";
    const std::string said = shown + " gave " + std::to_string(code);
    if ((code == 0) == unless) {
      skip(verdict, said + " (" + attribute + ")");
    } else {
      because(verdict, said);
    }
    return {};
  }

  Result<int> exit_code(const Json& command, const std::string& shown) {
    constexpr int kNotFound = 127;
    if (system_.is_image()) {
      return fail(Code::kCannotObserve,
                  "the guard " + shown + " cannot be asked, since programs of an image are not run");
    }
    // Its folder or user is not there yet, so neither is what it asks for.
    if (!can_start_) return kNotFound;
    ProcessRequest request;
    request.argv =
        command.is_string() ? std::vector<std::string>{"/bin/sh", "-c", command.get<std::string>()} : texts_in(command);
    request.cwd = desired_.text("cwd");
    request.user = desired_.text("as");
    request.timeout = kGuardTimeout;
    const Json& env = desired_.attribute("env");
    if (env.is_object()) {
      for (const auto& [name, value] : env.items()) {
        if (value.is_string()) request.env[name] = value.get<std::string>();
      }
    }
    const Result<ProcessResult> result = system_.run(request);
    if (!result) {
      if (result.error().code() == Code::kProgramMissing) return kNotFound;
      return Error(result.error());
    }
    if (result->timed_out) {
      return fail(Code::kCannotObserve,
                  "the guard " + shown + " did not end within " + std::to_string(kGuardTimeout.count()) + " s");
    }
    return result->exit_code;
  }

  const Desired& desired_;
  System& system_;
  bool can_start_;
};

Result<> note_needs(const Desired& desired, System& system, Observed& observed) {
  const std::string user = desired.text("as");
  if (!user.empty() && !is_number(user) && !system.user_by_name(user)) {
    observed.missing.push_back({{"", "user", user}, "as"});
  }
  const std::string cwd = desired.text("cwd");
  if (cwd.empty()) return {};
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(cwd, true));
  if (!info) {
    observed.missing.push_back({{"", "directory", cwd}, "cwd"});
  } else if (info->type != FileType::kDirectory) {
    observed.obstacle = Diagnostic(Code::kRefusedByState, cwd + " is no directory to run in");
  }
  return {};
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  observed.exists = true;
  PLUMB_TRY(note_needs(desired, system, observed));
  Verdict verdict;
  if (has_guard(desired)) {
    PLUMB_TRY_ASSIGN(verdict, Guards(desired, system, observed).decide());
  } else if (desired.has("run_on")) {
    verdict = {false, "runs only when what it watches changes"};
  } else {
    verdict.why = kUnguarded;
  }
  observed.attributes = {{"guard", verdict.run ? "run" : "skip"}, {"why", verdict.why}};
  if (system.is_image() && !observed.obstacle) {
    observed.obstacle = Diagnostic(Code::kRefusedByState, "programs of an image are not run");
  }
  return observed;
}

Run run_operation(const Desired& desired) {
  Run run;
  const Json& command = desired.attribute("run");
  const bool sealed = command.is_string() && desired.sensitive.contains("run");
  if (command.is_string() && !sealed) {
    run.script = command.get<std::string>();
  } else {
    run.argv = texts_in(command);
  }
  run.cwd = desired.text("cwd");
  const Json& env = desired.attribute("env");
  if (env.is_string()) run.sealed_env = env.get<std::string>();
  if (env.is_object()) {
    for (const auto& [name, value] : env.items()) {
      if (value.is_string()) run.env[name] = value.get<std::string>();
    }
  }
  run.user = desired.text("as");
  run.stdin_text = desired.text("stdin");
  const Json& timeout = desired.attribute("timeout");
  if (timeout.is_number_integer()) run.timeout_seconds = timeout.get<int>();
  const Json& expect = desired.attribute("expect");
  if (expect.is_array() && !expect.empty()) run.expect = expect.get<std::vector<int>>();
  return run;
}

Change running(const Desired& desired, std::string note) {
  Change change;
  change.op = Op::kRun;
  change.fidelity = Fidelity::kOpaque;
  change.note = std::move(note);
  change.operations.push_back(run_operation(desired));
  return change;
}

}  // namespace

std::vector<Result<Observed>> CommandProvider::observe(std::span<const Desired* const> desired, System& system) const {
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  for (const Desired* one : desired) results.push_back(observe_one(*one, system));
  return results;
}

Change CommandProvider::diff(const Desired& desired, const Observed& observed) const {
  if (observed.text("guard") == "skip") return {};
  Change change = running(desired, observed.text("why"));
  if (has_guard(desired)) change.before["guard"] = "run";
  if (has_lasting_guard(desired)) change.after["guard"] = "skip";
  return change;
}

std::vector<Address> CommandProvider::infers(const Desired& desired) const {
  std::vector<Address> edges;
  const std::string cwd = desired.text("cwd");
  if (!cwd.empty()) {
    edges.push_back({"", "directory", cwd});
    for (const std::string& folder : ancestors_of(cwd)) edges.push_back({"", "directory", folder});
  }
  const std::string user = desired.text("as");
  if (!user.empty() && !is_number(user)) edges.push_back({"", "user", user});
  return edges;
}

// What a program answers cannot be foreseen.
bool CommandProvider::is_foreseeable(const Desired& desired) const {
  return !desired.has("unless") && !desired.has("only_if");
}

bool CommandProvider::asks_about(const Desired& desired, std::string_view name) const {
  for (const char* attribute : {"unless", "only_if", "creates", "removes", "cwd", "as"}) {
    for (const std::string& word : texts_in(desired.attribute(attribute))) {
      if (word.find(name) != std::string::npos) return true;
      // A guard about a file asks about the folders that it lies in, too.
      if (name.starts_with('/') && is_below(name, word)) return true;
    }
  }
  return false;
}

std::vector<ImpliedPath> CommandProvider::implies_paths(const Desired& desired) const {
  std::vector<ImpliedPath> paths;
  for (std::string& path : texts_in(desired.attribute("creates"))) paths.push_back({std::move(path), false, true});
  return paths;
}

Observed CommandProvider::as_declared(const Desired& desired) const {
  Observed observed = Provider::as_declared(desired);
  if (has_guard(desired)) observed.attributes["guard"] = "skip";
  return observed;
}

Observed CommandProvider::as_declared_before(const Desired& before, const Desired& desired) const {
  Observed observed = as_declared(before);
  observed.attributes["guard"] = before.attributes == desired.attributes ? "skip" : "run";
  return observed;
}

// Whatever the guards said: they were asked before that which it watches changed.
Change CommandProvider::triggered(const Desired& desired, const Observed&, Op op) const {
  if (op != Op::kRun) return {};
  return running(desired, "what it watches changed");
}

void add_to(Registry& registry) {
  registry.add({.name = "command",
                .provider = std::make_shared<CommandProvider>(),
                .operations = OperationSet::of<Run>(),
                .triggers = {{"run_on", Op::kRun}},
                .runs = true,
                .guards = {"creates", "removes", "unless", "only_if"}});
}

}  // namespace plumb::providers::command
