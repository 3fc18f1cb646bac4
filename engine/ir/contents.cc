#include "engine/ir/contents.h"

#include "engine/base/digest.h"
#include "engine/base/file.h"

namespace plumb::ir {

// What is known already stays.
void Contents::add(Entries& to, const std::string& digest, Entry&& entry) {
  const std::lock_guard lock(mutex_);
  to.try_emplace(digest, std::move(entry));
}

std::string Contents::add_text(std::string text) {
  std::string name = digest(text);
  add(entries_, name, Entry{std::move(text), {}, nullptr});
  return name;
}

Result<std::string> Contents::add_file(const std::filesystem::path& path) {
  if (const auto known = file_digests_.find(path); known != file_digests_.end()) return known->second;
  PLUMB_TRY_ASSIGN(const std::string bytes, read_file(path, kMaxContent));
  std::string name = digest(bytes);
  // The bytes are read again when they are needed: a project may hold more than fits into memory.
  add(entries_, name, Entry{{}, path, nullptr});
  file_digests_.emplace(path, name);
  return name;
}

std::string Contents::add_secret_text(const std::string& key, std::string text) {
  std::string name = keyed_digest(key, text);
  Json value = text;
  add(entries_, name, Entry{std::move(text), {}, std::move(value)});
  return name;
}

std::string Contents::add_secret_value(const std::string& key, Json value) {
  if (value.is_string()) return add_secret_text(key, value.get<std::string>());
  std::string name = keyed_digest(key, canonical(value));
  add(entries_, name, Entry{{}, {}, std::move(value)});
  return name;
}

std::string Contents::add_template_text(std::string text) {
  std::string name = digest(text);
  add(template_texts_, name, Entry{std::move(text), {}, nullptr});
  return name;
}

std::string Contents::add_secret_template_text(const std::string& key, std::string text) {
  std::string name = keyed_digest(key, text);
  Json value = text;
  add(template_texts_, name, Entry{std::move(text), {}, std::move(value)});
  return name;
}

const Contents::Entry* Contents::find(const std::string& digest) const {
  const std::lock_guard lock(mutex_);
  for (const auto* entries : {&entries_, &template_texts_}) {
    if (const auto found = entries->find(digest); found != entries->end()) return &found->second;
  }
  return nullptr;
}

Result<std::string> Contents::bytes(const std::string& digest_text) const {
  const Entry* entry = find(digest_text);
  if (entry == nullptr) return fail(Code::kSecretUnresolved, "no content is known for " + digest_text);
  if (entry->file.empty()) return entry->text;
  PLUMB_TRY_ASSIGN(std::string bytes, read_file(entry->file, kMaxContent));
  if (digest(bytes) != digest_text) {
    return fail(Code::kStale, entry->file.string() + " was changed while plumb was running")
        .hint("run the command again");
  }
  return bytes;
}

Json Contents::secret(const std::string& digest_text) const {
  const Entry* entry = find(digest_text);
  return entry == nullptr ? Json() : entry->value;
}

}  // namespace plumb::ir
