#include "providers/command/command.h"

#include <algorithm>
#include <map>

#include "engine/base/glob.h"
#include "engine/base/host_text.h"
#include "engine/base/joined.h"
#include "engine/base/pattern.h"
#include "providers/sdk/asked_programs.h"
#include "providers/sdk/observe_each.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::command {
namespace {

// Guards by which a command that has run shows it: after a run they have to say "skip".
bool has_lasting_guard(const Desired& desired) {
  return desired.has("creates") || desired.has("removes") || desired.has("unless") || desired.has("read");
}

bool has_guard(const Desired& desired) {
  return has_lasting_guard(desired) || desired.has("only_if");
}

// A glob, or a path that is written as one would be.
bool is_pattern(const std::string& path) {
  return is_glob(path) || path.find('\\') != std::string::npos;
}

// The path of a guard that tells what the command leaves. Beside others `removes` may be no more than a condition, and
// where the path of another one says so too that the work is done, nothing is known of this one.
std::vector<std::string> effect(const Desired& desired, const char* attribute) {
  const bool creates = std::string_view(attribute) == "creates";
  if (desired.has(creates ? "removes" : "creates") || (!creates && (desired.has("unless") || desired.has("read"))))
    return {};
  std::vector<std::string> paths = texts_in(desired.attribute(attribute));
  if (paths.size() > 1 || std::any_of(paths.begin(), paths.end(), is_pattern)) paths.clear();
  return paths;
}

struct Verdict {
  bool run = true;
  std::string why;
};

std::map<std::string, std::string> environment_of(const Desired& desired) {
  std::map<std::string, std::string> environment;
  const Json& env = desired.attribute("env");
  if (!env.is_object()) return environment;
  for (const auto& [name, value] : env.items()) {
    if (value.is_string()) environment[name] = value.get<std::string>();
  }
  return environment;
}

// Whether something is there that the path, or a glob in each part of it, means. A leading dot is never meant by a
// glob.
Result<bool> matches_something(const std::string& path, System& system) {
  if (!is_pattern(path)) {
    Result<std::optional<FileInfo>> info = system.stat(path, true);
    // A link that somebody else made is not followed, and is there all the same.
    if (!info && info.error().code() == Code::kSymlinkRefused) info = system.stat(path, false);
    if (!info) return std::move(info.error());
    return info->has_value();
  }
  std::vector<std::string> found = {""};
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    at = end + 1;
    std::vector<std::string> next;
    for (const std::string& folder : found) {
      PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(folder.empty() ? "/" : folder, true));
      if (!info || info->type != FileType::kDirectory) continue;
      PLUMB_TRY_ASSIGN(const std::vector<std::string> names, system.list(folder.empty() ? "/" : folder));
      for (const std::string& name : names) {
        const bool hidden = name.starts_with('.') && !part.starts_with('.');
        if (!hidden && glob_match(part, name)) next.push_back(folder + "/" + name);
      }
    }
    found = std::move(next);
  }
  return !found.empty();
}

class Guards {
 public:
  Guards(const Desired& desired, System& system, Observed& observed)
      : desired_(desired), system_(system), observed_(observed), can_start_(observed.missing.empty()) {}

  // Every guard has to ask for a run; the first that does not decides.
  Result<Verdict> decide() {
    Verdict verdict;
    PLUMB_TRY(paths("creates", verdict));
    PLUMB_TRY(paths("removes", verdict));
    PLUMB_TRY(programs("unless", verdict));
    PLUMB_TRY(reading(verdict));
    PLUMB_TRY(programs("only_if", verdict));
    return verdict;
  }

 private:
  static void because(Verdict& verdict, std::string why) { append_item(verdict.why, std::move(why), "; "); }
  static void skip(Verdict& verdict, std::string why) {
    verdict.run = false;
    verdict.why = std::move(why);
  }

  Result<> paths(const char* attribute, Verdict& verdict) {
    const bool creates = std::string_view(attribute) == "creates";
    for (const std::string& path : texts_in(desired_.attribute(attribute))) {
      if (!verdict.run) return {};
      PLUMB_TRY_ASSIGN(const bool exists, matches_something(path, system_));
      if (exists == creates) {
        skip(verdict, path + (creates ? " exists (creates)" : " does not exist (removes)"));
      } else {
        because(verdict, path + (creates ? " does not exist" : " exists"));
      }
    }
    return {};
  }

  Result<> programs(const char* attribute, Verdict& verdict) {
    const bool unless = std::string_view(attribute) == "unless";
    for (const Json& command : programs_in(desired_.attribute(attribute))) {
      if (!verdict.run) return {};
      const std::string shown = in_backquotes(command);
      const Result<std::optional<ProgramAnswer>> asked = answer(command);
      if (!asked && asked.error().code() == Code::kNotCovered) {
        // A strict host: it is asked when its turn comes, which people approve before.
        because(verdict, shown + " is asked when its turn comes");
        continue;
      }
      if (!asked) return Error(asked.error());
      if (!*asked) {
        // Of what is not there nothing is as it is to become. But whether there is anything to do is not known either.
        because(verdict, shown + " cannot be asked yet");
        if (!unless && can_start_) note_missing_program(command, attribute);
        continue;
      }
      const int code = (*asked)->exit_code;
      const std::string said = shown + " gave " + std::to_string(code);
      if ((code == 0) == unless) {
        skip(verdict, said + " (" + attribute + ")");
      } else {
        because(verdict, said);
      }
    }
    return {};
  }

  // Whether the program that reads tells what is wanted. One that fails does not.
  Result<> reading(Verdict& verdict) {
    const Json& command = desired_.attribute("read");
    if (!verdict.run || command.is_null()) return {};
    const std::string shown = in_backquotes(command);
    const Result<std::optional<ProgramAnswer>> asked = answer(command);
    if (!asked && asked.error().code() != Code::kNotCovered) return Error(asked.error());
    if (!asked || !*asked) {
      because(verdict, shown + (asked ? " cannot be asked yet" : " is asked when its turn comes"));
      return {};
    }
    const auto& [code, output, is_cut] = **asked;
    if (code != 0) {
      because(verdict, shown + " gave " + std::to_string(code));
      return {};
    }
    if (is_cut) {
      return fail(Code::kCannotObserve, shown + " prints more than 64 KiB, which is not compared")
          .hint("let it print less: what `want` or `want_match` asks about, or a digest");
    }
    PLUMB_TRY_ASSIGN(const bool wanted, is_wanted(output));
    if (wanted) {
      skip(verdict, shown + " tells what is wanted (read)");
      return {};
    }
    // What it prints beside a secret may hold that.
    const bool hidden = !desired_.sensitive.empty();
    if (desired_.has("want")) {
      const std::string want = desired_.text("want");
      because(verdict,
              shown + " tells " + (hidden ? "something else instead of " + first_words(want) : unlike(output, want)));
    } else {
      because(verdict, shown + " tells " + (hidden ? "something else" : first_words(output)) + ", which `" +
                           desired_.text("want_match") + "` does not match");
    }
    if (desired_.sensitive.empty() && desired_.has("want")) observed_.attributes["want"] = text_of_bytes(output);
    return {};
  }

  Result<bool> is_wanted(const std::string& output) const {
    if (desired_.has("want")) return output == desired_.text("want");
    PLUMB_TRY_ASSIGN(const Pattern pattern, Pattern::parse(desired_.text("want_match")));
    return pattern.matches(output);
  }

  static std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

  // Of two texts of several lines the first in which they differ.
  static std::string unlike(std::string_view there, std::string_view wanted) {
    while (!(there.empty() && wanted.empty()) && first_line(there) == first_line(wanted)) {
      there.remove_prefix(std::min(there.size(), first_line(there).size() + 1));
      wanted.remove_prefix(std::min(wanted.size(), first_line(wanted).size() + 1));
    }
    return first_words(there) + " instead of " + first_words(wanted);
  }

  // The first line of what a program told, cut where it is long.
  static std::string first_words(std::string_view output) {
    return output.empty() ? "nothing" : in_backquotes(text_of_bytes(std::string(first_line(output))));
  }

  void note_missing_program(const Json& command, const char* attribute) {
    const std::string program = texts_in(command).at(0);
    const std::string path = program.find('/') == std::string::npos ? "/usr/bin/" + program : program;
    observed_.missing.push_back({{"", "file", path}, attribute});
  }

  // Nothing where it, its folder or its user is not there yet.
  Result<std::optional<ProgramAnswer>> answer(const Json& command) {
    // Of an image too it is an error that it cannot be asked.
    if (!can_start_ && !system_.is_image()) return std::optional<ProgramAnswer>();
    return answer_of({command, desired_.text("cwd"), desired_.text("as"), environment_of(desired_)}, system_);
  }

  const Desired& desired_;
  System& system_;
  Observed& observed_;
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
  observed.attributes["guard"] = verdict.run ? "run" : "skip";
  observed.attributes["why"] = verdict.why;
  if (system.is_image() && !observed.obstacle) {
    observed.obstacle = image_runs_nothing();
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
  run.env = environment_of(desired);
  run.user = desired.text("as");
  run.stdin_text = desired.text("stdin");
  const Json& timeout = desired.attribute("timeout");
  if (timeout.is_number_integer()) run.timeout_seconds = timeout.get<int>();
  const Json& expect = desired.attribute("expect");
  if (expect.is_array() && !expect.empty()) {
    run.expect.clear();
    for (const Json& code : expect) {
      if (code.is_number_integer()) run.expect.push_back(code.get<int>());
    }
  }
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
  return observe_each(desired, [&system](const Desired& one) { return observe_one(one, system); });
}

std::vector<std::string> CommandProvider::observed_with(const Desired& desired) const {
  if (is_foreseeable(desired)) return {};
  return {"env"};
}

Change CommandProvider::diff(const Desired& desired, const Observed& observed) const {
  if (observed.text("guard") == "skip") return {};
  Change change = running(desired, observed.text("why"));
  if (has_guard(desired)) change.before["guard"] = "run";
  if (has_lasting_guard(desired)) change.after["guard"] = "skip";
  if (desired.has("want")) {
    if (observed.has("want")) change.before["want"] = observed.attribute("want");
    change.after["want"] = desired.attribute("want");
  }
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
  return !desired.has("unless") && !desired.has("only_if") && !desired.has("read");
}

bool CommandProvider::asks_about(const Desired& desired, std::string_view name) const {
  return asks_with(desired, {"unless", "only_if", "read", "creates", "removes", "cwd", "as"}, name);
}

// Its programs are asked as a user and in a folder.
bool CommandProvider::is_lost(const Desired& desired, System& now, System& then) const {
  if (is_foreseeable(desired)) return false;
  const std::string user = desired.text("as");
  if (!user.empty() && !is_number(user) && now.user_by_name(user) && !then.user_by_name(user)) return true;
  const std::string cwd = desired.text("cwd");
  if (cwd.empty()) return false;
  const auto is_folder = [&](System& system) {
    const Result<std::optional<FileInfo>> info = system.stat(cwd, true);
    return info && *info && (*info)->type == FileType::kDirectory;
  };
  if (!is_folder(now) || is_folder(then)) return false;
  // What a program leaves in its place is not known.
  return then.stat(cwd, true).has_value();
}

std::vector<std::string> CommandProvider::clears_paths(const Desired& desired) const {
  return effect(desired, "removes");
}

std::vector<ImpliedPath> CommandProvider::implies_paths(const Desired& desired) const {
  std::vector<ImpliedPath> paths;
  const bool needed = !effect(desired, "creates").empty();
  for (std::string& path : texts_in(desired.attribute("creates"))) {
    const bool one = !is_pattern(path);
    paths.push_back({std::move(path), false, needed, one ? std::optional(desired.text("as")) : std::nullopt});
  }
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

std::string CommandProvider::why_passed_over(const Desired& desired, const Observed& observed) const {
  return has_guard(desired) && observed.text("guard") == "skip" ? observed.text("why") : std::string();
}

// Whatever the guards said: they were asked before that which it watches changed.
Change CommandProvider::triggered(const Desired& desired, const Observed&, Op op) const {
  if (op != Op::kRun) return {};
  return running(desired, "what it watches changed");
}

void add_to(Registry& registry) {
  registry.add({.name = "command",
                .provider = make_provider<CommandProvider>(),
                .operations = OperationSet::of<Run>(),
                .triggers = {{"run_on", Op::kRun}},
                .runs = true,
                .guards = {"creates", "removes", "unless", "read"},
                .judged = {"guard"},
                .removal = ""});
}

}  // namespace plumb::providers::command
