#include "providers/sdk/edited_files.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "engine/base/digest.h"
#include "engine/base/joined.h"
#include "engine/base/outside_text.h"
#include "engine/base/pattern.h"
#include "providers/sdk/ini_header.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"

namespace plumb {
namespace {

// What is told of an edit that may not be made: never an empty change.
Observed refused(const Desired& desired, Obstacle why) {
  Observed observed;
  observed.obstacle = std::move(why);
  observed.exists = wants_absent(desired);
  return observed;
}

// Whoever is to read a sensitive line, its file's mode says.
bool clears_access_list(const Desired& desired) {
  return !desired.sensitive.empty() && !wants_absent(desired);
}

// Where a path of a batch leads. Several may lead to one file.
struct Target {
  std::string place;  // links resolved
  bool there = false;
  std::optional<Obstacle> obstacle;  // why what is there cannot be edited

  static Result<Target> find(const std::string& path, bool follow, System& system) {
    Target target;
    PLUMB_TRY_ASSIGN(std::optional<FileInfo> info, system.stat(path, false));
    if (info && info->type == FileType::kLink) {
      if (!follow) {
        target.obstacle = link_in_the_place(path, info->link_target, "set `follow: true` to edit what it points to");
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

// The lines of one file that are sensitive, as far as they can be told: those that sensitive edits hold, and those that
// are to give way to them. What other sensitive edits hold may be anywhere in it.
class SecretLines {
 public:
  void add(const Desired& desired, const Edit& edit, const std::string& key) {
    const auto* line = std::get_if<LineEdit>(&edit);
    const bool clear = line != nullptr && !is_keyed_digest(line->text);
    everywhere_ = everywhere_ || line == nullptr || (clear && key.empty());
    if (everywhere_ || !desired.sensitive.contains("text")) return;
    digests_.insert(clear ? keyed_digest(key, line->text) : line->text);
    const std::string& match = line->match;
    if (match.empty()) return;
    if (auto pattern = Pattern::parse(match)) patterns_.push_back(std::move(*pattern));
  }

  bool empty() const { return digests_.empty() && !everywhere_; }
  bool everywhere() const { return everywhere_; }
  const SealedLines::Digests& digests() const { return digests_; }

  // Whether one of these lines, joined by "\n", is sensitive.
  bool has_one_of(std::string_view lines, const std::string& key) const {
    if (everywhere_ || empty()) return everywhere_;
    while (true) {
      const std::size_t end = lines.find('\n');
      const std::string_view line = lines.substr(0, end);
      if (digests_.contains(line) || (!key.empty() && digests_.contains(keyed_digest(key, line)))) return true;
      const auto matches = [&](const Pattern& pattern) { return pattern.matches(line); };
      if (std::any_of(patterns_.begin(), patterns_.end(), matches)) return true;
      if (end == std::string_view::npos) return false;
      lines.remove_prefix(end + 1);
    }
  }

 private:
  SealedLines::Digests digests_;
  std::vector<Pattern> patterns_;
  bool everywhere_ = false;
};

// One file as the edits of a batch find it one after another.
class EditedFile {
 public:
  // `secrets` outlives this.
  static Result<EditedFile> read(const Target& target, const SecretLines& secrets, System& system) {
    EditedFile file;
    file.secrets_ = &secrets;
    file.place_ = target.place;
    file.there_ = target.there;
    if (file.there_) {
      PLUMB_TRY_ASSIGN(file.text_, system.read_file(file.place_, kLargestEdited));
      if (!secrets.empty()) {
        PLUMB_TRY_ASSIGN(BeyondMode beyond, system.beyond_mode(file.place_, false));
        file.list_ = std::move(beyond.access_list);
      }
    }
    return file;
  }

  // `path` leads to it.
  Result<Observed> observe(const Desired& desired, const EditProvider& editor, const std::string& path,
                           System& system) {
    Edit edit = editor.edit(desired);
    Observed observed;
    if (path != editor.path(desired)) observed.attributes["at"] = path;
    if (!wants_absent(desired)) editor.note_needs(desired, path, system, observed);
    editor.note_reach(desired, system, observed);
    note_what_is_made(desired, edit, editor, path, observed);
    if (!there_ && !wants_absent(desired)) {
      if (editor.creates(desired)) {
        PLUMB_TRY(editor.look_around(desired, place_, system, observed));
        there_ = true;
      } else if (!desired.flag("made_file", false)) {  // that one went, as it was to
        observed.missing.push_back({{"", "file", path}, "path"});
      }
    }
    Result<EditResult> result = make({&desired, edit}, text_, system);
    if (observed.obstacle) return observed;
    if (!result) {
      observed.obstacle = result.error().diagnostic();
      observed.obstacle->summary = path + ": " + observed.obstacle->summary;
      observed.exists = wants_absent(desired);
      if (const Desired* spoiler = spoiler_of({&desired, edit}, system)) observed.undone_by = spoiler->address.str();
      return observed;
    }
    observed.exists = result->found.has_value();
    const std::string value(value_name(edit));
    // That it is as the configuration says in clear tells nothing.
    const bool as_declared = result->holds && result->wanted == desired.text(value);
    // A part of it is sensitive, which is none of its own.
    const bool in_part = !desired.sensitive.empty() && !desired.sensitive.contains(value);
    const bool secret =
        in_part || (result->found && !as_declared && secrets_->has_one_of(*result->found, system.key()));
    if (secret && system.key().empty()) {
      return refused(desired,
                     Diagnostic(Code::kSecretUnresolved,
                                path + ": what is there is sensitive to another resource and cannot be sealed here"));
    }
    if (result->found) observed.attributes[value] = *result->found;
    const std::string wanted = result->wanted.value_or(std::string());
    if (!result->holds && result->found && repaired_utf8(*result->found) == repaired_utf8(wanted))
      observed.attributes["other_bytes"] = true;
    if (result->wanted && *result->wanted != desired.text(value)) observed.attributes["wanted"] = *result->wanted;
    if (result->count > 1) observed.attributes["lines"] = result->count;
    if (desired.flag("made_file", false) && goes_with(desired, path) && !result->holds && result->text.empty())
      observed.attributes["last_of_file"] = true;
    const bool left = !result->found && result->holds && !wants_absent(desired);
    if (left && observed.missing.empty()) observed.attributes["left"] = true;
    if (clears_access_list(desired) && !observed.attributes.contains("left")) {
      if (!list_.empty()) observed.attributes["acl"] = list_;
      list_.clear();  // the next one finds none
    }
    seal(desired, value, secret, system.key(), observed);
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
      const Result<EditResult> result = make(made, text, system);
      // One that cannot be done with here could be in its own turn.
      return result && result->holds;
    };
    for (std::size_t i = 0; i + 1 < made_.size(); ++i) {
      if (holds(made_[i], text_)) continue;
      found.emplace_back(made_[i].desired, made_[i + 1].desired);
      // The first of those behind it whose edit breaks what it left.
      Result<EditResult> step = make(made_[i], text_, system);
      for (std::size_t j = i + 1; step && j < made_.size(); ++j) {
        step = make(made_[j], step->text, system);
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

  // Whether what lies at the path is the file, and no link to it.
  bool goes_with(const Desired& desired, const std::string& path) const {
    return path == place_ || !desired.flag("follow", false);
  }

  // Around what is asked for, so that undo can take that away too.
  void note_what_is_made(const Desired& desired, const Edit& edit, const EditProvider& editor, const std::string& path,
                         Observed& observed) const {
    if (wants_absent(desired)) return;
    if (!there_ && editor.creates(desired) && goes_with(desired, path)) observed.attributes["makes_file"] = true;
    const auto* ini = std::get_if<IniEdit>(&edit);
    const std::string header = ini == nullptr ? "" : made_header(*ini, text_);
    if (!header.empty()) observed.attributes["header"] = header;
  }

  // Of an edit that cannot be made after those before it: the first of them after which it cannot; null where it could
  // not be made in the file as it is.
  const Desired* spoiler_of(const Made& one, System& system) const {
    std::string text = system.read_file(place_, kLargestEdited).value_or("");
    if (!make(one, text, system)) return nullptr;
    for (const Made& earlier : made_) {
      Result<EditResult> step = make(earlier, text, system);
      if (!step) return nullptr;
      text = std::move(step->text);
      if (!make(one, text, system)) return earlier.desired;
    }
    return nullptr;
  }

  // With the values of sensitive lines unknown.
  Result<EditResult> make(const Made& made, std::string_view text, System& system) const {
    const Desired& desired = *made.desired;
    KeyedDigestOf keyed;
    if (!desired.sensitive.empty()) {
      keyed = [&system](std::string_view line) {
        return system.key().empty() ? std::string() : keyed_digest(system.key(), line);
      };
    }
    if (secrets_->empty()) return make_edit(made.edit, text, keyed);
    SealedLines sealed{secrets_->digests(), {}, secrets_->everywhere()};
    if (const Json& met = desired.attribute("meets"); met.is_object()) {
      for (const auto& [part, digests] : met.items()) {
        for (std::string& digest : texts_in(digests)) sealed.met[part].insert(std::move(digest));
      }
    }
    return make_edit(made.edit, text, keyed, sealed);
  }

  // The value of a resource that is sensitive itself is sealed by who asked.
  static void seal(const Desired& desired, const std::string& value, bool secret, const std::string& key,
                   Observed& observed) {
    const bool own = desired.sensitive.contains(value);
    for (const std::string& name : {value, std::string("wanted")}) {
      const auto found = observed.attributes.find(name);
      const bool hide = own ? name != value : secret;
      if (!hide || key.empty() || found == observed.attributes.end()) continue;
      const auto& text = found->get_ref<const std::string&>();
      if (!is_keyed_digest(text)) *found = keyed_digest(key, text);
    }
  }

  const SecretLines* secrets_ = nullptr;
  std::string place_;
  bool there_ = false;
  bool changed_ = false;
  std::string list_;  // its access list
  std::string text_;
  std::vector<Made> made_;
};

}  // namespace

std::vector<Result<Observed>> observe_edits(std::span<const Desired* const> desired, System& system,
                                            const EditorOf& editor_of) {
  std::map<std::pair<std::string, bool>, Result<Target>> targets;  // by path, and whether links are followed
  std::map<std::string, SecretLines> secrets;                      // by place
  std::map<std::string, Result<EditedFile>> files;                 // by place
  std::vector<Result<Observed>> results;
  std::map<const Desired*, std::size_t> places;
  PlaceLimits limits(system);
  results.reserve(desired.size());
  std::vector<std::pair<std::string, bool>> keys;
  keys.reserve(desired.size());
  for (const Desired* one : desired) {
    const auto& key = keys.emplace_back(editor_of(*one).path_on(*one, system), one->flag("follow", false));
    auto target = targets.find(key);
    if (target == targets.end()) target = targets.emplace(key, Target::find(key.first, key.second, system)).first;
    if (target->second && !one->sensitive.empty())
      secrets[target->second->place].add(*one, editor_of(*one).edit(*one), system.key());
  }
  for (const Desired* one : desired) {
    const auto& key = keys[results.size()];
    places.emplace(one, results.size());
    const auto target = targets.find(key);
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
    if (file == files.end())
      file = files.emplace(place, EditedFile::read(*target->second, secrets[place], system)).first;
    if (!file->second) {
      results.emplace_back(file->second.error());
    } else {
      const EditProvider& editor = editor_of(*one);
      Result<Observed> observed = file->second->observe(*one, editor, key.first, system);
      if (observed) {
        if (Result<> noted = limits.note(*one, editor.diff(*one, *observed), *observed); !noted)
          observed = std::move(noted.error());
      }
      results.push_back(std::move(observed));
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

Change diff_edit(const Desired& desired, const Observed& observed, const EditProvider& editor) {
  Change change;
  Edit edit = editor.edit(desired);
  const std::string value(value_name(edit));
  const auto found = observed.attributes.find(value);
  const bool there = observed.exists && found != observed.attributes.end();
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    if (there) change.before[value] = *found;
    if (const Json& lines = observed.attribute("lines"); lines.is_number_integer())
      change.note = lines.dump() + " lines";
  } else {
    if (observed.attributes.contains("left") && !observed.obstacle) return change;
    const auto wanted = observed.attributes.find("wanted");
    const Json& text = wanted == observed.attributes.end() ? desired.attribute(value) : *wanted;
    const bool same = there && *found == text && !observed.flag("other_bytes", false);
    // A host may have seen it as sensitive since another one was; then nobody asked for the list to go.
    const std::string told = clears_access_list(desired) ? observed.text("acl") : "";
    const std::string list = told == "none" ? "" : told;
    if (same && list.empty()) return change;
    change.op = there ? Op::kUpdate : Op::kCreate;
    if (there && !same) change.before[value] = *found;
    if (!same) change.after[value] = text;
    if (there && !list.empty()) {
      change.before["acl"] = list;
      change.after["acl"] = "none";
    } else if (!list.empty()) {
      change.note = "the file's access list goes: " + list;
    }
  }
  std::string place = observed.text("at", editor.path(desired));
  if (desired.flag("made_file", false) && observed.flag("last_of_file", false)) {
    // What somebody put into it meanwhile would go with it.
    change.before["last_of_file"] = true;
    change.note = "the file goes with it";
    change.operations.emplace_back(Remove{std::move(place), false, false});
    return change;
  }
  EditFile operation;
  operation.path = std::move(place);
  operation.edits.push_back(std::move(edit));
  operation.create = editor.creates(desired);
  if (operation.create) {
    const Ownership made = editor.of_new(desired, observed);
    operation.mode = made.mode.value_or("");
    operation.owner = made.owner.value_or("");
    operation.group = made.group.value_or("");
  }
  operation.follow = desired.flag("follow", false);
  operation.backup = desired.flag("backup", false);
  operation.validate = desired.text("validate");
  operation.beside_secrets = is_beside_secrets(desired);
  if (clears_access_list(desired)) operation.acl = "none";
  operation.in_place = desired.flag("in_place", false);
  if (operation.in_place && !observed.flag("makes_file", false)) append_item(change.note, kWrittenInPlace, "; ");
  change.operations.emplace_back(std::move(operation));
  return change;
}

namespace {

// What a file that an edit makes begins with: the mode that another resource asks for, so that nobody reads it before
// that one's turn comes; else one that keeps what is sensitive. "" for the usual one.
std::string new_mode(const Desired& desired, const std::string& path, std::span<const Desired> host) {
  const bool secret = !desired.sensitive.empty() || is_beside_secrets(desired);
  // By what it is called, since a host may have very many lines.
  const auto asks = std::find_if(host.begin(), host.end(), [&](const Desired& other) {
    return other.address.identity == path && other.has("mode") && !wants_absent(other);
  });
  if (asks == host.end()) return secret ? "0600" : "";
  const std::optional<std::uint32_t> mode = apply_mode(asks->text("mode"), secret ? 0600 : 0644, false);
  return mode ? mode_text(*mode) : "";
}

}  // namespace

void complete_edit(Desired& desired, std::span<const Desired> host, const EditProvider& editor,
                   const SecretOf& secret_of) {
  const std::string path = editor.path(desired);
  const Edit edit = editor.edit(desired);
  std::map<std::string, std::string> lines;
  for (const Desired& other : host) {
    if (other.text("path") != path) continue;
    if (!desired.sensitive.empty() && other.address.kind != desired.address.kind)
      desired.attributes["observed_in_clear"] = true;
    if (other.sensitive.empty()) continue;
    if (other.address != desired.address) desired.attributes["beside_secrets"] = true;
    const std::string sealed = other.text("text");
    const Json line = secret_of && is_keyed_digest(sealed) ? secret_of(sealed) : Json();
    if (line.is_string()) lines.emplace(sealed, line.get<std::string>());
  }
  if (const auto* line = std::get_if<LineEdit>(&edit)) {
    for (const auto& [part, digests] : met_by(*line, lines)) desired.attributes["meets"][part] = Json(digests);
  }
  if (!editor.creates(desired)) return;
  if (std::string mode = new_mode(desired, path, host); !mode.empty()) desired.attributes["new_mode"] = std::move(mode);
}

bool is_observed_in_clear(const Desired& desired) {
  return desired.flag("observed_in_clear", false);
}

bool is_beside_secrets(const Desired& desired) {
  return desired.flag("beside_secrets", false);
}

}  // namespace plumb
