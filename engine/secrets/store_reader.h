// Asks stores of secrets what they keep.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/files.h"
#include "engine/base/result.h"
#include "engine/config/secret_stores.h"

namespace plumb::secrets {

// A variable of whoever runs plumb; nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// For one thread; it asks several questions at once itself. What was asked for once is not asked for again: fields of
// one thing cost one question.
class StoreReader {
 public:
  // `project` is where relative folders and programs begin; `stop` ends a program once it is readable, or is -1.
  StoreReader(const config::SecretStores& stores, Folder project, Environment environment, int stop)
      : stores_(stores), project_(std::move(project)), environment_(std::move(environment)), stop_(stop) {}

  // Asks for what these refer to, up to eight programs at a time. What came of it read() tells.
  void ask(std::span<const config::SecretReference> references);

  // At most 1 MiB. Without a field all that is kept there, less one line break at the end; with one, that member of
  // the JSON or YAML that is kept there. Errors: kSecretStore, also where no store has that name; kNoSuchSecret;
  // kInterrupted. None of them holds anything that a store told as an answer.
  Result<std::string> read(const config::SecretReference& reference);

 private:
  Result<std::string> whole(const config::SecretStore& store, const config::SecretReference& reference) const;
  Result<std::string> variable(const config::EnvironmentStore& store, const config::SecretReference& reference) const;
  Result<std::string> file(const config::FileStore& store, const config::SecretReference& reference) const;
  Result<std::string> command(const config::CommandStore& store, const config::SecretReference& reference) const;
  Result<std::string> run(std::vector<std::string> arguments, const config::SecretReference& reference,
                          int timeout_seconds) const;
  bool has_program(const std::string& name) const;
  Result<std::string> head_of(const std::filesystem::path& path) const;
  std::filesystem::path place(const std::string& text) const;

  const config::SecretStores& stores_;
  Folder project_;
  Environment environment_;
  int stop_;
  std::map<std::pair<std::string, std::string>, Result<std::string>> told_;  // by store and path

  mutable std::mutex programs_mutex_;
  mutable std::map<std::string, bool> programs_;  // by name: whether it is there
};

}  // namespace plumb::secrets
