#include "engine/exec/interpreter/file_writer.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/host_text.h"
#include "engine/base/shell_word.h"
#include "engine/exec/interpreter/backup.h"
#include "engine/exec/interpreter/in_place.h"
#include "engine/exec/interpreter/rights.h"
#include "engine/exec/interpreter/tree_operations.h"
#include "engine/exec/nameless_file.h"
#include "engine/exec/system/disk.h"
#include "providers/sdk/edited_files.h"
#include "providers/sdk/ownership.h"

namespace plumb::exec {
namespace {

constexpr std::string_view kTemporary = ".plumb-";

// `%s` is the path, `%%` a percent sign.
std::string replace_placeholder(const std::string& command, const std::string& path) {
  std::string out;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const bool escape = command[i] == '%' && i + 1 < command.size();
    if (escape && command[i + 1] == 's') {
      out += shell_word(path);
      ++i;
    } else if (escape && command[i + 1] == '%') {
      out += '%';
      ++i;
    } else {
      out += command[i];
    }
  }
  return out;
}

Ownership of_new(std::span<const EditFile> chain) {
  Ownership made;
  made.mode = "0644";
  const auto makes = std::find_if(chain.begin(), chain.end(), [](const EditFile& one) { return one.create; });
  if (makes == chain.end()) return made;
  if (!makes->mode.empty()) made.mode = makes->mode;
  if (!makes->owner.empty()) made.owner = makes->owner;
  if (!makes->group.empty()) made.group = makes->group;
  return made;
}

// Who may read the file in the end may read it while it is written, as long as it is whose it will be.
mode_t mode_while_written(const StagedFile& staged, const Ownership& ownership) {
  if (staged.old || ownership.owner || ownership.group || !ownership.mode) return kOwnersAlone;
  return parse_mode(*ownership.mode).value_or(kOwnersAlone) & 0777;
}

// ".service" of "app.service"; "" where there is none, or one that is no usual one.
std::string ending_of(const std::string& name) {
  constexpr std::size_t kLongest = 16;
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 || name.size() - dot > kLongest ? std::string() : name.substr(dot);
}

}  // namespace

FileWriter::FileWriter(LocalSystem& system, const BlobStore& blobs, std::string token)
    : system_(system), blobs_(blobs), token_(std::move(token)), mask_(::umask(022)) {
  ::umask(mask_);  // it can only be read by setting it
}

std::string FileWriter::temporary_name() {
  return std::string(kTemporary) + token_ + "-" + std::to_string(::getpid()) + "-" + std::to_string(counter_++);
}

// From here on the folder is held, and what is done is done in it, wherever its path leads by then.
Result<StagedFile> FileWriter::look(const std::string& path, bool follow, StagingFolder& folder) {
  PLUMB_TRY(check_path(path));
  const std::string parent = parent_of(path);
  if (!folder.fd || folder.path != parent) {
    PLUMB_TRY_ASSIGN(Place place, system_.files().place(path));
    folder = {parent, std::make_shared<const UniqueFd>(std::move(place.folder))};
  }
  StagedFile staged;
  staged.path = path;
  staged.folder = folder.fd;
  staged.name = bytes_of_text(base_of(path));
  struct stat info {};
  const auto find = [&] {
    return ::fstatat(staged.folder->get(), staged.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
  };
  bool exists = find();
  if (!exists && errno != ENOENT) return os_error("write", path);
  const bool linked = exists && S_ISLNK(info.st_mode);
  if (linked) {
    if (!follow) {
      return fail(Code::kSymlinkRefused, path + " is a symbolic link")
          .hint("set `follow: true` to write to where it points");
    }
    PLUMB_TRY_ASSIGN(Place place, system_.files().place(path, true));
    staged.path = std::move(place.path);
    staged.folder = std::make_shared<const UniqueFd>(std::move(place.folder));
    staged.name = std::move(place.name);
    exists = find();
  }
  if (exists && !S_ISREG(info.st_mode)) {
    return fail(Code::kOperation, "cannot write " + staged.path + ": " +
                                      (S_ISDIR(info.st_mode) ? "it is a folder" : "it is not a regular file"));
  }
  if (!exists) return staged;
  PLUMB_TRY(system_.seen().check(path, linked, info));
  staged.old = info;
  return staged;
}

Result<> FileWriter::open(StagedFile& staged, mode_t mode, bool judged) {
  std::string name = temporary_name();
  if (judged) name += ending_of(staged.name);
  staged.file.reset(
      ::openat(staged.folder->get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  const bool takes_none = !staged.file && (errno == EROFS || errno == EACCES || errno == EPERM);
  if (takes_none && staged.in_place) {
    PLUMB_TRY_ASSIGN(staged.file, nameless_file());
    return {};
  }
  if (!staged.file) return os_error("create a file in", parent_of(staged.path));
  staged.temporary = std::move(name);
  return {};
}

Result<StagedFile> FileWriter::stage(const WriteFile& operation, StagingFolder& folder, std::string& output) {
  const auto fill = [&](int file) {
    return operation.content.empty() ? write_all(file, operation.text, operation.path)
                                     : blobs_.write(operation.content, file, operation.path);
  };
  return stage_new(operation, fill, folder, output);
}

Result<StagedFile> FileWriter::stage(const Fetch& operation, const Fill& fill, StagingFolder& folder,
                                     std::string& output) {
  return stage_new(operation, fill, folder, output);
}

template <class Write>
Result<StagedFile> FileWriter::stage_new(const Write& operation, const Fill& fill, StagingFolder& folder,
                                         std::string& output) {
  PLUMB_TRY_ASSIGN(StagedFile staged, look(operation.path, operation.follow, folder));
  staged.backup = operation.backup;
  if (operation.in_place && staged.old) staged.in_place = operation.ownership;
  PLUMB_TRY(open(staged, mode_while_written(staged, operation.ownership), !operation.validate.empty()));
  PLUMB_TRY(fill(staged.file.get()));
  if (!staged.in_place) PLUMB_TRY(give_rights(system_, mask_, staged, staged.file.get(), operation.ownership));
  if (!operation.validate.empty()) PLUMB_TRY(validate(staged, operation.validate, output));
  return staged;
}

Result<std::optional<StagedFile>> FileWriter::stage(std::span<const EditFile> chain, StagingFolder& folder,
                                                    std::string& output) {
  PLUMB_TRY_ASSIGN(StagedFile staged, look(chain.front().path, chain.front().follow, folder));
  staged.edited = true;
  std::string before;
  if (staged.old) {
    const UniqueFd file(
        ::openat(staged.folder->get(), staged.name.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC));
    struct stat opened {};
    if (!file || ::fstat(file.get(), &opened) != 0) return os_error("read", staged.path);
    if (!is_untouched(*staged.old, opened)) return changed_by_another(staged.path);
    PLUMB_TRY_ASSIGN(before, read_all(file.get(), kLargestEdited, staged.path));
  } else if (std::none_of(chain.begin(), chain.end(), [](const EditFile& one) { return one.create; })) {
    return fail(Code::kOperation, staged.path + " does not exist").hint("`create: true` makes it");
  }
  std::string text = before;
  std::vector<std::string> validations;
  for (const EditFile& one : chain) {
    staged.backup = staged.backup || one.backup;
    const bool known = std::find(validations.begin(), validations.end(), one.validate) != validations.end();
    if (!one.validate.empty() && !known) validations.push_back(one.validate);
    for (const Edit& edit : one.edits) {
      Result<EditResult> made = make_edit(edit, text);
      if (!made) return std::move(made.error()).during("editing " + staged.path);
      text = std::move(made->text);
    }
  }
  Ownership wanted;
  if (!staged.old) wanted = of_new(chain);
  if (std::any_of(chain.begin(), chain.end(), [](const EditFile& one) { return !one.acl.empty(); }))
    wanted.acl = "none";
  if (staged.old && text == before && !wanted.acl) return std::optional<StagedFile>();
  const bool in_place = std::any_of(chain.begin(), chain.end(), [](const EditFile& one) { return one.in_place; });
  if (in_place && staged.old) staged.in_place = wanted;
  PLUMB_TRY(open(staged, kOwnersAlone, !validations.empty()));
  PLUMB_TRY(write_all(staged.file.get(), text, staged.path));
  if (!staged.in_place) PLUMB_TRY(give_rights(system_, mask_, staged, staged.file.get(), wanted));
  for (const std::string& command : validations) PLUMB_TRY(validate(staged, command, output));
  return std::optional(std::move(staged));
}

Result<> FileWriter::validate(const StagedFile& staged, const std::string& command, std::string& output) {
  const std::string above = parent_of(staged.path);
  const bool nameless = staged.temporary.empty();
  const std::string path = nameless ? "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(staged.file.get())
                                    : (above == "/" ? "" : above) + "/" + staged.temporary;
  ProcessRequest request;
  request.argv = {"sh", "-c", replace_placeholder(command, path)};
  request.output_limit = std::size_t{16} << 10;
  struct stat before {};
  if (::fstat(staged.file.get(), &before) != 0) return os_error("look at", staged.path);
  PLUMB_TRY_ASSIGN(const ProcessResult result, system_.run_keeping_end(request));
  struct stat after {};
  const int looked = nameless ? ::fstat(staged.file.get(), &after)
                              : ::fstatat(staged.folder->get(), staged.temporary.c_str(), &after, AT_SYMLINK_NOFOLLOW);
  const bool untouched = looked == 0 && is_untouched(before, after);
  std::string said = result.output + result.errors;
  // The temporary name would tell nobody anything.
  for (std::size_t at = said.find(path); at != std::string::npos; at = said.find(path, at + staged.path.size())) {
    said.replace(at, path.size(), staged.path);
  }
  output += said;
  if (result.timed_out) return fail(Code::kValidateFailed, "the validation of " + staged.path + " took too long");
  if (result.exit_code == 0 && !untouched) {
    return fail(Code::kValidateFailed, "`" + command + "` changed the new content of " + staged.path)
        .hint("a validation only reads the file");
  }
  if (result.exit_code == 0) return {};
  return fail(Code::kValidateFailed, "the new content of " + staged.path + " did not pass `" + command +
                                         "` (exit code " + std::to_string(result.exit_code) + ")" +
                                         (said.empty() ? "" : ": " + said));
}

Result<> FileWriter::commit_in_place(StagedFile& staged, FolderSync& folders) {
  const int folder = staged.folder->get();
  PLUMB_TRY_ASSIGN(const UniqueFd file, open_to_write_over(staged));
  if (staged.backup) PLUMB_TRY(keep_backup(folder, staged.path, temporary_name(), folders, Backup::kOtherFile));
  PLUMB_TRY(write_over(system_, staged, file.get()));
  PLUMB_TRY(give_rights(system_, mask_, staged, file.get(), *staged.in_place));
  if (sync_content(file.get()) != 0) return os_error("sync", staged.path);
  if (!staged.temporary.empty()) folders.add(folder);
  staged.discard();
  staged.file.reset();
  return {};
}

Result<> FileWriter::commit(StagedFile& staged, FolderSync& folders) {
  if (staged.in_place) return commit_in_place(staged, folders);
  const int folder = staged.folder->get();
  struct stat fresh {};
  if (::fstat(staged.file.get(), &fresh) != 0) return os_error("write", staged.path);
  if (staged.old) {
    struct stat now {};
    const bool there = ::fstatat(folder, staged.name.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0;
    if (there) PLUMB_TRY(staged.check_old(now));
    if (!there && staged.edited) return changed_by_another(staged.path);
  }
  if (staged.backup && staged.old)
    PLUMB_TRY(keep_backup(folder, staged.path, temporary_name(), folders, Backup::kSameFile));
  if (::renameat(folder, staged.temporary.c_str(), folder, staged.name.c_str()) != 0) {
    const int number = errno;
    Error error = os_error(number, "put in place", staged.path);
    if (number == EBUSY)
      return std::move(error).hint("the file is a mount of its own; `in_place: true` has it written over");
    if (number == EPERM) {
      return std::move(error).hint(
          "the file may be immutable (lsattr), or its folder is sticky and it belongs to another user");
    }
    return error;
  }
  staged.temporary.clear();
  folders.add(folder);
  // Whoever may write to the folder may have given the name of the new file to another one.
  struct stat placed {};
  if (::fstatat(folder, staged.name.c_str(), &placed, AT_SYMLINK_NOFOLLOW) != 0 || EntryId(placed) != EntryId(fresh)) {
    return fail(Code::kOperation, staged.path + " is not what was written: somebody else changes its folder meanwhile");
  }
  if (staged.old) system_.seen().replaced(*staged.old, placed);
  staged.file.reset();
  return {};
}

void remove_left_over_temporaries(const RootFiles& files, const std::string& folder, const std::string& token) {
  UniqueFd fd = files.open(folder, O_RDONLY | O_DIRECTORY);
  if (!fd) return;
  const int at = fd.get();
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(fd.release()), ::closedir);
  const std::string prefix = std::string(kTemporary) + token + "-";
  while (const dirent* entry = entries ? ::readdir(entries.get()) : nullptr) {
    if (!std::string_view(entry->d_name).starts_with(prefix)) continue;
    if (::unlinkat(at, entry->d_name, 0) == 0 || ::unlinkat(at, entry->d_name, AT_REMOVEDIR) == 0) continue;
    const Place place{UniqueFd(::openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), entry->d_name};
    (void)remove_tree(place, folder).has_value();
  }
}

}  // namespace plumb::exec
