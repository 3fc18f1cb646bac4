// The private interface of the service kind's back ends. Each is a folder here, found by the build; it defines
// `const BackEnd& back_end()` in the namespace of its own name.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/kind.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::service {

// Whether a unit starts with the host, and whether that can be chosen.
enum class Enabled { kYes, kNo, kEither, kImpossible, kAlways };

// Why something cannot be asked of a unit, after its name: "cannot be enabled, because …".
struct Refusal {
  std::string why;
  std::string hint;
};

struct Unit {
  std::string name;  // as the manager calls it, aliases resolved
  bool found = false;
  bool masked = false;
  std::string broken;  // why the manager cannot use it; "" for nothing wrong
  std::string state = "stopped";
  Enabled enabled = Enabled::kNo;
  Refusal not_enabled;       // kImpossible, kAlways
  bool has_install = false;  // told by read_files() alone: its files say how it is enabled
  bool can_reload = false;
  bool reload_needed = false;
  std::optional<Refusal> ends_by_itself;  // it cannot be kept running
  std::string own_file;                   // a unit file of the administrator's, which stands in the way of masking
};

// One of the units that are enabled and disabled along with each other.
struct Companion {
  bool is_there = false;
  bool can_be_enabled = false;  // by links of its own
  bool enabled = false;
  std::vector<std::string> takes;  // itself, and all that change with it
};
using Along = std::map<std::string, Companion>;
inline constexpr std::size_t kMostAlong = 64;

// What a host tells of the units that were asked for, in their order. A name that is no service has its own error.
struct Units {
  std::vector<Result<Unit>> units;
  std::string cannot_run;  // why nothing can be started here; "" where it can
  std::string remedy = "leave out `state`; `enabled` works";
  bool may_run_later = false;  // an action before may bring what nobody can name beforehand, so that it can
  std::string lacks;           // the package that brings the manager's own program, where that is not there
};

// By which a unit starts with the host.
struct Links {
  std::vector<std::string> there;
  std::vector<std::string> wanted;  // as its files have them
};

class BackEnd : public ServiceManager {
 public:
  // Units whose state somebody chose, as resources; see Adoption.
  virtual void survey(const SurveyedHost& /*host*/, Survey& /*found*/) const {}
  // Whether it stands beside what starts hosts, and is used only where a resource says so.
  virtual bool is_beside() const { return false; }
  // True where the host's units can be read, whether they run or not. Asked of one that stands beside nobody.
  virtual Result<bool> serves(System& system) const = 0;
  // Whether what is loaded has to be told that files of a unit changed.
  virtual bool loads_files() const { return true; }
  // Why no unit can be masked here; "" where they can.
  virtual std::string why_not_masked() const { return {}; }
  // What the files of a unit alone tell of it, whatever is loaded. `owner`: whose units these are; null for the host's.
  virtual Result<Unit> read_files(const std::string& unit, const Account* owner, System& system) const = 0;
  // `names` as the configuration has them: "nginx", "sshd", "backup.timer".
  virtual Result<Units> read(std::span<const std::string> names, const Account* owner, System& system) const = 0;
  Result<ToldUnit> tell_unit(const std::string& name, System& system) const override;
  // The manager's full name for one of these.
  virtual std::string unit_name(std::string_view name) const = 0;
  // The bare name, which a package that brings the unit may have too.
  virtual std::string bare_name(std::string_view name) const = 0;
  // The files of which one makes the unit, as far as their folders are known; the administrator's own first.
  virtual std::vector<std::string> files_of(const std::string& unit) const = 0;
  // True where a file at this path is one of them.
  virtual bool makes(std::string_view path, const std::string& unit) const;
  // True where the file at this path is one of those that make the unit, adds to it, or is a link by which it starts
  // with the host; and each of the last two alone.
  virtual bool shapes(std::string_view path, const std::string& unit) const = 0;
  virtual bool adds(std::string_view /*path*/, const std::string& /*unit*/) const { return false; }
  virtual bool links(std::string_view path, const std::string& unit) const = 0;
  // The address by which a unit of an account is missed; of the host's own its name.
  virtual std::string missed_as(const std::string& unit, const Account* /*owner*/) const { return unit; }

  // The link that masks a unit; "" where there is none, or its folder is not known.
  virtual std::string mask_of(const std::string& /*unit*/) const { return {}; }
  // Files and links of a unit that is to be enabled, or masked; see Provider::implies_paths.
  virtual void add_implied(const std::string& unit, bool enabled, bool masked,
                           std::vector<ImpliedPath>& paths) const = 0;

  // Of an enabled unit, by its own name. Nothing where they cannot be told.
  virtual Result<std::optional<Links>> read_links(const std::string& unit, const Account* owner, System& system) const;
  // Of a unit by its own name: itself, and who is enabled and disabled along with it.
  virtual Result<Along> read_along(const std::string& /*unit*/, const Account* /*owner*/, System& /*system*/) const {
    return Along();
  }
  // Pure: whether it may have to be enabled anew with a file of that text, where it has these links.
  virtual bool may_relink(std::string_view /*path*/, std::string_view /*text*/, const std::string& /*unit*/,
                          const std::vector<std::string>& /*links*/) const {
    return false;
  }
  // Pure: why a unit whose file has that text cannot be kept running, or be enabled.
  virtual std::optional<Refusal> refuses(std::string_view /*text*/, bool /*run*/, bool /*enable*/) const {
    return std::nullopt;
  }
};

// The one that manages units of accounts.
inline constexpr const char* kOfUsers = "systemd_user";

// In the order of their names. Made by the build.
std::span<const BackEnd* const> back_ends();

// The back end of that name, or for "" that of this host; kNoBackEnd with what was found instead.
Result<const BackEnd*> find_back_end(std::string_view name, System& system);
const BackEnd* back_end_named(std::string_view name);

// The fact `init`: a back end's name, or what else starts the host: "sysvinit", "launchd", "unknown".
std::string init_system(System& system);

}  // namespace plumb::providers::service
