#include "engine/history/plan_store.h"

#include <algorithm>
#include <vector>

#include "engine/base/digest.h"
#include "engine/base/json.h"

namespace plumb::history {
namespace {

constexpr std::string_view kWhole = "{\"blobs\":{";
constexpr std::string_view kNamed = "{\"blobs\":[";

// A content as the artifact writes it.
void append_blob(std::string& out, const std::string& bytes) {
  append_canonical(out, valid_utf8(bytes) ? Json(bytes) : Json{{"base64", base64_encode(bytes)}});
}

std::optional<std::string> blob_from(std::string_view text) {
  const Result<Json> value = parse_json(text, Code::kHistory);
  if (!value) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  const Json encoded = value->is_object() ? value->value("base64", Json()) : Json();
  Result<std::string> bytes = base64_decode(encoded.is_string() ? encoded.get<std::string>() : "?");
  return bytes ? std::optional<std::string>(std::move(*bytes)) : std::nullopt;
}

// Reads a document from its beginning. Each function is false, or "", where something else stands there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool take(std::string_view expected) {
    const std::string_view left = text_.substr(at_);
    if (expected.starts_with(left.substr(0, expected.size())) && left.size() < expected.size()) ran_out_ = true;
    if (!left.starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }
  // A string with its quotes.
  std::string_view string() {
    const std::size_t begin = at_;
    if (!take("\"")) return {};
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_, text_.size());
    return take("\"") ? text_.substr(begin, at_ - begin) : std::string_view();
  }
  std::string_view digest() {
    std::string_view name = string();
    if (name.size() < 2 || !is_digest(name.substr(1, name.size() - 2))) return {};
    return name.substr(1, name.size() - 2);
  }
  std::string_view blob() {
    const std::size_t begin = at_;
    if (!take("{\"base64\":")) return string();
    if (string().empty() || !take("}")) return {};
    return text_.substr(begin, at_ - begin);
  }
  std::string_view rest() const { return text_.substr(at_); }
  std::size_t taken() const { return at_; }
  // More text could have made a difference.
  bool ran_out() const { return ran_out_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  bool ran_out_ = false;
};

Error missing() {
  return fail(Code::kHistory, "a content of a plan is missing in the history");
}

// The bytes in the first column, which had the size in the second.
Result<std::string> unpacked(const Statement& row) {
  std::optional<std::string> bytes = unpack(row.text(0), row.integer(1));
  if (!bytes) return fail(Code::kHistory, "a plan of the history is damaged");
  return std::move(*bytes);
}

Result<std::string> read_content(Database& database, std::string_view digest) {
  PLUMB_TRY_ASSIGN(Statement prepared, database.prepare("SELECT bytes, size FROM content WHERE digest = ?1"));
  Statement row = std::move(prepared).bind(digest);
  PLUMB_TRY_ASSIGN(const bool found, row.step());
  if (!found) return missing();
  return unpacked(row);
}

// What stands at the beginning of a document that was taken apart: the names of its contents, in its order.
Result<std::vector<std::string>> take_names(Scanner& scanner) {
  std::vector<std::string> names;
  while (!scanner.take("]")) {
    if (!names.empty() && !scanner.take(",")) return missing();
    const std::string_view name = scanner.digest();
    if (name.empty()) return missing();
    names.emplace_back(name);
  }
  return names;
}

Result<std::string> put_together(Database& database, const std::string& document) {
  Scanner scanner(document);
  if (!scanner.take(kNamed)) return document;
  PLUMB_TRY_ASSIGN(const std::vector<std::string> names, take_names(scanner));
  std::string whole(kWhole);
  for (const std::string& name : names) {
    PLUMB_TRY_ASSIGN(const std::string bytes, read_content(database, name));
    whole.append(&name == &names.front() ? "\"" : ",\"").append(name).append("\":");
    append_blob(whole, bytes);
  }
  whole += '}';
  whole += scanner.rest();
  return whole;
}

// As it is stored; nothing where the history knows no document of it.
Result<std::optional<std::string>> stored_document(Database& database, std::string_view plan) {
  PLUMB_TRY_ASSIGN(Statement prepared,
                   database.prepare("SELECT bytes, size FROM plan WHERE id = ?1 AND bytes IS NOT NULL"));
  Statement row = std::move(prepared).bind(plan);
  PLUMB_TRY_ASSIGN(const bool found, row.step());
  if (!found) return std::optional<std::string>();
  PLUMB_TRY_ASSIGN(std::string document, unpacked(row));
  return std::optional<std::string>(std::move(document));
}

// Of which it is cheaper to pack it than to ask whether it is known.
constexpr std::size_t kShortContent = 256;

Result<> store_content(Database& database, const std::string& digest, const std::string& bytes) {
  if (bytes.size() > kShortContent) {
    PLUMB_TRY_ASSIGN(Statement prepared, database.prepare("SELECT 1 FROM content WHERE digest = ?1"));
    Statement row = std::move(prepared).bind(digest);
    PLUMB_TRY_ASSIGN(const bool known, row.step());
    if (known) return {};
  }
  const std::string packed = pack(bytes);
  PLUMB_TRY_ASSIGN(Statement insert,
                   database.prepare("INSERT INTO content (digest, size, bytes) VALUES (?1, ?2, CAST(?3 AS BLOB)) "
                                    "ON CONFLICT DO NOTHING"));
  return std::move(insert).bind(digest, static_cast<std::int64_t>(bytes.size()), packed).run();
}

Result<bool> has_document(Database& database, const std::string& plan) {
  PLUMB_TRY_ASSIGN(Statement prepared, database.prepare("SELECT 1 FROM plan WHERE id = ?1 AND bytes IS NOT NULL"));
  Statement row = std::move(prepared).bind(plan);
  return row.step();
}

Result<> insert_document(Database& database, const std::string& plan, const PlanTaker::Document& document) {
  PLUMB_TRY_ASSIGN(Statement insert,
                   database.prepare("INSERT INTO plan (id, bytes, size) VALUES (?1, CAST(?2 AS BLOB), ?3) "
                                    "ON CONFLICT (id) DO UPDATE SET bytes = excluded.bytes, size = excluded.size"));
  return std::move(insert).bind(plan, document.packed, static_cast<std::int64_t>(document.size)).run();
}

PlanTaker::Document as_it_is(const GivePieces& document) {
  Packer packer;
  document([&packer](std::string_view piece) { packer.add(piece); });
  const std::size_t size = packer.size();
  return {packer.finish(), size};
}

}  // namespace

void PlanTaker::add(std::string_view piece) {
  if (other_form_ || !taken_) return;
  if (!in_head_) return packer_.add(piece);
  head_ += piece;
  std::size_t taken = 0;
  while (in_head_ && take_next(std::string_view(head_).substr(taken), taken)) {
  }
  head_.erase(0, taken);
  if (in_head_) return;
  packer_.add(head_);
  head_ = std::string();
}

// The next piece of the contents, at the beginning of `text`; `taken` grows by its length. False where there is none
// yet, and where it has another form.
bool PlanTaker::take_next(std::string_view text, std::size_t& taken) {
  Scanner scanner(text);
  const auto wait = [&] {
    other_form_ = !scanner.ran_out();
    return false;
  };
  if (!begun_) {
    if (!scanner.take(kWhole)) return wait();
    packer_.add(kNamed);
    begun_ = true;
  } else if (scanner.take("}")) {
    packer_.add("]");
    in_head_ = false;
  } else {
    if (!last_.empty() && !scanner.take(",")) return wait();
    const std::string name(scanner.digest());
    if (name.empty() || !scanner.take(":")) return wait();
    const std::string_view written = scanner.blob();
    if (written.empty()) return wait();
    if (!take_content(name, written)) return false;
  }
  taken += scanner.taken();
  return true;
}

bool PlanTaker::take_content(const std::string& name, std::string_view written) {
  const std::optional<std::string> bytes = blob_from(written);
  std::string again;
  if (bytes) append_blob(again, *bytes);
  // In order, so that none comes twice.
  other_form_ = !bytes || again != written || digest(*bytes) != name || name <= last_;
  if (other_form_) return false;
  packer_.add((last_.empty() ? "\"" : ",\"") + name + '"');
  last_ = name;
  taken_ = take_(name, *bytes);
  return taken_.has_value();
}

Result<std::optional<PlanTaker::Document>> PlanTaker::finish() {
  if (!taken_) return Error(taken_.error());
  if (other_form_ || in_head_) return std::optional<Document>();
  const std::size_t size = packer_.size();
  return std::optional(Document{packer_.finish(), size});
}

Result<> store_plan(Database& database, const std::string& plan, const GivePieces& document) {
  if (plan.empty()) return {};
  if (!document) {
    PLUMB_TRY_ASSIGN(Statement known, database.prepare("INSERT INTO plan (id) VALUES (?1) ON CONFLICT DO NOTHING"));
    return std::move(known).bind(plan).run();
  }
  PLUMB_TRY_ASSIGN(const bool known, has_document(database, plan));
  if (known) return {};
  PLUMB_TRY(database.execute("SAVEPOINT contents"));
  PlanTaker taker(
      [&database](const std::string& name, const std::string& bytes) { return store_content(database, name, bytes); });
  document([&taker](std::string_view piece) { taker.add(piece); });
  PLUMB_TRY_ASSIGN(std::optional<PlanTaker::Document> apart, taker.finish());
  if (!apart) PLUMB_TRY(database.execute("ROLLBACK TO contents"));
  PLUMB_TRY(database.execute("RELEASE contents"));
  return insert_document(database, plan, apart ? std::move(*apart) : as_it_is(document));
}

Result<std::optional<std::string>> read_plan(Database& database, std::string_view plan) {
  PLUMB_TRY_ASSIGN(const std::optional<std::string> document, stored_document(database, plan));
  if (!document) return std::optional<std::string>();
  PLUMB_TRY_ASSIGN(std::string whole, put_together(database, *document));
  return std::optional<std::string>(std::move(whole));
}

Result<std::vector<std::string>> contents_of(Database& database, std::string_view plan) {
  PLUMB_TRY_ASSIGN(const std::optional<std::string> document, stored_document(database, plan));
  if (!document) return std::vector<std::string>();
  Scanner scanner(*document);
  if (!scanner.take(kNamed)) return std::vector<std::string>();
  return take_names(scanner);
}

Result<> take_plans_apart(Database& database) {
  std::vector<std::string> plans;
  {
    PLUMB_TRY_ASSIGN(Statement row, database.prepare("SELECT id FROM plan WHERE bytes IS NOT NULL"));
    while (true) {
      PLUMB_TRY_ASSIGN(const bool found, row.step());
      if (!found) break;
      plans.push_back(row.text(0));
    }
  }
  for (const std::string& plan : plans) {
    std::string document;
    {
      PLUMB_TRY_ASSIGN(Statement prepared, database.prepare("SELECT bytes FROM plan WHERE id = ?1"));
      Statement row = std::move(prepared).bind(plan);
      PLUMB_TRY(row.step());
      document = row.text(0);
    }
    {
      PLUMB_TRY_ASSIGN(Statement forget, database.prepare("UPDATE plan SET bytes = NULL WHERE id = ?1"));
      PLUMB_TRY(std::move(forget).bind(plan).run());
    }
    PLUMB_TRY(store_plan(database, plan, [&document](const TakePiece& take) { take(document); }));
  }
  return {};
}

}  // namespace plumb::history
