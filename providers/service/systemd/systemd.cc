// systemd: its commands and what it says.
#include <algorithm>

#include "providers/sdk/is_there.h"
#include "providers/service/systemd/units.h"

namespace plumb::providers::service::systemd {
namespace {

constexpr std::array<std::string_view, 10> kSuffixes = {".service", ".socket", ".timer", ".mount", ".automount",
                                                        ".path",    ".target", ".slice", ".scope", ".swap"};
constexpr std::array<std::string_view, 10> kVerbs = {"start",   "stop", "restart", "reload",        "enable",
                                                     "disable", "mask", "unmask",  "daemon_reload", "reenable"};
constexpr std::string_view kReload = "daemon_reload";
constexpr auto kCommand = std::chrono::seconds(300);

ProcessRequest program(std::vector<std::string> argv) {
  ProcessRequest request;
  request.argv = std::move(argv);
  request.env = {{"SYSTEMD_COLORS", "0"}, {"SYSTEMD_PAGER", ""}, {"SYSTEMD_LESS", ""}};
  request.timeout = kCommand;
  return request;
}

class Systemd : public BackEnd {
 public:
  std::string_view name() const override { return "systemd"; }

  void survey(const SurveyedHost& host, Survey& found) const override { systemd::survey(host, found); }

  Result<bool> starts(System& system) const override {
    if (!system.is_image()) return is_there("/run/systemd/system", system);
    PLUMB_TRY_ASSIGN(const bool there, is_there("/lib/systemd/systemd", system));
    return there ? Result<bool>(true) : is_there("/usr/lib/systemd/systemd", system);
  }

  std::optional<Address> made_by(std::string_view path) const override {
    const std::size_t slash = path.rfind('/');
    const std::string_view folder = path.substr(0, slash);
    const std::string_view file = path.substr(slash + 1);
    const bool among = std::find(kFolders.begin(), kFolders.end(), folder) != kFolders.end();
    if (!among || full_name(file) != file) return std::nullopt;
    return Address{"", "unit", std::string(file)};
  }
  bool reads(std::string_view path) const override { return path.find("/systemd/") != std::string_view::npos; }

  std::optional<FixedQuestion> fixed_question() const override { return systemd::fixed_question(); }

  Result<std::vector<Step>> steps(const ServiceAction& action, bool image) const override {
    if (std::find(kVerbs.begin(), kVerbs.end(), action.verb) == kVerbs.end()) {
      return fail(Code::kProtocol, "`" + action.verb + "` is not a service action");
    }
    std::vector<Step> steps;
    if (action.verb == kReload) {
      if (!image)
        steps.push_back({"reloading the units", program({"systemctl", "--no-ask-password", "daemon-reload"})});
      return steps;
    }
    if (image && (brings_up(action) || action.verb == "stop")) {
      return fail(Code::kServiceFailed,
                  "cannot " + action.verb + " " + action.unit + ": services of an image do not run");
    }
    steps.push_back({action.verb, program({"systemctl", "--no-ask-password", action.verb, "--", action.unit})});
    return steps;
  }
  bool brings_up(const ServiceAction& action) const override {
    return action.verb == "start" || action.verb == "restart" || action.verb == "reload";
  }
  ServiceAction reload_definitions() const override { return {"systemd", "", std::string(kReload)}; }

  ProcessRequest ask_state(const std::string& unit) const override {
    return program({"systemctl", "show", "--property=ActiveState", "--value", "--", unit});
  }
  // A oneshot without RemainAfterExit is inactive after a success; only a failure is one.
  UnitState read_state(const ProcessResult& answer) const override {
    UnitState state;
    state.text = last_lines(answer.output, 1);
    state.moving = state.text == "activating" || state.text == "deactivating" || state.text == "reloading" ||
                   state.text == "refreshing";
    state.failed = state.text == "failed";
    return state;
  }
  ProcessRequest ask_log(const std::string& unit, std::chrono::system_clock::time_point since) const override {
    const auto time = std::chrono::duration_cast<std::chrono::microseconds>(since.time_since_epoch()).count();
    const std::string fraction = std::to_string(1'000'000 + time % 1'000'000).substr(1);
    return program({"journalctl", "--no-pager", "--quiet", "--lines=10", "--output=cat", "--unit=" + unit,
                    "--since=@" + std::to_string(time / 1'000'000) + "." + fraction});
  }

  Result<bool> serves(System& system) const override {
    if (runs(system)) return true;
    PLUMB_TRY_ASSIGN(const auto units, system.stat("/etc/systemd/system", true));
    return units.has_value();
  }
  Result<Unit> read_files(const std::string& unit, System& system) const override {
    PLUMB_TRY_ASSIGN(std::vector<Unit> read, read_offline(std::span(&unit, 1), system));
    return std::move(read.front());
  }
  Result<Units> read(std::span<const std::string> names, System& system) const override {
    std::vector<std::string> units;
    for (const std::string& name : names) {
      if (std::string unit = full_name(name); !is_template(unit)) units.push_back(std::move(unit));
    }
    const bool running = runs(system);
    PLUMB_TRY_ASSIGN(std::vector<Unit> read, running ? read_running(units, system) : read_offline(units, system));
    Units answer;
    if (!running) {
      answer.cannot_run =
          system.is_image() ? "services of an image are not running" : "systemd is not the init system that runs here";
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

  std::string unit_name(std::string_view name) const override { return full_name(name); }
  std::string bare_name(std::string_view name) const override {
    const std::string unit = full_name(name);
    return unit.substr(0, std::min(unit.find('@'), unit.rfind('.')));
  }
  std::vector<std::string> files_of(const std::string& unit) const override {
    std::vector<std::string> files;
    for (const std::string_view folder : kFolders) {
      const std::string below = std::string(folder) + '/';
      files.push_back(below + unit);
      if (const std::string pattern = template_of(unit); !pattern.empty()) files.push_back(below + pattern);
    }
    return files;
  }
  bool shapes(std::string_view path, const std::string& unit) const override {
    constexpr std::string_view kBelow = "/systemd/system/";
    const std::size_t at = path.find(kBelow);
    if (at == std::string_view::npos) return false;
    const std::string_view file = path.substr(at + kBelow.size());
    if (is_link_to(file, unit)) return true;
    const std::vector<std::string> names = names_in_files(unit);
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return file == name || file == name + ".d" || file.starts_with(name + ".d/");
    });
  }
  bool adds(std::string_view path, const std::string& unit) const override {
    return shapes(path, unit) && path.find(".d/") != std::string_view::npos;
  }
  bool links(std::string_view path, const std::string& unit) const override {
    const std::size_t at = path.find("/systemd/system/");
    return at != std::string_view::npos && is_link_to(path.substr(at + 16), unit);
  }

  Result<std::optional<Links>> read_links(const std::string& unit, System& system) const override {
    const Result<std::vector<UnitFile>> files = files_on_disk(unit, system);
    if (!files && files.error().code() == Code::kSymlinkRefused) return std::optional<Links>();
    if (!files) return Error(files.error());
    std::optional<std::vector<std::string>> wanted = links_asked_for(*files, unit);
    if (files->empty() || !wanted) return std::optional<Links>();
    PLUMB_TRY_ASSIGN(std::vector<std::string> there, links_of(unit, system));
    return std::optional(Links{std::move(there), std::move(*wanted)});
  }
  bool may_relink(std::string_view path, std::string_view text, const std::string& unit,
                  const std::vector<std::string>& links) const override {
    const UnitFile file = parse_unit_file(text);
    if (adds(path, unit)) return file.has_install;
    return links_asked_for(std::span(&file, 1), unit) != links;
  }
  std::optional<Refusal> refuses(std::string_view text, bool run, bool enable) const override {
    const UnitFile file = parse_unit_file(text);
    if (enable && !file.has_install)
      return Refusal{"cannot be enabled, " + no_install_section().why, no_install_section().hint};
    return run ? ends_by_itself(file) : std::nullopt;
  }

 private:
  // "multi-user.target.wants/x.service"
  static bool is_link_to(std::string_view file, const std::string& unit) {
    const std::size_t slash = file.find('/');
    if (slash == std::string_view::npos || file.substr(slash + 1) != unit) return false;
    return std::any_of(kLinkFolders.begin(), kLinkFolders.end(),
                       [&](const auto& folder) { return file.substr(0, slash).ends_with(folder.second); });
  }
  static bool runs(System& system) {
    return !system.is_image() && shows("/run/systemd/system", system) && !system.find_program("systemctl").empty();
  }
};

}  // namespace

std::string full_name(std::string_view name) {
  const bool full = std::any_of(kSuffixes.begin(), kSuffixes.end(), [&](std::string_view suffix) {
    return name.size() > suffix.size() && name.ends_with(suffix);
  });
  return std::string(name) + (full ? "" : ".service");
}

bool is_template(std::string_view unit) {
  const std::size_t dot = unit.rfind('.');
  return dot != std::string_view::npos && dot > 0 && unit[dot - 1] == '@';
}

std::vector<std::string> names_in_files(const std::string& unit) {
  std::vector<std::string> names = {unit};
  if (std::string pattern = template_of(unit); !pattern.empty()) names.push_back(std::move(pattern));
  // "a-b.service" is also shaped by what lies in "a-.service.d" and "service.d".
  const std::size_t dot = std::min(unit.rfind('.'), unit.size());
  const std::string suffix = unit.substr(dot);
  for (std::size_t dash = unit.find('-'); dash < dot; dash = unit.find('-', dash + 1)) {
    if (dash + 1 < dot) names.push_back(unit.substr(0, dash + 1) + suffix);
  }
  if (!suffix.empty()) names.push_back(suffix.substr(1));
  return names;
}

std::string template_of(std::string_view unit) {
  const std::size_t at = unit.find('@');
  const std::size_t dot = unit.rfind('.');
  if (at == std::string_view::npos || dot == std::string_view::npos) return {};
  return std::string(unit.substr(0, at + 1)) + std::string(unit.substr(dot));
}

Refusal no_install_section() {
  return {"because it has no [Install] section",
          "leave out `enabled`, or enable what starts it, such as its socket or timer"};
}

Refusal one_shot() {
  return {"ends by itself once its work is done, so it cannot be kept running",
          "manage the timer that starts it, or run it with a `command` and `run_on`"};
}

const BackEnd& back_end() {
  static const Systemd systemd;
  return systemd;
}

}  // namespace plumb::providers::service::systemd
