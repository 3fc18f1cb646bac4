#include "engine/exec/local_system.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "engine/base/digest.h"
#include "engine/base/host_text.h"
#include "engine/base/joined.h"
#include "engine/base/split.h"
#include "engine/exec/host_key.h"
#include "engine/exec/scratch.h"
#include "engine/exec/system/attributes.h"
#include "engine/exec/system/child.h"
#include "engine/exec/system/host.h"
#include "engine/exec/tree_walk.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kChunk = std::size_t{128} << 10;
constexpr std::size_t kSmallChunk = std::size_t{4} << 10;
// Of a file that tells no size, as those of /proc.
constexpr std::uint64_t kMostWithoutSize = std::uint64_t{16} << 20U;

FileType type_of(mode_t mode) {
  if (S_ISREG(mode)) return FileType::kFile;
  if (S_ISDIR(mode)) return FileType::kDirectory;
  if (S_ISLNK(mode)) return FileType::kLink;
  return FileType::kOther;
}

Error unreadable(const RootFiles& files, const std::string& path) {
  Error error = files.error("read", path);
  return error.code() == Code::kSymlinkRefused ? std::move(error) : fail(Code::kCannotObserve, error.summary());
}

FileInfo info_of(const struct stat& info) {
  FileInfo out;
  out.type = type_of(info.st_mode);
  out.mode = info.st_mode & 07777;
  out.uid = info.st_uid;
  out.gid = info.st_gid;
  out.size = static_cast<std::uint64_t>(info.st_size);
  out.device = info.st_dev;
  out.inode = info.st_ino;
  if (!S_ISDIR(info.st_mode)) out.names = info.st_nlink;
  return out;
}

struct RegularFile {
  UniqueFd fd;
  std::size_t size = 0;  // as it says
};

Result<RegularFile> open_regular(const RootFiles& files, const std::string& path) {
  struct stat info {};
  UniqueFd fd = files.open(path, O_RDONLY, 0, &info);
  if (!fd) return unreadable(files, path);
  if (!S_ISREG(info.st_mode)) return fail(Code::kCannotObserve, path + " is not a regular file");
  if (is_host_key(files, info))
    return fail(Code::kCannotObserve,
                path + " is the key to which secret values for this host are sealed: it is not told");
  return RegularFile{std::move(fd), static_cast<std::size_t>(info.st_size)};
}

}  // namespace

LocalSystem::LocalSystem(RootFiles files)
    : files_(std::move(files)), accounts_(files_, [this](const std::string& database, const std::string& key) {
        // An image has no name service running.
        return is_image() ? std::string() : ask_name_service(*this, database, key);
      }) {}

Result<std::optional<FileInfo>> LocalSystem::stat(const std::string& path, bool follow) {
  struct stat info {};
  held_ = {path, follow, {}};
  if (files_.stat(path, follow, info, &held_.entry) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) return unreadable(files_, path);
    if (!follow) seen_.note_nothing(path);
    return std::optional<FileInfo>();
  }
  seen_.note(path, follow, info);
  FileInfo out = info_of(info);
  if (out.type == FileType::kLink) out.link_target = files_.read_link(path);
  return std::optional<FileInfo>(std::move(out));
}

Result<std::string> LocalSystem::file_digest(const std::string& path) {
  PLUMB_TRY_ASSIGN(const RegularFile file, open_regular(files_, path));
  Sha256 hash;
  // Most files are small, and a large buffer costs more than they do. A size is only what the file says.
  const std::size_t chunk = std::clamp(file.size, kSmallChunk, kChunk);
  const auto buffer = std::make_unique_for_overwrite<char[]>(chunk);
  std::size_t size = 0;
  while (true) {
    const ssize_t count = ::read(file.fd.get(), buffer.get(), chunk);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable(files_, path);
    if (count == 0) return hash.finish();
    hash.add({buffer.get(), static_cast<std::size_t>(count)});
    size += static_cast<std::size_t>(count);
    // Less than there was room for, up to the size: there is no more, and asking would be a call a file.
    if (static_cast<std::size_t>(count) < chunk && size == file.size) return hash.finish();
    if (while_busy_) while_busy_();
  }
}

Result<std::string> LocalSystem::read_file(const std::string& path, std::size_t limit) {
  PLUMB_TRY_ASSIGN(const RegularFile file, open_regular(files_, path));
  Result<std::string> bytes = read_all(file.fd.get(), limit, path);
  if (!bytes) return fail(Code::kCannotObserve, bytes.error().summary());
  return bytes;
}

Result<std::vector<std::string>> LocalSystem::list(const std::string& path) {
  UniqueFd fd = files_.open(path, O_RDONLY | O_DIRECTORY);
  if (!fd) return unreadable(files_, path);
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::fdopendir(fd.get()), ::closedir);
  if (!folder) return unreadable(files_, path);
  fd.release();
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.push_back(text_of_bytes(name));
  }
  if (errno != 0) return unreadable(files_, path);
  std::sort(names.begin(), names.end());
  return names;
}

Result<> LocalSystem::walk(const std::string& folder, const TreeVisitor& visit) {
  UniqueFd fd = files_.open(folder, O_RDONLY | O_DIRECTORY);
  if (!fd) return unreadable(files_, folder);
  Result<> walked = walk_tree(std::move(fd), folder, {[&](const TreeEntry& entry) -> Result<bool> {
                                seen_.note(entry.path, false, entry.info);
                                if (while_busy_) while_busy_();
                                return visit(entry.path, info_of(entry.info), entry.mounted);
                              }});
  if (walked || walked.error().code() != Code::kOperation) return walked;
  return fail(Code::kCannotObserve, walked.error().summary());
}

HeldEntry LocalSystem::hold(const std::string& path, bool follow) {
  HeldEntry entry = std::exchange(held_.entry, {});
  const bool same = entry && held_.path == path && held_.follow == follow;
  return same ? std::move(entry) : files_.hold(path, follow);
}

Result<BeyondMode> LocalSystem::beyond_mode(const std::string& path, bool follow) {
  const HeldEntry entry = hold(path, follow);
  if (!entry) return unreadable(files_, path);
  const RightsBeyondMode rights = rights_beyond_mode(entry.own_path());
  BeyondMode out;
  out.capabilities = rights.capabilities;
  out.label = rights.label;
  out.is_cut = rights.is_cut;
  for (const auto& [name, value] : rights.extended) out.extended[text_of_bytes(name)] = text_of_bytes(value);
  for (const AccessEntry& one : rights.entries) {
    std::string name;
    if (one.group) {
      const auto group = group_by_id(one.id);
      name = group ? group->name : std::to_string(one.id);
    } else {
      const auto user = user_by_id(one.id);
      name = user ? user->name : std::to_string(one.id);
    }
    append_item(out.access_list,
                std::string(one.inherited ? "default:" : "") + (one.group ? "group:" : "user:") + name + ":" +
                    ((one.permissions & 4) != 0 ? "r" : "-") + ((one.permissions & 2) != 0 ? "w" : "-") +
                    ((one.permissions & 1) != 0 ? "x" : "-"),
                ",");
  }
  return out;
}

Result<Limits> LocalSystem::limits(const std::string& path) {
  const HeldEntry entry = files_.hold(path, false);
  if (!entry) {
    if (errno == ENOENT || errno == ENOTDIR) return Limits{};
    return unreadable(files_, path);
  }
  Limits limits = limits_of(entry);
  limits.mount = limits.mount || path == "/";
  return limits;
}

Result<std::string> LocalSystem::resolve(const std::string& path) {
  return files_.resolve(path);
}

std::string LocalSystem::find_program(const std::string& name) {
  return find_program(name, kCleanPath);
}

std::string LocalSystem::find_program(const std::string& name, const std::string& path) {
  const auto runs = [this](const std::string& program) {
    struct stat info {};
    return files_.stat_program(program, info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 0111) != 0;
  };
  if (name.find('/') != std::string::npos) return runs(name) ? name : std::string();
  for (const std::string& folder : split(path, ':')) {
    if (!folder.starts_with('/')) continue;
    if (std::string program = folder + "/" + name; runs(program)) return program;
  }
  return {};
}

Result<ProcessResult> LocalSystem::run_program(const ProcessRequest& request) {
  const std::optional<std::string> key = answers_ ? KeptAnswers::key_of(*this, request) : std::nullopt;
  if (!key) return run(request, false, {});
  if (std::optional<ProcessResult> kept = answers_->find(*key)) return std::move(*kept);
  Result<ProcessResult> result = run(request, false, {});
  if (result) answers_->keep(*key, *result);
  return result;
}

// Before anything else is cut from it, and with what the cut left of a text.
Result<ProcessResult> LocalSystem::run_keeping_end(const ProcessRequest& request) {
  PLUMB_TRY_ASSIGN(ProcessResult result, run(with_env(request), true, {}));
  hide(request, result);
  return result;
}

Result<ProcessResult> LocalSystem::run_streaming(const ProcessRequest& request, const ByteSink& take, int input) {
  Result<> taken;
  const auto output = [&](std::string_view bytes) {
    taken = take(bytes);
    return taken.has_value();
  };
  PLUMB_TRY_ASSIGN(ProcessResult result, run(with_env(request), true, {output, input}));
  PLUMB_TRY(std::move(taken));
  hide(request, result);
  return result;
}

Result<ProcessResult> LocalSystem::run_attended(const ProcessRequest& request, const Attendant& attendant) {
  const auto taking = [&attendant](bool errors) {
    return [&attendant, errors](std::string_view bytes) {
      attendant.takes(bytes, errors);
      return true;
    };
  };
  return run(request, false, {taking(false), -1, taking(true), attendant.wants_end});
}

Result<> LocalSystem::read_pieces(const std::string& path, const ByteSink& take) {
  PLUMB_TRY_ASSIGN(const RegularFile file, open_regular(files_, path));
  const auto buffer = std::make_unique_for_overwrite<char[]>(kChunk);
  for (std::uint64_t left = file.size > 0 ? file.size : kMostWithoutSize; left > 0;) {
    const ssize_t count =
        ::read(file.fd.get(), buffer.get(), static_cast<std::size_t>(std::min<std::uint64_t>(left, kChunk)));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable(files_, path);
    if (count == 0) break;
    PLUMB_TRY(take({buffer.get(), static_cast<std::size_t>(count)}));
    left -= static_cast<std::uint64_t>(count);
  }
  return {};
}

void LocalSystem::hide(const ProcessRequest& request, ProcessResult& result) const {
  for (std::string* text : {&result.output, &result.errors}) {
    const bool cut = text->size() >= request.output_limit;
    *text = hidden_.hide(std::move(*text), cut);
  }
}

Result<ProcessResult> LocalSystem::run(const ProcessRequest& request, bool keep_end, Streams streams) {
  if (request.argv.empty()) return fail(Code::kOperation, "a program to run is not named");
  if (permitted_ && !permitted_(request)) {
    return fail(Code::kNotCovered, "this host is strict, and runs `" + request.argv[0] +
                                       "` only as part of a plan that was approved, and after that");
  }
  held_ = {};
  ProcessSpec spec;
  const auto given = request.env.find("PATH");
  const std::string path = given == request.env.end() ? std::string(kCleanPath) : given->second;
  spec.program = find_program(request.argv[0], path);
  if (spec.program.empty()) {
    return fail(Code::kProgramMissing, "the program `" + request.argv[0] + "` was not found")
        .hint("searched in " + path);
  }
  std::optional<Account> account;
  if (!request.user.empty()) {
    const auto uid = parse_id(request.user);
    account = uid ? user_by_id(*uid) : user_by_name(request.user);
    if (!account) return fail(Code::kUnknownAccount, "the user `" + request.user + "` does not exist");
    if (account->uid != ::geteuid()) spec.as = Credentials{account->uid, account->gid, accounts_.groups_of(*account)};
  } else {
    account = user_by_id(::geteuid());
  }
  std::map<std::string, std::string> environment = {{"PATH", kCleanPath},
                                                    {"LANG", "C.UTF-8"},
                                                    {"HOME", account ? account->home : "/"},
                                                    {"USER", account ? account->name : std::to_string(::geteuid())}};
  environment["LOGNAME"] = environment["USER"];
  for (const auto& [name, value] : environment_) environment[name] = value;
  std::optional<Scratch> scratch;
  if (request.changes_nothing && !confined_) {
    scratch.emplace();
    spec.confined_to = scratch->path();
    if (!scratch->path().empty()) environment["TMPDIR"] = scratch->path();
  }
  for (const auto& [name, value] : request.env) environment[name] = value;
  for (const auto& [name, value] : environment) spec.environment.push_back(name + "=" + value);
  spec.leaves_nobody = request.changes_nothing || confined_;
  spec.program = bytes_of_text(spec.program);
  for (const std::string& word : request.argv) spec.argv.push_back(bytes_of_text(word));
  spec.root = files_.root();
  spec.cwd = bytes_of_text(request.cwd);
  // A program with the rights of this one begins in no folder that somebody else's link leads to.
  UniqueFd folder;
  if (!spec.as && !request.cwd.empty() && request.cwd != "/") {
    folder = files_.open(request.cwd, kFolderHandle);
    if (!folder) return files_.error("enter, to run " + spec.program + ", the folder", request.cwd);
    spec.folder = folder.get();
  }
  spec.input = request.stdin_text;
  spec.input_file = streams.input;
  spec.takes_output = std::move(streams.output);
  spec.takes_errors = std::move(streams.errors);
  spec.wants_end = std::move(streams.wants_end);
  spec.timeout = request.timeout;
  if (deadline_) {
    if (is_overdue()) return fail(Code::kProgramTimeout, "the time was up before `" + request.argv[0] + "` began");
    const auto left = std::chrono::ceil<std::chrono::seconds>(*deadline_ - std::chrono::steady_clock::now());
    if (spec.timeout.count() <= 0 || left < spec.timeout) spec.timeout = left;
  }
  spec.output_limit = request.output_limit;
  spec.memory = request.memory;
  spec.keep_end = keep_end;
  spec.while_it_runs = while_busy_;
  if (!request.end_at_limit) return run_process(spec);
  std::string output, errors;
  const auto taking = [&request](std::string& kept) {
    return [&request, &kept](std::string_view bytes) {
      kept += bytes.substr(0, request.output_limit - kept.size());
      return kept.size() < request.output_limit;
    };
  };
  spec.takes_output = taking(output);
  spec.takes_errors = taking(errors);
  PLUMB_TRY_ASSIGN(ProcessResult result, run_process(spec));
  result.output = std::move(output);
  result.errors = std::move(errors);
  return result;
}

Result<uid_t> LocalSystem::uid_of(const std::string& user) {
  if (const auto uid = parse_id(user)) return *uid;
  if (const auto account = user_by_name(user)) return account->uid;
  return fail(Code::kUnknownAccount, "the user `" + user + "` does not exist");
}

Result<gid_t> LocalSystem::gid_of(const std::string& group) {
  if (const auto gid = parse_id(group)) return *gid;
  if (const auto account = group_by_name(group)) return account->gid;
  return fail(Code::kUnknownAccount, "the group `" + group + "` does not exist");
}

}  // namespace plumb::exec
