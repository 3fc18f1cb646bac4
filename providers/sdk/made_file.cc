#include "providers/sdk/made_file.h"

#include "engine/base/shell_word.h"
#include "providers/sdk/exchangeable.h"
#include "providers/sdk/obstacles.h"

namespace plumb {
namespace {

// Of what becomes a file or goes with the script.
constexpr std::string_view kUnfinished = ".plumb-new.";

bool is_of_ownership(std::string_view attribute) {
  return attribute == "owner" || attribute == "group" || attribute == "mode";
}

bool differs_inside(const Change& change) {
  for (const Json* state : {&change.before, &change.after}) {
    for (auto attribute = state->begin(); attribute != state->end(); ++attribute) {
      if (!is_of_ownership(attribute.key())) return true;
    }
  }
  return false;
}

// Whoever may write to the folder cannot tell the name beforehand, and nobody reads the file before it is whole.
std::string script_of(const std::string& path, const Ownership& ownership, bool replaces, const Making& making) {
  const std::string place = shell_word(path);
  std::string script = making.says.empty() ? std::string() : "# " + making.says + "\n";
  script +=
      "set -eu\numask 077\n" + forget_beside(path) + new_beside(path) + "trap 'rm -f \"$new\"' EXIT\n" + making.script;
  if (!script.ends_with('\n')) script += "\n";
  if (replaces) {
    script += "chown \"$(stat -c %u:%g " + place + ")\" \"$new\"\nchmod \"$(stat -c %a " + place + ")\" \"$new\"\n";
  }
  if (ownership.owner) script += "chown " + shell_word(*ownership.owner) + " \"$new\"\n";
  if (ownership.group) script += "chgrp " + shell_word(*ownership.group) + " \"$new\"\n";
  if (ownership.mode) script += "chmod " + shell_word(*ownership.mode) + " \"$new\"\n";
  return script + "mv -fT \"$new\" " + place + "\n";
}

}  // namespace

std::string new_beside(const std::string& path, std::string_view variable, bool folder) {
  return std::string(variable) + "=$(mktemp " + (folder ? "-d " : "") +
         shell_word(path + std::string(kUnfinished) + "XXXXXX") + ")\n";
}

std::string forget_beside(const std::string& path) {
  return "rm -rf " + shell_word(path + std::string(kUnfinished)) + "??????* || :\n";
}

Result<> note_maker(const std::string& path, System& system, Observed& observed) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> folder, system.stat(parent_of(path), true));
  if (folder && folder->uid != 0) {
    observed.attributes["maker"] = std::to_string(folder->uid);
    return {};
  }
  PLUMB_TRY_ASSIGN(const std::string others, exchangeable_folder(parent_of(path), system));
  if (others.empty() || observed.obstacle) return {};
  observed.obstacle =
      Diagnostic(Code::kRefusedByState, "somebody other than root may put something else in the place of " +
                                            parent_of(path) + ", in " + others);
  return {};
}

Result<Observed> observe_made_file(const Desired& desired, System& system, AccountNames& names, const char* program,
                                   const char* package, const LookInside& inside) {
  Observed observed;
  const std::string path = desired.text("path");
  const bool absent = wants_absent(desired);
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(path, false));
  if (!info && absent) return observed;
  if (info && info->type == FileType::kLink) {
    observed.exists = absent;
    observed.obstacle = link_in_the_place(path, info->link_target, "give the path that it leads to");
    return observed;
  }
  if (info && info->type != FileType::kFile) {
    observed.exists = absent;
    observed.obstacle = {Diagnostic(Code::kRefusedByState, path + " is there and is no regular file"),
                         ObstacleGoes::kWithItsPath};
    return observed;
  }
  if (info) {
    observed.exists = true;
    observe_ownership(desired, *info, names, observed);
  } else {
    PLUMB_TRY(note_missing_parent(path, system, observed));
  }
  if (absent) return observed;
  note_missing_accounts(desired, names, observed);
  PLUMB_TRY(note_maker(path, system, observed));
  if (system.is_image()) {
    observed.obstacle = image_runs_nothing();
    return observed;
  }
  if (system.find_program(program).empty()) {
    observed.missing.push_back({{"", "package", package}, "path"});
  } else if (info) {
    PLUMB_TRY(inside(observed));
  }
  return observed;
}

void finish_made_file(const Desired& desired, const Observed& observed, std::string_view new_mode, const Making& making,
                      Change& change) {
  if (wants_absent(desired)) {
    change = {};
    if (!observed.exists) return;
    change.op = Op::kDelete;
    change.before = observed.attributes;
    change.operations.push_back(Remove{desired.text("path"), false, false});
    return;
  }
  const bool makes = !observed.exists || differs_inside(change);
  Ownership wanted = diff_ownership(desired, observed, new_mode, false, change, makes);
  if (observed.exists && change.after.empty() && change.before.empty()) return;
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  if (!makes) {
    change.operations.push_back(SetAttributes{desired.text("path"), changed_only(std::move(wanted), change), false});
    return;
  }
  Run run;
  run.script = script_of(desired.text("path"), wanted, observed.exists, making);
  run.env = making.env;
  run.user = observed.text("maker");
  run.stdin_text = making.stdin_text;
  run.timeout_seconds = 600;
  change.fidelity = Fidelity::kBounded;
  change.operations.emplace_back(std::move(run));
}

std::optional<Desired> restore_made_file(const Desired& desired, const Observed& before, const Change& change) {
  if (before.exists && (wants_absent(desired) || differs_inside(change))) return std::nullopt;
  Desired again = desired_again(desired, before, {"owner", "group", "mode"});
  again.attributes["path"] = desired.attribute("path");
  if (!before.exists) return again;
  for (const auto& [name, value] : desired.attributes.items()) {
    if (!is_of_ownership(name)) again.attributes[name] = value;
  }
  return again;
}

void note_inside(const char* attribute, const Json& wanted, const Observed& observed, Change& change) {
  const Json& found = observed.attribute(attribute);
  if (found == wanted) return;
  if (observed.exists && !found.is_null()) change.before[attribute] = found;
  if (!wanted.is_null()) change.after[attribute] = wanted;
}

}  // namespace plumb
