// What many connections share: parsed known_hosts files, private keys, effective settings.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "engine/base/result.h"
#include "engine/host/ssh/known_hosts.h"
#include "engine/host/ssh/settings.h"

struct ssh_key_struct;

namespace plumb::host::ssh {

// A key file as it was found. Exactly one of `key` and `problem` is set; `public_base64` also for an encrypted key
// with a .pub file beside it.
struct KeyFile {
  std::string path;
  std::shared_ptr<ssh_key_struct> key;  // private; read-only, so that sessions in many threads may sign with it
  enum class Problem { kNone, kMissing, kEncrypted, kUnusable } problem = Problem::kNone;
  std::string public_base64;
  std::string fingerprint;  // "SHA256:…", where the public key is known
};

// Thread-safe; meant to live as long as a run.
class Context {
 public:
  Context();
  // For another user's files, and for tests.
  explicit Context(Self self);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  const Self& self() const { return self_; }
  Result<Settings> settings(const Query& query, Deadline deadline);
  // Empty where the file does not exist or cannot be read.
  std::shared_ptr<const KnownHostsFile> known_hosts(const std::string& path);
  // Adds a line to a known_hosts file, once, and makes the file and its folder where they are missing.
  Result<> append_known_host(const std::string& path, const std::string& line);
  std::shared_ptr<const KeyFile> key_file(const std::string& path, const std::string& certificate);

 private:
  const Self self_;
  std::mutex mutex_;
  // Guarded by mutex_. Values are made outside the lock; the first one to come counts.
  std::map<Query, Settings> settings_;
  std::map<std::string, std::shared_ptr<const KnownHostsFile>> known_hosts_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const KeyFile>> keys_;
};

}  // namespace plumb::host::ssh
