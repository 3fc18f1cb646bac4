// The keys of hosts to which secret values are sealed.
#include <mutex>

#include "engine/history/opener.h"

namespace plumb::history {
namespace {

Result<std::optional<std::string>> known_key(Database& database, std::string_view host, std::string_view account) {
  PLUMB_TRY_ASSIGN(Statement find,
                   database.prepare("SELECT recipient FROM sealing_keys WHERE host = ?1 AND account = ?2"));
  Statement found = std::move(find).bind(host, account);
  PLUMB_TRY_ASSIGN(const bool any, found.step());
  return any ? std::optional(found.text(0)) : std::nullopt;
}

}  // namespace

Result<std::optional<std::string>> RunStore::sealing_key(std::string_view, std::string_view) const {
  return std::optional<std::string>();
}

Result<std::string> RunStore::keep_sealing_key(std::string_view, std::string_view, std::string_view recipient,
                                               std::string_view) {
  return std::string(recipient);
}

Result<std::optional<std::string>> SqliteHistory::sealing_key(std::string_view host, std::string_view account) const {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_reading());
  const std::lock_guard lock(store->mutex);
  // A file that nothing was written to since has no such table.
  PLUMB_TRY_ASSIGN(const std::int64_t tables,
                   store->database.number("SELECT count(*) FROM sqlite_schema WHERE name = 'sealing_keys'"));
  if (tables == 0) return std::optional<std::string>();
  return known_key(store->database, host, account);
}

Result<std::string> SqliteHistory::keep_sealing_key(std::string_view host, std::string_view account,
                                                    std::string_view recipient, std::string_view at) {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_writing());
  const std::lock_guard lock(store->mutex);
  Database& database = store->database;
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  PLUMB_TRY_ASSIGN(const std::optional<std::string> known, known_key(database, host, account));
  if (known) return *known;
  {
    PLUMB_TRY_ASSIGN(
        Statement insert,
        database.prepare("INSERT INTO sealing_keys (host, account, recipient, at) VALUES (?1, ?2, ?3, ?4)"));
    PLUMB_TRY(std::move(insert).bind(host, account, recipient, at).run());
  }
  PLUMB_TRY(transaction.commit());
  return std::string(recipient);
}

}  // namespace plumb::history
