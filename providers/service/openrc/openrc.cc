// OpenRC: its commands, and its folders, by which it tells what runs without being asked.
#include <algorithm>
#include <array>

#include "engine/base/trimmed.h"
#include "providers/sdk/is_there.h"
#include "providers/sdk/survey.h"
#include "providers/service/back_end.h"

namespace plumb::providers::service::openrc {
namespace {

constexpr std::string_view kScripts = "/etc/init.d/";
constexpr std::string_view kRunlevels = "/etc/runlevels";
constexpr std::string_view kRuns = "/run/openrc/";
constexpr const char* kMark = "/run/openrc/softlevel";
constexpr std::string_view kSuffix = ".service";
constexpr std::size_t kLargestScript = std::size_t{256} << 10;
constexpr auto kCommand = std::chrono::seconds(300);

// What crashed counts as started, and would be left as it is.
constexpr const char* kStart = R"sh(code=0
rc-service "$1" status >/dev/null 2>&1 || code=$?
[ $code -ne 32 ] || rc-service "$1" zap || exit
exec rc-service --nocolor "$1" start)sh";

// Its script may have gone with its package.
constexpr const char* kStop = R"sh([ -e "/etc/init.d/$1" ] || exit 0
exec rc-service --nocolor "$1" stop)sh";

constexpr const char* kDisable = R"sh(for link in /etc/runlevels/*/"$1"; do
  [ -L "$link" ] || continue
  level=${link%/*}
  rc-update del "$1" "${level##*/}" || exit
done)sh";

// Folders of which one has a link of the service, as which it then counts.
struct Status {
  const char* folder;
  const char* state;
};
constexpr std::array<Status, 4> kStatuses = {
    {{"started", "running"}, {"stopping", "stopping"}, {"starting", "starting"}, {"inactive", "starting"}}};

ProcessRequest asked(std::vector<std::string> argv) {
  ProcessRequest request;
  request.argv = std::move(argv);
  request.timeout = kCommand;
  return request;
}

// OpenRC knows no suffixes; a project that is for systemd too may have them.
std::string script_name(std::string_view name) {
  return std::string(name.ends_with(kSuffix) ? name.substr(0, name.size() - kSuffix.size()) : name);
}

std::string script_of(const std::string& unit) {
  return std::string(kScripts) + unit;
}

// Whether `reload` is among the words that a script says it takes.
bool takes_reload(std::string_view script) {
  while (!script.empty()) {
    const std::string_view line = take_line(script);
    if (line.starts_with("extra_") && line.find("commands=") != std::string_view::npos &&
        line.find("reload") != std::string_view::npos)
      return true;
  }
  return false;
}

bool runs(System& system) {
  return !system.is_image() && shows(kMark, system);
}

Result<std::vector<std::string>> entries(const std::string& folder, System& system) {
  PLUMB_TRY_ASSIGN(const auto there, system.stat(folder, true));
  return there && there->type == FileType::kDirectory ? system.list(folder) : std::vector<std::string>();
}

// Runlevels in which the service is.
Result<bool> is_in_a_runlevel(const std::string& unit, System& system) {
  PLUMB_TRY_ASSIGN(const auto levels, entries(std::string(kRunlevels), system));
  for (const std::string& level : levels) {
    PLUMB_TRY_ASSIGN(const auto link, system.stat(std::string(kRunlevels) + '/' + level + '/' + unit, false));
    if (link) return true;
  }
  return false;
}

// Of one that was started: whether a process that its daemons' files know by a pidfile is no more.
Result<bool> has_crashed(const std::string& unit, System& system) {
  const std::string folder = std::string(kRuns) + "daemons/" + unit;
  PLUMB_TRY_ASSIGN(const auto daemons, entries(folder, system));
  for (const std::string& daemon : daemons) {
    PLUMB_TRY_ASSIGN(const std::string text, system.read_file(folder + '/' + daemon, kLargestScript));
    for (std::string_view rest = text; !rest.empty();) {
      constexpr std::string_view kPidfile = "pidfile=";
      const std::string_view line = take_line(rest);
      if (!line.starts_with(kPidfile) || line.size() == kPidfile.size()) continue;
      const Result<std::string> pid = system.read_file(std::string(line.substr(kPidfile.size())), 64);
      if (!pid || !shows("/proc/" + std::string(trimmed(*pid)), system)) return true;
    }
  }
  return false;
}

Result<std::string> state_of(const std::string& unit, System& system) {
  for (const Status& status : kStatuses) {
    PLUMB_TRY_ASSIGN(const auto link, system.stat(std::string(kRuns) + status.folder + '/' + unit, false));
    if (!link) continue;
    if (std::string_view(status.folder) != "started") return std::string(status.state);
    PLUMB_TRY_ASSIGN(const bool crashed, has_crashed(unit, system));
    return std::string(crashed ? "failed" : status.state);
  }
  return std::string("stopped");
}

class OpenRc : public BackEnd {
 public:
  std::string_view name() const override { return "openrc"; }

  // A service of the runlevel that hosts come to is somebody's choice, as hosts come with none but what they need.
  void survey(const SurveyedHost& host, Survey& found) const override {
    for (const std::string& unit : surveyed_names(host, std::string(kRunlevels) + "/default", found))
      found.add(unit, {{"enabled", true}});
  }

  Result<bool> starts(System& system) const override {
    return system.is_image() ? serves(system) : is_there(kMark, system);
  }
  // Where it started the host; where nothing did, or of an image, where its runlevels are and systemd is not.
  Result<bool> serves(System& system) const override {
    if (!system.is_image()) {
      PLUMB_TRY_ASSIGN(const bool running, is_there(kMark, system));
      if (running) return true;
    }
    for (const char* other : {"/run/systemd/system", "/lib/systemd/systemd", "/usr/lib/systemd/systemd"}) {
      PLUMB_TRY_ASSIGN(const bool there, is_there(other, system));
      if (there) return false;
    }
    return is_there(std::string(kRunlevels), system);
  }
  std::optional<Address> made_by(std::string_view path) const override {
    if (!path.starts_with(kScripts) || path.find('/', kScripts.size()) != std::string_view::npos) return std::nullopt;
    return Address{"", "unit", std::string(path.substr(kScripts.size()))};
  }
  // Scripts are read each time, and so are the links of the runlevels.
  bool loads_files() const override { return false; }
  bool reads(std::string_view path) const override {
    return path.starts_with(kScripts) || path.starts_with("/etc/runlevels/");
  }
  std::string why_not_masked() const override { return "OpenRC masks no services"; }

  Result<std::vector<Step>> steps(const ServiceAction& action, bool image) const override {
    const auto step = [&](std::vector<std::string> argv) {
      return std::vector<Step>{{action.verb, asked(std::move(argv)), false}};
    };
    if (action.verb == "daemon_reload") return std::vector<Step>();
    if (action.verb == "enable") return step({"rc-update", "add", action.unit, "default"});
    if (action.verb == "disable") return step({"sh", "-c", kDisable, "plumb", action.unit});
    if (!brings_up(action) && action.verb != "stop")
      return fail(Code::kProtocol, "`" + action.verb + "` is not a service action");
    if (image) {
      return fail(Code::kServiceFailed,
                  "cannot " + action.verb + " " + action.unit + ": services of an image do not run");
    }
    if (action.verb == "start") return step({"sh", "-c", kStart, "plumb", action.unit});
    if (action.verb == "stop") return step({"sh", "-c", kStop, "plumb", action.unit});
    return step({"rc-service", "--nocolor", action.unit, action.verb});
  }
  bool brings_up(const ServiceAction& action) const override {
    return action.verb == "start" || action.verb == "restart" || action.verb == "reload";
  }
  ServiceAction reload_definitions() const override { return {"openrc", "", "daemon_reload"}; }

  // Some scripts have a status of their own, and end it as they like.
  ProcessRequest ask_state(const ServiceAction& action) const override {
    return asked({"sh", "-c",
                  "for state in starting stopping started inactive; do\n"
                  "  [ ! -L \"/run/openrc/$state/$1\" ] || { echo $state && exit; }\n"
                  "done\necho stopped",
                  "plumb", action.unit});
  }
  UnitState read_state(const ProcessResult& answer) const override {
    UnitState state;
    state.text = last_lines(answer.output, 1);
    state.moving = state.text == "starting" || state.text == "stopping";
    state.failed = state.text == "stopped";
    return state;
  }
  // It keeps none.
  ProcessRequest ask_log(const ServiceAction&, std::chrono::system_clock::time_point) const override {
    return asked({"true"});
  }

  Result<Unit> read_files(const std::string& name, const Account*, System& system) const override {
    Unit unit;
    unit.name = script_name(name);
    const std::string path = script_of(unit.name);
    PLUMB_TRY_ASSIGN(const auto script, system.stat(path, true));
    unit.found = script && script->type == FileType::kFile;
    if (!unit.found) return unit;
    PLUMB_TRY_ASSIGN(const bool enabled, is_in_a_runlevel(unit.name, system));
    unit.enabled = enabled ? Enabled::kYes : Enabled::kNo;
    unit.has_install = true;
    unit.can_reload = takes_reload(system.read_file(path, kLargestScript).value_or(std::string()));
    if ((script->mode & 0111U) == 0) unit.broken = path + " cannot be executed";
    return unit;
  }
  Result<Units> read(std::span<const std::string> names, const Account*, System& system) const override {
    Units answer;
    const bool running = runs(system);
    if (!running) {
      answer.cannot_run =
          system.is_image() ? "services of an image are not running" : "OpenRC is not the init system that runs here";
    }
    if (!running && system.find_program("rc-update").empty()) answer.lacks = "openrc";
    for (const std::string& name : names) {
      Result<Unit> unit = read_files(name, nullptr, system);
      if (unit && running) {
        PLUMB_TRY_ASSIGN(unit->state, state_of(unit->name, system));
      }
      answer.units.push_back(std::move(unit));
    }
    return answer;
  }

  std::string unit_name(std::string_view name) const override { return script_name(name); }
  std::string bare_name(std::string_view name) const override { return script_name(name); }
  std::vector<std::string> files_of(const std::string& unit) const override { return {script_of(unit)}; }
  bool shapes(std::string_view path, const std::string& unit) const override {
    return path == script_of(unit) || links(path, unit);
  }
  bool links(std::string_view path, const std::string& unit) const override {
    return path.starts_with(std::string(kRunlevels) + '/') && path.ends_with('/' + unit);
  }
  void add_implied(const std::string& unit, bool, bool, std::vector<ImpliedPath>& paths) const override {
    paths.push_back({std::string(kRunlevels) + "/*/" + unit});
    paths.push_back({script_of(unit)});
  }
};

}  // namespace

const BackEnd& back_end() {
  static const OpenRc openrc;
  return openrc;
}

}  // namespace plumb::providers::service::openrc
