// What drives the packages, the services and the firewall of a host: apt, systemd, ufw and their like. A back end is a
// folder of its own under providers/KIND/; it knows the manager's commands, its locks and what it says when it fails,
// as data and pure functions. Who runs the commands is the interpreter in the executor, and nothing else in the engine
// knows a manager by name.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/address.h"
#include "engine/base/json.h"
#include "engine/base/result.h"
#include "providers/sdk/operation.h"
#include "providers/sdk/system.h"

namespace plumb {

struct Packaged;

// A program to run.
struct Step {
  std::string doing;  // "refreshing the package lists"
  ProcessRequest program;
  bool preview = false;  // it changes nothing: what it says is judged before the steps after it run
};

// What a manager is asked in one form, so that it changes nothing whatever stands in it: behind `--` there are names
// alone.
struct FixedQuestion {
  std::string_view program;
  std::string_view verb;                    // its first word
  std::span<const std::string_view> words;  // all others that may stand in front of `--`

  // With no environment, user or input of its own.
  bool is(const ProcessRequest& request) const;
};

// The first of them that it is true of, and null where it is true of none. Of one that cannot be told nothing follows
// while another one is it; else that is the error.
template <class Manager, class Is>
Result<const Manager*> first_of(std::span<const Manager* const> managers, Is is) {
  std::optional<Error> untold;
  for (const Manager* one : managers) {
    Result<bool> told = is(*one);
    if (!told && !untold) untold = std::move(told.error());
    if (told && *told) return one;
  }
  if (untold) return std::move(*untold);
  return static_cast<const Manager*>(nullptr);
}

class PackageManager {
 public:
  virtual ~PackageManager() = default;
  // As operations and the fact `package_manager` name it: "apt".
  virtual std::string_view name() const = 0;
  // True where the host's packages are this manager's: by its database, since another tool's program in the path fools
  // nobody. An error where the host does not tell.
  virtual Result<bool> manages(System& system) const = 0;
  // True where a file at this path is one of those that say which packages can be had; and whether an address is that
  // of something that can be had so.
  virtual bool is_source(std::string_view path) const = 0;
  virtual bool offers(const Address& what) const { return what.kind == "package"; }

  // Of the paths that matter, those that go when these packages are removed, a folder in front of what is in it: they
  // are nobody else's, and not kept as configuration. A folder goes once nothing is in it.
  virtual Result<std::vector<std::string>> goes_with(
      [[maybe_unused]] const std::vector<std::string>& packages,
      [[maybe_unused]] const std::function<bool(const std::string& path)>& matters,
      [[maybe_unused]] System& system) const {
    return std::vector<std::string>();
  }

  // Whether packages that come may put files into a folder of the host, since one that is there has it too. Where it
  // cannot tell: whether it lies where files of packages do.
  virtual Result<bool> shares_folder(const std::string& folder, System& system) const;

  // What its packages brought to the host (packaged.h); null where it cannot tell.
  virtual Result<std::shared_ptr<const Packaged>> packaged([[maybe_unused]] System& system) const {
    return std::shared_ptr<const Packaged>();
  }

  // What a host answers also to somebody who may change nothing there.
  virtual std::optional<FixedQuestion> fixed_question() const { return std::nullopt; }

  // Files that are locked (fcntl) while packages are changed.
  virtual std::vector<std::string> locks() const = 0;
  // Of a package, as the configuration would name it: nothing where it is not installed.
  virtual Result<std::optional<std::string>> installed_version(const std::string& package, System& system) const = 0;
  // Run one after another until one fails.
  virtual std::vector<Step> steps(const PackageTransaction& transaction) const = 0;
  // What came of a step. `holder`: who has one of locks() now, as "apt-get (process 4711)"; "" for nobody. Errors:
  // kPackageFailed, kPackageLock, kPackageUnknown, kPackageOthers.
  virtual Result<> judge(const PackageTransaction& transaction, const Step& step, const ProcessResult& result,
                         const std::string& holder) const = 0;
};

class ServiceManager {
 public:
  // A unit as whoever looks finds it.
  struct ToldUnit {
    bool exists = false;
    bool enabled = false;
    bool masked = false;
    std::string state = "absent";  // "running", "starting", "stopping", "failed", "stopped"
  };
  // A unit that was brought up, as the manager tells of it.
  struct UnitState {
    std::string text;  // in the manager's word: "activating"
    bool moving = false;
    bool failed = false;
  };

  virtual ~ServiceManager() = default;
  // As operations and the fact `init` name it: "systemd".
  virtual std::string_view name() const = 0;
  // True where it is what starts this host; of an image, what would. An error where the host does not tell.
  virtual Result<bool> starts(System& system) const = 0;
  // What a file at this path makes, "unit:nginx.service"; and whether what is loaded depends on the file at all.
  virtual std::optional<Address> made_by(std::string_view path) const = 0;
  virtual bool reads(std::string_view path) const = 0;

  // As PackageManager's.
  virtual std::optional<FixedQuestion> fixed_question() const { return std::nullopt; }

  // kProtocol for a verb that there is not, kServiceFailed for what an image cannot do. Nothing to run: nothing to do.
  virtual Result<std::vector<Step>> steps(const ServiceAction& action, bool image) const = 0;
  virtual bool brings_up(const ServiceAction& action) const = 0;
  virtual ServiceAction reload_definitions() const = 0;
  // `name` as the configuration would have it: "nginx", "backup.timer".
  virtual Result<ToldUnit> tell_unit(const std::string& name, System& system) const = 0;
  // Of the unit of an action: what tells its state, how that reads, and what prints the last lines that its log gained
  // since then.
  virtual ProcessRequest ask_state(const ServiceAction& action) const = 0;
  virtual UnitState read_state(const ProcessResult& answer) const = 0;
  virtual ProcessRequest ask_log(const ServiceAction& action, std::chrono::system_clock::time_point since) const = 0;
};

class FirewallManager {
 public:
  virtual ~FirewallManager() = default;
  // As operations name it: "ufw".
  virtual std::string_view name() const = 0;
  // Run one after another until one fails. kProtocol for a verb that there is not, kOperation for what an image cannot
  // do.
  virtual Result<std::vector<Step>> steps(const ChangeFirewall& change, bool image) const = 0;
};

// The managers of a registry's kinds, each made by its folder. They outlive the table.
class Managers {
 public:
  void add(const PackageManager& manager) { packages_.push_back(&manager); }
  void add(const ServiceManager& manager) { services_.push_back(&manager); }
  void add(const FirewallManager& manager) { firewalls_.push_back(&manager); }
  // A fact of the host that a kind tells: which manager it has, or "unknown".
  using Fact = std::string (*)(System& system);
  void tell(std::string fact, Fact read) { facts_.emplace_back(std::move(fact), read); }

  // By name; null where there is none.
  const PackageManager* packages(std::string_view name) const;
  const FirewallManager* firewalls(std::string_view name) const;
  // The one that the host has; null where it has none.
  Result<const PackageManager*> packages_of(System& system) const;
  // By name, or for "" the one that the host has.
  Result<const ServiceManager*> services(std::string_view name, System& system) const;
  std::span<const PackageManager* const> all_packages() const { return packages_; }
  std::span<const ServiceManager* const> all_services() const { return services_; }
  Json facts(System& system) const;
  // Whether one of them asks it as its fixed question.
  bool is_fixed_question(const ProcessRequest& request) const;

 private:
  std::vector<const PackageManager*> packages_;
  std::vector<const ServiceManager*> services_;
  std::vector<const FirewallManager*> firewalls_;
  std::vector<std::pair<std::string, Fact>> facts_;
};

// The first line of what a program said, without its end; `text` begins behind it then.
std::string_view take_line(std::string_view& text);

// The last lines of what a program said, for a message.
std::string last_lines(std::string_view text, std::size_t lines = 15);

}  // namespace plumb
