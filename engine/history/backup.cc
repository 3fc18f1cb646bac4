#include "engine/history/backup.h"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>

#include "engine/base/file.h"
#include "engine/base/random.h"
#include "engine/base/unique_fd.h"
#include "engine/history/chain.h"
#include "engine/history/sqlite_history.h"
#include "engine/history/store.h"

namespace plumb::history {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

bool is_there(const std::filesystem::path& path) {
  std::error_code failure;
  return std::filesystem::exists(path, failure);
}

// A file that is gone at the end of its scope, unless it stands under another name by then.
class Draft {
 public:
  explicit Draft(std::filesystem::path path) : path_(std::move(path)) {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    for (const char* const beside : {"", "-wal", "-shm", "-journal"}) {
      std::error_code ignored;
      std::filesystem::remove(path_.string() + beside, ignored);
    }
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  const std::filesystem::path path_;
};

std::string quoted(const std::filesystem::path& path) {
  std::string text = "'";
  for (const char c : path.string()) text += c == '\'' ? "''" : std::string(1, c);
  return text + "'";
}

// `name`: what to call it. What a copy does by itself when something is written is nobody's intention here.
Result<Verification> checked(const std::filesystem::path& file, const std::string& name) {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, open_store_read_only(file));
  PLUMB_TRY_ASSIGN(const std::int64_t others,
                   store->database.number("SELECT count(*) FROM sqlite_schema WHERE type NOT IN ('table', 'index')"));
  if (others > 0) return fail(Code::kHistory, name + " holds triggers or views, which no history of plumb has");
  PLUMB_TRY_ASSIGN(const SqliteHistory history, SqliteHistory::open_read_only(file));
  PLUMB_TRY_ASSIGN(Verification found, history.verify());
  if (found.broken) {
    return fail(Code::kHistoryChanged,
                name + " does not hold at run " + found.broken->run + ": " + found.broken->reason);
  }
  return found;
}

Error cannot(const std::string& what, const std::error_code& failure) {
  return fail(Code::kHistory, "cannot " + what + ": " + failure.message());
}

// Empty, and nobody else's from the beginning: the database is written into it.
Result<> make_private(const std::filesystem::path& file) {
  const UniqueFd made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made) return cannot("make " + file.string(), std::error_code(errno, std::generic_category()));
  return {};
}

Result<> copy_bytes(const std::filesystem::path& from, const std::filesystem::path& to) {
  return write_file(
      to,
      [&](const ByteSink& sink) -> Result<> {
        std::FILE* const file = std::fopen(from.c_str(), "rbe");
        if (file == nullptr) return cannot("read " + from.string(), std::error_code(errno, std::generic_category()));
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> closes(file, std::fclose);
        std::string piece(kPiece, '\0');
        while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), file)) {
          PLUMB_TRY(sink(std::string_view(piece).substr(0, size)));
        }
        if (std::ferror(file) != 0) return cannot("read " + from.string(), std::make_error_code(std::errc::io_error));
        return {};
      },
      0600);
}

// Whether the copy's chain goes through the end of the history's: nothing is lost then. A history that cannot be read
// has nothing to lose.
Result<bool> holds_all_of(const std::filesystem::path& copy, const std::filesystem::path& history) {
  const Result<SqliteHistory> current = SqliteHistory::open_read_only(history);
  if (!current) return true;
  const Result<Verification> now = current->verify();
  if (!now) return true;
  // What stands behind a broken entry cannot be told to be this history's.
  if (now->entries == 0) return now->unfinished == 0;
  PLUMB_TRY_ASSIGN(const SqliteHistory other, SqliteHistory::open_read_only(copy));
  PLUMB_TRY_ASSIGN(const std::optional<std::string> last, current->entry_digest(now->entries));
  PLUMB_TRY_ASSIGN(const std::optional<std::string> there, other.entry_digest(now->entries));
  return last == there;
}

// Where a copy may be put: over an older one, and not over the history itself, by whatever name, nor over something
// else that was named by mistake.
Result<> expect_place(const std::filesystem::path& history, const std::filesystem::path& copy) {
  if (!is_there(copy)) return {};
  std::error_code failure;
  if (std::filesystem::equivalent(history, copy, failure))
    return fail(Code::kHistory, copy.string() + " is the history itself").hint("name another file for the copy");
  if (!std::filesystem::is_regular_file(copy, failure))
    return fail(Code::kHistory, copy.string() + " is not a regular file").hint("name a file for the copy");
  constexpr std::string_view kBegin = "SQLite format 3";
  std::string begin(kBegin.size(), '\0');
  std::ifstream in(copy, std::ios::binary);
  in.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  if (in.gcount() == 0 || begin == kBegin) return {};
  return fail(Code::kHistory, copy.string() + " is there, and no copy of a history")
      .hint("name another file, or remove this one");
}

// Everything in the one file, and nobody else who has it open. A file that is no database any more is left as it is.
Result<> take_alone(const std::filesystem::path& history) {
  Result<Database> database = Database::open(history, Database::Mode::kReadWrite);
  if (!database) return {};
  const Result<bool> alone = database->take_alone();
  if (!alone || *alone) return {};
  return fail(Code::kHistory, "another program has the history open: " + history.string())
      .hint("wait until it has ended, then restore again");
}

Result<std::filesystem::path> move_aside(const std::filesystem::path& history) {
  PLUMB_TRY(take_alone(history));
  std::filesystem::path aside;
  for (int number = 1; number < 1000; ++number) {
    aside = history.string() + ".before-" + std::to_string(number);
    if (is_there(aside)) continue;
    std::error_code failure;
    std::filesystem::rename(history, aside, failure);
    if (failure) return cannot("move " + history.string() + " aside", failure);
    // Of a database that could not be opened they hold its newest part.
    for (const char* const beside : {"-wal", "-shm"}) {
      std::error_code none;
      std::filesystem::rename(history.string() + beside, aside.string() + beside, none);
    }
    return aside;
  }
  return fail(Code::kHistory, "too many histories lie aside, as " + aside.string());
}

}  // namespace

Result<Verification> back_up(const std::filesystem::path& history, const std::filesystem::path& copy) {
  if (!is_there(history)) return fail(Code::kHistory, "there is no history to copy: " + history.string());
  PLUMB_TRY(expect_place(history, copy));
  const Draft draft(copy.string() + "." + random_hex(8));
  PLUMB_TRY(make_private(draft.path()));
  {
    PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, open_store_read_only(history));
    Result<> copied = store->database.execute("VACUUM INTO " + quoted(draft.path()));
    if (!copied) {
      // The history is read alone: what is full is where the copy goes.
      if (copied.error().summary().starts_with("no space left"))
        return fail(Code::kHistory, "no space left for the copy " + copy.string());
      return std::move(copied.error());
    }
  }
  PLUMB_TRY_ASSIGN(Verification found, checked(draft.path(), "the history"));
  PLUMB_TRY(copy_bytes(draft.path(), copy));
  return found;
}

Result<Restored> restore(const std::filesystem::path& history, const std::filesystem::path& copy, bool lose_newer) {
  if (!is_there(copy)) return fail(Code::kHistory, "there is no copy of a history: " + copy.string());
  std::error_code failure;
  if (!std::filesystem::is_regular_file(copy, failure))
    return fail(Code::kHistory, copy.string() + " is not a regular file");
  Restored restored;
  PLUMB_TRY_ASSIGN(restored.copy, checked(copy, copy.string()));
  const bool replaces = is_there(history);
  if (replaces && !lose_newer) {
    PLUMB_TRY_ASSIGN(const bool all, holds_all_of(copy, history));
    if (!all) {
      return fail(Code::kHistoryChanged, "the history holds runs that the copy does not")
          .hint("export them first (`plumb history export`), or give --lose-newer; what is there is moved aside");
    }
  }
  const Draft draft(history.string() + "." + random_hex(8));
  // That of the project's folder is no business of a history.
  if (history.has_parent_path() && ::mkdir(history.parent_path().c_str(), 0700) != 0 && errno != EEXIST)
    return cannot("make the folder " + history.parent_path().string(), std::error_code(errno, std::generic_category()));
  PLUMB_TRY(copy_bytes(copy, draft.path()));
  if (replaces) {
    PLUMB_TRY_ASSIGN(restored.aside, move_aside(history));
  }
  std::filesystem::rename(draft.path(), history, failure);
  if (failure) return cannot("put the copy in the place of " + history.string(), failure);
  return restored;
}

}  // namespace plumb::history
