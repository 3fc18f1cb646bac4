// plumb doctor [PATTERN]: what may stand between a project and its hosts, with advice.

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>
#include <optional>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/file.h"
#include "engine/base/joined.h"
#include "engine/base/pool.h"
#include "engine/host/executor_store.h"
#include "engine/report/style.h"
#include "engine/report/text_width.h"
#include "engine/run/examination.h"
#include "engine/run/machine_trust.h"

namespace plumb::cmd {
namespace {

using run::Finding;
using run::Health;

constexpr std::array<std::string_view, 3> kWords = {"ok", "look", "bad"};

std::string_view word_of(Health health) {
  return kWords.at(static_cast<std::size_t>(health));
}

report::Tone tone_of(Health health) {
  return health == Health::kGood       ? report::Tone::kGreen
         : health == Health::kDoubtful ? report::Tone::kYellow
                                       : report::Tone::kRed;
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Programs of this machine that plumb asks where something needs them.
struct Helper {
  const char* program;
  const char* needed_for;
};
constexpr std::array<Helper, 9> kHelpers = {{{"git", "modules from git, differences of revisions"},
                                             {"ssh-keygen", "signing and approving plans"},
                                             {"ssh", "settings of ssh that need ssh itself"},
                                             {"age", "secrets in files of age"},
                                             {"sops", "secrets in files of sops"},
                                             {"curl", "secrets of a vault"},
                                             {"keyctl", "secrets in a keyring of the kernel"},
                                             {"systemd-creds", "secrets in credentials of systemd"},
                                             {"cue", "configuration in CUE"}}};

class Doctor {
 public:
  Doctor(Program& program, bool hosts)
      : options_(program.options), hosts_(hosts), terminal_(program.options.no_color), workspace_(options_, terminal_) {
    terminal_.set_json(options_.output == "json");
  }

  int run() {
    const SignalWatch signals([this] { workspace_.control().request_stop(); });
    tell("this machine", machine());
    const int code = examine_project();
    if (terminal_.json()) terminal_.print(json_.dump(2) + "\n");
    if (workspace_.stopped()) return kInterrupted;
    return code != kDone ? code : worst_ == Health::kBad ? kFailed : kDone;
  }

 private:
  std::vector<Finding> machine() const {
    std::vector<Finding> found;
    found.push_back(
        {Health::kGood, std::string("plumb ") + PLUMB_VERSION + ", " + host::ExecutorStore::local_platform(), ""});
    found.push_back(executor());
    found.push_back(agent());
    found.push_back(keys());
    for (const Helper& helper : kHelpers) {
      if (!has_program(helper.program)) {
        found.push_back({Health::kGood, std::string("no `") + helper.program + "` here",
                         std::string("wanted for ") + helper.needed_for + " alone"});
      }
    }
    found.push_back(space());
    if (std::optional<Finding> rule = trust()) found.push_back(std::move(*rule));
    return found;
  }

  // Nothing can be applied where it cannot be read.
  static std::optional<Finding> trust() {
    lang::SourceMap sources;
    const Result<std::optional<run::MachineTrust>> rule = run::machine_trust(run::kMachineTrustFile, 0, sources);
    if (!rule) return Finding{Health::kBad, rule.error().summary(), rule.error().diagnostic().hint};
    if (!*rule) return std::nullopt;
    std::string asks = (*rule)->plans.signature ? "a signature" : "";
    const auto add = [&asks](const std::string& one) { append_item(asks, one); };
    if ((*rule)->plans.approvals > 0) add("approvals: " + std::to_string((*rule)->plans.approvals));
    if ((*rule)->sealed_values) add("sealed values");
    if ((*rule)->plans.modules) add("signed modules");
    if ((*rule)->plans.providers) add("signed providers");
    if ((*rule)->vaults) add("vaults that it names: " + std::to_string((*rule)->vaults->size()));
    return Finding{Health::kGood, std::string(run::kMachineTrustFile) + " asks for " + asks, ""};
  }

  static Finding executor() {
    const host::ExecutorStore store{program_folder()};
    const Result<std::filesystem::path> path = store.local_path();
    if (path) return {Health::kGood, "executor for this machine: " + path->string(), ""};
    return {Health::kBad, path.error().summary(), path.error().diagnostic().hint};
  }

  // Keys of an agent are asked for by ssh's own program: whatever agent it is, it answers as it does for ssh.
  static Finding agent() {
    if (variable("SSH_AUTH_SOCK").empty())
      return {Health::kGood, "no ssh agent", "keys with a passphrase need one, or plumb asks at each start"};
    if (!has_program("ssh-add")) return {Health::kGood, "an ssh agent, which `ssh-add` could ask", ""};
    const Result<ProgramOutput> listed = run_program({"ssh-add", "-l"}, ".", Code::kInternal);
    if (listed && listed->exit_code == 0) {
      const auto lines = std::count(listed->text.begin(), listed->text.end(), '\n');
      // Servers break off after MaxAuthTries, which is 6 where nobody changed it.
      if (lines <= 5) return {Health::kGood, "the ssh agent holds keys: " + std::to_string(lines), ""};
      return {Health::kDoubtful, "the ssh agent holds many keys: " + std::to_string(lines),
              "servers refuse after six tries: `identity_file` in hosts.yaml, or `IdentitiesOnly yes`"};
    }
    if (listed && listed->exit_code == 1)
      return {Health::kDoubtful, "the ssh agent holds no key", "`ssh-add` adds yours"};
    return {Health::kDoubtful, "the ssh agent at " + variable("SSH_AUTH_SOCK") + " does not answer",
            "start another one, or unset SSH_AUTH_SOCK"};
  }

  static Finding keys() {
    const std::filesystem::path folder = std::filesystem::path(variable("HOME")) / ".ssh";
    std::string names;
    for (const char* const name : {"id_ed25519", "id_ecdsa", "id_rsa", "id_ed25519_sk", "id_ecdsa_sk"}) {
      struct stat status = {};
      if (::stat((folder / name).c_str(), &status) != 0) continue;
      if ((status.st_mode & 077) != 0)
        return {Health::kDoubtful, "others may read the key " + (folder / name).string(), "`chmod 600` it"};
      append_item(names, name);
    }
    if (!names.empty()) return {Health::kGood, "keys in " + folder.string() + ": " + names, ""};
    return {Health::kGood, "no keys in " + folder.string(), "`ssh-keygen -t ed25519` makes one"};
  }

  Finding space() const {
    struct statvfs status = {};
    const std::string folder = options_.folder;
    if (::statvfs(folder.c_str(), &status) != 0) return {Health::kBad, "cannot look at " + folder, ""};
    const std::uint64_t mebibytes = (static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize) >> 20;
    const std::string text = std::to_string(mebibytes) + " MiB free where the project is";
    if (mebibytes >= 256) return {Health::kGood, text, ""};
    return {mebibytes < 16 ? Health::kBad : Health::kDoubtful, text, "the history grows with each run"};
  }

  int examine_project() {
    if (!hosts_ && !is_project()) {
      tell("project", {{Health::kGood, "no project in " + options_.folder, "`plumb init` makes one"}});
      return kDone;
    }
    workspace_.only_name();
    if (!workspace_.load()) {
      if (is_project()) tell("project", kept());
      return kInvalidConfiguration;
    }
    tell("project " + workspace_.project().name, project());
    if (!hosts_) return kDone;
    const std::optional<run::RunContext> context = workspace_.context(nullptr);
    if (!context) return kInvalidConfiguration;
    examine_hosts(*context);
    return kDone;
  }

  // Many at a time, told in their order.
  void examine_hosts(const run::RunContext& context) {
    const std::vector<std::string> names(workspace_.hosts().begin(), workspace_.hosts().end());
    std::vector<std::optional<std::vector<Finding>>> found(names.size());
    std::size_t told = 0;
    std::mutex mutex;  // of both
    for_each_parallel(names.size(), forks_of(options_), [&](std::size_t i) {
      if (workspace_.stopped()) return;
      std::vector<Finding> own =
          run::examine_host(run::host_settings(workspace_.inventory().hosts.at(names[i]), context.fleet), context);
      const std::lock_guard lock(mutex);
      found[i] = std::move(own);
      for (; told < names.size() && found[told]; ++told) tell(names[told], *found[told]);
    });
  }

  bool is_project() const {
    const std::filesystem::path folder = options_.folder;
    return std::filesystem::exists(folder / "plumb.yaml") || std::filesystem::exists(folder / "plumb.cue");
  }

  std::vector<Finding> project() {
    std::vector<Finding> found = kept();
    found.insert(found.begin(), {Health::kGood, "its configuration and inventory read without errors", ""});
    return found;
  }

  // What lies in its folder beside the configuration.
  std::vector<Finding> kept() {
    std::vector<Finding> found;
    const Result<history::Verification> history = workspace_.store().verify();
    if (!history) {
      found.push_back({Health::kBad, history.error().summary(), history.error().diagnostic().hint});
    } else if (history->broken) {
      found.push_back({Health::kBad, "its history is broken at run " + history->broken->run,
                       history->broken->reason + "; `plumb history restore` puts a copy back"});
    } else {
      found.push_back({Health::kGood, "its history is whole: entries " + std::to_string(history->entries), ""});
      if (history->unfinished > 0) {
        found.push_back({Health::kDoubtful, "runs that never ended: " + std::to_string(history->unfinished),
                         "`plumb history` lists them; `plumb apply` goes on from where hosts are"});
      }
    }
    struct stat key = {};
    const std::filesystem::path file = std::filesystem::path(options_.folder) / ".plumb" / "key";
    if (::stat(file.c_str(), &key) == 0 && (key.st_mode & 077) != 0)
      found.push_back({Health::kBad, "others may read its key, " + file.string(),
                       "`chmod 600` it, then `plumb project-key rotate`"});
    return found;
  }

  void tell(const std::string& about, const std::vector<Finding>& findings) {
    Json list = Json::array();
    std::string text = report::tint(report::clean(about), report::Tone::kBold, terminal_.color()) + "\n";
    for (const Finding& one : findings) {
      worst_ = std::max(worst_, one.health);
      list.push_back({{"health", word_of(one.health)}, {"text", one.text}, {"advice", one.advice}});
      const std::string word(word_of(one.health));
      text += "  " + report::tint(word, tone_of(one.health), terminal_.color()) + std::string(6 - word.size(), ' ') +
              report::clean(one.text) + "\n";
      if (!one.advice.empty())
        text += "        " + report::tint(report::clean(one.advice), report::Tone::kDim, terminal_.color()) + "\n";
    }
    json_[about] = std::move(list);
    if (!terminal_.json()) terminal_.print(text);
  }

  Options options_;
  const bool hosts_;
  Terminal terminal_;
  Workspace workspace_;
  Json json_ = Json::object();
  Health worst_ = Health::kGood;
};

}  // namespace

void add_doctor(Program& program) {
  auto pattern = std::make_shared<std::string>();
  CLI::App* command = program.app.add_subcommand(
      "doctor", "Look at what may stand between this machine, the project and its hosts, with advice");
  command->add_option("PATTERN", *pattern, "Also look at these hosts, step by step, as --on names them")
      ->type_name("PATTERN");
  command->callback([&program, pattern] {
    if (!pattern->empty()) program.options.on = *pattern;
    program.exit_code = Doctor(program, !pattern->empty()).run();
  });
}

}  // namespace plumb::cmd
