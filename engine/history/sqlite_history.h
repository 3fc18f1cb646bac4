// The history in one SQLite file, .plumb/history.db.
//
// An outcome is committed before its call returns; a power cut may lose the last moments, which the hosts' own journals
// hold. Readers never block a writer, and writers of several processes wait for each other for one small transaction.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/base/byte_sink.h"
#include "engine/history/history.h"

namespace plumb::history {

class Store;

// What an import brought.
struct Imported {
  std::int64_t runs = 0;
  std::int64_t late = 0;
  std::int64_t known = 0;      // entries that were here before
  std::int64_t differing = 0;  // of those, runs that are here with other content, which stays
};

class SqliteHistory final : public RunStore {
 public:
  // The file is opened when it is first needed: read, one that does not exist is an empty history and is not made; with
  // the first thing written it is made (0600), and its folder (0700). Errors of all calls: kHistory for a damaged or
  // foreign file, a full disk, and a file written by a newer plumb.
  explicit SqliteHistory(std::filesystem::path file);
  // The same, opened at once.
  static Result<SqliteHistory> open(const std::filesystem::path& file);
  static Result<SqliteHistory> open_read_only(const std::filesystem::path& file);

  Result<std::unique_ptr<RunWriter>> begin(const RunStart& start) override;
  Result<> report_late(const LateReport& report) override;
  Result<std::vector<RunSummary>> runs(std::int64_t limit, std::string_view host = {}) const override;
  Result<RunRecord> run(std::string_view reference) const override;
  Result<bool> knows(std::string_view run) const override;
  Result<std::optional<std::string>> plan_bytes(std::string_view plan) const override;
  Result<std::string> plan_folder(std::string_view plan) const override;
  Result<std::set<std::string>> hosts_done(std::string_view plan) const override;
  Result<std::optional<std::string>> kept(std::string_view digest) const override;
  Result<std::optional<std::string>> sealing_key(std::string_view host, std::string_view account) const override;
  Result<std::string> keep_sealing_key(std::string_view host, std::string_view account, std::string_view recipient,
                                       std::string_view at) override;
  Result<bool> forget_host(std::string_view host) override;
  Result<> store_facts(const std::map<std::string, Json>& facts, std::string_view at) override;
  Result<std::map<std::string, StoredFacts>> facts() const override;
  // Walks the chain from its first entry.
  Result<Verification> verify() const override;
  Result<bool> exceeds(const Keep& keep) const override;
  Result<Trimmed> trim(const Keep& keep, const TrimStart& start) override;

  // The chain, first to last: of each entry the document that its digest is of, and a line end. Errors: those of the
  // sink, and kHistoryChanged where an entry does not hold; what came until then is no export.
  Result<> export_chain(const ByteSink& sink) const;
  // Takes the entries of an export (export.h) into this history, behind its own and sealed with them: runs with a note
  // that says where from, late reports as they are. Those that are known here already stay as they are. All or nothing.
  // Errors: those of reading an export too.
  Result<Imported> import_chain(const std::filesystem::path& file);
  // Makes the file as small as what it holds; needs as much space beside it, and nobody else who writes.
  Result<> give_back_space();
  // Of the entry with this number in the chain, from 1 on; nothing where there are fewer, and for what was trimmed but
  // for its last.
  Result<std::optional<std::string>> entry_digest(std::int64_t number) const;

  SqliteHistory(SqliteHistory&&) noexcept;
  SqliteHistory& operator=(SqliteHistory&&) noexcept;
  ~SqliteHistory() override;

 private:
  class Opener;

  std::unique_ptr<Opener> opener_;
};

}  // namespace plumb::history
