#include "providers/sdk/fake_system.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/base/glob.h"
#include "engine/base/joined.h"
#include "providers/sdk/access_list.h"
#include "providers/sdk/beyond_mode.h"
#include "providers/sdk/kernel_files.h"

namespace plumb {
namespace {

namespace fs = std::filesystem;

Error trouble(const std::string& path, int number) {
  return fail(Code::kOperation, path + ": " + std::strerror(number));
}

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return parts;
}

}  // namespace

FakeSystem::FakeSystem() {
  std::string pattern = (fs::temp_directory_path() / "plumb-fake-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  scratch_ = pattern;
}

FakeSystem::~FakeSystem() {
  std::error_code ignored;
  fs::remove_all(scratch_, ignored);
}

void FakeSystem::make_file(const std::string& path, std::string_view content, mode_t mode) {
  fs::create_directories(fs::path(real(path)).parent_path());
  std::ofstream(real(path), std::ios::binary) << content;
  ::chmod(real(path).c_str(), mode);
}

void FakeSystem::make_directory(const std::string& path, mode_t mode) {
  fs::create_directories(real(path));
  ::chmod(real(path).c_str(), mode);
}

void FakeSystem::make_link(const std::string& path, const std::string& target) {
  fs::create_directories(fs::path(real(path)).parent_path());
  fs::create_symlink(target, real(path));
}

void FakeSystem::make_fifo(const std::string& path) {
  fs::create_directories(fs::path(real(path)).parent_path());
  ::mkfifo(real(path).c_str(), 0600);
}

void FakeSystem::remove(const std::string& path) {
  fs::remove_all(real(path));
}

void FakeSystem::own(const std::string& path, std::uint32_t uid, std::uint32_t gid) {
  owners_[path] = {uid, gid};
}

void FakeSystem::script(std::string glob, ProcessResult result) {
  scripts_.emplace_back(std::move(glob), std::move(result));
}

std::string FakeSystem::blob(std::string bytes) {
  std::string name = digest(bytes);
  blobs_[name] = std::move(bytes);
  return name;
}

std::string FakeSystem::content(const std::string& path) {
  std::ifstream in(real(path), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Links are followed inside the root, one part at a time.
Result<std::string> FakeSystem::resolve(const std::string& path) {
  std::vector<std::string> rest = parts_of(path);
  std::reverse(rest.begin(), rest.end());
  std::string done;
  for (int links = 0; !rest.empty();) {
    const std::string part = rest.back();
    rest.pop_back();
    if (part == "..") {
      done.resize(done.empty() ? 0 : done.rfind('/'));
      continue;
    }
    const std::string next = done + '/' + part;
    std::error_code error;
    const fs::path target = fs::read_symlink(real(next), error);
    if (error) {
      done = next;
      continue;
    }
    if (++links > 40) return trouble(path, ELOOP);
    if (target.is_absolute()) done.clear();
    std::vector<std::string> more = parts_of(target.string());
    rest.insert(rest.end(), more.rbegin(), more.rend());
  }
  return done.empty() ? "/" : done;
}

// Where the last part of a path lies, a link as itself.
Result<std::string> FakeSystem::place_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == 0 || slash == std::string::npos) return path;
  PLUMB_TRY_ASSIGN(const std::string folder, resolve(path.substr(0, slash)));
  return (folder == "/" ? "" : folder) + path.substr(slash);
}

Result<std::optional<FileInfo>> FakeSystem::stat(const std::string& path, bool follow) {
  PLUMB_TRY_ASSIGN(const std::string place, follow ? resolve(path) : place_of(path));
  struct ::stat found {};
  if (::lstat(real(place).c_str(), &found) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<FileInfo>();
    return trouble(path, errno);
  }
  FileInfo info;
  info.type = S_ISREG(found.st_mode)   ? FileType::kFile
              : S_ISDIR(found.st_mode) ? FileType::kDirectory
              : S_ISLNK(found.st_mode) ? FileType::kLink
                                       : FileType::kOther;
  info.mode = found.st_mode & 07777U;
  if (const auto owner = owners_.find(place); owner != owners_.end()) {
    info.uid = owner->second.first;
    info.gid = owner->second.second;
  }
  info.size = static_cast<std::uint64_t>(found.st_size);
  info.device = 1;
  for (const std::string& mount : mounts_) {
    if (place == mount || place.starts_with(mount + '/')) info.device = 2;
  }
  info.inode = found.st_ino;
  if (info.type != FileType::kDirectory) info.names = found.st_nlink;
  if (info.type == FileType::kLink) info.link_target = fs::read_symlink(real(place)).string();
  return std::optional<FileInfo>(std::move(info));
}

Result<std::string> FakeSystem::read_file(const std::string& path, std::size_t limit) {
  PLUMB_TRY_ASSIGN(const std::string place, resolve(path));
  if (!fs::is_regular_file(real(place))) return trouble(path, ENOENT);
  std::string bytes = content(place);
  if (bytes.size() > limit) return fail(Code::kOperation, path + " is too large");
  return bytes;
}

Result<std::string> FakeSystem::file_digest(const std::string& path) {
  PLUMB_TRY_ASSIGN(const std::string bytes, read_file(path, SIZE_MAX));
  return digest(bytes);
}

Result<std::vector<std::string>> FakeSystem::list(const std::string& path) {
  PLUMB_TRY_ASSIGN(const std::string place, resolve(path));
  std::error_code error;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(real(place), error))
    names.push_back(entry.path().filename().string());
  if (error) return trouble(path, error.value());
  std::sort(names.begin(), names.end());
  return names;
}

Result<> FakeSystem::walk(const std::string& folder, const TreeVisitor& visit) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> above, stat(folder, true));
  PLUMB_TRY_ASSIGN(const std::vector<std::string> names, list(folder));
  for (const std::string& name : names) {
    const std::string path = (folder == "/" ? "" : folder) + '/' + name;
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, stat(path, false));
    if (!info) continue;
    const bool mounted = above && info->device != above->device;
    PLUMB_TRY_ASSIGN(const bool enters, visit(path, *info, mounted));
    if (enters && info->type == FileType::kDirectory) PLUMB_TRY(walk(path, visit));
  }
  return {};
}

Result<BeyondMode> FakeSystem::beyond_mode(const std::string& path, bool) {
  const auto found = beyond_.find(path);
  return found == beyond_.end() ? BeyondMode{} : found->second;
}

// Those of the nearest folder for which some were set, as far as they hold below it.
Result<Limits> FakeSystem::limits(const std::string& path) {
  Limits limits;
  if (const auto own = limits_.find(path); own != limits_.end()) return own->second;
  for (std::string above = path; above.size() > 1;) {
    above.resize(std::max<std::size_t>(above.rfind('/'), 1));
    const auto found = limits_.find(above);
    if (found == limits_.end()) continue;
    limits.read_only = found->second.read_only;
    limits.modeless = found->second.modeless;
    break;
  }
  return limits;
}

Result<std::string> FakeSystem::ask(const Probe& probe) {
  const auto found = answers_.find(describe(probe));
  if (found == answers_.end()) return fail(Code::kCannotObserve, "no answer is set for: " + describe(probe));
  return found->second;
}

Result<ProcessResult> FakeSystem::run_program(const ProcessRequest& request) {
  const std::string command = joined(request.argv, " ");
  ran_.push_back(command);
  requests_.push_back(request);
  for (auto script = scripts_.rbegin(); script != scripts_.rend(); ++script) {
    if (glob_match(script->first, command)) return script->second;
  }
  return fail(Code::kProgramMissing, "no script for: " + command);
}

std::string FakeSystem::find_program(const std::string& name) {
  return std::find(programs_.begin(), programs_.end(), name) == programs_.end() ? "" : "/usr/bin/" + name;
}

std::optional<Account> FakeSystem::user_by_name(const std::string& name) {
  for (const Account& user : users_) {
    if (user.name == name) return user;
  }
  return std::nullopt;
}

std::optional<Account> FakeSystem::user_by_id(std::uint32_t uid) {
  for (const Account& user : users_) {
    if (user.uid == uid) return user;
  }
  return std::nullopt;
}

std::optional<GroupAccount> FakeSystem::group_by_name(const std::string& name) {
  for (const GroupAccount& group : groups_) {
    if (group.name == name) return group;
  }
  return std::nullopt;
}

std::optional<GroupAccount> FakeSystem::group_by_id(std::uint32_t gid) {
  for (const GroupAccount& group : groups_) {
    if (group.gid == gid) return group;
  }
  return std::nullopt;
}

Result<> FakeSystem::set_ownership(const std::string& path, const Ownership& ownership) {
  const auto number = [](const std::string& text) -> std::optional<std::uint32_t> {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    return static_cast<std::uint32_t>(std::stoul(text));
  };
  auto owner = owners_.contains(path) ? owners_[path] : std::pair<std::uint32_t, std::uint32_t>{0, 0};
  if (ownership.owner) {
    const auto user = user_by_name(*ownership.owner);
    const auto id = user ? std::optional(user->uid) : number(*ownership.owner);
    if (!id) return fail(Code::kUnknownAccount, "no user " + *ownership.owner);
    owner.first = *id;
  }
  if (ownership.group) {
    const auto group = group_by_name(*ownership.group);
    const auto id = group ? std::optional(group->gid) : number(*ownership.group);
    if (!id) return fail(Code::kUnknownAccount, "no group " + *ownership.group);
    owner.second = *id;
  }
  owners_[path] = owner;
  if (ownership.acl) beyond_[path].access_list.clear(), beyond_[path].capabilities = false;
  give(ownership, beyond_[path]);
  if (ownership.mode) {
    ::chmod(real(path).c_str(), static_cast<::mode_t>(std::strtoul(ownership.mode->c_str(), nullptr, 8)));
  }
  if (ownership.acl && *ownership.acl != "none") {
    beyond_[path].access_list = *ownership.acl;
    struct ::stat now {};
    if (::lstat(real(path).c_str(), &now) == 0)
      ::chmod(real(path).c_str(), mode_beside(*ownership.acl, now.st_mode & 07777U));
  }
  return {};
}

Result<> FakeSystem::apply(const Operation& operation) {
  if (const auto* write = std::get_if<WriteFile>(&operation)) {
    if (!write->content.empty() && !blobs_.contains(write->content))
      return fail(Code::kOperation, "no blob " + write->content);
    PLUMB_TRY_ASSIGN(const std::string place, write->follow ? resolve(write->path) : place_of(write->path));
    if (!fs::is_directory(fs::path(real(place)).parent_path())) return trouble(place, ENOENT);
    if (write->backup && fs::exists(real(place))) {
      fs::copy_file(real(place), real(place) + ".plumb-kept");
    }
    // A new file takes the place of the old one, whose other names keep what it was.
    struct ::stat old {};
    const bool there = ::lstat(real(place).c_str(), &old) == 0 && S_ISREG(old.st_mode);
    const ::mode_t mode = there ? old.st_mode & 07777U : 0644U;
    if (!there || !write->in_place) fs::remove(real(place));
    std::ofstream(real(place), std::ios::binary) << (write->content.empty() ? write->text : blobs_[write->content]);
    ::chmod(real(place).c_str(), mode);
    return set_ownership(place, write->ownership);
  }
  if (const auto* edit = std::get_if<EditFile>(&operation)) {
    PLUMB_TRY_ASSIGN(const std::string place, edit->follow ? resolve(edit->path) : place_of(edit->path));
    const bool there = fs::exists(real(place));
    if (!there && !edit->create) return trouble(place, ENOENT);
    std::string text = there ? content(place) : std::string();
    for (const Edit& one : edit->edits) {
      PLUMB_TRY_ASSIGN(EditResult made, make_edit(one, text));
      text = std::move(made.text);
    }
    std::ofstream(real(place), std::ios::binary) << text;
    if (!edit->acl.empty()) beyond_.erase(place);
    if (there) return {};
    Ownership made{std::nullopt, std::nullopt, edit->mode.empty() ? "0644" : edit->mode};
    if (!edit->owner.empty()) made.owner = edit->owner;
    if (!edit->group.empty()) made.group = edit->group;
    return set_ownership(place, made);
  }
  if (const auto* make = std::get_if<MakeDirectory>(&operation)) {
    const std::string above = fs::path(make->path).parent_path().string();
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> folder, stat(above, true));
    if (make->parents && !folder) PLUMB_TRY(apply(MakeDirectory{above, {{}, {}, "0755"}, true}));
    PLUMB_TRY_ASSIGN(const std::string place, place_of(make->path));
    if (::mkdir(real(place).c_str(), 0755) != 0) return trouble(place, errno);
    return set_ownership(place, make->ownership);
  }
  if (const auto* link = std::get_if<MakeLink>(&operation)) {
    PLUMB_TRY_ASSIGN(const std::string place, place_of(link->path));
    PLUMB_TRY_ASSIGN(const std::string target, link->hard ? place_of(link->target) : Result<std::string>(link->target));
    if (link->replace) ::remove(real(place).c_str());
    const int failed =
        link->hard ? ::link(real(target).c_str(), real(place).c_str()) : ::symlink(target.c_str(), real(place).c_str());
    if (failed != 0) return trouble(link->path, errno);
    return {};
  }
  if (const auto* gone = std::get_if<Remove>(&operation)) {
    PLUMB_TRY_ASSIGN(const std::string place, place_of(gone->path));
    beyond_.erase(place);
    if (gone->recursive) {
      fs::remove_all(real(place));
    } else if (::remove(real(place).c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) {
      return trouble(gone->path, errno);
    }
    return {};
  }
  if (const auto* set = std::get_if<SetAttributes>(&operation)) {
    PLUMB_TRY_ASSIGN(const std::string place, set->follow ? resolve(set->path) : place_of(set->path));
    return set_ownership(place, set->ownership);
  }
  if (const auto* swap = std::get_if<ChangeSwap>(&operation); swap != nullptr && swap->verb == "make") {
    if (fs::exists(real(swap->device))) return trouble(swap->device, EEXIST);
    make_file(swap->device, "", 0600);
    fs::resize_file(real(swap->device), static_cast<std::uintmax_t>(swap->mebibytes) << 20U);
    return {};
  }
  return std::visit(
      [&](const auto& one) -> Result<> {
        if constexpr (requires { told_after(one, *this); }) {
          PLUMB_TRY_ASSIGN(const KernelFile told, told_after(one, *this));
          make_file(told.path, told.text);
          return {};
        } else {
          return fail(Code::kOperation, "the fake host does not carry this out: " + to_json(operation).dump());
        }
      },
      operation);
}

Result<> FakeSystem::apply(std::span<const Operation> operations) {
  for (const Operation& operation : operations) PLUMB_TRY(apply(operation));
  return {};
}

Seen see(const Provider& provider, const Desired& desired, System& system) {
  Seen seen;
  const Desired* const one = &desired;
  auto results = provider.observe({&one, 1}, system);
  if (results.size() != 1) {
    seen.problem = Diagnostic(Code::kInternal, "observe() gave " + std::to_string(results.size()) + " results for one");
  } else if (!results.front()) {
    seen.problem = results.front().error().diagnostic();
  } else {
    seen.observed = std::move(*results.front());
    seen.change = provider.diff(desired, *seen.observed);
  }
  return seen;
}

Json to_json(const Change& change) {
  Json json = {{"op", name(change.op)}, {"before", change.before}, {"after", change.after}};
  json["operations"] = Json::array();
  for (const Operation& operation : change.operations) json["operations"].push_back(to_json(operation));
  if (change.fidelity != Fidelity::kExact) json["fidelity"] = name(change.fidelity);
  if (!change.note.empty()) json["note"] = change.note;
  return json;
}

}  // namespace plumb
