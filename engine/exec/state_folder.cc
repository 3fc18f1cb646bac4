#include "engine/exec/state_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/base/platform.h"
#include "providers/sdk/ownership.h"

namespace plumb::exec {
namespace {

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= 128 && text[0] != '.' &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                  c == '-';
         });
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

std::string StateFolder::common_path(const RootFiles& files) {
  if (files.is_image() || ::geteuid() == 0) return "/var/lib/plumb";
  std::string state = variable("XDG_STATE_HOME");
  if (!state.starts_with('/')) state = variable("HOME") + "/.local/state";
  return state + "/plumb";
}

Result<StateFolder> StateFolder::of(const RootFiles& files, const std::string& project) {
  if (!is_name(project)) return fail(Code::kProtocol, "`" + project + "` cannot be the name of a project");
  StateFolder folder;
  folder.files_ = &files;
  folder.path_ = common_path(files) + "/" + project;
  return folder;
}

Result<> StateFolder::make() const {
  PLUMB_TRY(make_folders(*files_, parent_of(path_), 0755));
  return make_folders(*files_, path_, 0700);
}

std::string StateFolder::token() const {
  return digest(path_).substr(kDigestPrefix.size(), 8);
}

Result<> make_folders(const RootFiles& files, const std::string& path, mode_t mode) {
  struct stat info {};
  if (files.stat(path, true, info) == 0) {
    if (S_ISDIR(info.st_mode)) return {};
    return fail(Code::kOperation, path + " is not a folder");
  }
  if (path == "/") return os_error("open", path);
  PLUMB_TRY(make_folders(files, parent_of(path), 0755));
  PLUMB_TRY_ASSIGN(const Place place, files.place(path));
  if (::mkdirat(place.folder.get(), place.name.c_str(), mode) != 0 && errno != EEXIST) return os_error("make", path);
  return {};
}

Result<> replace_file(const RootFiles& files, const std::string& path, std::string_view bytes) {
  PLUMB_TRY_ASSIGN(const Place place, files.place(path));
  const std::string temporary = place.name + ".new";
  const auto attempt = [&]() -> Result<> {
    const UniqueFd fd(
        ::openat(place.folder.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) return os_error("create", path + ".new");
    PLUMB_TRY(write_all(fd.get(), bytes, path));
    if (sync_file(fd.get()) != 0) return os_error("sync", path);
    if (::renameat(place.folder.get(), temporary.c_str(), place.folder.get(), place.name.c_str()) != 0) {
      return os_error("replace", path);
    }
    return sync_folder(files, parent_of(path));
  };
  Result<> done = attempt();
  if (!done) ::unlinkat(place.folder.get(), temporary.c_str(), 0);
  return done;
}

Result<> sync_folder(const RootFiles& files, const std::string& path) {
  const UniqueFd fd = files.open(path, O_RDONLY | O_DIRECTORY);
  if (!fd || sync_file(fd.get()) != 0) return os_error("sync the folder", path);
  return {};
}

}  // namespace plumb::exec
