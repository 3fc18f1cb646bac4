// SQLite behind RAII and Result: a connection, its prepared statements, a transaction. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace plumb::history {

class Database;

// A prepared statement lent by its database; given back, reset, at the end of its scope. A row's values are
// valid until the next step.
class Statement {
 public:
  Statement(const Database& database, sqlite3_stmt* handle) : database_(&database), handle_(handle) {}
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Binds ?1, ?2, … in order; what is bound must live until the last step.
  template <class... Values>
  Statement&& bind(const Values&... values) && {
    (put(values), ...);
    return std::move(*this);
  }
  Result<bool> step();  // true: there is a row
  Result<> run();       // for statements without rows

  std::int64_t integer(int column) const;
  std::string text(int column) const;  // "" for null
  bool is_null(int column) const;

 private:
  void put(std::string_view text);
  void put(const std::string& text) { put(std::string_view(text)); }
  void put(const char* text) { put(std::string_view(text)); }
  void put(std::int64_t number);
  void put(int number) { put(std::int64_t{number}); }
  void put(std::nullptr_t);

  const Database* database_;
  sqlite3_stmt* handle_;
  int next_ = 1;
};

class Database {
 public:
  // kUnchanging: read, of a file that nobody can write, so that nothing lies or comes to lie beside it.
  enum class Mode { kReadWrite, kRead, kUnchanging, kMemory };
  static Result<Database> open(const std::filesystem::path& file, Mode mode);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  // A whole script, without parameters and rows.
  Result<> execute(const std::string& sql);
  // `sql` is a literal: statements are kept by its address and prepared once.
  Result<Statement> prepare(const char* sql);
  // The one number that a pragma or an aggregate answers.
  Result<std::int64_t> number(const char* sql);
  // Readers then see a snapshot and never block a writer. A file system that cannot do it leaves it off.
  Result<> use_write_ahead_log();
  // Writes what stands in the log into the file, and keeps everybody else out of it from now on; false where somebody
  // else has it open.
  Result<bool> take_alone();
  std::int64_t last_number() const;  // the row id that the last insert got
  bool changed() const;              // whether the last statement changed a row

  Error error(int status) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };
  explicit Database(std::filesystem::path file) : file_(std::move(file)) {}

  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> handle_;
  std::map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

// Rolled back unless committed.
class Transaction {
 public:
  enum class Kind { kRead, kWrite };  // a write transaction waits for its turn at its start
  static Result<Transaction> begin(Database& database, Kind kind);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Result<> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace plumb::history
