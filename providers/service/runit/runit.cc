// runit: its commands, and its folders.
#include <algorithm>
#include <array>

#include "engine/base/trimmed.h"
#include "providers/sdk/is_there.h"
#include "providers/sdk/survey.h"
#include "providers/service/back_end.h"

namespace plumb::providers::service::runit {
namespace {

// Where services lie, and where those are linked that are looked after: of Artix, Void, Debian, of an image of Void.
constexpr std::array<std::string_view, 2> kServices = {"/etc/sv", "/etc/runit/sv"};
constexpr std::array<std::string_view, 5> kLive = {"/run/runit/service", "/var/service", "/etc/service", "/service",
                                                   "/etc/runit/runsvdir/default"};
constexpr std::string_view kSuffix = ".service";
constexpr auto kCommand = std::chrono::seconds(300);

// A service begins at once when it is linked, unless it has a file `down` by then; and that is read once. So one can be
// looked after without running, and run without starting with the host.
constexpr const char* kFolders = R"sh(verb=$1 image=$3
for sv in "/etc/sv/$2" "/etc/runit/sv/$2"; do [ ! -d "$sv" ] || break; done
for live in /run/runit/service /var/service /etc/service /service /etc/runit/runsvdir/default; do
  [ ! -d "$live" ] || break
done
own=$live/$2
look_after() {
  [ ! -e "$own" ] || return 0
  : >"$sv/down" && ln -sfn "$sv" "$own" || exit
  [ -z "$image" ] || return 0
  n=0
  until [ -p "$sv/supervise/ok" ]; do
    [ $n -lt 150 ] || { echo "nobody looks after $live" >&2; exit 1; }
    n=$((n + 1))
    sleep 0.1
  done
}
case $verb in
  enable) look_after && rm -f "$sv/down" ;;
  disable) [ ! -e "$own" ] || : >"$sv/down" ;;
  stop) [ ! -e "$own" ] || exec sv -w 60 stop "$own" ;;
  status) exec sv status "$own" ;;
  # What began in the same second sv takes for begun anew.
  restart) look_after && sv -w 60 stop "$own" && exec sv -w 60 start "$own" ;;
  *) look_after && exec sv -w 60 "$verb" "$own" ;;
esac)sh";

std::string folder_name(std::string_view name) {
  return std::string(name.ends_with(kSuffix) ? name.substr(0, name.size() - kSuffix.size()) : name);
}

ProcessRequest sh(const ServiceAction& action, bool image) {
  ProcessRequest request;
  request.argv = {"sh", "-c", kFolders, "plumb", action.verb, action.unit, image ? "image" : ""};
  request.timeout = kCommand;
  return request;
}

// The folder of that name in the first of these that has one; "" for none.
std::string find_below(std::span<const std::string_view> folders, const std::string& name, System& system) {
  for (const std::string_view folder : folders) {
    if (std::string path = std::string(folder) + '/' + name; shows(path, system)) return path;
  }
  return {};
}

// Where services are looked after; "" for nowhere.
std::string live_folder(System& system) {
  for (const std::string_view folder : kLive) {
    if (shows(std::string(folder), system)) return std::string(folder);
  }
  return {};
}

// By what its supervisor wrote last, "run, want down", as long as that one's process is there.
Result<std::string> state_of(const std::string& folder, System& system) {
  const std::string files = folder + "/supervise";
  const Result<std::string> said = system.read_file(files + "/stat", 256);
  if (!said) {
    if (!shows(files, system)) return std::string("stopped");
    return fail(Code::kCannotObserve, files + " cannot be read, so whether it runs is not known")
        .hint("set `become` so that the host is worked on as root");
  }
  const bool runs = said->starts_with("run");
  if (said->starts_with("finish") || (runs && said->find("want down") != std::string::npos))
    return std::string("stopping");
  if (runs) {
    const Result<std::string> pid = system.read_file(files + "/pid", 64);
    if (pid && shows("/proc/" + std::string(trimmed(*pid)), system)) return std::string("running");
  }
  // It begins a second after it ended, at the earliest. What is wanted stands in a byte of its own.
  constexpr std::size_t kWanted = 17;
  const Result<std::string> status = system.read_file(files + "/status", 64);
  const bool comes = !runs && status && status->size() > kWanted && (*status)[kWanted] == 'u';
  return std::string(comes ? "starting" : "stopped");
}

class Runit : public BackEnd {
 public:
  std::string_view name() const override { return "runit"; }

  // What is looked after is somebody's choice, but for the consoles that every host has.
  void survey(const SurveyedHost& host, Survey& found) const override {
    const std::string live = live_folder(host.system);
    if (live.empty()) return;
    for (const std::string& unit : surveyed_names(host, live, found)) {
      if (!unit.starts_with("agetty-")) found.add(unit, {{"enabled", true}});
    }
  }

  // It may also stand beside what starts a host; then resources name it.
  Result<bool> starts(System& system) const override { return serves(system); }
  Result<bool> serves(System& system) const override {
    for (const char* other : {"/run/systemd/system", "/run/openrc/softlevel", "/lib/systemd/systemd",
                              "/usr/lib/systemd/systemd", "/etc/runlevels"}) {
      PLUMB_TRY_ASSIGN(const bool there, is_there(other, system));
      if (there) return false;
    }
    return is_there(system.is_image() ? "/etc/runit/1" : "/run/runit", system);
  }
  std::optional<Address> made_by(std::string_view path) const override {
    constexpr std::string_view kRun = "/run";
    if (!reads(path) || !path.ends_with(kRun)) return std::nullopt;
    const std::string_view folder = path.substr(0, path.size() - kRun.size());
    const std::string_view name = folder.substr(folder.rfind('/') + 1);
    return std::find(kServices.begin(), kServices.end(), folder.substr(0, folder.size() - name.size() - 1)) ==
                   kServices.end()
               ? std::nullopt
               : std::optional(Address{"", "unit", std::string(name)});
  }
  // Each is read when it starts.
  bool loads_files() const override { return false; }
  bool reads(std::string_view path) const override {
    return std::any_of(kServices.begin(), kServices.end(),
                       [&](std::string_view folder) { return path.starts_with(std::string(folder) + '/'); });
  }
  std::string why_not_masked() const override { return "runit masks no services"; }

  Result<std::vector<Step>> steps(const ServiceAction& action, bool image) const override {
    if (action.verb == "daemon_reload") return std::vector<Step>();
    const bool links = action.verb == "enable" || action.verb == "disable";
    if (!links && !brings_up(action) && action.verb != "stop")
      return fail(Code::kProtocol, "`" + action.verb + "` is not a service action");
    if (image && !links) {
      return fail(Code::kServiceFailed,
                  "cannot " + action.verb + " " + action.unit + ": services of an image do not run");
    }
    return std::vector<Step>{{action.verb, sh(action, image), false}};
  }
  bool brings_up(const ServiceAction& action) const override {
    return action.verb == "start" || action.verb == "restart" || action.verb == "reload";
  }
  ServiceAction reload_definitions() const override { return {"runit", "", "daemon_reload"}; }

  ProcessRequest ask_state(const ServiceAction& action) const override {
    return sh({action.manager, action.unit, "status"}, false);
  }
  // "run: /var/service/sshd: (pid 413) 2951s; run: log: …", "down: …: 1s, normally up, want up", "fail: …"
  UnitState read_state(const ProcessResult& answer) const override {
    UnitState state;
    state.text = answer.output.substr(0, answer.output.find(':'));
    const std::string own = answer.output.substr(0, answer.output.find(';'));
    state.moving = state.text == "finish" || (state.text == "down" && own.find("want up") != std::string::npos);
    state.failed = state.text != "run" && !state.moving;
    return state;
  }
  // Each service logs as it likes.
  ProcessRequest ask_log(const ServiceAction&, std::chrono::system_clock::time_point) const override {
    ProcessRequest request;
    request.argv = {"true"};
    return request;
  }

  Result<Unit> read_files(const std::string& name, const Account*, System& system) const override {
    Unit unit;
    unit.name = folder_name(name);
    const std::string folder = find_below(kServices, unit.name, system);
    unit.found = !folder.empty();
    if (!unit.found) return unit;
    unit.has_install = true;
    PLUMB_TRY_ASSIGN(const auto run, system.stat(folder + "/run", true));
    if (!run) unit.broken = folder + "/run is not there";
    if (run && (run->mode & 0111U) == 0) unit.broken = folder + "/run cannot be executed";
    unit.can_reload = shows(folder + "/control/h", system);
    const bool linked = !find_below(kLive, unit.name, system).empty();
    unit.enabled = linked && !shows(folder + "/down", system) ? Enabled::kYes : Enabled::kNo;
    return unit;
  }
  Result<Units> read(std::span<const std::string> names, const Account*, System& system) const override {
    Units answer;
    if (system.is_image()) {
      answer.cannot_run = "services of an image are not running";
    } else if (live_folder(system).empty()) {
      answer.cannot_run = "nothing looks after services here";
      answer.lacks = system.find_program("runsvdir").empty() ? "runit" : "";
      answer.may_run_later = true;
    }
    for (const std::string& name : names) {
      Result<Unit> unit = read_files(name, nullptr, system);
      if (unit && answer.cannot_run.empty() && !find_below(kLive, unit->name, system).empty()) {
        PLUMB_TRY_ASSIGN(unit->state, state_of(find_below(kLive, unit->name, system), system));
      }
      answer.units.push_back(std::move(unit));
    }
    return answer;
  }

  std::string unit_name(std::string_view name) const override { return folder_name(name); }
  std::string bare_name(std::string_view name) const override { return folder_name(name); }
  std::vector<std::string> files_of(const std::string& unit) const override {
    std::vector<std::string> files;
    for (const std::string_view folder : kServices) files.push_back(std::string(folder) + '/' + unit + "/run");
    return files;
  }
  bool shapes(std::string_view path, const std::string& unit) const override {
    const auto is_of = [&](std::string_view folder) {
      const std::string own = std::string(folder) + '/' + unit;
      return path == own || path.starts_with(own + '/');
    };
    return links(path, unit) || std::any_of(kServices.begin(), kServices.end(), is_of);
  }
  bool links(std::string_view path, const std::string& unit) const override {
    return std::any_of(kLive.begin(), kLive.end(),
                       [&](std::string_view folder) { return path == std::string(folder) + '/' + unit; });
  }
  void add_implied(const std::string& unit, bool, bool, std::vector<ImpliedPath>& paths) const override {
    for (const std::string_view folder : kLive) paths.push_back({std::string(folder) + '/' + unit});
    // What its supervisor keeps, and what is made here.
    for (const std::string_view folder : kServices) {
      const std::string own = std::string(folder) + '/' + unit;
      paths.push_back({own + "/supervise", true});
      paths.push_back({own + "/down"});
    }
  }
};

}  // namespace

const BackEnd& back_end() {
  static const Runit runit;
  return runit;
}

}  // namespace plumb::providers::service::runit
