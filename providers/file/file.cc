#include "providers/file/file.h"

#include <array>
#include <set>

#include "engine/base/joined.h"
#include "engine/base/json.h"
#include "providers/sdk/access_list.h"
#include "providers/sdk/beyond_mode.h"
#include "providers/sdk/followed_link.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"

namespace plumb::providers::file {
namespace {

constexpr std::size_t kShownBytes = std::size_t{256} << 10U;

std::string_view what_is(FileType type) {
  switch (type) {
    case FileType::kFile:
      return "a file";
    case FileType::kDirectory:
      return "a directory";
    case FileType::kLink:
      return "a symbolic link";
    case FileType::kOther:
      break;
  }
  return "a device, socket or named pipe";
}

// Who may do what with a new one where nothing is said of it.
std::string_view fresh_mode(const Desired& desired) {
  const bool executable = desired.flag("executable", false);  // it is in the project
  if (desired.sensitive.contains("content")) return executable ? "0700" : "0600";
  return executable ? "0755" : "0644";
}

// Whether it is said what the file holds.
bool has_content(const Desired& desired) {
  return desired.has("content") || desired.has("remote_source");
}

// What the file is to hold: a digest; null where that is not known, or nobody's business.
Json wanted_content(const Desired& desired, const Observed& observed) {
  if (!desired.has("remote_source")) return desired.attribute("content");
  const std::string remote = observed.text("remote");
  return remote.empty() ? Json() : Json(remote);
}

Result<> observe_remote(const Desired& desired, System& system, Observed& observed) {
  const std::string remote = desired.text("remote_source");
  if (remote.empty()) return {};
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(remote, true));
  observed.attributes["remote"] = "";
  if (!info) {
    observed.missing.push_back({{"", "file", remote}, "remote_source"});
  } else if (info->type != FileType::kFile) {
    observed.obstacle = Diagnostic(Code::kRefusedByState, remote + " is no regular file");
  } else {
    PLUMB_TRY_ASSIGN(observed.attributes["remote"], system.file_digest(remote));
  }
  return {};
}

// One that is there keeps its content, whatever that is.
bool wants_exists(const Desired& desired) {
  return desired.text("state") == "exists";
}

// Digest of the content and, where people may see it and it is not what is wanted, its text.
Result<> observe_content(const Desired& desired, const std::string& path, const FileInfo& info, bool may_show,
                         System& system, Observed& observed) {
  PLUMB_TRY_ASSIGN(const std::string digest, system.file_digest(path));
  observed.attributes["content"] = digest;
  if (!may_show || desired.sensitive.contains("content") || desired.text("content") == digest) return {};
  if (info.size > kShownBytes) return {};
  // Between the two looks at it the file may have grown; then there is no text to show, and that is all.
  Result<std::string> text = system.read_file(path, kShownBytes);
  if (!text) return {};
  if (text->find('\0') != std::string::npos) {
    observed.attributes["content_is"] = "binary";
  } else if (!valid_utf8(*text)) {
    observed.attributes["content_is"] = "in another encoding than UTF-8";
  } else {
    observed.content_text = std::move(*text);
  }
  return {};
}

Result<Observed> observe_absent(const Desired& desired, const std::string& path, System& system, AccountNames& names) {
  Observed observed;
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(path, false));
  if (!info) return observed;
  observed.exists = true;
  if (info->type == FileType::kDirectory) {
    observed.obstacle =
        Diagnostic(Code::kRefusedByState, path + " is a directory, which a file resource does not remove")
            .with_hint("declare `directory: " + path + "` with `state: absent`");
    return observed;
  }
  if (info->type == FileType::kLink) {
    observed.attributes["link"] = info->link_target;
    return observed;
  }
  observe_ownership(desired, *info, names, observed);
  if (info->type == FileType::kFile) {
    PLUMB_TRY(observe_content(desired, path, *info, true, system, observed));
    PLUMB_TRY(observe_beyond_mode(desired, path, false, system, observed));
  }
  observed.attributes.erase("content_is");
  return observed;
}

// `folders`: those of this batch that files can be put into.
Result<Observed> observe_present(const Desired& desired, const std::string& path, System& system, AccountNames& names,
                                 std::set<std::string>& folders) {
  Observed observed;
  note_missing_accounts(desired, names, observed);
  PLUMB_TRY(observe_remote(desired, system, observed));
  PLUMB_TRY(note_selinux(desired, system, observed));
  const bool follow = desired.flag("follow", false);
  PLUMB_TRY_ASSIGN(std::optional<FileInfo> info, system.stat(path, false));
  const bool linked = info && info->type == FileType::kLink;
  if (linked) {
    const std::string target = info->link_target;
    PLUMB_TRY_ASSIGN(info, system.stat(path, true));
    if (!follow) {
      observed.obstacle =
          link_in_the_place(path, target, "set `follow: true` to write to where it points, or manage the link itself");
    }
  }
  if (!info) {
    if (observed.obstacle) return observed;
    // Another resource may make it, such as a line.
    if (!has_content(desired) && !wants_exists(desired)) observed.missing.push_back({{"", "file", path}, "path"});
    std::string place = path;
    if (linked) {
      observed.attributes["behind_link"] = true;
      PLUMB_TRY_ASSIGN(place, system.resolve(path));
    }
    const std::string parent = parent_of(place);
    if (folders.contains(parent)) return observed;
    const std::size_t missing = observed.missing.size();
    PLUMB_TRY(note_missing_parent(place, system, observed));
    if (!observed.obstacle && observed.missing.size() == missing) folders.insert(parent);
    return observed;
  }
  observed.exists = true;
  const bool regular = has_content(desired) || wants_exists(desired);
  if (info->type == FileType::kDirectory || (info->type == FileType::kOther && regular)) {
    // Told as not there, so that the change which the obstacle refuses is never empty.
    observed.exists = false;
    observed.obstacle =
        Diagnostic(Code::kRefusedByState, path + " is " + std::string(what_is(info->type)) + ", not a regular file");
    return observed;
  }
  observe_ownership(desired, *info, names, observed);
  PLUMB_TRY(observe_beyond_mode(desired, path, linked, system, observed));
  if (has_content(desired) && !wants_exists(desired)) {
    // Through a link that is not to be followed, nothing of what lies there is shown; nor where it could not be seen
    // beside what takes its place.
    const bool may_show = (!linked || follow) && desired.has("content");
    PLUMB_TRY(observe_content(desired, path, *info, may_show, system, observed));
  }
  return observed;
}

}  // namespace

std::vector<Result<Observed>> FileProvider::observe(std::span<const Desired* const> desired, System& system) const {
  AccountNames names(system);
  std::set<std::string> folders;
  return observe_places(*this, desired, system, [&](const Desired& one) {
    const std::string path = one.text("path");
    return wants_absent(one) ? observe_absent(one, path, system, names)
                             : observe_present(one, path, system, names, folders);
  });
}

Change FileProvider::diff(const Desired& desired, const Observed& observed) const {
  if (is_foreign_link(desired, observed)) return {};
  Change change;
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before = observed.attributes;
    change.operations.push_back(
        Remove{desired.text("path"), false, desired.flag("backup", false) && observed.attributes.contains("content")});
    return change;
  }

  const Json content = wanted_content(desired, observed);
  const auto found = observed.exists ? observed.attributes.find("content") : observed.attributes.end();
  const bool known = found != observed.attributes.end();
  // A source that is not there is missed, whatever the file holds.
  const bool lacks = observed.has("remote") && observed.text("remote").empty();
  const bool differs = lacks || (!content.is_null() && (!known || *found != content));
  const bool makes = !observed.exists && (wants_exists(desired) || desired.has("remote_source"));
  const bool rewrite = makes || (differs && !wants_exists(desired));
  Ownership wanted = diff_ownership(desired, observed, fresh_mode(desired), false, change, rewrite);
  if (rewrite) {
    if (known) change.before["content"] = *found;
    if (!content.is_null()) change.after["content"] = content;
    if (observed.has("content_is"))
      change.note += (change.note.empty() ? "what is there is " : "; what is there is ") + observed.text("content_is");
  }
  const bool in_place = rewrite && observed.exists && desired.flag("in_place", false);
  if (in_place) append_item(change.note, kWrittenInPlace, "; ");
  if (observed.exists && change.after.empty() && !rewrite) return change;
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  const std::string path = desired.text("path");
  if (rewrite && desired.has("remote_source")) {
    Fetch copy;
    copy.path = path;
    copy.url = "file://" + desired.text("remote_source");
    copy.digest = observed.text("remote");
    copy.ownership = std::move(wanted);
    copy.follow = desired.flag("follow", false);
    copy.backup = observed.exists && desired.flag("backup", false);
    copy.validate = desired.text("validate");
    copy.in_place = in_place;
    change.operations.push_back(std::move(copy));
  } else if (rewrite) {
    WriteFile write;
    write.path = path;
    write.content = desired.text("content");
    write.ownership = std::move(wanted);
    write.follow = desired.flag("follow", false);
    write.backup = observed.exists && desired.flag("backup", false);
    write.validate = desired.text("validate");
    write.in_place = in_place;
    change.operations.push_back(std::move(write));
  } else {
    change.operations.push_back(
        SetAttributes{path, changed_only(std::move(wanted), change), desired.flag("follow", false)});
  }
  return change;
}

std::string FileProvider::why_passed_over(const Desired& desired, const Observed& observed) const {
  if (!is_foreign_link(desired, observed)) return why_no_label(desired, observed);
  return desired.text("path") + " is a symbolic link, and what was declared lies where it leads";
}

std::vector<Address> FileProvider::infers(const Desired& desired) const {
  // What is to go needs nothing, and an edge could contradict the order in which things go.
  if (wants_absent(desired)) return {};
  std::vector<Address> edges = infer_path_edges(desired, desired.text("path"));
  if (desired.has("remote_source")) edges.push_back({"", "file", desired.text("remote_source")});
  return edges;
}

bool FileProvider::follows_from(const Desired& desired, const Observed&, const std::string& path,
                                const std::string*) const {
  return !wants_absent(desired) && desired.text("remote_source") == path;
}

std::vector<std::string> FileProvider::looked_at(const Desired& desired, const Observed&) const {
  if (wants_absent(desired) || !desired.has("remote_source")) return {};
  return {desired.text("remote_source")};
}

void FileProvider::inherit(Desired& desired, std::span<const Desired> spreading) const {
  if (!wants_absent(desired)) inherit_ownership(desired, spreading);
}

std::vector<std::string> FileProvider::replaces_paths(const Desired& desired) const {
  const bool whole = wants_absent(desired) || has_content(desired);
  if (!whole) return {};
  return {desired.text("path")};
}

std::vector<std::string> FileProvider::manages_paths(const Desired& desired) const {
  return {desired.text("path")};
}

std::string FileProvider::remedy(const Desired& desired, const Missing& missing) const {
  if (missing.what.kind != "file" || missing.what.identity != desired.text("path")) return {};
  return "give `content` (\"\" for an empty file) or `source`; where a `line` changes it, set `create: true` there";
}

std::optional<Desired> FileProvider::restore(const Desired& desired, const Observed& before) const {
  // Of a sensitive content only the keyed digest was kept, and a link is not this kind's to make again.
  const Change change = diff(desired, before);
  // What is made behind a link that led nowhere lies where nothing of this file's own is.
  if (!before.exists && before.has("behind_link")) return std::nullopt;
  const bool secret = desired.sensitive.contains("content") && before.attributes.contains("content") &&
                      (wants_absent(desired) || change.after.contains("content"));
  if (before.exists && (secret || before.attributes.contains("link"))) return std::nullopt;
  // Bytes a run keeps; of what has none there is nothing to be made again.
  if (before.exists && wants_absent(desired) && !before.has("content")) return std::nullopt;
  // Nor do a removed file's rights beyond its mode come back, nor a list that the change takes away unasked.
  const bool unasked = !desired.has("acl") && change.before.contains("acl");
  if (before.exists && (unasked || (wants_absent(desired) && before.has("capabilities")))) return std::nullopt;
  Desired again = desired_again(desired, before, {"content", "owner", "group", "mode"});
  // A list can be asked for by names alone.
  if (before.exists && desired.has("acl") && names_nobody(before.text("acl"))) return std::nullopt;
  if (before.exists) restore_access_list(desired, before, again);
  // Beside a list the mode tells what it gives.
  if (before.exists && !wants_absent(desired) && !before.has("acl") && !desired.has("acl"))
    keep_changed(again, change, {"content", "owner", "group", "mode"});
  if (before.exists) restore_labels(change, before, again);
  again.attributes["path"] = desired.text("path");
  if (desired.has("in_place")) again.attributes["in_place"] = desired.attribute("in_place");
  if (desired.has("follow")) again.attributes["follow"] = desired.attribute("follow");
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "file",
                .provider = make_provider<FileProvider>(),
                .operations = OperationSet::of<WriteFile, Fetch, Remove, SetAttributes>(),
                .contents = {{.content = "content", .source = "source", .path = "path"}},
                .stands_on_inferred = true,
                .given_once = {"mode"},
                .confirmable = true,
                .adoption = {survey, "files"}});
}

}  // namespace plumb::providers::file
