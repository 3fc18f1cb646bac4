#include "providers/sdk/edited_files.h"

#include <map>
#include <string>
#include <utility>

#include "engine/base/digest.h"
#include "engine/base/outside_text.h"
#include "providers/sdk/ownership.h"

namespace plumb {
namespace {

// One file as the edits of a batch find it one after another.
class EditedFile {
 public:
  static Result<EditedFile> read(const Desired& desired, System& system) {
    EditedFile file;
    file.path_ = desired.text("path");
    PLUMB_TRY_ASSIGN(std::optional<FileInfo> info, system.stat(file.path_, false));
    if (info && info->type == FileType::kLink) {
      const std::string target = info->link_target;
      if (!desired.flag("follow", false)) {
        file.obstacle_ = Diagnostic(Code::kSymlinkRefused, file.path_ + " is a symbolic link to " + target)
                             .with_hint("set `follow: true` to edit what it points to");
        return file;
      }
      PLUMB_TRY_ASSIGN(info, system.stat(file.path_, true));
      PLUMB_TRY_ASSIGN(file.place_, system.resolve(file.path_));
    } else {
      file.place_ = file.path_;
    }
    if (info && info->type != FileType::kFile) {
      file.obstacle_ = Diagnostic(Code::kRefusedByState, file.path_ + " is not a regular file");
      return file;
    }
    file.there_ = info.has_value();
    if (file.there_) {
      PLUMB_TRY_ASSIGN(file.text_, system.read_file(file.path_, kLargestEdited));
    }
    return file;
  }

  Result<Observed> observe(const Desired& desired, Edit edit, System& system) {
    Observed observed;
    observed.obstacle = obstacle_;
    // Told so that the change which the obstacle refuses is never empty.
    observed.exists = obstacle_ && wants_absent(desired);
    if (obstacle_) return observed;
    if (!there_ && !wants_absent(desired)) {
      if (desired.flag("create", false)) {
        PLUMB_TRY(note_missing_parent(place_, system, observed));
        there_ = true;
      } else {
        observed.missing.push_back({{"", "file", path_}, "path"});
      }
    }
    Result<EditResult> result = make_edit(edit, text_, keyed(desired, system));
    if (!result) {
      observed.obstacle = result.error().diagnostic();
      observed.obstacle->summary = path_ + ": " + observed.obstacle->summary;
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

  std::string path_;
  std::string place_;  // links resolved
  std::optional<Diagnostic> obstacle_;
  bool there_ = false;
  bool changed_ = false;
  std::string text_;
  std::vector<Made> made_;
};

}  // namespace

std::vector<Result<Observed>> observe_edits(std::span<const Desired* const> desired, System& system,
                                            const EditOf& edit_of) {
  std::map<std::pair<std::string, bool>, Result<EditedFile>> files;
  std::vector<Result<Observed>> results;
  std::map<const Desired*, std::size_t> places;
  results.reserve(desired.size());
  for (const Desired* one : desired) {
    const std::pair key(one->text("path"), one->flag("follow", false));
    auto file = files.find(key);
    if (file == files.end()) file = files.emplace(key, EditedFile::read(*one, system)).first;
    places.emplace(one, results.size());
    if (!file->second) {
      results.emplace_back(file->second.error());
    } else {
      results.push_back(file->second->observe(*one, edit_of(*one), system));
    }
  }
  for (const auto& [key, file] : files) {
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
  change.operations.emplace_back(std::move(operation));
  return change;
}

}  // namespace plumb
