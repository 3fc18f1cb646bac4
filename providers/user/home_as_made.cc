#include "providers/user/home_as_made.h"

#include <optional>

namespace plumb::providers::user {
namespace {

// Whether a file or link of a home is as the skeleton of all homes has it.
Result<bool> came_with_home(const std::string& path, const std::string& below, const FileInfo& info, System& system) {
  const std::string from = "/etc/skel" + below;
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> skeleton, system.stat(from, false));
  if (!skeleton || skeleton->type != info.type) return false;
  if (info.type == FileType::kDirectory) return true;
  if (info.type == FileType::kLink) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> link, system.stat(path, false));
    return link && link->link_target == skeleton->link_target;
  }
  if (info.type != FileType::kFile || info.size != skeleton->size) return false;
  PLUMB_TRY_ASSIGN(const std::string is, system.file_digest(path));
  PLUMB_TRY_ASSIGN(const std::string was, system.file_digest(from));
  return is == was;
}

}  // namespace

Result<Json> what_came_since(const std::string& user, const std::string& home, std::uint32_t uid, System& system) {
  constexpr std::size_t kNamed = 6;
  Json holds = Json::array();
  PLUMB_TRY(system.walk(home, [&](const std::string& path, const FileInfo& info, bool) -> Result<bool> {
    if (holds.size() >= kNamed) return false;
    PLUMB_TRY_ASSIGN(const bool came, came_with_home(path, path.substr(home.size()), info, system));
    if (!came) holds.push_back(path);
    return came;
  }));
  for (const char* spool : {"/var/mail/", "/var/spool/mail/"}) {
    const std::string path = spool + user;
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> mail, system.stat(path, false));
    if (mail && mail->type == FileType::kFile && mail->size > 0 && mail->uid == uid) holds.push_back(path);
  }
  return holds;
}

}  // namespace plumb::providers::user
