#include "engine/exec/journal.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/base/json_member.h"
#include "engine/base/object_text.h"
#include "engine/exec/system/disk.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMaxJournal = std::size_t{256} << 20;
constexpr std::size_t kChecksum = 16;

std::string journal_path(const StateFolder& folder) {
  return folder.path() + "/journal.jsonl";
}

std::string checksum(std::string_view text) {
  return digest(text).substr(kDigestPrefix.size(), kChecksum);
}

// The lines of a journal up to the first that is not whole, and how many bytes they take.
struct Lines {
  std::vector<Json> bodies;
  std::size_t bytes = 0;
};

Lines whole_lines(std::string_view text) {
  Lines lines;
  while (true) {
    const std::size_t end = text.find('\n', lines.bytes);
    if (end == std::string_view::npos) return lines;
    std::optional<Json> body = parse_journal_line(text.substr(lines.bytes, end - lines.bytes));
    if (!body) return lines;
    lines.bodies.push_back(std::move(*body));
    lines.bytes = end + 1;
  }
}

void append(std::string& out, const Triggered& trigger) {
  ObjectText object(out);
  object.text("address", trigger.address);
  object.text("op", name(trigger.op));
  object.close();
}

void append(std::string& out, const Intent& intent) {
  ObjectText object(out);
  object.text("address", intent.address);
  object.text("entry", "intent");
  object.text("op", name(intent.op));
  object.text("plan", intent.plan);
  object.text("run", intent.run);
  append_texts(object.member("temporaries"), intent.temporaries);
  append_list(object.member("triggers"), intent.triggers,
              [](std::string& to, const Triggered& trigger) { append(to, trigger); });
  object.close();
}

void append(std::string& out, const Outcome& outcome) {
  ObjectText object(out);
  object.text("address", outcome.address);
  object.flag("discharges", outcome.discharges);
  object.text("entry", "outcome");
  if (outcome.forget) object.flag("forget", true);
  object.text("op", name(outcome.op));
  object.text("outcome", name(outcome.outcome));
  object.text("plan", outcome.plan);
  if (outcome.resource) object.json("resource", *outcome.resource);
  object.text("run", outcome.run);
  if (!outcome.text.empty()) object.text("text", outcome.text);
  object.flag("touched", outcome.touched);
  object.close();
}

std::int64_t generation_in(const Lines& lines) {
  if (lines.bodies.empty()) return 0;
  const Json& first = lines.bodies.front();
  const auto found = first.find("journal");
  return found != first.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

}  // namespace

std::string journal_line(const std::string& body) {
  return checksum(body) + " " + body + "\n";
}

std::optional<Json> parse_journal_line(std::string_view line) {
  if (line.size() < kChecksum + 2 || line[kChecksum] != ' ') return std::nullopt;
  const std::string_view text = line.substr(kChecksum + 1);
  if (checksum(text) != line.substr(0, kChecksum)) return std::nullopt;
  Result<Json> body = parse_json(text, Code::kDamagedRecord);
  if (!body || !body->is_object()) return std::nullopt;
  return std::move(*body);
}

std::string journal_text(const JournalEntry& entry) {
  std::string text;
  std::visit([&text](const auto& one) { append(text, one); }, entry);
  return text;
}

std::optional<JournalEntry> entry_from_json(const Json& json) {
  const std::optional<Op> op = op_from_name(text_of(json, "op"));
  const std::string kind = text_of(json, "entry");
  const std::string address = text_of(json, "address");
  if (!op || address.empty()) return std::nullopt;
  if (kind == "intent") {
    Intent intent{text_of(json, "run"), text_of(json, "plan"), address, *op, {}, {}};
    for (const Json& trigger : json.value("triggers", Json::array())) {
      const std::optional<Op> what = op_from_name(text_of(trigger, "op"));
      if (!what) return std::nullopt;
      intent.triggers.push_back({text_of(trigger, "address"), *what});
    }
    for (const Json& folder : json.value("temporaries", Json::array())) {
      if (folder.is_string()) intent.temporaries.push_back(folder.get<std::string>());
    }
    return intent;
  }
  const std::optional<JournalOutcome> what = journal_outcome_from_name(text_of(json, "outcome"));
  if (kind != "outcome" || !what) return std::nullopt;
  Outcome outcome{text_of(json, "run"),
                  text_of(json, "plan"),
                  address,
                  *op,
                  *what,
                  flag_of(json, "touched", false),
                  flag_of(json, "discharges", false),
                  {},
                  flag_of(json, "forget", false),
                  text_of(json, "text")};
  if (const auto resource = json.find("resource"); resource != json.end()) outcome.resource = *resource;
  return outcome;
}

bool has_journal(const StateFolder& folder) {
  struct stat info {};
  return folder.files().stat(journal_path(folder), false, info) == 0;
}

JournalContent read_journal(const StateFolder& folder) {
  const Lines lines = whole_lines(read_small(folder.files(), journal_path(folder), kMaxJournal));
  JournalContent content;
  content.generation = generation_in(lines);
  for (const Json& body : lines.bodies) {
    if (std::optional<JournalEntry> entry = entry_from_json(body)) content.entries.push_back(std::move(*entry));
  }
  return content;
}

Result<> Journal::open() {
  PLUMB_TRY(folder_->make());
  const std::string path = journal_path(*folder_);
  file_ = folder_->files().open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
  if (!file_) return os_error("open", path);
  PLUMB_TRY_ASSIGN(const std::string text, read_all(file_.get(), kMaxJournal, path));
  const Lines lines = whole_lines(text);
  // A torn last line is cut off, and a journal that the record holds already begins anew.
  const bool continues = generation_in(lines) == generation_;
  const std::size_t keep = continues ? lines.bytes : 0;
  if (::ftruncate(file_.get(), static_cast<off_t>(keep)) != 0) return os_error("write", path);
  if (::lseek(file_.get(), static_cast<off_t>(keep), SEEK_SET) < 0) return os_error("write", path);
  if (!continues) PLUMB_TRY(write_all(file_.get(), journal_line(canonical({{"journal", generation_}})), path));
  return sync_folder(folder_->files(), folder_->path());
}

Result<> Journal::append(std::span<const JournalEntry> entries) {
  if (entries.empty()) return {};
  if (!file_) PLUMB_TRY(open());
  std::string lines;
  for (const JournalEntry& entry : entries) lines += journal_line(journal_text(entry));
  PLUMB_TRY(write_all(file_.get(), lines, journal_path(*folder_)));
  if (sync_content(file_.get()) != 0) return os_error("sync", journal_path(*folder_));
  return {};
}

Result<> Journal::remove() {
  file_.reset();
  const std::string path = journal_path(*folder_);
  struct stat info {};
  if (folder_->files().stat(path, false, info) != 0 && errno == ENOENT) return {};
  PLUMB_TRY_ASSIGN(const Place place, folder_->files().place(path));
  if (::unlinkat(place.folder.get(), place.name.c_str(), 0) != 0 && errno != ENOENT) return os_error("remove", path);
  return {};
}

}  // namespace plumb::exec
