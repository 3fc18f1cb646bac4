// systemd: its commands and what it says.
#include "providers/service/systemd/systemd.h"

#include <algorithm>

#include "providers/sdk/is_there.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::service::systemd {
namespace {

constexpr std::array<std::string_view, 10> kVerbs = {"start",   "stop", "restart", "reload",        "enable",
                                                     "disable", "mask", "unmask",  "daemon_reload", "reenable"};
constexpr std::string_view kReload = "daemon_reload";
constexpr auto kCommand = std::chrono::seconds(300);

// The number of an account that is only made before is known by then. Its manager comes up by and by where it stays
// though nobody is logged in. Without one, units are files: they are enabled and masked, and nothing else.
constexpr const char* kOfAccount = R"sh(XDG_RUNTIME_DIR=/run/user/$(id -u) && export XDG_RUNTIME_DIR
n=0
while [ -e "/var/lib/systemd/linger/$(id -un)" ] && [ -d /run/systemd/system ] && [ $n -lt 100 ]; do
  [ -S "$XDG_RUNTIME_DIR/systemd/private" ] && break
  n=$((n + 1))
  sleep 0.1
done
if [ ! -S "$XDG_RUNTIME_DIR/systemd/private" ]; then
  case $1 in
    daemon-reload) exit 0 ;;
    enable | disable | reenable | mask | unmask) SYSTEMD_OFFLINE=1 && export SYSTEMD_OFFLINE ;;
    *) echo "no manager of the units of $(id -un) runs" >&2 && exit 1 ;;
  esac
fi
exec systemctl --user --no-ask-password "$@")sh";

ProcessRequest program(std::vector<std::string> argv) {
  ProcessRequest request;
  request.argv = std::move(argv);
  request.env = {{"SYSTEMD_COLORS", "0"}, {"SYSTEMD_PAGER", ""}, {"SYSTEMD_LESS", ""}};
  request.timeout = kCommand;
  return request;
}

bool runs(System& system) {
  return !system.is_image() && shows("/run/systemd/system", system) && !system.find_program("systemctl").empty();
}

// "multi-user.target.wants/x.service"
bool is_link_to(std::string_view file, const std::string& unit) {
  const std::size_t slash = file.find('/');
  if (slash == std::string_view::npos || file.substr(slash + 1) != unit) return false;
  return std::any_of(kLinkFolders.begin(), kLinkFolders.end(),
                     [&](const auto& folder) { return file.substr(0, slash).ends_with(folder.second); });
}

std::string base_name(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

}  // namespace

Result<bool> Systemd::starts(System& system) const {
  if (of_users_) return false;
  if (!system.is_image()) return is_there("/run/systemd/system", system);
  PLUMB_TRY_ASSIGN(const bool there, is_there("/lib/systemd/systemd", system));
  return there ? Result<bool>(true) : is_there("/usr/lib/systemd/systemd", system);
}

Result<bool> Systemd::serves(System& system) const {
  if (of_users_) return false;
  if (runs(system)) return true;
  PLUMB_TRY_ASSIGN(const auto units, system.stat("/etc/systemd/system", true));
  return units.has_value();
}

void Systemd::survey(const SurveyedHost& host, Survey& found) const {
  if (!of_users_) systemd::survey(host, found);
}

std::optional<Address> Systemd::made_by(std::string_view path) const {
  const std::string file = base_name(path);
  // It makes a unit of each script of System V.
  if (!of_users_ && path == "/etc/init.d/" + file) return Address{"", "unit", file + ".service"};
  const std::optional<std::string_view> among = among_units(path);
  if (!among || *among != file || full_name(file) != file) return std::nullopt;
  // One name is a unit of each account.
  if (of_users_) return Address{"", "unit", std::string(path)};
  const std::vector<std::string> files = files_of(file);
  const bool there = std::find(files.begin(), files.end(), path) != files.end();
  return there ? std::optional(Address{"", "unit", file}) : std::nullopt;
}

std::optional<FixedQuestion> Systemd::fixed_question() const {
  return of_users_ ? std::nullopt : std::optional(systemd::fixed_question());
}

ProcessRequest Systemd::systemctl(const ServiceAction& action, std::vector<std::string> words) const {
  std::vector<std::string> argv = {"systemctl", "--no-ask-password"};
  if (of_users_) argv = {"sh", "-c", kOfAccount, "plumb"};
  argv.insert(argv.end(), words.begin(), words.end());
  ProcessRequest request = program(std::move(argv));
  request.user = action.user;
  return request;
}

Result<std::vector<Step>> Systemd::steps(const ServiceAction& action, bool image) const {
  if (std::find(kVerbs.begin(), kVerbs.end(), action.verb) == kVerbs.end()) {
    return fail(Code::kProtocol, "`" + action.verb + "` is not a service action");
  }
  std::vector<Step> steps;
  if (action.verb == kReload) {
    // Of no account in particular there is nothing to load.
    if (!image && (!of_users_ || !action.user.empty()))
      steps.push_back({"reloading the units", systemctl(action, {"daemon-reload"})});
    return steps;
  }
  if (image && (brings_up(action) || action.verb == "stop")) {
    return fail(Code::kServiceFailed,
                "cannot " + action.verb + " " + action.unit + ": services of an image do not run");
  }
  steps.push_back({action.verb, systemctl(action, {action.verb, "--", action.unit})});
  if (of_users_ && image) {
    ProcessRequest& alone = steps.back().program;
    alone.argv = {"systemctl", "--user", "--no-ask-password", action.verb, "--", action.unit};
    alone.env["SYSTEMD_OFFLINE"] = "1";
  }
  return steps;
}

bool Systemd::brings_up(const ServiceAction& action) const {
  return action.verb == "start" || action.verb == "restart" || action.verb == "reload";
}

ServiceAction Systemd::reload_definitions() const {
  return {std::string(name()), "", std::string(kReload)};
}

ProcessRequest Systemd::ask_state(const ServiceAction& action) const {
  std::vector<std::string> words = {"show", "--property=ActiveState", "--value", "--", action.unit};
  if (of_users_) return systemctl(action, std::move(words));
  words.insert(words.begin(), "systemctl");
  return program(std::move(words));
}

// A oneshot without RemainAfterExit is inactive after a success; only a failure is one.
ServiceManager::UnitState Systemd::read_state(const ProcessResult& answer) const {
  UnitState state;
  state.text = last_lines(answer.output, 1);
  state.moving = state.text == "activating" || state.text == "deactivating" || state.text == "reloading" ||
                 state.text == "refreshing";
  state.failed = state.text == "failed";
  return state;
}

ProcessRequest Systemd::ask_log(const ServiceAction& action, std::chrono::system_clock::time_point since) const {
  const auto time = std::chrono::duration_cast<std::chrono::microseconds>(since.time_since_epoch()).count();
  const std::string fraction = std::to_string(1'000'000 + time % 1'000'000).substr(1);
  ProcessRequest request = program({"journalctl", "--no-pager", "--quiet", "--lines=10", "--output=cat",
                                    (of_users_ ? "--user-unit=" : "--unit=") + action.unit,
                                    "--since=@" + std::to_string(time / 1'000'000) + "." + fraction});
  request.user = action.user;
  return request;
}

Result<Unit> Systemd::read_files(const std::string& unit, const Account* owner, System& system) const {
  const Place place = owner == nullptr ? host_place() : place_of(*owner);
  PLUMB_TRY_ASSIGN(std::vector<Unit> read, read_offline(std::span(&unit, 1), place, system));
  return std::move(read.front());
}

Result<Units> Systemd::read(std::span<const std::string> names, const Account* owner, System& system) const {
  const Place place = owner == nullptr ? host_place() : place_of(*owner);
  std::vector<std::string> units;
  for (const std::string& name : names) {
    if (std::string unit = full_name(name); !is_template(unit)) units.push_back(std::move(unit));
  }
  const bool host_runs = runs(system);
  const bool running = host_runs && (owner == nullptr || has_manager(*owner, system));
  PLUMB_TRY_ASSIGN(std::vector<Unit> read,
                   running ? read_running(units, place, system) : read_offline(units, place, system));
  Units answer;
  if (!running) {
    answer.cannot_run =
        system.is_image() ? "services of an image are not running" : "systemd is not the init system that runs here";
  }
  if (host_runs && !running) {
    answer.cannot_run = "nobody is logged in as " + owner->name + ", so no manager of its units runs";
    answer.remedy = "say `linger: true` of its `user`, before this: its units run then though nobody is logged in";
    answer.may_run_later = true;
  }
  if (!running && system.find_program("systemctl").empty()) answer.lacks = "systemd";
  auto next = read.begin();
  for (const std::string& name : names) {
    const std::string unit = full_name(name);
    if (is_template(unit)) {
      answer.units.emplace_back(
          fail(Code::kCannotObserve, unit + " is a template, not a service")
              .hint("name an instance, such as " + std::string(unit).insert(unit.rfind('.'), "one")));
    } else {
      answer.units.emplace_back(std::move(*next++));
    }
  }
  return answer;
}

std::string Systemd::bare_name(std::string_view name) const {
  const std::string unit = full_name(name);
  return unit.substr(0, std::min(unit.find('@'), unit.rfind('.')));
}

std::vector<std::string> Systemd::files_of(const std::string& unit) const {
  std::vector<std::string> files;
  // Where an account's home is, only its host knows.
  const Place place = of_users_ ? place_of({}) : host_place();
  for (const std::string& folder : place.folders) {
    files.push_back(folder + '/' + unit);
    if (const std::string pattern = template_of(unit); !pattern.empty()) files.push_back(folder + '/' + pattern);
  }
  return files;
}

bool Systemd::makes(std::string_view path, const std::string& unit) const {
  if (!of_users_) return BackEnd::makes(path, unit);
  const std::optional<std::string_view> file = among_units(path);
  return file && (*file == unit || *file == template_of(unit));
}

std::optional<std::string_view> Systemd::among_units(std::string_view path) const {
  const std::string_view below = of_users_ ? "/systemd/user/" : "/systemd/system/";
  const std::size_t at = path.find(below);
  if (at == std::string_view::npos) return std::nullopt;
  return path.substr(at + below.size());
}

bool Systemd::shapes(std::string_view path, const std::string& unit) const {
  const std::optional<std::string_view> file = among_units(path);
  if (!file) return false;
  if (is_link_to(*file, unit)) return true;
  const std::vector<std::string> names = names_in_files(unit);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return *file == name || *file == name + ".d" || file->starts_with(name + ".d/");
  });
}

bool Systemd::adds(std::string_view path, const std::string& unit) const {
  return shapes(path, unit) && path.find(".d/") != std::string_view::npos;
}

bool Systemd::links(std::string_view path, const std::string& unit) const {
  const std::optional<std::string_view> file = among_units(path);
  return file && is_link_to(*file, unit);
}

std::string Systemd::missed_as(const std::string& unit, const Account* owner) const {
  return owner == nullptr ? unit : place_of(*owner).folders.front() + '/' + unit;
}

std::string Systemd::mask_of(const std::string& unit) const {
  return of_users_ ? std::string() : files_of(unit).front();
}

void Systemd::add_implied(const std::string& unit, bool enabled, bool masked, std::vector<ImpliedPath>& paths) const {
  const std::optional<std::string> maker = enabled ? std::optional<std::string>("") : std::nullopt;
  // The administrator's folder, where links are made, and without which there is no manager.
  bool needed = !of_users_;
  for (std::string& file : files_of(unit)) {
    const std::string folder = parent_of(file);
    for (const char* kind : {"wants", "requires"})
      paths.push_back({folder + "/*." + kind + "/" + unit, false, needed, needed ? maker : std::nullopt});
    paths.push_back({file + ".d", true});
    // A mask is a link there.
    paths.push_back({std::move(file), false, needed && masked});
    needed = false;
  }
}

Result<std::optional<Links>> Systemd::read_links(const std::string& unit, const Account* owner, System& system) const {
  const Place place = owner == nullptr ? host_place() : place_of(*owner);
  const Result<std::vector<UnitFile>> files = files_on_disk(unit, place, system);
  if (!files && files.error().code() == Code::kSymlinkRefused) return std::optional<Links>();
  if (!files) return Error(files.error());
  std::optional<std::vector<std::string>> wanted = links_asked_for(*files, unit);
  if (files->empty() || !wanted) return std::optional<Links>();
  PLUMB_TRY_ASSIGN(std::vector<std::string> there, links_of(unit, place, system));
  return std::optional(Links{std::move(there), std::move(*wanted)});
}

Result<Along> Systemd::read_along(const std::string& unit, const Account* owner, System& system) const {
  return systemd::read_along(unit, owner == nullptr ? host_place() : place_of(*owner), system);
}

bool Systemd::may_relink(std::string_view path, std::string_view text, const std::string& unit,
                         const std::vector<std::string>& links) const {
  const UnitFile file = parse_unit_file(text);
  if (adds(path, unit)) return file.has_install;
  return links_asked_for(std::span(&file, 1), unit) != links;
}

std::optional<Refusal> Systemd::refuses(std::string_view text, bool run, bool enable) const {
  const UnitFile file = parse_unit_file(text);
  if (enable && !file.has_install)
    return Refusal{"cannot be enabled, " + no_install_section().why, no_install_section().hint};
  return run ? ends_by_itself(file) : std::nullopt;
}

const BackEnd& back_end() {
  static const Systemd systemd(false);
  return systemd;
}

}  // namespace plumb::providers::service::systemd
