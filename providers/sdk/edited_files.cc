#include "providers/sdk/edited_files.h"

#include <map>
#include <string>
#include <utility>

#include "engine/base/digest.h"
#include "engine/base/outside_text.h"
#include "providers/sdk/ownership.h"

namespace plumb {
namespace {

// What is told of an edit that may not be made: never an empty change.
Observed refused(const Desired& desired, Diagnostic why) {
  Observed observed;
  observed.obstacle = std::move(why);
  observed.exists = wants_absent(desired);
  return observed;
}

// Where a path of a batch leads. Several may lead to one file.
struct Target {
  std::string place;  // links resolved
  bool there = false;
  std::optional<Diagnostic> obstacle;  // why what is there cannot be edited

  static Result<Target> find(const std::string& path, bool follow, System& system) {
    Target target;
    PLUMB_TRY_ASSIGN(std::optional<FileInfo> info, system.stat(path, false));
    if (info && info->type == FileType::kLink) {
      if (!follow) {
        target.obstacle = Diagnostic(Code::kSymlinkRefused, path + " is a symbolic link to " + info->link_target)
                              .with_hint("set `follow: true` to edit what it points to");
        return target;
      }
      PLUMB_TRY_ASSIGN(info, system.stat(path, true));
      PLUMB_TRY_ASSIGN(target.place, system.resolve(path));
    } else {
      // Its folder may not be there yet.
      target.place = system.resolve(path).value_or(path);
    }
    target.there = info.has_value();
    if (info && info->type != FileType::kFile)
      target.obstacle = Diagnostic(Code::kRefusedByState, path + " is not a regular file");
    return target;
  }
};

// One file as the edits of a batch find it one after another.
class EditedFile {
 public:
  static Result<EditedFile> read(const Target& target, System& system) {
    EditedFile file;
    file.place_ = target.place;
    file.there_ = target.there;
    if (file.there_) {
      PLUMB_TRY_ASSIGN(file.text_, system.read_file(file.place_, kLargestEdited));
    }
    return file;
  }

  Result<Observed> observe(const Desired& desired, Edit edit, System& system) {
    const std::string path = desired.text("path");
    Observed observed;
    if (!there_ && !wants_absent(desired)) {
      if (desired.flag("create", false)) {
        PLUMB_TRY(note_missing_parent(place_, system, observed));
        there_ = true;
      } else {
        observed.missing.push_back({{"", "file", path}, "path"});
      }
    }
    Result<EditResult> result = make_edit(edit, text_, keyed(desired, system));
    if (!result) {
      observed.obstacle = result.error().diagnostic();
      observed.obstacle->summary = path + ": " + observed.obstacle->summary;
      observed.exists = wants_absent(desired);
      return observed;
    }
    observed.exists = result->found.has_value();
    if (result->found) observed.attributes["text"] = *result->found;
    const std::string wanted = result->wanted.value_or(std::string());
    if (!result->holds && result->found && repaired_utf8(*result->found) == repaired_utf8(wanted))
      observed.attributes["other_bytes"] = true;
    if (result->wanted && *result->wanted != desired.text("text")) observed.attributes["wanted"] = *result->wanted;
    if (result->count > 1) observed.attributes["lines"] = result->count;
    if (!result->found && result->holds && !wants_absent(desired)) observed.attributes["left"] = true;
    changed_ = changed_ || !result->holds;
    made_.push_back({&desired, std::move(edit)});
    text_ = std::move(result->text);
    return observed;
  }

  // For each edit that does not hold once all are made: the one that takes it back.
  std::vector<std::pair<const Desired*, const Desired*>> contradictions(System& system) const {
    std::vector<std::pair<const Desired*, const Desired*>> found;
    if (!changed_) return found;
    const auto holds = [&](const Made& made, const std::string& text) {
      const Result<EditResult> result = make_edit(made.edit, text, keyed(*made.desired, system));
      // One that cannot be done with here could be in its own turn.
      return result && result->holds;
    };
    for (std::size_t i = 0; i + 1 < made_.size(); ++i) {
      if (holds(made_[i], text_)) continue;
      found.emplace_back(made_[i].desired, made_[i + 1].desired);
      // The first of those behind it whose edit breaks what it left.
      Result<EditResult> step = make_edit(made_[i].edit, text_, keyed(*made_[i].desired, system));
      for (std::size_t j = i + 1; step && j < made_.size(); ++j) {
        step = make_edit(made_[j].edit, step->text, keyed(*made_[j].desired, system));
        if (!step || holds(made_[i], step->text)) continue;
        found.back().second = made_[j].desired;
        break;
      }
    }
    return found;
  }

 private:
  struct Made {
    const Desired* desired;
    Edit edit;
  };

  static KeyedDigestOf keyed(const Desired& desired, System& system) {
    if (desired.sensitive.empty()) return {};
    return [&system](std::string_view text) {
      return system.key().empty() ? std::string() : keyed_digest(system.key(), text);
    };
  }

  std::string place_;
  bool there_ = false;
  bool changed_ = false;
  std::string text_;
  std::vector<Made> made_;
};

}  // namespace

std::vector<Result<Observed>> observe_edits(std::span<const Desired* const> desired, System& system,
                                            const EditOf& edit_of) {
  std::map<std::pair<std::string, bool>, Result<Target>> targets;  // by path, and whether links are followed
  std::map<std::string, Result<EditedFile>> files;                 // by place
  std::vector<Result<Observed>> results;
  std::map<const Desired*, std::size_t> places;
  results.reserve(desired.size());
  for (const Desired* one : desired) {
    places.emplace(one, results.size());
    const std::pair key(one->text("path"), one->flag("follow", false));
    auto target = targets.find(key);
    if (target == targets.end()) target = targets.emplace(key, Target::find(key.first, key.second, system)).first;
    if (!target->second) {
      results.emplace_back(target->second.error());
      continue;
    }
    if (target->second->obstacle) {
      results.emplace_back(refused(*one, *target->second->obstacle));
      continue;
    }
    const std::string& place = target->second->place;
    auto file = files.find(place);
    if (file == files.end()) file = files.emplace(place, EditedFile::read(*target->second, system)).first;
    if (!file->second) {
      results.emplace_back(file->second.error());
    } else {
      results.push_back(file->second->observe(*one, edit_of(*one), system));
    }
  }
  for (const auto& [place, file] : files) {
    if (!file) continue;
    for (const auto& [undone, by] : file->contradictions(system)) {
      if (Result<Observed>& result = results[places.at(undone)]; result) result->undone_by = by->address.str();
    }
  }
  return results;
}

Change diff_edit(const Desired& desired, const Observed& observed, Edit edit) {
  Change change;
  const auto found = observed.attributes.find("text");
  const bool there = observed.exists && found != observed.attributes.end();
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    if (there) change.before["text"] = *found;
    if (const Json& lines = observed.attribute("lines"); lines.is_number_integer())
      change.note = lines.dump() + " lines";
  } else {
    if (observed.attributes.contains("left") && !observed.obstacle) return change;
    const auto wanted = observed.attributes.find("wanted");
    const Json& text = wanted == observed.attributes.end() ? desired.attribute("text") : *wanted;
    if (there && *found == text && !observed.flag("other_bytes", false)) return change;
    change.op = there ? Op::kUpdate : Op::kCreate;
    if (there) change.before["text"] = *found;
    change.after["text"] = text;
  }
  EditFile operation;
  operation.path = desired.text("path");
  operation.edits.push_back(std::move(edit));
  operation.create = desired.flag("create", false);
  operation.follow = desired.flag("follow", false);
  operation.backup = desired.flag("backup", false);
  operation.validate = desired.text("validate");
  operation.beside_secrets = desired.flag("beside_secrets", false);
  change.operations.emplace_back(std::move(operation));
  return change;
}

void complete_edit(Desired& desired, std::span<const Desired> host) {
  const std::string path = desired.text("path");
  const bool beside = std::any_of(host.begin(), host.end(), [&](const Desired& other) {
    return !other.sensitive.empty() && other.text("path") == path && other.address != desired.address;
  });
  if (beside) desired.attributes["beside_secrets"] = true;
}

}  // namespace plumb
