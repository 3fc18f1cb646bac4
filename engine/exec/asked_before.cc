#include "engine/exec/asked_before.h"

#include <algorithm>
#include <array>

#include "engine/base/digest.h"
#include "engine/base/json.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMostAsked = 4096;
constexpr std::size_t kMostAskedBytes = std::size_t{1} << 20;

std::string asked_path(const StateFolder& folder) {
  return folder.path() + "/asked.json";
}

std::string digest_of(const ProcessRequest& request) {
  return digest(canonical({{"argv", request.argv},
                           {"cwd", request.cwd},
                           {"env", request.env},
                           {"input", digest(request.stdin_text)},
                           {"user", request.user}}));
}

}  // namespace

AskedBefore::AskedBefore(const StateFolder& folder) : folder_(folder) {
  const Result<Json> json =
      parse_json(read_small(folder.files(), asked_path(folder), kMostAskedBytes), Code::kDamagedRecord);
  if (!json || !json->is_array()) return;
  for (const Json& one : *json) {
    if (one.is_string()) digests_.insert(one.get<std::string>());
  }
}

bool AskedBefore::contains(const ProcessRequest& request) const {
  return digests_.contains(digest_of(request));
}

void AskedBefore::add(const ProcessRequest& request) {
  if (!request.changes_nothing || digests_.size() >= kMostAsked) return;
  changed_ = digests_.insert(digest_of(request)).second || changed_;
}

Result<> AskedBefore::save() const {
  if (!changed_) return {};
  PLUMB_TRY(folder_.make());
  return replace_file(folder_.files(), asked_path(folder_), canonical(Json(digests_)));
}

bool is_plain_question(const ProcessRequest& request) {
  if (!request.env.empty() || !request.user.empty() || !request.stdin_text.empty() || request.argv.empty())
    return false;
  // All that may stand in front of `--`. What stands behind it are names, and never options.
  static constexpr std::array<std::string_view, 5> kShow = {
      "show", "--no-pager", "--property",
      "Id,LoadState,ActiveState,UnitFileState,NeedDaemonReload,CanReload,Type,RemainAfterExit,FragmentPath,LoadError",
      "--value"};
  static constexpr std::array<std::string_view, 15> kSimulate = {"-s",
                                                                 "-y",
                                                                 "-q=0",
                                                                 "-o",
                                                                 "Dir::Cache::pkgcache=",
                                                                 "Dir::Cache::srcpkgcache=",
                                                                 "Debug::NoLocking=1",
                                                                 "Debug::pkgDepCache::AutoInstall=1",
                                                                 "--allow-downgrades",
                                                                 "--allow-change-held-packages",
                                                                 "--no-install-recommends",
                                                                 "install",
                                                                 "--autoremove",
                                                                 "--with-new-pkgs",
                                                                 "upgrade"};
  const auto all_in = [&request](const auto& known) {
    const auto end = std::find(request.argv.begin() + 1, request.argv.end(), "--");
    return std::all_of(request.argv.begin() + 1, end, [&known](const std::string& word) {
      return std::find(known.begin(), known.end(), word) != known.end();
    });
  };
  const std::string& program = request.argv[0];
  if (program == "systemctl") return request.argv.size() > 1 && request.argv[1] == "show" && all_in(kShow);
  if (program == "apt-get") return request.argv.size() > 1 && request.argv[1] == "-s" && all_in(kSimulate);
  return false;
}

}  // namespace plumb::exec
