// supervisor: its commands, and what it prints. It stands beside what starts the host.
#include <algorithm>
#include <array>
#include <map>

#include "providers/sdk/is_there.h"
#include "providers/sdk/text_lines.h"
#include "providers/service/back_end.h"

namespace plumb::providers::service::supervisor {
namespace {

constexpr std::array<std::string_view, 4> kFolders = {"/etc/supervisor/conf.d/", "/etc/supervisord.d/",
                                                      "/etc/supervisor.d/", "/etc/supervisor/"};
constexpr std::string_view kAll = ":*";  // processes of a group
constexpr auto kCommand = std::chrono::seconds(300);

// What it is told to do and was done already is no failure.
constexpr const char* kChange = R"sh(said=$(supervisorctl "$1" "$2" 2>&1) && code=0 || code=$?
echo "$said"
case $said in
  *"already started"* | *"not running"*) exit 0 ;;
  *ERROR* | *"refused connection"* | *"no such file"*) exit 1 ;;
esac
exit $code)sh";
// Of one program alone: what else is new stays as it is.
constexpr const char* kReload = R"sh(supervisorctl reread && exec supervisorctl update "$1")sh";

ProcessRequest asked(std::vector<std::string> argv) {
  ProcessRequest request;
  request.argv = std::move(argv);
  request.timeout = kCommand;
  return request;
}

std::string group_of(const std::string& unit) {
  return unit.ends_with(kAll) ? unit.substr(0, unit.size() - kAll.size()) : unit;
}

const char* state_of(std::string_view word) {
  if (word == "RUNNING") return "running";
  if (word == "STARTING" || word == "BACKOFF") return "starting";
  if (word == "STOPPING") return "stopping";
  return word == "FATAL" || word == "UNKNOWN" ? "failed" : "stopped";  // EXITED, STOPPED
}

// "app    RUNNING   pid 412, uptime 0:01:02", "app:app_00   STOPPED   Not started": by name, and those of a group by
// "app:*", which runs where all of them do.
std::map<std::string, std::string> parse_states(std::string_view answer) {
  std::map<std::string, std::string> states;
  while (!answer.empty()) {
    const std::vector<std::string> words = words_of(take_line(answer));
    if (words.size() < 2) continue;
    const std::string state = state_of(words[1]);
    states[words[0]] = state;
    const std::size_t colon = words[0].find(':');
    if (colon == std::string::npos) continue;
    std::string& all = states[words[0].substr(0, colon) + std::string(kAll)];
    if (all.empty() || all == "running") all = state;
  }
  return states;
}

class Supervisor : public BackEnd {
 public:
  std::string_view name() const override { return "supervisor"; }
  bool is_beside() const override { return true; }
  Result<bool> starts(System&) const override { return false; }
  Result<bool> serves(System&) const override { return false; }
  std::optional<Address> made_by(std::string_view path) const override {
    const std::size_t dot = path.rfind('.');
    const std::size_t slash = path.rfind('/');
    if (!reads(path) || dot == std::string_view::npos || dot < slash) return std::nullopt;
    return Address{"", "unit", missed_as(std::string(path.substr(slash + 1, dot - slash - 1)), nullptr)};
  }
  bool reads(std::string_view path) const override {
    const bool named = path.ends_with(".conf") || path.ends_with(".ini");
    return named && std::any_of(kFolders.begin(), kFolders.end(), [&](std::string_view folder) {
             return path.starts_with(folder) && path.find('/', folder.size()) == std::string_view::npos;
           });
  }
  std::string why_not_masked() const override { return "supervisor masks no programs"; }

  Result<std::vector<Step>> steps(const ServiceAction& action, bool image) const override {
    const bool reload = action.verb == "daemon_reload";
    if (reload && (image || action.unit.empty())) return std::vector<Step>();
    if (image) return fail(Code::kServiceFailed, "programs of an image do not run");
    if (reload) {
      return std::vector<Step>{
          {"reading the programs", asked({"sh", "-c", kReload, "plumb", group_of(action.unit)}), false}};
    }
    if (action.verb != "start" && action.verb != "stop" && action.verb != "restart")
      return fail(Code::kProtocol, "`" + action.verb + "` is not a service action of supervisor");
    return std::vector<Step>{{action.verb, asked({"sh", "-c", kChange, "plumb", action.verb, action.unit}), false}};
  }
  bool brings_up(const ServiceAction& action) const override {
    return action.verb == "start" || action.verb == "restart";
  }
  ServiceAction reload_definitions() const override { return {"supervisor", "", "daemon_reload"}; }
  ProcessRequest ask_state(const ServiceAction& action) const override {
    return asked({"supervisorctl", "status", action.unit});
  }
  UnitState read_state(const ProcessResult& answer) const override {
    UnitState state;
    const auto states = parse_states(answer.output);
    for (const auto& [name, one] : states) {
      if (state.text.empty() || state.text == "running") state.text = one;
    }
    state.moving = state.text == "starting" || state.text == "stopping";
    state.failed = state.text != "running" && !state.moving;
    return state;
  }
  ProcessRequest ask_log(const ServiceAction& action, std::chrono::system_clock::time_point) const override {
    return asked({"supervisorctl", "tail", "-800", action.unit, "stderr"});
  }

  // Its sections may lie in any file, so only supervisor knows its programs.
  Result<Unit> read_files(const std::string& unit, const Account*, System& system) const override {
    Unit found;
    found.name = unit;
    const std::vector<std::string> files = files_of(unit);
    found.found = std::any_of(files.begin(), files.end(), [&](const std::string& file) { return shows(file, system); });
    return found;
  }
  Result<Units> read(std::span<const std::string> names, const Account*, System& system) const override {
    Units answer;
    answer.remedy = "start it before, as `service: supervisor`";
    std::map<std::string, std::string> states;
    if (system.is_image()) {
      answer.cannot_run = "services of an image are not running";
      answer.remedy = "programs of supervisor are managed where it runs";
    } else if (system.find_program("supervisorctl").empty()) {
      answer.cannot_run = "supervisor is not there";
      answer.lacks = "supervisor";
      answer.may_run_later = true;
    } else {
      ProcessRequest question;
      question.argv = {"supervisorctl", "status"};
      question.changes_nothing = true;
      PLUMB_TRY_ASSIGN(const ProcessResult told, system.run(question));
      // 3: some do not run.
      if (told.exit_code != 0 && told.exit_code != 3) {
        answer.cannot_run = "supervisord does not answer: " + last_lines(told.output + told.errors, 1);
        answer.may_run_later = true;
      } else {
        states = parse_states(told.output);
      }
    }
    for (const std::string& name : names) {
      Unit unit;
      unit.name = name;
      auto state = states.find(name);
      if (state == states.end()) state = states.find(name + std::string(kAll));
      if (state != states.end()) {
        unit.name = state->first;
        unit.found = true;
        unit.state = state->second;
      }
      answer.units.emplace_back(std::move(unit));
    }
    return answer;
  }

  std::string unit_name(std::string_view name) const override { return std::string(name); }
  std::string bare_name(std::string_view) const override { return "supervisor"; }
  std::vector<std::string> files_of(const std::string& unit) const override {
    std::vector<std::string> files;
    for (const std::string_view folder : kFolders) {
      for (const char* ending : {".conf", ".ini"}) files.push_back(std::string(folder) + group_of(unit) + ending);
    }
    return files;
  }
  bool shapes(std::string_view path, const std::string& unit) const override { return makes(path, unit); }
  bool links(std::string_view, const std::string&) const override { return false; }
  // A unit of the host may be called so, too.
  std::string missed_as(const std::string& unit, const Account*) const override { return unit + " of supervisor"; }
  void add_implied(const std::string& unit, bool, bool, std::vector<ImpliedPath>& paths) const override {
    for (std::string& file : files_of(unit)) paths.push_back({std::move(file)});
  }
};

}  // namespace

const BackEnd& back_end() {
  static const Supervisor supervisor;
  return supervisor;
}

}  // namespace plumb::providers::service::supervisor
