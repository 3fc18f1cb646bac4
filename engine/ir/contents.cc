#include "engine/ir/contents.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plumb::ir {
namespace {

constexpr std::size_t kPiece = std::size_t{256} << 10;

Error unreadable(const std::string& name) {
  return fail(Code::kFileUnreadable, "cannot read " + name + ": " + std::strerror(errno));
}

// A file without a name, gone when it is closed. It may not be had; then texts stay in memory.
UniqueFd nameless_file() {
  std::error_code none;
  std::string path = (std::filesystem::temp_directory_path(none) / "plumb-XXXXXX").string();
  if (none) return {};
  UniqueFd file(::mkstemp(path.data()));
  if (file) ::unlink(path.c_str());
  if (file) ::fcntl(file.get(), F_SETFD, FD_CLOEXEC);
  return file;
}

// For a file's bytes at a time: most files are small, and there are thousands of them.
std::size_t piece_size(std::uint64_t size) {
  return std::min<std::uint64_t>(kPiece, size + 1);
}

bool write_at(int fd, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

}  // namespace

// --- reading

ContentReader::ContentReader(std::string digest, std::string_view key, std::string_view text)
    : check_(std::move(digest), key), text_(text) {}

ContentReader::ContentReader(std::string digest, std::string_view key, std::unique_ptr<FileStream> stream,
                             std::string name)
    : check_(std::move(digest), key),
      stream_(std::move(stream)),
      name_(std::move(name)),
      room_(piece_size(stream_->size())),
      piece_(std::make_unique_for_overwrite<char[]>(room_)) {}

ContentReader::ContentReader(std::string digest, std::string_view key, UniqueFd file, std::string name,
                             std::uint64_t offset, std::uint64_t size)
    : check_(std::move(digest), key),
      file_(std::move(file)),
      name_(std::move(name)),
      at_(offset),
      left_(size),
      room_(piece_size(size)),
      piece_(std::make_unique_for_overwrite<char[]>(room_)) {}

Result<std::string_view> ContentReader::next(std::uint64_t most) {
  if (stream_ != nullptr) return next_of_stream(std::min<std::uint64_t>(most, room_));
  if (file_) return next_of_file(std::min<std::uint64_t>(most, room_));
  const std::string_view piece = text_.substr(0, std::min<std::uint64_t>(most, kPiece));
  text_.remove_prefix(piece.size());
  return piece;
}

Result<std::string_view> ContentReader::next_of_stream(std::uint64_t most) {
  PLUMB_TRY_ASSIGN(const std::size_t count, stream_->read(piece_.get(), most));
  return checked({piece_.get(), count});
}

Result<std::string_view> ContentReader::next_of_file(std::uint64_t most) {
  most = std::min(most, left_);
  ssize_t count = 0;
  do {
    count = ::pread(file_.get(), piece_.get(), most, static_cast<off_t>(at_));
  } while (count < 0 && errno == EINTR);
  if (count < 0) return unreadable(name_);
  const std::string_view piece(piece_.get(), static_cast<std::size_t>(count));
  at_ += piece.size();
  left_ -= piece.size();
  return checked(piece);
}

Result<std::string_view> ContentReader::checked(std::string_view piece) {
  check_.add(piece);
  if (piece.empty() && !check_.holds()) {
    return fail(Code::kContentChanged, name_ + " was changed since the plan was made")
        .hint("make the plan anew, or put the file back as it was");
  }
  return piece;
}

Result<> read_all(ContentReader&& reader, const ByteSink& take) {
  while (true) {
    PLUMB_TRY_ASSIGN(const std::string_view piece, reader.next());
    if (piece.empty()) return {};
    PLUMB_TRY(take(piece));
  }
}

// --- adding

// What is known already stays. It is also read from a file where there is one; of several, from the first by name.
void Contents::add(Entries& to, const std::string& digest, Entry&& entry) {
  const std::lock_guard lock(common_->mutex);
  const auto [known, added] = to.try_emplace(digest, std::move(entry));
  if (added || entry.secret || entry.source.empty()) return;
  std::string& source = known->second.source;
  if (source.empty() || entry.source < source) source = std::move(entry.source);
}

std::optional<Contents::Spooled> Contents::spool(std::string_view text) {
  if (!common_->spool) common_->spool = nameless_file();
  if (!common_->spool || !write_at(common_->spool.get(), text, common_->spool_size)) return std::nullopt;
  const Spooled spooled{common_->spool_size, text.size()};
  common_->spool_size += text.size();
  return spooled;
}

std::string Contents::add_plain(Entries& to, std::string&& text) {
  std::string name = digest(text);
  Entry entry;
  entry.size = text.size();
  const bool large = text.size() > kLarge;
  if (large && holds(name)) return name;
  if (large) entry.spooled = spool(text);
  if (!entry.spooled) entry.text = std::move(text);
  // A large one takes no memory, as a rule.
  add(large ? common_->entries : to, name, std::move(entry));
  return name;
}

std::string Contents::add_text(std::string text) {
  return add_plain(common_->entries, std::move(text));
}

std::string Contents::add_template_text(std::string text) {
  return add_plain(template_texts_, std::move(text));
}

Result<std::string> Contents::add_source(const std::string& source, const std::string* key) {
  std::map<std::string, std::string>& known_digests =
      key == nullptr ? common_->file_digests : common_->secret_file_digests;
  if (const auto known = known_digests.find(source); known != known_digests.end()) return known->second;
  PLUMB_TRY_ASSIGN(const std::unique_ptr<FileStream> file, common_->project.open(source));
  Sha256 plain;
  KeyedSha256 keyed(key == nullptr ? std::string_view() : *key);
  Entry entry;
  entry.source = source;
  entry.secret = key != nullptr;
  if (key != nullptr) entry.key = *key;
  const std::size_t room = piece_size(file->size());
  const auto piece = std::make_unique_for_overwrite<char[]>(room);
  while (true) {
    if (common_->stopped && common_->stopped())
      return fail(Code::kInterrupted, "stopped while " + source + " was read");
    PLUMB_TRY_ASSIGN(const std::size_t count, file->read(piece.get(), room));
    if (count == 0) break;
    const std::string_view bytes(piece.get(), count);
    key == nullptr ? plain.add(bytes) : keyed.add(bytes);
    entry.size += bytes.size();
  }
  std::string name = key == nullptr ? plain.finish() : keyed.finish();
  add(common_->entries, name, std::move(entry));
  known_digests.emplace(source, name);
  return name;
}

Result<std::string> Contents::add_file(const std::string& source) {
  return add_source(source, nullptr);
}

Result<std::string> Contents::add_secret_file(const std::string& key, const std::string& source) {
  return add_source(source, &key);
}

std::string Contents::add_secret_text(const std::string& key, std::string text) {
  std::string name = keyed_digest(key, text);
  const std::size_t size = text.size();
  add(common_->entries, name, Entry{std::move(text), {}, {}, size, true, key, nullptr});
  return name;
}

std::string Contents::add_secret_template_text(const std::string& key, std::string text) {
  std::string name = keyed_digest(key, text);
  const std::size_t size = text.size();
  add(template_texts_, name, Entry{std::move(text), {}, {}, size, true, key, nullptr});
  return name;
}

std::string Contents::add_secret_value(const std::string& key, Json value) {
  if (value.is_string()) return add_secret_text(key, value.get<std::string>());
  std::string name = keyed_digest(key, canonical(value));
  add(common_->entries, name, Entry{{}, {}, {}, 0, true, key, std::move(value)});
  return name;
}

void Contents::forget_planned_texts() {
  const std::lock_guard lock(common_->mutex);
  std::erase_if(template_texts_, [](const auto& entry) { return !entry.second.secret; });
  if (template_texts_.empty()) template_texts_ = Entries();
}

// --- asking

const Contents::Entry* Contents::find(const std::string& digest) const {
  for (const Entries* entries : {static_cast<const Entries*>(&common_->entries), &template_texts_}) {
    if (const auto found = entries->find(digest); found != entries->end()) return &found->second;
  }
  return nullptr;
}

bool Contents::holds(const std::string& digest) const {
  const std::lock_guard lock(common_->mutex);
  return find(digest) != nullptr;
}

std::optional<ContentInfo> Contents::info(const std::string& digest) const {
  const std::lock_guard lock(common_->mutex);
  const Entry* entry = find(digest);
  if (entry == nullptr || !entry->value.is_null()) return std::nullopt;
  return ContentInfo{entry->size, entry->source};
}

Result<ContentReader> Contents::open(const std::string& digest) const {
  const std::lock_guard lock(common_->mutex);
  const Entry* entry = find(digest);
  if (entry == nullptr || !entry->value.is_null())
    return fail(Code::kSecretUnresolved, "no content is known for " + digest);
  if (!entry->source.empty()) {
    PLUMB_TRY_ASSIGN(std::unique_ptr<FileStream> file, common_->project.open(entry->source));
    return ContentReader(digest, entry->key, std::move(file), entry->source);
  }
  if (entry->spooled) {
    UniqueFd file(::fcntl(common_->spool.get(), F_DUPFD_CLOEXEC, 0));
    if (!file) return unreadable("a text that was rendered");
    return ContentReader(digest, entry->key, std::move(file), "a text that was rendered", entry->spooled->offset,
                         entry->spooled->size);
  }
  return ContentReader(digest, entry->key, entry->text);
}

Result<std::string> Contents::bytes(const std::string& digest, std::size_t limit) const {
  PLUMB_TRY_ASSIGN(ContentReader reader, open(digest));
  std::string bytes;
  PLUMB_TRY(read_all(std::move(reader), [&](std::string_view piece) -> Result<> {
    if (bytes.size() + piece.size() > limit)
      return fail(Code::kFileUnreadable, "a content of more than " + std::to_string(limit) + " bytes");
    bytes += piece;
    return {};
  }));
  return bytes;
}

Json Contents::secret(const std::string& digest) const {
  const std::lock_guard lock(common_->mutex);
  const Entry* entry = find(digest);
  if (entry == nullptr || !entry->secret || !entry->source.empty()) return Json();
  return entry->value.is_null() ? Json(entry->text) : entry->value;
}

}  // namespace plumb::ir
