#include "cmd/plumb/diff_revisions.h"

#include "cmd/plumb/exit_code.h"
#include "cmd/plumb/pager.h"
#include "cmd/plumb/plan_document.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/config/project_files.h"
#include "engine/config/revision.h"
#include "engine/plan/artifact.h"
#include "engine/report/host_list.h"
#include "engine/report/plan_outline.h"
#include "engine/run/diff_revisions.h"
#include "engine/run/project_key.h"

namespace plumb::cmd {
namespace {

// One revision, loaded; what it prints says which one it is.
class Side {
 public:
  Side(const config::Revision& revision, const Options& options, Terminal& terminal)
      : options_(at(revision, options)), terminal_(terminal), name_(revision.name()), workspace_(options_, terminal) {
    // What programs said of the project as it is stands for what they would have said then.
    workspace_.ask_sources({.freshness = inventory::Freshness::kKept,
                            .answers = std::filesystem::absolute(options.folder) / ".plumb" / "inventory"});
  }

  bool load() {
    if (workspace_.load()) return true;
    name_it();
    return false;
  }

  run::Workspace& loaded() { return workspace_.loaded(); }
  void diagnose(const Diagnostics& found) { workspace_.diagnose(found); }
  void diagnose_as_named(const Diagnostics& found) {
    workspace_.diagnose(found);
    if (!found.empty()) name_it();
  }

 private:
  void name_it() { terminal_.tell("This is what revision " + name_ + " says.\n"); }

  static Options at(const config::Revision& revision, Options options) {
    options.folder = revision.folder().string();
    options.on = "all";
    options.limit.clear();
    return options;
  }

  Options options_;
  Terminal& terminal_;
  std::string name_;
  Workspace workspace_;
};

class RevisionDiff {
 public:
  RevisionDiff(Program& program, const PlanningOptions& planning)
      : options_(program.options),
        planning_(planning),
        terminal_(program.options.no_color),
        workspace_(program.options, terminal_) {
    terminal_.set_json(options_.output == "json");
  }

  int run(const std::string& revisions) {
    const std::size_t dots = revisions.find("..");
    if (dots == std::string::npos || dots == 0) {
      return complain(fail(Code::kUsage, "`" + revisions + "` names no two revisions")
                          .hint("write REV1..REV2, such as main..HEAD; REV1.. goes up to HEAD"));
    }
    // What is in it, the revisions say.
    std::error_code failure;
    if (!std::filesystem::is_directory(options_.folder, failure)) {
      if (const Result<> project = config::expect_project(Folder(disk_files(), options_.folder)); !project)
        return complain(project.error());
    }
    const std::string last = revisions.substr(dots + 2);
    auto before = config::Revision::check_out(std::filesystem::path(options_.folder), revisions.substr(0, dots));
    if (!before) return complain(before.error());
    auto after = config::Revision::check_out(std::filesystem::path(options_.folder), last.empty() ? "HEAD" : last);
    if (!after) return complain(after.error());
    Side old_side(*before, options_, terminal_);
    Side new_side(*after, options_, terminal_);
    if (!old_side.load() || !new_side.load()) return kInvalidConfiguration;
    const SignalWatch signals([this] { workspace_.control().request_stop(); });
    return compare(old_side, new_side);
  }

 private:
  int complain(const Error& error) {
    workspace_.diagnose(error);
    return kInvalidConfiguration;
  }

  // Digests of sensitive values must be those of the project's plans where it has a key; what they are compared with
  // here is keyed with the same.
  std::string key() const {
    const auto key = run::read_project_key(options_.folder);
    return key && *key ? **key : std::string("none");
  }

  int compare(Side& before, Side& after) {
    auto facts = run::recorded_facts(workspace_.store());
    if (!facts) return complain(facts.error());
    const run::PlanRequest planning = planning_.request();
    const run::RevisionRequest request{
        {options_.on, options_.limit, planning.tags, planning.skip_tags, planning.addresses, planning.start_at},
        std::move(*facts),
        key()};
    Diagnostics old_found;
    Diagnostics found;
    const Result<run::RevisionDiff> diff =
        run::diff_revisions(before.loaded(), after.loaded(), request, workspace_.control(), old_found, found);
    before.diagnose_as_named(old_found);
    after.diagnose(found);
    if (!diff) {
      complain(diff.error());
      return workspace_.stopped() ? kInterrupted : kInvalidConfiguration;
    }
    warn(diff->without_facts);
    if (diff->without_readings) warn_of_readings();
    print(*diff);
    if (old_found.has_errors() || found.has_errors()) return kInvalidConfiguration;
    return diff->differs() ? kChangesPending : kDone;
  }

  void warn_of_readings() {
    Diagnostics found;
    found.add(Diagnostic(Code::kNotInSnapshot, "no readings are recorded; what uses them is left out")
                  .as(Severity::kWarning)
                  .with_hint("plumb plan shows what comes of them on the hosts"));
    workspace_.diagnose(found);
  }

  void warn(const std::vector<std::string>& without_facts) {
    if (without_facts.empty()) return;
    Diagnostics found;
    found.add(Diagnostic(Code::kNotInSnapshot, "no facts are recorded of " + report::host_list(without_facts) +
                                                   "; what reads facts is left out")
                  .as(Severity::kWarning)
                  .with_hint("plumb facts asks the hosts and records what they tell"));
    workspace_.diagnose(found);
  }

  void print(const run::RevisionDiff& diff) {
    if (terminal_.json()) {
      plan::write_expanded(diff.plan, {{"joined", diff.joined}, {"left", diff.left}},
                           [&](std::string_view text) { terminal_.print(text); });
      return;
    }
    std::string hosts;
    if (!diff.joined.empty()) hosts += "New hosts: " + report::host_list(diff.joined) + "\n";
    if (!diff.left.empty()) hosts += "Hosts that leave: " + report::host_list(diff.left) + "\n";
    if (wants_document(options_)) return print_document(diff.plan, "", {hosts, ""}, terminal_, options_);
    report::PlanTextOptions options;
    options.color = terminal_.color();
    options.full = planning_.full;
    options.kinds = &options_.kinds;
    options.outline = planning_.outline;
    print_to_read(hosts + report::review_text(diff.plan, options), terminal_, options_);
  }

  const Options& options_;
  const PlanningOptions& planning_;
  Terminal terminal_;
  Workspace workspace_;  // of the project as it is: its history and its key
};

}  // namespace

int diff_revisions(Program& program, const std::string& revisions, const PlanningOptions& planning) {
  return RevisionDiff(program, planning).run(revisions);
}

}  // namespace plumb::cmd
