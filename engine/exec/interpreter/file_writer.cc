#include "engine/exec/interpreter/file_writer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/host_text.h"
#include "engine/base/random.h"
#include "engine/base/shell_word.h"
#include "engine/base/time_text.h"
#include "engine/exec/interpreter/tree_operations.h"
#include "engine/exec/nameless_file.h"
#include "engine/exec/system/attributes.h"
#include "engine/exec/system/disk.h"
#include "providers/sdk/edited_files.h"
#include "providers/sdk/ownership.h"

namespace plumb::exec {
namespace {

constexpr std::string_view kTemporary = ".plumb-";
constexpr mode_t kNobodyElse = 0600;

// Nobody but the one who edits it may have touched it since: neither its bytes nor its owner or mode, which the new
// file has from it.
bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size && changed_at(a) == changed_at(b);
}

Error changed_by_another(const std::string& path) {
  return fail(Code::kOperation, path + " was changed by another while it was edited").hint("apply again");
}

// A file system that keeps no modes gives its own. That is no harm as long as nobody else may do more than was asked.
bool gives_no_more(mode_t given, mode_t asked) {
  constexpr mode_t kOthersReadAndWrite = 066;
  return (given & ~asked & kOthersReadAndWrite) == 0;
}

bool says_unsupported(int number) {
  return number == EPERM || number == EOPNOTSUPP || number == ENOSYS;
}

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
  if (staged.old || ownership.owner || ownership.group || !ownership.mode) return kNobodyElse;
  return parse_mode(*ownership.mode).value_or(kNobodyElse) & 0777;
}

// ".service" of "app.service"; "" where there is none, or one that is no usual one.
std::string ending_of(const std::string& name) {
  constexpr std::size_t kLongest = 16;
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 || name.size() - dot > kLongest ? std::string() : name.substr(dot);
}

// For file systems without hard links.
Result<> copy_beside(int folder, const std::string& from, const std::string& to, const std::string& temporary,
                     const std::string& path) {
  const UniqueFd in(::openat(folder, from.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC));
  const UniqueFd out(
      in ? ::openat(folder, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) : -1);
  struct stat info {};
  if (!out || ::fstat(in.get(), &info) != 0) return os_error("keep a copy of", path);
  const bool copied = copy_bytes(in.get(), out.get(), info.st_size) == 0 && sync_content(out.get()) == 0 &&
                      rename_new(folder, temporary.c_str(), to.c_str()) == 0;
  if (copied) return {};
  Error failed = os_error("keep a copy of", path);
  ::unlinkat(folder, temporary.c_str(), 0);
  return failed;
}

// Bytes of one open file from `at` on to the same place of the other.
Result<> copy_range(int from, int to, off_t at, off_t end, const std::string& path) {
  std::array<char, 65536> piece{};
  while (at < end) {
    const auto most = static_cast<std::size_t>(std::min<off_t>(end - at, piece.size()));
    const ssize_t count = ::pread(from, piece.data(), most, at);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO;
    if (count <= 0) return os_error("write", path);
    for (ssize_t done = 0; done < count;) {
      const ssize_t wrote = ::pwrite(to, piece.data() + done, static_cast<std::size_t>(count - done), at + done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) return os_error("write", path);
      done += wrote;
    }
    at += count;
  }
  return {};
}

// Whoever may put entries into a folder could give a file of somebody else's another name there.
bool may_be_elsewhere(int folder, const struct stat& file) {
  struct stat above {};
  constexpr mode_t kOthersWrite = 022;
  if (file.st_nlink < 2 || ::fstat(folder, &above) != 0) return false;
  return (above.st_uid != 0 && above.st_uid != ::geteuid()) || (above.st_mode & kOthersWrite) != 0;
}

}  // namespace

StagedFile::StagedFile(StagedFile&& other) noexcept {
  *this = std::move(other);
}

StagedFile& StagedFile::operator=(StagedFile&& other) noexcept {
  if (this == &other) return *this;
  discard();
  path = std::move(other.path);
  folder = std::move(other.folder);
  name = std::move(other.name);
  temporary = std::exchange(other.temporary, {});
  file = std::move(other.file);
  old = other.old;
  backup = other.backup;
  edited = other.edited;
  in_place = std::move(other.in_place);
  return *this;
}

void StagedFile::discard() {
  if (!temporary.empty()) ::unlinkat(folder->get(), temporary.c_str(), 0);
  temporary.clear();
}

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
  if (!staged.in_place) PLUMB_TRY(dress(staged, staged.file.get(), operation.ownership));
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
    if (!is_same(*staged.old, opened)) return changed_by_another(staged.path);
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
  PLUMB_TRY(open(staged, kNobodyElse, !validations.empty()));
  PLUMB_TRY(write_all(staged.file.get(), text, staged.path));
  if (!staged.in_place) PLUMB_TRY(dress(staged, staged.file.get(), wanted));
  for (const std::string& command : validations) PLUMB_TRY(validate(staged, command, output));
  return std::optional(std::move(staged));
}

// The owner first, since a change of owner takes setuid bits away; the mode last, since an access list has a say in it.
Result<> FileWriter::dress(const StagedFile& staged, int fd, const Ownership& ownership) {
  uid_t uid = staged.old ? staged.old->st_uid : static_cast<uid_t>(-1);
  gid_t gid = staged.old ? staged.old->st_gid : static_cast<gid_t>(-1);
  const bool asked = ownership.owner || ownership.group;
  if (ownership.owner) {
    PLUMB_TRY_ASSIGN(uid, system_.uid_of(*ownership.owner));
  }
  if (ownership.group) {
    PLUMB_TRY_ASSIGN(gid, system_.gid_of(*ownership.group));
  }
  struct stat now {};
  if (::fstat(fd, &now) != 0) return os_error("write", staged.path);
  if ((uid != static_cast<uid_t>(-1) && uid != now.st_uid) || (gid != static_cast<gid_t>(-1) && gid != now.st_gid)) {
    if (::fchown(fd, uid, gid) != 0) {
      if (asked) return os_error("change the owner of", staged.path);
      // Only root may give files away: without it the new file is the writer's, in the old group where that is allowed.
      if (::fchown(fd, static_cast<uid_t>(-1), gid) != 0) errno = 0;
    }
  }
  // Never with a list that is to go: it would let somebody in for a moment.
  if (staged.old && !staged.in_place) PLUMB_TRY(keep_attributes(staged.folder->get(), staged.name, fd, !ownership.acl));
  if (!staged.old) label_as_named(own_path_of(fd), staged.folder->get(), staged.name, Labelled::kFile);
  PLUMB_TRY(give_attributes(own_path_of(fd), ownership, staged.path));
  if (ownership.acl && clear_access_lists(own_path_of(fd)) != 0)
    return os_error("take the access list from", staged.path);
  // Whatever rights the old bytes had, the new ones have those that they are given.
  mode_t mode = staged.old ? without_privileges(staged.old->st_mode) : 0666 & ~mask_;
  if (staged.old && ownership.acl) {
    const UniqueFd old(
        ::openat(staged.folder->get(), staged.name.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC));
    if (old) mode = mode_without_list(own_path_of(old.get()), mode);
  }
  if (ownership.mode) {
    PLUMB_TRY_ASSIGN(mode, parse_mode(*ownership.mode));
  }
  if (::fstat(fd, &now) != 0) return os_error("write", staged.path);
  if ((now.st_mode & 07777) == mode || ::fchmod(fd, mode) == 0)
    return give_access_list(system_, own_path_of(fd), ownership, mode, staged.path);
  if (says_unsupported(errno) && gives_no_more(now.st_mode, mode)) return {};
  return os_error("change the mode of", staged.path);
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
  const bool untouched = looked == 0 && is_same(before, after);
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

// Nobody who is to lose a right has it when the new bytes come; nor has who is to own it while the old ones are there.
Result<> FileWriter::withhold(int fd, const struct stat& now, const Ownership& wanted, const std::string& path) {
  uid_t uid = now.st_uid;
  gid_t gid = now.st_gid;
  mode_t mode = now.st_mode & 07777;
  if (wanted.owner) {
    PLUMB_TRY_ASSIGN(uid, system_.uid_of(*wanted.owner));
  }
  if (wanted.group) {
    PLUMB_TRY_ASSIGN(gid, system_.gid_of(*wanted.group));
  }
  if (wanted.mode) {
    PLUMB_TRY_ASSIGN(const mode_t asked, parse_mode(*wanted.mode));
    mode &= asked;
  }
  if (uid != now.st_uid || gid != now.st_gid) mode &= kNobodyElse;
  if (uid != now.st_uid && ::fchown(fd, ::geteuid(), static_cast<gid_t>(-1)) != 0)
    return os_error("change the owner of", path);
  if (mode != (now.st_mode & 07777) && ::fchmod(fd, mode) != 0) return os_error("change the mode of", path);
  if (wanted.acl && clear_access_lists(own_path_of(fd)) != 0) return os_error("take the access list from", path);
  return {};
}

// What is longer than the old file comes first: where there is no room for it, nothing is lost.
Result<> FileWriter::overwrite(StagedFile& staged, FolderSync& folders) {
  const int folder = staged.folder->get();
  const Ownership& wanted = *staged.in_place;
  const UniqueFd file(::openat(folder, staged.name.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC));
  struct stat now {
  }, fresh{};
  if (!file || ::fstat(file.get(), &now) != 0 || ::fstat(staged.file.get(), &fresh) != 0)
    return os_error("write", staged.path);
  if (staged.edited && !is_same(*staged.old, now)) return changed_by_another(staged.path);
  if (EntryId(*staged.old) != EntryId(now)) {
    return fail(Code::kStale, staged.path + " was replaced by another while it was written").hint("apply again");
  }
  if (may_be_elsewhere(folder, now)) {
    return fail(Code::kOperation, staged.path + " has other names, and others than root may give it some")
        .hint("leave out `in_place`, so that the name gets a file of its own");
  }
  if (staged.backup) PLUMB_TRY(keep_backup(folder, staged.path, folders, Backup::kOtherFile));
  PLUMB_TRY(withhold(file.get(), now, wanted, staged.path));
  const off_t shared = std::min(now.st_size, fresh.st_size);
  if (Result<> longer = copy_range(staged.file.get(), file.get(), shared, fresh.st_size, staged.path); !longer) {
    (void)!::ftruncate(file.get(), now.st_size);
    (void)!::fchown(file.get(), now.st_uid, now.st_gid);
    (void)::fchmod(file.get(), now.st_mode & 07777);
    return longer;
  }
  PLUMB_TRY(copy_range(staged.file.get(), file.get(), 0, shared, staged.path));
  if (::ftruncate(file.get(), fresh.st_size) != 0) return os_error("write", staged.path);
  PLUMB_TRY(dress(staged, file.get(), wanted));
  if (sync_content(file.get()) != 0) return os_error("sync", staged.path);
  if (!staged.temporary.empty()) folders.add(folder);
  staged.discard();
  staged.file.reset();
  return {};
}

Result<> FileWriter::commit(StagedFile& staged, FolderSync& folders) {
  if (staged.in_place) return overwrite(staged, folders);
  const int folder = staged.folder->get();
  struct stat fresh {};
  if (::fstat(staged.file.get(), &fresh) != 0) return os_error("write", staged.path);
  if (staged.old) {
    struct stat now {};
    const bool there = ::fstatat(folder, staged.name.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0;
    if (staged.edited && (!there || !is_same(*staged.old, now))) return changed_by_another(staged.path);
    if (there && EntryId(*staged.old) != EntryId(now)) {
      return fail(Code::kStale, staged.path + " was replaced by another while it was written").hint("apply again");
    }
  }
  if (staged.backup && staged.old) PLUMB_TRY(keep_backup(folder, staged.path, folders, Backup::kSameFile));
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

Result<> keep_attributes(int folder, const std::string& name, int to, bool with_lists) {
  const UniqueFd from(::openat(folder, name.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  if (!from) return {};
  return copy_attributes(from.get(), to, name, with_lists);
}

Result<> FileWriter::keep_backup(int folder, const std::string& path, FolderSync& folders, Backup how) {
  const std::string old = bytes_of_text(base_of(path));
  // A digest would let whoever may list the folder guess what was in the file.
  const std::string now = compact_time(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  const std::string name = old + ".plumb-" + now + "-" + random_hex(4);
  if (how == Backup::kOtherFile) {
    PLUMB_TRY(copy_beside(folder, old, name, temporary_name(), path));
    folders.add(folder);
    return {};
  }
  // A second name for the same file: nothing is copied, and owner, mode and times stay with it.
  if (::linkat(folder, old.c_str(), folder, name.c_str(), 0) != 0) {
    const bool has_no_links = says_unsupported(errno) || errno == EMLINK;
    if (!has_no_links) return os_error("keep a copy of", path);
    PLUMB_TRY(copy_beside(folder, old, name, temporary_name(), path));
  }
  folders.add(folder);
  return {};
}

mode_t without_privileges(mode_t mode) {
  return mode & 01777;
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

Result<mode_t> parse_mode(const std::string& text) {
  mode_t mode = 0;
  for (const char c : text) {
    if (c < '0' || c > '7') return fail(Code::kOperation, "`" + text + "` is not a mode");
    mode = mode * 8 + static_cast<mode_t>(c - '0');
  }
  if (text.empty() || text.size() > 5 || mode > 07777) return fail(Code::kOperation, "`" + text + "` is not a mode");
  return mode;
}

}  // namespace plumb::exec
