#include "engine/run/applied_plan.h"

#include "engine/base/file.h"
#include "engine/base/files.h"
#include "engine/run/trusted_plan.h"

namespace plumb::run {
namespace {

constexpr std::size_t kMostFiles = 2000;
constexpr std::string_view kName = "plan.json";  // whatever the plan's own is

// The statements of this plan that have a signature beside them.
Result<> add_approvals(const std::filesystem::path& file, const std::string& id,
                       std::map<std::string, std::string>& files) {
  const Folder folder(approvals_folder(file));
  if (!folder.files().status(folder.path())) return {};
  PLUMB_TRY_ASSIGN(const std::vector<FolderEntry> entries, folder.list(kMostFiles));
  if (entries.size() > kMostFiles)
    return fail(Code::kNotApproved, folder.path().string() + " holds more approvals than anybody gave");
  for (const FolderEntry& entry : entries) {
    if (!entry.name.ends_with(".json")) continue;
    const std::string signature_name = entry.name.substr(0, entry.name.size() - 5) + ".sig";
    if (!folder.holds(signature_name)) continue;
    PLUMB_TRY_ASSIGN(std::string statement, folder.read(entry.name, trust::kMostStatement));
    const Result<trust::Approval> approval = trust::read_approval(statement);
    if (!approval || approval->plan != id) continue;
    PLUMB_TRY_ASSIGN(std::string signature, folder.read(signature_name, trust::kMostSignature));
    const std::string place = approvals_folder(kName).string() + "/";
    files.emplace(place + entry.name, std::move(statement));
    files.emplace(place + signature_name, std::move(signature));
  }
  return {};
}

}  // namespace

Result<AppliedPlan> read_applied_plan(const std::filesystem::path& file, const Registry& kinds,
                                      const history::RunStore& store) {
  PLUMB_TRY_ASSIGN(std::string bytes, read_file(file, plan::kMaxDocument));
  PLUMB_TRY_ASSIGN(const SavedPlan saved, read_saved_plan(bytes, kinds));
  AppliedPlan applied{saved.id, {}, plan::holds_sealed(saved.plan), {}};
  PLUMB_TRY_ASSIGN(applied.hosts, store.hosts_done(saved.id));
  if (applied.hosts.empty())
    return fail(Code::kNoSuchRun, "no run of this plan in the project's history ended well on a host: " + saved.id);
  applied.files.emplace(kName, std::move(bytes));
  const std::filesystem::path signature = signature_file(file);
  if (disk_files().status(signature)) {
    PLUMB_TRY_ASSIGN(std::string text, read_file(signature, trust::kMostSignature));
    applied.files.emplace(signature_file(kName).string(), std::move(text));
  }
  PLUMB_TRY(add_approvals(file, saved.id, applied.files));
  return applied;
}

}  // namespace plumb::run
