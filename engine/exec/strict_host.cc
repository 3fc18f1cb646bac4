#include "engine/exec/strict_host.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/base/json.h"
#include "engine/base/random.h"
#include "engine/exec/root_files.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kLargestExecutor = std::size_t{15} << 20;
constexpr std::size_t kMostBegun = std::size_t{4} << 20;

Error no_charter(const std::string& what) {
  return fail(Code::kCharter, what).hint("until that is mended this host carries out nothing");
}

Error no_charter(const std::string& path, int number) {
  return no_charter(path + ": " + std::strerror(number));
}

// In a folder with the sticky bit others can make files, and not take this one away.
bool is_kept(const struct stat& info, uid_t owner, bool folder) {
  const bool owned = info.st_uid == owner || (folder && info.st_uid == 0);
  const bool writable = (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  return owned && (!writable || (folder && (info.st_mode & S_ISVTX) != 0));
}

// Whoever can write a file, or a folder on the way to it, decides what stands there. Links are none of root's making
// here.
Result<> expect_kept(const std::string& path, uid_t owner) {
  if (!path.starts_with('/')) return no_charter(path + " is no absolute path");
  for (std::size_t end = 1; end != std::string::npos;) {
    const std::string part = end == 1 ? "/" : path.substr(0, end);
    struct stat info {};
    if (::lstat(part.c_str(), &info) != 0) return no_charter(part, errno);
    if (!S_ISDIR(info.st_mode)) return no_charter(part + " is no folder");
    if (!is_kept(info, owner, true)) return no_charter(part + " can be written by others than root");
    end = path.find('/', end == 1 ? 1 : end + 1);
  }
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return no_charter(path, errno);
  if (!S_ISREG(info.st_mode)) return no_charter(path + " is no regular file");
  if (!is_kept(info, owner, false)) return no_charter(path + " can be written by others than root");
  return {};
}

Result<std::string> bytes_in(const std::string& path, std::size_t limit) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return no_charter(path, errno);
  return read_all(file.get(), limit, path);
}

std::string target_of(const std::string& link) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
  return size <= 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(size));
}

// Old or new, and never half.
Result<> put_in_place(const std::string& path, std::string_view bytes, mode_t mode) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const std::string beside = folder + ".plumb-" + random_hex(16);
  UniqueFd file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return os_error("make", beside);
  Result<> written = write_all(file.get(), bytes, beside);
  if (written && (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0)) written = os_error("write", beside);
  file.reset();
  if (written && ::rename(beside.c_str(), path.c_str()) != 0) written = os_error("replace", path);
  if (!written) {
    ::unlink(beside.c_str());
    return written;
  }
  const UniqueFd held(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!held || ::fsync(held.get()) != 0) return os_error("write", folder);
  return {};
}

std::chrono::sys_seconds now_here() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string begun_path(const StateFolder& folder) {
  return folder.path() + "/begun.json";
}

}  // namespace

Result<StrictHost> StrictHost::at(const StrictPlaces& places) {
  StrictHost host;
  host.places_ = places;
  host.program_ = target_of(places.executor);
  PLUMB_TRY(expect_kept(host.program_, places.owner));
  PLUMB_TRY(expect_kept(places.charter, places.owner));
  PLUMB_TRY_ASSIGN(host.text_, bytes_in(places.charter, trust::kMostCharter));
  Result<trust::Charter> charter = trust::read_charter(host.text_);
  if (!charter) return no_charter(places.charter + ": " + charter.error().summary());
  host.charter_ = std::move(*charter);
  PLUMB_TRY_ASSIGN(host.trust_, trust::trust_of(host.charter_));
  return host;
}

Result<> StrictHost::expect_current() const {
  PLUMB_TRY_ASSIGN(const std::string charter, bytes_in(places_.charter, trust::kMostCharter));
  // One that was replaced is at no place any more.
  if (charter == text_ && target_of(places_.executor) == program_) return {};
  return fail(Code::kNotCovered, "the charter or the executor of this host is another one since this connection began");
}

Result<strict::Covered> StrictHost::covered(const wire::Apply& request) const {
  PLUMB_TRY(expect_current());
  return strict::covered(charter_, trust_, request, PLUMB_VERSION, now_here());
}

Result<std::string> StrictHost::replace(const wire::Replacement& replacement) const {
  PLUMB_TRY(expect_current());
  const auto expect = [&](std::string_view name_space) {
    return trust::expect_signers(charter_, trust_, replacement.statement, replacement.signatures, name_space,
                                 now_here());
  };
  if (replacement.executor.empty()) {
    PLUMB_TRY_ASSIGN(const trust::Charter next, trust::read_charter(replacement.statement));
    PLUMB_TRY(expect(trust::kCharterNamespace));
    if (next.replaces != digest(text_))
      return fail(Code::kNotCovered, "the charter that was sent takes the place of another one than this host's");
    if (next.host != charter_.host)
      return fail(Code::kNotCovered, "the charter that was sent is of the host " + next.host);
    PLUMB_TRY(put_in_place(places_.charter, replacement.statement, 0644));
    return digest(replacement.statement);
  }
  PLUMB_TRY_ASSIGN(const trust::ExecutorChange change, trust::read_executor_change(replacement.statement));
  PLUMB_TRY(expect(trust::kExecutorNamespace));
  PLUMB_TRY_ASSIGN(const std::string before, bytes_in(program_, kLargestExecutor));
  if (change.replaces != digest(before))
    return fail(Code::kNotCovered, "the statement is about another executor than the one that is here");
  if (change.executor != digest(replacement.executor))
    return fail(Code::kNotCovered, "the executor that was sent is not the one of the statement");
  PLUMB_TRY(put_in_place(program_, replacement.executor, 0755));
  return change.executor;
}

Result<std::set<std::size_t>> begin_covered(const StateFolder& folder, const std::string& plan, std::int64_t made_of,
                                            std::int64_t now) {
  const Result<Json> begun =
      parse_json(read_small(folder.files(), begun_path(folder), kMostBegun), Code::kDamagedRecord);
  // It was begun here, and no other since: what it has done so far is what makes the record another one.
  const bool goes_on = begun && text_of(*begun, "plan") == plan && member_of(*begun, "record") == made_of;
  std::set<std::size_t> ran;
  if (!goes_on) {
    if (made_of != now) {
      return fail(Code::kNotCovered, "the plan was made when the record of this host had the serial " +
                                         std::to_string(made_of) + ", and by now it has " + std::to_string(now))
          .hint("another plan was carried out here since: make the plan anew, and have that approved");
    }
    PLUMB_TRY(folder.make());
    PLUMB_TRY(note_ran(folder, plan, made_of, ran));
    return ran;
  }
  const Json& indexes = member_of(*begun, "ran");
  for (const Json& index : indexes.is_array() ? indexes : Json::array()) {
    if (index.is_number_unsigned()) ran.insert(index.get<std::size_t>());
  }
  return ran;
}

Result<> note_ran(const StateFolder& folder, const std::string& plan, std::int64_t made_of,
                  const std::set<std::size_t>& ran) {
  return replace_file(folder.files(), begun_path(folder),
                      canonical({{"plan", plan}, {"ran", ran}, {"record", made_of}}));
}

}  // namespace plumb::exec
