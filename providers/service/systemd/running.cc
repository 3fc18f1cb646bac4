// systemd that runs: one `systemctl show` for all units.
#include <algorithm>
#include <array>
#include <map>

#include "providers/service/systemd/units.h"

namespace plumb::providers::service::systemd {
namespace {

constexpr const char* kTold =
    "Id,LoadState,ActiveState,UnitFileState,NeedDaemonReload,CanReload,Type,RemainAfterExit,FragmentPath,LoadError";

using Properties = std::map<std::string, std::string, std::less<>>;

std::string property(const Properties& properties, std::string_view name) {
  const auto found = properties.find(name);
  return found == properties.end() ? "" : found->second;
}

std::vector<Properties> blocks_of(std::string_view output) {
  std::vector<Properties> blocks;
  Properties block;
  while (!output.empty()) {
    const std::size_t end = output.find('\n');
    const std::string_view line = output.substr(0, end);
    output.remove_prefix(end == std::string_view::npos ? output.size() : end + 1);
    if (line.empty()) {
      if (!block.empty()) blocks.push_back(std::exchange(block, {}));
      continue;
    }
    if (const std::size_t equals = line.find('='); equals != std::string_view::npos) {
      block[std::string(line.substr(0, equals))] = line.substr(equals + 1);
    }
  }
  if (!block.empty()) blocks.push_back(std::move(block));
  return blocks;
}

std::string state_of(const std::string& active) {
  if (active == "active" || active == "reloading" || active == "refreshing") return "running";
  if (active == "activating") return "starting";
  if (active == "deactivating") return "stopping";
  if (active == "failed") return "failed";
  return "stopped";
}

// A unit made from a System V script is enabled by its links in the runlevels.
Result<Enabled> enabled_by_runlevel(const std::string& unit, System& system) {
  const std::string script = unit.substr(0, unit.rfind('.'));
  PLUMB_TRY_ASSIGN(const auto init, system.stat("/etc/init.d/" + script, true));
  if (!init) return Enabled::kImpossible;
  PLUMB_TRY_ASSIGN(const auto folder, system.stat("/etc/rc3.d", true));
  if (!folder) return Enabled::kNo;
  PLUMB_TRY_ASSIGN(const auto links, system.list("/etc/rc3.d"));
  const bool started = std::any_of(links.begin(), links.end(), [&](const std::string& link) {
    return link.size() == script.size() + 3 && link[0] == 'S' && link.ends_with(script);
  });
  return started ? Enabled::kYes : Enabled::kNo;
}

// What a generator made of another file, as podman does of a .container, is enabled by links beside it.
Result<Enabled> enabled_by_generator(const std::string& file, const std::string& unit, System& system) {
  const std::string folder = file.substr(0, file.rfind('/'));
  PLUMB_TRY_ASSIGN(const auto there, system.stat(folder, true));
  if (file.empty() || !there || there->type != FileType::kDirectory) return Enabled::kImpossible;
  PLUMB_TRY_ASSIGN(const auto entries, system.list(folder));
  for (const std::string& entry : entries) {
    if (!entry.ends_with(".wants") && !entry.ends_with(".requires")) continue;
    PLUMB_TRY_ASSIGN(const auto link, system.stat(folder + '/' + entry + '/' + unit, false));
    if (link) return Enabled::kAlways;
  }
  return Enabled::kImpossible;
}

// It stays `indirect` whether those are enabled that go along with it, and while somebody's link gives it another name.
Result<Enabled> enabled_with_others(const std::string& unit, const Place& place, System& system) {
  PLUMB_TRY_ASSIGN(const std::vector<Unit> read, read_offline(std::span(&unit, 1), place, system));
  return read.front().found ? read.front().enabled : Enabled::kEither;
}

Result<Enabled> enabled_of(const std::string& file_state, const std::string& file, const std::string& unit,
                           const Place& place, System& system) {
  if (file_state == "enabled") return Enabled::kYes;
  if (file_state == "static" || file_state == "transient") return Enabled::kImpossible;
  if (file_state == "indirect") return enabled_with_others(unit, place, system);
  if (file_state == "alias") return Enabled::kEither;
  if (file_state == "generated") {
    PLUMB_TRY_ASSIGN(const Enabled enabled, enabled_by_runlevel(unit, system));
    return enabled == Enabled::kImpossible ? enabled_by_generator(file, unit, system) : enabled;
  }
  return Enabled::kNo;  // disabled, linked, enabled-runtime (gone at the next start), masked, bad, ""
}

Result<> take_from_disk(Unit& unit, const Place& place, System& system) {
  PLUMB_TRY_ASSIGN(const std::vector<Unit> read, read_offline(std::span(&unit.name, 1), place, system));
  const Unit& there = read.front();
  if (!there.found) return {};
  unit.masked = there.masked;
  unit.enabled = there.enabled;
  unit.not_enabled = there.not_enabled;
  unit.ends_by_itself = there.ends_by_itself;
  unit.own_file = there.own_file;
  unit.broken.clear();
  return {};
}

}  // namespace

Result<std::vector<Unit>> parse_show(std::string_view output, std::span<const std::string> units, const Place& place,
                                     System& system) {
  const std::vector<Properties> blocks = blocks_of(output);
  if (blocks.size() != units.size()) {
    return fail(Code::kCannotObserve, "systemctl show told of " + std::to_string(blocks.size()) + " units where " +
                                          std::to_string(units.size()) + " were asked for");
  }
  std::vector<Unit> result;
  for (const Properties& block : blocks) {
    Unit unit;
    unit.name = property(block, "Id");
    if (unit.name.empty()) unit.name = units[result.size()];
    const std::string load = property(block, "LoadState");
    const std::string file_state = property(block, "UnitFileState");
    unit.masked = load == "masked" || file_state == "masked";
    unit.found = unit.masked || load != "not-found";
    if (load == "bad-setting" || load == "error") {
      unit.broken = property(block, "LoadError");
      if (unit.broken.empty()) unit.broken = load;
    }
    unit.state = state_of(property(block, "ActiveState"));
    unit.can_reload = property(block, "CanReload") == "yes";
    unit.reload_needed = property(block, "NeedDaemonReload") == "yes";
    if (property(block, "Type") == "oneshot" && property(block, "RemainAfterExit") != "yes") {
      unit.ends_by_itself = one_shot();
    }
    if (const std::string file = property(block, "FragmentPath");
        !unit.masked && file.starts_with(place.folders.front() + '/')) {
      unit.own_file = file;
    }
    if (!unit.masked) {
      PLUMB_TRY_ASSIGN(unit.enabled, enabled_of(file_state, property(block, "FragmentPath"), unit.name, place, system));
    }
    unit.not_enabled = file_state == "generated"  ? made_of_another_file()
                       : file_state == "indirect" ? nobody_along()
                                                  : no_install_section();
    // What is loaded is not what counts once it is loaded again.
    if (unit.reload_needed) {
      PLUMB_TRY(take_from_disk(unit, place, system));
    } else if (unit.found && (unit.enabled == Enabled::kNo || unit.enabled == Enabled::kImpossible) && !unit.masked) {
      PLUMB_TRY(note_no_file_among_files(unit, place, system));
    }
    result.push_back(std::move(unit));
  }
  return result;
}

FixedQuestion fixed_question() {
  static constexpr std::array<std::string_view, 3> kWords = {"--no-pager", "--property", kTold};
  return {"systemctl", "show", kWords};
}

Result<std::vector<Unit>> read_running(std::span<const std::string> units, const Place& place, System& system) {
  if (units.empty()) return std::vector<Unit>();
  ProcessRequest request;
  request.argv = {"systemctl", "show", "--no-pager", "--property", kTold, "--"};
  request.argv.insert(request.argv.end(), units.begin(), units.end());
  if (place.owner != nullptr) {
    request.argv.insert(request.argv.begin() + 1, "--user");
    request.user = place.owner->name;
    request.env["XDG_RUNTIME_DIR"] = runtime_folder(*place.owner);
  }
  request.output_limit = std::size_t{16} << 20U;
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run(request));
  Result<std::vector<Unit>> parsed = parse_show(result.output, units, place, system);
  if (!parsed && !result.errors.empty()) {
    return fail(Code::kCannotObserve, "systemctl show: " + result.errors.substr(0, result.errors.find('\n')));
  }
  return parsed;
}

}  // namespace plumb::providers::service::systemd
