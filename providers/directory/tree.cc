#include "providers/directory/tree.h"

#include <map>
#include <optional>
#include <utility>

namespace plumb::providers::directory {
namespace {

const Json& entries_of(const Desired& desired) {
  static const Json kNone = Json::array();
  const Json& entries = desired.attribute("entries");
  return entries.is_array() ? entries : kNone;
}

std::string place_of(const std::string& directory, const std::string& inner) {
  return directory == "/" ? '/' + inner : directory + '/' + inner;
}

bool is_folder(const Json& entry) {
  return flag_of(entry, "folder", false);
}

const char* mode_name(const Json& entry) {
  return is_folder(entry) ? "directory_mode" : "file_mode";
}

// Of one that is made.
std::uint32_t fresh_mode(const Json& entry) {
  return is_folder(entry) || flag_of(entry, "executable", false) ? 0755 : 0644;
}

// What `mode` makes of one. Of files X is for those that are executable in the project, whatever they are on the host.
std::uint32_t worked_out(const std::string& mode, std::uint32_t current, const Json& entry) {
  if (!is_folder(entry) && mode.find('X') != std::string::npos)
    current = flag_of(entry, "executable", false) ? current | 0111U : current & ~0111U;
  return apply_mode(mode, current, is_folder(entry)).value_or(current);
}

// Why what is there is not looked at as what is asked for.
std::optional<Diagnostic> in_the_way(const std::string& path, const FileInfo& info, const Json& entry) {
  const bool link = !text_of(entry, "link").empty();
  if (info.type == FileType::kLink) {
    if (link) return std::nullopt;
    return Diagnostic(Code::kSymlinkRefused, path + " is a symbolic link to " + info.link_target)
        .with_hint("remove it, or leave it out with `exclude`");
  }
  const FileType wanted = is_folder(entry) ? FileType::kDirectory : FileType::kFile;
  if (!link && info.type == wanted) return std::nullopt;
  const std::string what = link ? "symbolic link" : is_folder(entry) ? "directory" : "regular file";
  return Diagnostic(Code::kRefusedByState, path + " is there and is no " + what)
      .with_hint("remove it, or leave it out with `exclude`");
}

void note_ownership(const Desired& desired, const Json& entry, const FileInfo& info, AccountNames& names,
                    Json& unlike) {
  const std::string owner = desired.text("owner");
  const std::string group = desired.text("group");
  const std::string mode = desired.text(mode_name(entry));
  if (!owner.empty() && names.user(info.uid, owner) != owner) unlike["owner"] = owner;
  if (!group.empty() && names.group(info.gid, group) != group) unlike["group"] = group;
  if (mode.empty()) return;
  const std::uint32_t wanted = worked_out(mode, info.mode, entry);
  // A change of owner, group or content would take setuid and setgid, which are asked for.
  const bool restores = !is_folder(entry) && unlike.size() > 1 && without_privileges(wanted) != wanted;
  if (wanted != info.mode || restores) unlike["mode"] = mode_text(wanted);
}

std::optional<std::string> text_in(const Json& entry, const char* name) {
  std::string text = text_of(entry, name);
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

// Of one that is made, or whose content is replaced.
Ownership ownership_of(const Desired& desired, const Json& entry, const Json& unlike) {
  Ownership ownership;
  if (!flag_of(unlike, "missing", false))
    return {text_in(unlike, "owner"), text_in(unlike, "group"), text_in(unlike, "mode")};
  if (desired.has("owner")) ownership.owner = desired.text("owner");
  if (desired.has("group")) ownership.group = desired.text("group");
  const std::uint32_t fresh = fresh_mode(entry);
  const std::string mode = desired.text(mode_name(entry));
  ownership.mode = mode_text(mode.empty() ? fresh : worked_out(mode, fresh, entry));
  return ownership;
}

}  // namespace

Result<Json> find_unlike(const Desired& desired, const std::string& path, System& system, AccountNames& names) {
  Json found = Json::array();
  std::string gone;  // a folder that is not there, and so is nothing in it
  for (const Json& entry : entries_of(desired)) {
    const std::string inner = text_of(entry, "path");
    Json unlike = {{"path", inner}};
    const bool inside = !gone.empty() && inner.starts_with(gone);
    std::optional<FileInfo> info;
    const std::string place = place_of(path, inner);
    if (!inside) {
      gone.clear();
      PLUMB_TRY_ASSIGN(info, system.stat(place, false));
    }
    if (!info) {
      unlike["missing"] = true;
      if (!inside && is_folder(entry)) gone = inner + '/';
      found.push_back(std::move(unlike));
      continue;
    }
    if (std::optional<Diagnostic> why = in_the_way(place, *info, entry)) return Error(std::move(*why));
    if (const std::string target = text_of(entry, "link"); !target.empty()) {
      if (info->link_target == target) continue;
      unlike["other"] = true;
    } else {
      if (!is_folder(entry)) {
        PLUMB_TRY_ASSIGN(const std::string digest, system.file_digest(place));
        if (digest != text_of(entry, "content")) unlike["other"] = true;
      }
      note_ownership(desired, entry, *info, names, unlike);
    }
    if (unlike.size() > 1) found.push_back(std::move(unlike));
  }
  return found;
}

Json all_missing(const Desired& desired) {
  Json all = Json::array();
  for (const Json& entry : entries_of(desired)) all.push_back({{"path", text_of(entry, "path")}, {"missing", true}});
  return all;
}

std::vector<Operation> make_alike(const Desired& desired, const Json& unlike) {
  std::map<std::string, const Json*> by_path;
  for (const Json& entry : entries_of(desired)) by_path.emplace(text_of(entry, "path"), &entry);
  std::vector<Operation> operations;
  for (const Json& one : unlike) {
    const auto found = by_path.find(text_of(one, "path"));
    if (found == by_path.end()) continue;
    const Json& entry = *found->second;
    const std::string path = place_of(desired.text("path"), found->first);
    const bool missing = flag_of(one, "missing", false);
    const bool other = flag_of(one, "other", false);
    if (const std::string target = text_of(entry, "link"); !target.empty()) {
      operations.push_back(MakeLink{path, target, false, !missing});
    } else if (is_folder(entry) && missing) {
      operations.push_back(MakeDirectory{path, ownership_of(desired, entry, one), false});
    } else if (missing || other) {
      WriteFile write;
      write.path = path;
      write.content = text_of(entry, "content");
      write.ownership = ownership_of(desired, entry, one);
      operations.push_back(std::move(write));
    } else {
      operations.push_back(SetAttributes{path, ownership_of(desired, entry, one), false});
    }
  }
  return operations;
}

std::string alike_note(const Json& unlike) {
  std::size_t made = 0;
  for (const Json& one : unlike) made += flag_of(one, "missing", false) ? 1 : 0;
  const std::size_t changed = unlike.size() - made;
  std::string note;
  if (made > 0) note = "makes " + std::to_string(made);
  if (changed > 0) note += (made > 0 ? " and changes " : "changes ") + std::to_string(changed);
  return note + (unlike.size() == 1 ? " entry" : " entries") + " of the source";
}

Json entry_names(const Desired& desired) {
  Json names = Json::array();
  for (const Json& entry : entries_of(desired)) names.push_back({{"path", text_of(entry, "path")}});
  return names;
}

std::vector<std::string> tree_paths(const Desired& desired) {
  std::vector<std::string> paths;
  for (const Json& entry : entries_of(desired)) paths.push_back(place_of(desired.text("path"), text_of(entry, "path")));
  return paths;
}

std::set<std::string> tree_folders(const Desired& desired) {
  std::set<std::string> folders;
  for (const Json& entry : entries_of(desired)) {
    if (is_folder(entry)) folders.insert(place_of(desired.text("path"), text_of(entry, "path")));
  }
  return folders;
}

}  // namespace plumb::providers::directory
