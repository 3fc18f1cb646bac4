// known_hosts: which keys a host is known by, as sshd(8) describes the file.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace plumb::host::ssh {

struct KnownKey {
  std::string_view type;    // "ssh-ed25519"
  std::string_view base64;  // the key itself
  int line = 0;
  bool revoked = false;
};

// One file, parsed. Lines that cannot be used are passed over, as OpenSSH does.
class KnownHostsFile {
 public:
  KnownHostsFile(std::string path, std::string text);
  KnownHostsFile(const KnownHostsFile&) = delete;
  KnownHostsFile& operator=(const KnownHostsFile&) = delete;

  const std::string& path() const { return path_; }
  // In the order of the file. `name` is lower case, "[host]:port" for a port other than 22. The views live as long
  // as this object. Hashed lines cost an HMAC each.
  std::vector<KnownKey> find(std::string_view name) const;
  // A @cert-authority line speaks for the host.
  bool has_authority(std::string_view name) const;

 private:
  struct Entry {
    std::string_view patterns;
    KnownKey key;
    bool authority = false;
  };

  std::string path_;
  std::string text_;
  std::vector<Entry> entries_;
  std::unordered_multimap<std::string_view, std::size_t> by_name_;  // entries whose patterns are plain names
  std::vector<std::size_t> others_;                                 // hashed, with wildcards or negated
};

// "host" or "[host]:port", lower case: how known_hosts names it.
std::string known_hosts_name(std::string_view host, int port);

enum class HostKeyVerdict { kKnown, kUnknown, kChanged, kRevoked };

struct HostKeyCheck {
  HostKeyVerdict verdict = HostKeyVerdict::kUnknown;
  std::string where;  // "FILE:LINE" of the entry that decided
};

using KnownHostsFiles = std::vector<std::shared_ptr<const KnownHostsFile>>;

HostKeyCheck check_host_key(const KnownHostsFiles& files, std::string_view host, int port, std::string_view type,
                            std::string_view base64);

// The key types by which the host is known, each once, in the order of the files.
std::vector<std::string> known_key_types(const KnownHostsFiles& files, std::string_view host, int port);

// No key of the host is known, but a certificate authority that may speak for it.
bool known_by_authority_alone(const KnownHostsFiles& files, std::string_view host, int port);

// A line for a new key. `salt` is empty for a plain name, else 20 random bytes and the name is hashed.
std::string known_hosts_line(std::string_view host, int port, std::string_view type, std::string_view base64,
                             std::string_view salt);

// ssh's patterns: `*` and `?` alone are special.
bool pattern_match(std::string_view pattern, std::string_view text);
// A list of patterns, where `!` excludes and excluding wins.
bool pattern_list_match(std::string_view list, char separator, std::string_view text);

}  // namespace plumb::host::ssh
