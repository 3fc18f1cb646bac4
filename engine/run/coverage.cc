#include "engine/run/coverage.h"

#include <algorithm>

#include "engine/base/file.h"
#include "engine/base/files.h"
#include "engine/plan/slice.h"
#include "engine/trust/charter.h"
#include "engine/trust/statement.h"

namespace plumb::run {

// What does not belong to the plan any more, such as an approval that has expired, the host says itself.
Result<> Coverage::look() const {
  constexpr std::string_view kStatementEnd = ".json";
  const Folder folder(approvals_);
  if (!approvals_.empty() && folder.files().status(folder.path())) {
    constexpr std::size_t kMostEntries = 2000;
    PLUMB_TRY_ASSIGN(const std::vector<FolderEntry> entries, folder.list(kMostEntries));
    for (const FolderEntry& entry : entries) {
      if (!entry.name.ends_with(kStatementEnd) || statements_.size() == trust::kMostSignatures) continue;
      std::filesystem::path path = folder.path() / entry.name;
      PLUMB_TRY_ASSIGN(std::string statement, read_file(path, trust::kMostStatement));
      PLUMB_TRY_ASSIGN(std::string signature, read_file(path.replace_extension(".sig"), trust::kMostSignature));
      statements_.push_back({std::move(statement), std::move(signature)});
    }
  }
  if (statements_.empty()) {
    return fail(Code::kNotCovered, "the host is strict, and nobody has approved the plan")
        .hint("`plumb plan -o FILE`, `plumb approve FILE --key KEY`, `plumb apply FILE`");
  }
  slices_ = plan::slices(plan_, id_);
  paths_ = plan::paths_of(slices_);
  return {};
}

Result<wire::Cover> Coverage::of(const std::string& host) const {
  std::call_once(once_, [this] { looked_ = look(); });
  if (!looked_) return Error(looked_.error());
  const auto found =
      std::lower_bound(slices_.all.begin(), slices_.all.end(), host,
                       [](const plan::Slice& slice, const std::string& name) { return slice.host < name; });
  if (found == slices_.all.end() || found->host != host)
    return fail(Code::kNotCovered, "the plan has nothing of this host");
  const auto index = static_cast<std::size_t>(found - slices_.all.begin());
  const plan::HostPlan& own = plan_.hosts.at(host);
  wire::Cover cover;
  cover.slice = found->bytes;
  cover.index = index;
  cover.path = paths_[index];
  cover.statements = statements_;
  if (!own.actions.empty()) cover.actions = own.actions.text();
  cover.record_changes = plan::record_changes_text(own);
  cover.readings = plan::text_of(own.readings);
  return cover;
}

}  // namespace plumb::run
