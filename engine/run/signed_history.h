// The end of a history, signed and kept elsewhere: what shows that entries were taken off its end, or that all of it
// was written anew, which its chain alone does not.
#pragma once

#include <chrono>
#include <filesystem>

#include "engine/history/export.h"
#include "engine/history/sqlite_history.h"
#include "engine/trust/signed_bytes.h"
#include "engine/trust/statement.h"

namespace plumb::run {

// Of a history that holds. Errors: kHistoryChanged, and kNoSuchRun where nothing has ended yet.
Result<trust::HistoryHead> head_of(const history::SqliteHistory& history, std::chrono::sys_seconds now);

struct SignedHead {
  trust::HistoryHead head;
  trust::Signer signer;
};

// From a statement's file and the signature beside it, `FILE.sig`. Errors: kNotSigned, kBadSignature.
Result<SignedHead> read_signed_head(const std::filesystem::path& file, const trust::Trust& trust,
                                    std::chrono::sys_seconds now);

// Whether the chain, which is whole but for `trims`, goes through that end. Errors: kHistoryChanged, also where the end
// lies before what is still kept.
Result<> expect_head(const history::SqliteHistory& history, const history::Trims& trims,
                     const trust::HistoryHead& head);

// The same of an export, which is read to its end. Errors: kNotAnExport too.
Result<history::ChainHead> check_export(const std::filesystem::path& file, const trust::HistoryHead* head);

}  // namespace plumb::run
