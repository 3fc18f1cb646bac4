#include "engine/exec/interpreter/account_files.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "engine/base/host_text.h"
#include "engine/base/platform.h"
#include "engine/exec/accounts.h"
#include "engine/exec/interpreter/file_writer.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMaxFile = std::size_t{64} << 20;
constexpr auto kLockWait = std::chrono::seconds(15);

bool is_row(const Row& row) {
  return row.size() > 1 && !row[0].empty() && row[0][0] != '#' && row[0][0] != '+' && row[0][0] != '-';
}

std::string join(const Row& row) {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : ":") + row[i];
  return out;
}

}  // namespace

Result<AccountFile> AccountFile::read(const RootFiles& files, const std::string& path) {
  AccountFile file;
  file.path_ = path;
  const UniqueFd fd = files.open(path, O_RDONLY);
  if (!fd) {
    if (errno == ENOENT) return file;
    return os_error("read", path);
  }
  file.exists_ = true;
  PLUMB_TRY_ASSIGN(std::string text, read_all(fd.get(), kMaxFile, path));
  if (text.ends_with('\n')) text.pop_back();
  if (text.empty()) return file;
  for (const std::string& line : split(text_of_bytes(text), '\n')) file.rows_.push_back(split(line, ':'));
  return file;
}

Row* AccountFile::find(const std::string& name) {
  for (Row& row : rows_) {
    if (is_row(row) && row[0] == name) return &row;
  }
  return nullptr;
}

void AccountFile::add(Row row) {
  // What follows a NIS mark would be shadowed by it.
  const auto mark = std::find_if(rows_.begin(), rows_.end(), [](const Row& one) { return one[0].starts_with('+'); });
  rows_.insert(mark, std::move(row));
  changed_ = true;
}

void AccountFile::remove(const std::string& name) {
  changed_ = std::erase_if(rows_, [&name](const Row& row) { return is_row(row) && row[0] == name; }) > 0 || changed_;
}

void AccountFile::replace(const std::string& name, Row row) {
  const auto is_one = [&name](const Row& one) { return is_row(one) && one[0] == name; };
  const auto first = std::find_if(rows_.begin(), rows_.end(), is_one);
  rows_.erase(std::remove_if(std::next(first), rows_.end(), is_one), rows_.end());
  *first = std::move(row);
  changed_ = true;
}

std::vector<Row*> AccountFile::rows(std::size_t fields) {
  std::vector<Row*> out;
  for (Row& row : rows_) {
    if (is_row(row) && row.size() >= fields) out.push_back(&row);
  }
  return out;
}

Result<> AccountFile::save(const RootFiles& files, mode_t mode, gid_t group) {
  if (!changed_) return {};
  // The real file, where /etc/passwd is a link into another file system.
  PLUMB_TRY_ASSIGN(const std::string real, files.resolve(path_));
  PLUMB_TRY_ASSIGN(const Place place, files.place(real));
  const std::string temporary = place.name + "+";  // the name that the shadow suite itself uses, under the same lock
  ::unlinkat(place.folder.get(), temporary.c_str(), 0);
  const auto attempt = [&]() -> Result<> {
    const UniqueFd fd(
        ::openat(place.folder.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) return os_error("create", path_ + "+");
    std::string text;
    for (const Row& row : rows_) text += join(row) + "\n";
    PLUMB_TRY(write_all(fd.get(), bytes_of_text(text), path_));
    struct stat old {};
    const bool existed = files.stat(real, false, old) == 0;
    const uid_t uid = existed ? old.st_uid : ::geteuid();
    const gid_t gid = existed ? old.st_gid : group;
    if (::fchown(fd.get(), uid, gid) != 0 && ::geteuid() == 0) return os_error("change the owner of", path_);
    if (existed) PLUMB_TRY(keep_attributes(place.folder.get(), place.name, fd.get()));
    if (::fchmod(fd.get(), existed ? old.st_mode & 07777 : mode) != 0) return os_error("change the mode of", path_);
    if (sync_file(fd.get()) != 0) return os_error("sync", path_);
    if (::renameat(place.folder.get(), temporary.c_str(), place.folder.get(), place.name.c_str()) != 0) {
      return os_error("replace", path_);
    }
    return {};
  };
  Result<> done = attempt();
  if (!done) {
    ::unlinkat(place.folder.get(), temporary.c_str(), 0);
    return done;
  }
  changed_ = false;
  FolderSync folders;
  folders.add(place.folder.get());
  return folders.sync();
}

Result<AccountLock> AccountLock::take(const RootFiles& files) {
  AccountLock lock;
  lock.file_ = files.open("/etc/.pwd.lock", O_WRONLY | O_CREAT | O_NOFOLLOW, 0600);
  if (!lock.file_) return os_error("open", "/etc/.pwd.lock");
  const auto due = std::chrono::steady_clock::now() + kLockWait;
  while (true) {
    struct flock request {};
    request.l_type = F_WRLCK;
    request.l_whence = SEEK_SET;
    if (::fcntl(lock.file_.get(), F_SETLK, &request) == 0) return lock;
    if (errno != EACCES && errno != EAGAIN && errno != EINTR) return os_error("lock", "/etc/.pwd.lock");
    if (std::chrono::steady_clock::now() >= due) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  struct flock holder {};
  holder.l_type = F_WRLCK;
  holder.l_whence = SEEK_SET;
  ::fcntl(lock.file_.get(), F_GETLK, &holder);
  return fail(Code::kOperation, "the user database is locked by process " + std::to_string(holder.l_pid) +
                                    " for more than " + std::to_string(kLockWait.count()) + " s");
}

LoginDefinitions::LoginDefinitions(const RootFiles& files) {
  for (const std::string& line : split(read_small(files, "/etc/login.defs"), '\n')) {
    constexpr const char* kBlank = " \t\r";
    const std::size_t name = line.find_first_not_of(kBlank);
    if (name == std::string::npos || line[name] == '#') continue;
    const std::size_t name_end = std::min(line.find_first_of(kBlank, name), line.size());
    const std::size_t value = line.find_first_not_of(kBlank, name_end);
    if (value == std::string::npos) continue;
    values_[line.substr(name, name_end - name)] = line.substr(value, line.find_first_of(kBlank, value) - value);
  }
}

std::uint32_t LoginDefinitions::number(const std::string& name, std::uint32_t otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : parse_id(found->second).value_or(otherwise);
}

bool LoginDefinitions::flag(const std::string& name, bool otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second == "yes";
}

std::optional<mode_t> LoginDefinitions::mode(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  char* end = nullptr;
  const unsigned long value = std::strtoul(found->second.c_str(), &end, 8);
  if (*end != '\0' || value > 07777) return std::nullopt;
  return static_cast<mode_t>(value);
}

}  // namespace plumb::exec
