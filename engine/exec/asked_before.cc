#include "engine/exec/asked_before.h"

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

}  // namespace plumb::exec
