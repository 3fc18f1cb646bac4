#include "engine/host/ssh/context.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <libssh/libssh.h>
#include <sys/file.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/base/pool.h"
#include "engine/base/unique_fd.h"
#include "engine/host/ssh/keys.h"

namespace plumb::host::ssh {

namespace {

constexpr std::size_t kKnownHostsLimit = std::size_t{64} << 20;

// A key exchange takes some milliseconds of a core here; these are few enough to be done in a second, and enough to
// keep the cores at work where a login is mostly waiting for a far host.
constexpr std::size_t kLoginsPerCore = 64;
constexpr std::chrono::seconds kTurnPatience{2};

std::size_t logins_at_once() {
  return core_count() * kLoginsPerCore;
}

}  // namespace

Context::Context() : Context(ssh::self()) {}

Context::Context(Self self) : self_(std::move(self)), login_turns_(logins_at_once(), kTurnPatience) {}

Context::~Context() = default;

Result<Settings> Context::settings(const Query& query, Deadline deadline, const Interrupt* cancel) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = settings_.find(query); found != settings_.end()) return found->second;
  }
  PLUMB_TRY_ASSIGN(Settings settings, effective_settings(query, self_, deadline, cancel));
  const std::lock_guard lock(mutex_);
  return settings_.emplace(query, std::move(settings)).first->second;
}

std::shared_ptr<const KnownHostsFile> Context::known_hosts(const std::string& path) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_hosts_.find(path); found != known_hosts_.end()) return found->second;
  }
  Result<std::string> text = read_file(path, kKnownHostsLimit);
  auto file = std::make_shared<const KnownHostsFile>(path, text ? std::move(*text) : std::string());
  const std::lock_guard lock(mutex_);
  return known_hosts_.emplace(path, std::move(file)).first->second;
}

Result<> Context::append_known_host(const std::string& path, const std::string& line) {
  const auto failed = [&](const std::string& what) {
    return fail(Code::kWriteFailed, "cannot " + what + " " + path + ": " + std::strerror(errno));
  };
  const std::lock_guard lock(mutex_);
  std::error_code ignored;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (std::filesystem::create_directories(folder, ignored)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  }
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!fd) return failed("open");
  // Other programs, and other plumbs, append to the same file.
  if (::flock(fd.get(), LOCK_EX) != 0) return failed("lock");
  char last = '\n';
  const off_t size = ::lseek(fd.get(), 0, SEEK_END);
  if (size > 0 && ::pread(fd.get(), &last, 1, size - 1) != 1) return failed("read");
  std::string addition(last == '\n' ? 0 : 1, '\n');
  addition += line;
  if (::write(fd.get(), addition.data(), addition.size()) != static_cast<ssize_t>(addition.size()))
    return failed("write");
  known_hosts_.erase(path);
  return {};
}

std::shared_ptr<const KeyFile> Context::key_file(const std::string& path,
                                                 const std::vector<std::string>& certificates) {
  const std::pair name(path, certificates);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = keys_.find(name); found != keys_.end()) return found->second;
  }
  auto file = std::make_shared<const KeyFile>(load_key_file(path, certificates, nullptr));
  const std::lock_guard lock(mutex_);
  return keys_.emplace(name, std::move(file)).first->second;
}

std::shared_ptr<const KeyFile> Context::unlocked_key_file(const std::string& path,
                                                          const std::vector<std::string>& certificates) {
  if (!prompt_) return nullptr;
  const std::lock_guard lock(prompt_mutex_);
  if (const auto found = unlocked_.find(path); found != unlocked_.end()) return found->second;
  std::shared_ptr<const KeyFile> unlocked;
  constexpr int kTries = 3;
  for (int i = 0; i < kTries && !unlocked; ++i) {
    const Result<std::string> passphrase = prompt_("Passphrase for " + path + ": ");
    if (!passphrase || passphrase->empty()) break;
    auto file = std::make_shared<const KeyFile>(load_key_file(path, certificates, passphrase->c_str()));
    if (file->key) unlocked = std::move(file);
  }
  return unlocked_.emplace(path, std::move(unlocked)).first->second;
}

std::optional<std::string> Context::ask(const std::string& question) {
  if (!prompt_) return std::nullopt;
  const std::lock_guard lock(prompt_mutex_);
  Result<std::string> answer = prompt_(question);
  if (!answer) return std::nullopt;
  return std::move(*answer);
}

std::optional<std::string> Context::password(const std::string& account) {
  if (!prompt_) return std::nullopt;
  const std::lock_guard lock(prompt_mutex_);
  if (const auto found = passwords_.find(account); found != passwords_.end()) return found->second;
  Result<std::string> password = prompt_("Password for " + account + ": ");
  std::optional<std::string> given;
  if (password && !password->empty()) given = std::move(*password);
  return passwords_.emplace(account, std::move(given)).first->second;
}

}  // namespace plumb::host::ssh
