#include "engine/run/signed_history.h"

#include "engine/base/file.h"
#include "engine/base/time_text.h"
#include "engine/run/trusted_plan.h"

namespace plumb::run {
namespace {

Error lost(const trust::HistoryHead& head, const std::string& what) {
  return fail(Code::kHistoryChanged,
              what + " the entry " + std::to_string(head.entries) + " that was signed at " + head.at)
      .hint("entries were taken off its end, or it was written anew; put a copy back with `plumb history restore`");
}

}  // namespace

Result<trust::HistoryHead> head_of(const history::SqliteHistory& history, std::chrono::sys_seconds now) {
  PLUMB_TRY_ASSIGN(const history::Verification found, history.verify());
  if (found.broken) {
    return fail(Code::kHistoryChanged,
                "the history does not hold at run " + found.broken->run + ": " + found.broken->reason);
  }
  if (found.entries == 0) return fail(Code::kNoSuchRun, "the history holds no run that has ended");
  PLUMB_TRY_ASSIGN(const std::vector<history::RunSummary> newest, history.runs(1));
  return trust::HistoryHead{.project = newest.empty() ? "" : newest.front().project,
                            .entries = static_cast<std::uint64_t>(found.entries),
                            .head = found.head,
                            .at = rfc3339(now)};
}

Result<SignedHead> read_signed_head(const std::filesystem::path& file, const trust::Trust& trust,
                                    std::chrono::sys_seconds now) {
  PLUMB_TRY_ASSIGN(const std::string bytes, read_file(file, trust::kMostStatement));
  PLUMB_TRY_ASSIGN(const std::string signature, read_file(signature_file(file), trust::kMostSignature));
  PLUMB_TRY_ASSIGN(trust::Signer signer, trust::signer_of(bytes, signature, trust::kHistoryNamespace, trust, now));
  PLUMB_TRY_ASSIGN(trust::HistoryHead head, trust::read_history_head(bytes));
  return SignedHead{std::move(head), std::move(signer)};
}

Result<> expect_head(const history::SqliteHistory& history, const trust::HistoryHead& head) {
  PLUMB_TRY_ASSIGN(const std::optional<std::string> there,
                   history.entry_digest(static_cast<std::int64_t>(head.entries)));
  if (!there) return lost(head, "the history does not hold");
  if (*there != head.head) return lost(head, "the history holds another entry than");
  return {};
}

Result<history::ChainHead> check_export(const std::filesystem::path& file, const trust::HistoryHead* head) {
  bool seen = false;
  PLUMB_TRY_ASSIGN(const history::ChainHead end, history::read_export(file, [&](const history::ExportedEntry& entry) {
                     seen = seen || (head != nullptr && entry.digest == head->head);
                     return Result<>();
                   }));
  if (head != nullptr && !seen) return lost(*head, "the export does not hold");
  return end;
}

}  // namespace plumb::run
