// What stores are asked with: where the project lies, the variables of whoever runs plumb, programs of this machine.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/files.h"
#include "engine/base/result.h"

namespace plumb::secrets {

// Of an answer, and of a file.
inline constexpr std::size_t kLargestSecret = std::size_t{1} << 20;

// A variable of whoever runs plumb; nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

class Surroundings {
 public:
  // `project` is where relative folders and programs begin; `key` is the project's own, "" for none; `stop` ends a
  // program once it is readable, or is -1.
  Surroundings(Folder project, Environment environment, std::string key, int stop)
      : project_(std::move(project)), environment_(std::move(environment)), key_(std::move(key)), stop_(stop) {}

  const Files& files() const { return project_.files(); }
  const std::string& key() const { return key_; }
  std::optional<std::string> variable(const std::string& name) const;
  // Tokens go to these addresses of vaults alone, where it says any; an error has them go nowhere, for that reason.
  using Vaults = Result<std::optional<std::vector<std::string>>>;
  void restrict_vaults(Vaults vaults) { vaults_ = std::move(vaults); }
  const Vaults& vaults() const { return vaults_; }
  // Absolute; of what is written in a project, where `~/` is the home of whoever runs plumb.
  std::filesystem::path place(const std::string& text) const;

  struct Program {
    std::vector<std::string> arguments;
    std::string whose;  // what it is asked for; begins what is told of it
    int timeout_seconds = 30;
    std::string_view input = {};  // all that it can read
    int absent = 0;               // the exit code that says that there is nothing; 0: none does
  };
  // What a program prints, at most kLargestSecret. Any thread may ask. Errors: kSecretStore, with what it said on
  // standard error and never with what it printed; kNoSuchSecret; kInterrupted.
  Result<std::string> run(const Program& program) const;
  // The same with its exit code, whatever that is.
  Result<ProgramOutput> run_whatever(const Program& program) const;

 private:
  bool has_program(const std::string& name) const;

  Folder project_;
  Environment environment_;
  std::string key_;
  int stop_;
  Vaults vaults_ = std::optional<std::vector<std::string>>();

  mutable std::mutex programs_mutex_;
  mutable std::map<std::string, bool> programs_;  // by name: whether it is there
};

// What a program said on standard error, on one line.
std::string complaint(std::string errors);

}  // namespace plumb::secrets
