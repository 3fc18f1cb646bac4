#include "engine/history/export.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <mutex>

#include "engine/base/digest.h"
#include "engine/history/chain.h"
#include "engine/history/opener.h"
#include "engine/history/sqlite_history.h"
#include "engine/history/trim.h"

namespace plumb::history {
namespace {

enum class LineEnd { kLine, kEnd, kTooLong, kUnreadable };

// Reads up to a line end, which is not part of the line. The library throws where the system cannot read, as of a
// folder.
LineEnd read_line(std::istream& in, std::string& line) try {
  line.clear();
  std::streambuf* const bytes = in.rdbuf();
  while (true) {
    const int byte = bytes->sbumpc();
    if (byte == std::char_traits<char>::eof()) return line.empty() ? LineEnd::kEnd : LineEnd::kLine;
    if (byte == '\n') return LineEnd::kLine;
    if (line.size() == kMostLine) return LineEnd::kTooLong;
    line += static_cast<char>(byte);
  }
} catch (const std::ios_base::failure&) {
  return LineEnd::kUnreadable;
}

Error at_line(Error error, const std::filesystem::path& file, std::int64_t line) {
  return std::move(error).during("line " + std::to_string(line) + " of " + file.string());
}

Result<> write_entry(Database& database, const Link& link, const ByteSink& sink) {
  Sha256 hash;
  Result<> written;
  PLUMB_TRY(write_document(database, link, [&](std::string_view piece) {
    hash.add(piece);
    if (written) written = sink(piece);
  }));
  PLUMB_TRY(std::move(written));
  if (hash.finish() != link.digest) {
    return fail(Code::kHistoryChanged,
                "what the history holds of run " + link.name + " was changed after it was written")
        .hint("`plumb history verify` says more");
  }
  return sink("\n");
}

// Of the history that was exported; nothing where the entry tells of none.
std::optional<Trims> trims_told_by(const Entry& entry) {
  const auto* const run = std::get_if<RunEntry>(&entry.content);
  if (run == nullptr || run->run.kind != kTrimKind || run->notes.contains(std::string(kImportedNote))) return {};
  Result<Trims> trims = trims_of(run->notes);
  if (!trims) return {};
  trims->operator_name = run->run.operator_name;
  trims->at = run->run.finished_at;
  return std::move(*trims);
}

}  // namespace

Result<> SqliteHistory::export_chain(const ByteSink& sink) const {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_reading());
  const std::lock_guard lock(store->mutex);
  Database& database = store->database;
  PLUMB_TRY_ASSIGN(Transaction snapshot, Transaction::begin(database, Transaction::Kind::kRead));
  PLUMB_TRY_ASSIGN(const std::vector<Link> chain, read_chain(database));
  PLUMB_TRY_ASSIGN(const Trims trims, read_trims(database));
  std::string_view last = trims.head;
  for (const Link& link : chain) {
    if (link.previous != last) {
      return fail(Code::kHistoryChanged, "an entry of the history is missing before run " + link.name)
          .hint("`plumb history verify` says more");
    }
    PLUMB_TRY(write_entry(database, link, sink));
    last = link.digest;
  }
  return {};
}

Result<std::optional<std::string>> SqliteHistory::entry_digest(std::int64_t number) const {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_reading());
  const std::lock_guard lock(store->mutex);
  PLUMB_TRY_ASSIGN(Statement prepared,
                   store->database.prepare("SELECT digest FROM chain WHERE number = ?1 UNION ALL "
                                           "SELECT previous FROM chain WHERE number = ?1 + 1 LIMIT 1"));
  Statement row = std::move(prepared).bind(number);
  PLUMB_TRY_ASSIGN(const bool found, row.step());
  return found ? std::optional(row.text(0)) : std::nullopt;
}

Result<ChainHead> read_export(const std::filesystem::path& file,
                              const std::function<Result<>(const ExportedEntry&)>& take) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Code::kFileUnreadable, "cannot read " + file.string() + ": " + std::strerror(errno));
  ChainHead head;
  std::string before;  // the digest that the first entry follows
  std::int64_t number = 0;
  std::string line;
  while (true) {
    const LineEnd end = read_line(in, line);
    if (end == LineEnd::kEnd) break;
    if (end == LineEnd::kUnreadable) return fail(Code::kFileUnreadable, "cannot read " + file.string() + " to its end");
    ++number;
    if (end == LineEnd::kTooLong)
      return at_line(fail(Code::kNotAnExport, "an entry is larger than this program reads"), file, number);
    Result<Entry> entry = read_entry(line);
    if (!entry) return at_line(std::move(entry.error()), file, number);
    if (number == 1) {
      before = entry->previous;
    } else if (entry->previous != head.digest) {
      return at_line(fail(Code::kNotAnExport, "the entry does not follow the one before it"), file, number)
          .hint("a line was changed, added or taken out; export anew");
    }
    head.digest = digest(line);
    if (std::optional<Trims> trims = trims_told_by(*entry)) head.trims = std::move(*trims);
    PLUMB_TRY(take({head.digest, std::move(*entry)}));
  }
  if (before != head.trims.head) {
    return at_line(fail(Code::kNotAnExport, "the entry has others before it, which are not there"), file, 1)
        .hint("lines were taken off its beginning; export anew");
  }
  head.entries = head.trims.entries + number;
  return head;
}

}  // namespace plumb::history
