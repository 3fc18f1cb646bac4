#include "engine/ir/contents.h"

#include "engine/base/digest.h"
#include "engine/base/file.h"

namespace plumb::ir {

std::string Contents::add_text(std::string text) {
  std::string name = digest(text);
  entries_.try_emplace(name, Entry{std::move(text), {}, nullptr});
  return name;
}

Result<std::string> Contents::add_file(const std::filesystem::path& path) {
  if (const auto known = file_digests_.find(path); known != file_digests_.end()) return known->second;
  PLUMB_TRY_ASSIGN(const std::string bytes, read_file(path, kMaxContent));
  std::string name = digest(bytes);
  // The bytes are read again when they are needed: a project may hold more than fits into memory.
  entries_.try_emplace(name, Entry{{}, path, nullptr});
  file_digests_.emplace(path, name);
  return name;
}

std::string Contents::add_secret_text(const std::string& key, std::string text) {
  std::string name = keyed_digest(key, text);
  Json value = text;
  entries_.try_emplace(name, Entry{std::move(text), {}, std::move(value)});
  return name;
}

std::string Contents::add_secret_value(const std::string& key, Json value) {
  if (value.is_string()) return add_secret_text(key, value.get<std::string>());
  std::string name = keyed_digest(key, canonical(value));
  entries_.try_emplace(name, Entry{{}, {}, std::move(value)});
  return name;
}

std::string Contents::add_template_text(std::string text) {
  std::string name = digest(text);
  // Many resources of a host may have one text.
  if (const auto [entry, added] = template_texts_.try_emplace(name); added) entry->second.text = std::move(text);
  return name;
}

std::string Contents::add_secret_template_text(const std::string& key, std::string text) {
  std::string name = keyed_digest(key, text);
  Json value = text;
  template_texts_.try_emplace(name, Entry{std::move(text), {}, std::move(value)});
  return name;
}

const Contents::Entry* Contents::find(const std::string& digest) const {
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
