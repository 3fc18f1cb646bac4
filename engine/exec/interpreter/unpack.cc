#include "engine/exec/interpreter/unpack.h"

#include <array>
#include <cerrno>
#include <functional>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "engine/base/host_text.h"
#include "engine/exec/interpreter/archive_check.h"
#include "engine/exec/interpreter/archive_source.h"
#include "engine/exec/interpreter/rights.h"
#include "engine/exec/interpreter/tree_operations.h"
#include "engine/exec/system/disk.h"
#include "engine/exec/tree_walk.h"
#include "providers/sdk/ownership.h"

namespace plumb::exec {
namespace {

UniqueFd open_folder(int above, const char* name) {
  return UniqueFd(::openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

// A new folder beside another entry that nobody else may enter; gone with all that is in it when this is.
class Workplace {
 public:
  static Result<Workplace> make(int beside, const std::string& name, const std::string& path) {
    Workplace made;
    made.place_ = Place{UniqueFd(::openat(beside, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), name, path};
    const HeldEntry closed = made.place_.folder ? make_closed_folder(made.place_) : HeldEntry();
    struct stat fresh {};
    if (!closed || closed.change_mode(0700) != 0 || closed.stat(fresh) != 0)
      return os_error("make a folder beside", path);
    made.folder_ = open_folder(beside, name.c_str());
    struct stat opened {};
    if (!made.folder_ || ::fstat(made.folder_.get(), &opened) != 0 || EntryId(opened) != EntryId(fresh))
      return fail(Code::kOperation, "a folder beside " + path + " was replaced while it was made");
    return made;
  }
  Workplace(Workplace&&) = default;
  Workplace& operator=(Workplace&&) = default;
  ~Workplace() {
    if (folder_ && !moved_) (void)remove_tree(place_, place_.path).has_value();
  }

  int folder() const { return folder_.get(); }
  const std::string& name() const { return place_.name; }
  void moved() { moved_ = true; }

 private:
  Workplace() = default;
  Place place_;
  UniqueFd folder_;
  bool moved_ = false;
};

// Puts entries into a folder that nobody else may enter.
class Builder {
 public:
  Builder(int top, const ArchiveCheck& check, Owner owner, std::string path)
      : top_(top), check_(check), owner_(owner), path_(std::move(path)) {}

  ArchiveVisitor visitor() {
    return {[this](const ArchiveEntry& entry) { return begin(entry); },
            [this](std::string_view bytes) { return file_ ? write_all(file_.get(), bytes, path_) : Result<>(); },
            [this] { return end(); }};
  }

  // Waits until the files are on disk.
  Result<> sync() {
    std::vector<int> files;
    for (const UniqueFd& file : unsynced_) files.push_back(file.get());
    PLUMB_TRY(sync_together(files));
    unsynced_.clear();
    return {};
  }

 private:
  static constexpr std::size_t kSyncedTogether = 128;

  Result<> begin(const ArchiveEntry& given) {
    PLUMB_TRY_ASSIGN(std::optional<ArchiveEntry> placed, check_.placed(given));
    file_.reset();
    if (!placed) return {};
    entry_ = std::move(*placed);
    PLUMB_TRY_ASSIGN(const UniqueFd folder, folder_of(entry_.name));
    const std::string name = entry_.name.substr(entry_.name.rfind('/') + 1);
    if (entry_.type == ArchiveEntry::Type::kFolder) return make_folder(folder.get(), name);
    // What stands twice in an archive is what stands there last.
    if (::unlinkat(folder.get(), name.c_str(), 0) != 0 && errno != ENOENT) return trouble();
    switch (entry_.type) {
      case ArchiveEntry::Type::kLink:
        if (::symlinkat(entry_.target.c_str(), folder.get(), name.c_str()) != 0) return trouble();
        return ::fchownat(folder.get(), name.c_str(), owner_.uid, owner_.gid, AT_SYMLINK_NOFOLLOW) == 0 ? Result<>()
                                                                                                        : trouble();
      case ArchiveEntry::Type::kHardLink: {
        PLUMB_TRY_ASSIGN(const UniqueFd other, folder_of(entry_.target));
        const std::string target = entry_.target.substr(entry_.target.rfind('/') + 1);
        return ::linkat(other.get(), target.c_str(), folder.get(), name.c_str(), 0) == 0 ? Result<>() : trouble();
      }
      default:
        file_.reset(::openat(folder.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        return file_ ? Result<>() : trouble();
    }
  }

  Result<> end() {
    if (!file_) return {};
    PLUMB_TRY(dress(file_.get()));
    unsynced_.push_back(std::move(file_));
    return unsynced_.size() < kSyncedTogether ? Result<>() : sync();
  }

  // Owner, mode and time of a file or folder. The mode last: a change of owner takes rights away.
  Result<> dress(int fd) {
    if (::fchown(fd, owner_.uid, owner_.gid) != 0 || ::fchmod(fd, entry_.mode & 0777U) != 0) return trouble();
    const timespec when{static_cast<time_t>(entry_.time), 0};
    const std::array<timespec, 2> times = {when, when};
    return ::futimens(fd, times.data()) == 0 ? Result<>() : trouble();
  }

  Result<> make_folder(int above, const std::string& name) {
    if (::mkdirat(above, name.c_str(), 0700) != 0 && errno != EEXIST) return trouble();
    const UniqueFd folder = open_folder(above, name.c_str());
    if (!folder) return trouble();
    // Its owner needs to be able to put something into it.
    entry_.mode |= 0700U;
    return dress(folder.get());
  }

  // Those above that the archive does not name are made as usual.
  Result<UniqueFd> folder_of(const std::string& name) {
    UniqueFd folder(::openat(top_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (std::size_t at = 0, end = name.find('/'); folder && end != std::string::npos; end = name.find('/', at)) {
      const std::string part = name.substr(at, end - at);
      at = end + 1;
      const bool made = ::mkdirat(folder.get(), part.c_str(), 0755) == 0;
      if (!made && errno != EEXIST) return trouble().error();
      folder = open_folder(folder.get(), part.c_str());
      if (made && folder && (::fchown(folder.get(), owner_.uid, owner_.gid) != 0 || ::fchmod(folder.get(), 0755) != 0))
        return trouble().error();
    }
    if (!folder) return trouble().error();
    return folder;
  }

  Result<> trouble() const { return os_error("unpack", path_ + "/" + text_of_bytes(entry_.name)); }

  int top_;
  const ArchiveCheck& check_;
  Owner owner_;
  std::string path_;
  ArchiveEntry entry_;
  UniqueFd file_;
  std::vector<UniqueFd> unsynced_;
};

// Moves what lies in a folder into another one, which is there. `keep_last`: a name of the top that comes last.
class Merge {
 public:
  Merge(std::string path, std::string last) : path_(std::move(path)), last_(std::move(last)) {}

  // Nothing is moved while something cannot be.
  Result<> run(int from, int to, FolderSync& folders) {
    PLUMB_TRY(each(from, to, "", [](int, int, const std::string&, const std::string&) { return Result<>(); }));
    const auto move = [&](int source, int target, const std::string& name, const std::string& shown) -> Result<> {
      if (::renameat(source, name.c_str(), target, name.c_str()) != 0) return os_error("put in place", shown);
      folders.add(target);
      return {};
    };
    PLUMB_TRY(each(from, to, "", move));
    if (last_.empty()) return {};
    return move(from, to, last_, path_ + "/" + last_);
  }

 private:
  using Move = std::function<Result<>(int from, int to, const std::string& name, const std::string& shown)>;

  Result<> each(int from, int to, const std::string& below, const Move& move) {
    std::vector<std::string> names;
    const auto collect = [&](const TreeEntry& entry) -> Result<bool> {
      if (!below.empty() || entry.name != last_) names.push_back(entry.name);
      return false;
    };
    UniqueFd folder = open_folder(from, ".");
    if (!folder) return os_error("read", path_ + below);
    PLUMB_TRY(walk_tree(std::move(folder), path_ + below, {collect}));
    for (const std::string& name : names) {
      const std::string deeper = below + "/" + text_of_bytes(name);
      struct stat comes {
      }, there{};
      if (::fstatat(from, name.c_str(), &comes, AT_SYMLINK_NOFOLLOW) != 0) return os_error("read", path_ + deeper);
      const bool exists = ::fstatat(to, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0;
      if (exists && S_ISDIR(comes.st_mode) != S_ISDIR(there.st_mode))
        return fail(Code::kOperation, path_ + deeper + (S_ISDIR(there.st_mode) ? " is a folder" : " is no folder") +
                                          ", so what the archive has of that name cannot take its place");
      if (!exists || !S_ISDIR(comes.st_mode)) {
        PLUMB_TRY(move(from, to, name, path_ + deeper));
        continue;
      }
      const UniqueFd inner = open_folder(from, name.c_str());
      const UniqueFd outer = open_folder(to, name.c_str());
      if (!inner || !outer) return os_error("open", path_ + deeper);
      PLUMB_TRY(each(inner.get(), outer.get(), deeper, move));
    }
    return {};
  }

  std::string path_;
  std::string last_;
};

// Beside what is unpacked; it has no name any more.
Result<UniqueFd> nameless_beside(int beside, const std::string& temporary, const std::string& path) {
  UniqueFd file(::openat(beside, temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return os_error("create a file beside", path);
  ::unlinkat(beside, temporary.c_str(), 0);
  return file;
}

Result<UniqueFd> open_archive(LocalSystem& system, const BlobStore& blobs, const Unpack& operation, int beside,
                              const std::string& temporary) {
  if (!operation.archive.empty()) {
    UniqueFd file = system.files().open(operation.archive, O_RDONLY);
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0) return system.files().error("read", operation.archive);
    if (!S_ISREG(info.st_mode)) return fail(Code::kOperation, operation.archive + " is no regular file");
    // It is read more than once, and whoever else may write to it could change it between.
    if (info.st_uid == ::geteuid() && (info.st_mode & 0022U) == 0) return file;
    PLUMB_TRY_ASSIGN(UniqueFd copy, nameless_beside(beside, temporary, operation.path));
    if (copy_bytes(file.get(), copy.get(), info.st_size) != 0) return os_error("copy", operation.archive);
    return copy;
  }
  PLUMB_TRY_ASSIGN(UniqueFd file, nameless_beside(beside, temporary, operation.path));
  PLUMB_TRY(blobs.write(operation.content, file.get(), "the archive for " + operation.path));
  return file;
}

Result<> write_mark(int folder, const Unpack& operation, Owner owner) {
  if (operation.mark.empty()) return {};
  const UniqueFd file(
      ::openat(folder, operation.mark.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file) return os_error("create", operation.path + "/" + operation.mark);
  PLUMB_TRY(write_all(file.get(), operation.says, operation.path + "/" + operation.mark));
  if (::fchown(file.get(), owner.uid, owner.gid) != 0 || ::fchmod(file.get(), 0644) != 0)
    return os_error("change the owner of", operation.path + "/" + operation.mark);
  return {};
}

}  // namespace

Result<> unpack(LocalSystem& system, const BlobStore& blobs, FileWriter& writer, const Unpack& operation,
                FolderSync& folders) {
  PLUMB_TRY(check_path(operation.path));
  if (operation.mark.find('/') != std::string::npos) return fail(Code::kOperation, "a mark is a name");
  PLUMB_TRY_ASSIGN(const Place place, system.files().place(operation.path, true));
  const int beside = place.folder.get();
  struct stat there {};
  const bool exists = ::fstatat(beside, place.name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0;
  if (exists && !S_ISDIR(there.st_mode)) return fail(Code::kOperation, operation.path + " is there and is no folder");
  if (exists) PLUMB_TRY(system.seen().check(operation.path, true, there));
  PLUMB_TRY_ASSIGN(const Owner owner, owner_of(system, operation.ownership, {::geteuid(), ::getegid()}));
  PLUMB_TRY_ASSIGN(UniqueFd file, open_archive(system, blobs, operation, beside, writer.temporary_name()));
  PLUMB_TRY_ASSIGN(const Workplace raw, Workplace::make(beside, writer.temporary_name(), operation.path));
  const std::string name = operation.archive.empty() ? "the archive for " + operation.path : operation.archive;
  PLUMB_TRY_ASSIGN(ArchiveSource source,
                   ArchiveSource::open(system, std::move(file), name, open_folder(raw.folder(), ".")));
  if (!operation.digest.empty() && source.digest() != operation.digest) {
    return fail(Code::kStale, name + " was changed since the plan was made: it is " + source.digest() + ", and not " +
                                  operation.digest)
        .hint("make the plan anew");
  }

  ArchiveCheck check(operation);
  PLUMB_TRY(source.read({[&](const ArchiveEntry& entry) { return check.note(entry); },
                         [](std::string_view) { return Result<>(); }, [] { return Result<>(); }}));
  PLUMB_TRY(check.finish());
  struct statvfs disk {};
  if (::fstatvfs(beside, &disk) == 0 && check.bytes() / disk.f_frsize >= disk.f_bavail)
    return fail(Code::kOperation, "nothing was unpacked: there is no room for " + name);

  PLUMB_TRY_ASSIGN(Workplace made, Workplace::make(beside, writer.temporary_name(), operation.path));
  Builder builder(made.folder(), check, owner, operation.path);
  PLUMB_TRY(source.read(builder.visitor()));
  PLUMB_TRY(builder.sync());
  PLUMB_TRY(write_mark(made.folder(), operation, owner));
  const int written = made.folder();
  PLUMB_TRY(sync_together({&written, 1}));

  if (exists) {
    const UniqueFd target = open_folder(beside, place.name.c_str());
    struct stat opened {};
    if (!target || ::fstat(target.get(), &opened) != 0) return os_error("open", operation.path);
    if (EntryId(opened) != EntryId(there))
      return fail(Code::kStale, operation.path + " was replaced by another meanwhile").hint("apply again");
    return Merge(operation.path, operation.mark).run(made.folder(), target.get(), folders);
  }
  if (::fchown(made.folder(), owner.uid, owner.gid) != 0 || ::fchmod(made.folder(), 0755) != 0)
    return os_error("change the owner of", operation.path);
  if (::renameat(beside, made.name().c_str(), beside, place.name.c_str()) != 0)
    return os_error("put in place", operation.path);
  made.moved();
  folders.add(beside);
  return {};
}

}  // namespace plumb::exec
