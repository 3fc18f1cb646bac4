#include "engine/host/ssh/known_hosts.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include <nettle/base64.h>
#include <nettle/hmac.h>

#include "engine/base/ascii.h"
#include "engine/base/digest.h"

namespace plumb::host::ssh {

namespace {

constexpr std::size_t kSha1Size = SHA1_DIGEST_SIZE;

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::string hmac_sha1(std::string_view key, std::string_view text) {
  hmac_sha1_ctx context;
  hmac_sha1_set_key(&context, key.size(), bytes_of(key));
  hmac_sha1_update(&context, text.size(), bytes_of(text));
  std::array<std::uint8_t, kSha1Size> sum;
  hmac_sha1_digest(&context, sum.size(), sum.data());
  return {reinterpret_cast<const char*>(sum.data()), sum.size()};
}

std::string base64_decode(std::string_view text) {
  base64_decode_ctx context;
  base64_decode_init(&context);
  std::string out(BASE64_DECODE_LENGTH(text.size()), '\0');
  std::size_t size = out.size();
  if (base64_decode_update(&context, &size, reinterpret_cast<std::uint8_t*>(out.data()), text.size(), text.data()) ==
          0 ||
      base64_decode_final(&context) == 0) {
    return {};
  }
  out.resize(size);
  return out;
}

// "|1|SALT|HASH"
bool hashed_match(std::string_view hashed, std::string_view name) {
  hashed.remove_prefix(3);
  const std::size_t bar = hashed.find('|');
  if (bar == std::string_view::npos) return false;
  const std::string salt = base64_decode(hashed.substr(0, bar));
  const std::string sum = base64_decode(hashed.substr(bar + 1));
  return salt.size() == kSha1Size && sum.size() == kSha1Size && hmac_sha1(salt, name) == sum;
}

std::string_view next_word(std::string_view& line) {
  const std::size_t begin = std::min(line.find_first_not_of(" \t\r"), line.size());
  const std::size_t end = std::min(line.find_first_of(" \t\r", begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

bool plain(std::string_view patterns) {
  return patterns.find_first_of("*?!|") == std::string_view::npos;
}

bool entry_match(std::string_view patterns, std::string_view name) {
  return patterns.starts_with("|1|") ? hashed_match(patterns, name) : pattern_list_match(patterns, ',', name);
}

}  // namespace

bool pattern_match(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool pattern_list_match(std::string_view list, char separator, std::string_view text) {
  bool matched = false;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(separator), list.size());
    std::string_view pattern = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (pattern.empty()) continue;
    const bool negated = pattern.front() == '!';
    if (negated) pattern.remove_prefix(1);
    if (!pattern_match(lowered(pattern), text)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

KnownHostsFile::KnownHostsFile(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {
  std::string_view rest = text_;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));

    Entry entry;
    entry.key.line = number;
    std::string_view word = next_word(line);
    if (word.empty() || word.front() == '#') continue;
    if (word.front() == '@') {
      if (word == "@revoked") {
        entry.key.revoked = true;
      } else if (word == "@cert-authority") {
        entry.authority = true;
      } else {
        continue;
      }
      word = next_word(line);
    }
    entry.patterns = word;
    entry.key.type = next_word(line);
    entry.key.base64 = next_word(line);
    // Of ssh's first protocol the numbers of a key stand there.
    if (entry.key.base64.empty() || is_digit(entry.key.type.front())) continue;

    const std::size_t index = entries_.size();
    entries_.push_back(entry);
    // Names are compared in lower case; a file that has others is rare and goes the slow way.
    if (!plain(word) || lowered(word) != word) {
      others_.push_back(index);
      continue;
    }
    while (!word.empty()) {
      const std::size_t comma = std::min(word.find(','), word.size());
      if (comma > 0) by_name_.emplace(word.substr(0, comma), index);
      word.remove_prefix(std::min(comma + 1, word.size()));
    }
  }
}

std::vector<KnownKey> KnownHostsFile::find(std::string_view name) const {
  std::vector<std::size_t> found;
  const auto [begin, end] = by_name_.equal_range(name);
  for (auto it = begin; it != end; ++it) found.push_back(it->second);
  for (const std::size_t index : others_) {
    if (entry_match(entries_[index].patterns, name)) found.push_back(index);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  std::vector<KnownKey> keys;
  for (const std::size_t index : found) {
    if (!entries_[index].authority) keys.push_back(entries_[index].key);
  }
  return keys;
}

bool KnownHostsFile::has_authority(std::string_view name) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return entry.authority && entry_match(entry.patterns, name); });
}

std::string known_hosts_name(std::string_view host, int port) {
  const std::string name = lowered(host);
  return port == 22 ? name : "[" + name + "]:" + std::to_string(port);
}

HostKeyCheck check_host_key(const KnownHostsFiles& files, std::string_view host, int port, std::string_view type,
                            std::string_view base64) {
  const std::string name = known_hosts_name(host, port);
  HostKeyCheck known;
  HostKeyCheck changed;
  bool changed_same_type = false;
  for (const auto& file : files) {
    for (const KnownKey& key : file->find(name)) {
      const std::string where = file->path() + ":" + std::to_string(key.line);
      if (key.revoked) {
        if (key.base64 == base64) return {HostKeyVerdict::kRevoked, where};
        continue;
      }
      if (key.base64 == base64) {
        if (known.verdict == HostKeyVerdict::kUnknown) known = {HostKeyVerdict::kKnown, where};
      } else if (changed.verdict == HostKeyVerdict::kUnknown || (!changed_same_type && key.type == type)) {
        changed = {HostKeyVerdict::kChanged, where};
        changed_same_type = key.type == type;
      }
    }
  }
  if (known.verdict == HostKeyVerdict::kKnown) return known;
  if (changed.verdict == HostKeyVerdict::kChanged) return changed;
  // As OpenSSH: a key known for the name alone holds for its other ports as well, but says nothing against them.
  if (port != 22) {
    HostKeyCheck without_port = check_host_key(files, host, 22, type, base64);
    if (without_port.verdict == HostKeyVerdict::kKnown || without_port.verdict == HostKeyVerdict::kRevoked) {
      return without_port;
    }
  }
  return {};
}

std::vector<std::string> known_key_types(const KnownHostsFiles& files, std::string_view host, int port) {
  std::vector<std::string> types;
  const auto add = [&](const std::string& name) {
    for (const auto& file : files) {
      for (const KnownKey& key : file->find(name)) {
        if (!key.revoked && std::find(types.begin(), types.end(), key.type) == types.end())
          types.emplace_back(key.type);
      }
    }
  };
  add(known_hosts_name(host, port));
  if (types.empty() && port != 22) add(known_hosts_name(host, 22));
  return types;
}

bool known_by_authority_alone(const KnownHostsFiles& files, std::string_view host, int port) {
  const std::array names{known_hosts_name(host, port), known_hosts_name(host, 22)};
  const bool authority = std::any_of(files.begin(), files.end(), [&](const auto& file) {
    return file->has_authority(names[0]) || file->has_authority(names[1]);
  });
  return authority && known_key_types(files, host, port).empty();
}

std::string known_hosts_line(std::string_view host, int port, std::string_view type, std::string_view base64,
                             std::string_view salt) {
  std::string name = known_hosts_name(host, port);
  if (!salt.empty()) name = "|1|" + base64_encode(salt) + "|" + base64_encode(hmac_sha1(salt, name));
  return name + " " + std::string(type) + " " + std::string(base64) + "\n";
}

}  // namespace plumb::host::ssh
