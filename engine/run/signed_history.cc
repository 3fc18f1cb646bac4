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

// What was signed may be as it was, and nothing here shows it any more.
Error out_of_sight(const trust::HistoryHead& head, const history::Trims& trims) {
  return fail(Code::kHistoryChanged, "the entry " + std::to_string(head.entries) + " that was signed at " + head.at +
                                         " is no longer kept: " + trims.operator_name + " took out the first " +
                                         std::to_string(trims.entries) + " at " + trims.at)
      .hint("compare with an export or a copy of before that, and sign the end anew after each trim");
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

Result<> expect_head(const history::SqliteHistory& history, const history::Trims& trims,
                     const trust::HistoryHead& head) {
  const auto entries = static_cast<std::int64_t>(head.entries);
  if (entries < trims.entries) return out_of_sight(head, trims);
  PLUMB_TRY_ASSIGN(const std::optional<std::string> there, history.entry_digest(entries));
  if (!there) return lost(head, "the history does not hold");
  if (*there != head.head) return lost(head, "the history holds another entry than");
  return {};
}

Result<history::ChainHead> check_export(const std::filesystem::path& file, const trust::HistoryHead* head) {
  bool seen = head == nullptr;
  PLUMB_TRY_ASSIGN(const history::ChainHead end, history::read_export(file, [&](const history::ExportedEntry& entry) {
                     seen = seen || entry.digest == head->head;
                     return Result<>();
                   }));
  if (seen || end.trims.head == head->head) return end;
  if (static_cast<std::int64_t>(head->entries) < end.trims.entries) return out_of_sight(*head, end.trims);
  return lost(*head, "the export does not hold");
}

}  // namespace plumb::run
