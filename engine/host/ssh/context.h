// What many connections share: parsed known_hosts files, private keys, effective settings, turns for logging in.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/host/ssh/known_hosts.h"
#include "engine/host/ssh/login_turns.h"
#include "engine/host/ssh/settings.h"

struct ssh_key_struct;

namespace plumb::host::ssh {

// A key file as it was found. Exactly one of `key` and `problem` is set; `public_base64` also for an encrypted key
// with a .pub file beside it.
struct KeyFile {
  std::string path;
  std::shared_ptr<ssh_key_struct> key;  // private; read-only, so that sessions in many threads may sign with it
  std::vector<std::shared_ptr<ssh_key_struct>> certified;  // the same with each certificate that was made for it
  enum class Problem { kNone, kMissing, kEncrypted, kUnusable } problem = Problem::kNone;
  std::string public_base64;
  std::string fingerprint;  // "SHA256:…", where the public key is known
};

// Asks the person at the terminal for a secret. Called by one thread at a time, whichever that is.
using Prompt = std::function<Result<std::string>(const std::string& question)>;

// Thread-safe; meant to live as long as a run.
class Context {
 public:
  Context();
  // For another user's files, and for tests.
  explicit Context(Self self);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  // Before the first connection. Without one nobody is asked, and what needs an answer fails.
  void set_prompt(Prompt prompt) { prompt_ = std::move(prompt); }

  const Self& self() const { return self_; }
  Result<Settings> settings(const Query& query, Deadline deadline, const Interrupt* cancel);
  // Empty where the file does not exist or cannot be read.
  std::shared_ptr<const KnownHostsFile> known_hosts(const std::string& path);
  // Adds a line to a known_hosts file, once, and makes the file and its folder where they are missing.
  Result<> append_known_host(const std::string& path, const std::string& line);
  std::shared_ptr<const KeyFile> key_file(const std::string& path, const std::vector<std::string>& certificates);
  // The same key with the passphrase that the person at the terminal gives, once a run; null where nobody can be asked
  // or the answer does not open it.
  std::shared_ptr<const KeyFile> unlocked_key_file(const std::string& path,
                                                   const std::vector<std::string>& certificates);
  LoginTurns& login_turns() { return login_turns_; }
  bool can_ask() const { return static_cast<bool>(prompt_); }
  // One question, as it is. Nothing where nobody can be asked or answers.
  std::optional<std::string> ask(const std::string& question);
  // A password for the login, once a run for every `account` ("deploy@web1"). Nothing where nobody can be asked.
  std::optional<std::string> password(const std::string& account);

 private:
  const Self self_;
  LoginTurns login_turns_;
  std::mutex mutex_;
  // Guarded by mutex_. Values are made outside the lock; the first one to come counts.
  std::map<Query, Settings> settings_;
  std::map<std::string, std::shared_ptr<const KnownHostsFile>> known_hosts_;
  std::map<std::pair<std::string, std::vector<std::string>>, std::shared_ptr<const KeyFile>> keys_;

  Prompt prompt_;
  std::mutex prompt_mutex_;  // held while somebody is asked, so that questions come one after the other
  // Guarded by prompt_mutex_.
  std::map<std::string, std::shared_ptr<const KeyFile>> unlocked_;
  std::map<std::string, std::optional<std::string>> passwords_;
};

}  // namespace plumb::host::ssh
