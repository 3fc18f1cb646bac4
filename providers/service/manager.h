// The private interface of the service kind's back ends. The host's facts choose one.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "providers/sdk/system.h"

namespace plumb::providers::service {

// Whether a unit starts with the host, and whether that can be chosen.
enum class Enabled { kYes, kNo, kEither, kImpossible };

struct Unit {
  std::string name;  // as the manager calls it, aliases resolved
  bool found = false;
  bool masked = false;
  std::string broken;  // why the manager cannot use it; "" for nothing wrong
  std::string state = "stopped";
  Enabled enabled = Enabled::kNo;
  bool can_reload = false;
  bool reload_needed = false;
  bool stays_active = true;  // false: it ends by itself once its work is done
  std::string own_file;      // a unit file of the administrator's, which stands in the way of masking
};

class Manager {
 public:
  virtual ~Manager() = default;
  virtual std::string_view name() const = 0;
  // Why nothing can be started here; "" where it can.
  virtual std::string cannot_run() const = 0;
  // The state of each unit, in the order asked for.
  virtual Result<std::vector<Unit>> read(std::span<const std::string> units, System& system) const = 0;
};

// The back end for this host, or kNoBackEnd with what was found instead.
Result<std::unique_ptr<Manager>> find_manager(System& system);

// "nginx" -> "nginx.service"; a name with a known suffix stays.
std::string unit_name(std::string_view name);
// "foo@.service"
bool is_template(std::string_view unit);

std::unique_ptr<Manager> running_systemd();
std::unique_ptr<Manager> offline_systemd(std::string why);

// The answer of `systemctl show`: one block of KEY=VALUE lines a unit, with an empty line between.
Result<std::vector<Unit>> parse_show(std::string_view output, std::span<const std::string> units, System& system);

}  // namespace plumb::providers::service
