#include "cmd/plumb/diff_revisions.h"

#include <algorithm>

#include "cmd/plumb/exit_code.h"
#include "cmd/plumb/workspace.h"
#include "engine/config/revision.h"
#include "engine/config/tags.h"
#include "engine/ir/compile.h"
#include "engine/plan/artifact.h"
#include "engine/report/host_list.h"
#include "engine/report/plan_text.h"
#include "engine/run/plan_builder.h"
#include "engine/run/project_key.h"
#include "engine/simulate/assume.h"

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
    terminal_.tell("This is what revision " + name_ + " says.\n");
    return false;
  }

  Workspace& workspace() { return workspace_; }
  ir::CompilerInput input(const std::map<std::string, Json>& facts, const std::string& key) {
    return {workspace_.project(), workspace_.inventory(), workspace_.sources(), options_.kinds, facts, key};
  }

 private:
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
    const std::string last = revisions.substr(dots + 2);
    auto before = config::Revision::check_out(std::filesystem::path(options_.folder), revisions.substr(0, dots));
    if (!before) return complain(before.error());
    auto after = config::Revision::check_out(std::filesystem::path(options_.folder), last.empty() ? "HEAD" : last);
    if (!after) return complain(after.error());
    Side old_side(*before, options_, terminal_);
    Side new_side(*after, options_, terminal_);
    if (!old_side.load() || !new_side.load()) return kInvalidConfiguration;
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

  // A pattern may match hosts in one revision only.
  std::set<std::string> chosen(Side& side) const {
    const Result<std::set<std::string>> hosts =
        run::choose_hosts(side.workspace().inventory(), options_.on, options_.limit);
    return hosts ? *hosts : std::set<std::string>();
  }

  int compare(Side& before, Side& after) {
    const std::set<std::string> old_hosts = chosen(before);
    const std::set<std::string> new_hosts = chosen(after);
    if (old_hosts.empty() && new_hosts.empty()) {
      return complain(run::choose_hosts(after.workspace().inventory(), options_.on, options_.limit).error());
    }
    const std::string key = this->key();
    const auto recorded = run::recorded_facts(workspace_.store());
    if (!recorded) return complain(recorded.error());
    const std::map<std::string, Json>& facts = *recorded;
    ir::Compiler old_compiler(before.input(facts, key));
    ir::Compiler new_compiler(after.input(facts, key));
    const run::PlanRequest request = planning_.request();
    const plan::Scope scope{options_.on, options_.limit, request.tags, request.skip_tags};
    run::PlanBuilder builder(new_compiler.input(), scope, new_hosts);
    Diagnostics found;
    config::check_tags(new_compiler.input().project.root, scope.tags, found);
    config::check_tags(new_compiler.input().project.root, scope.skip_tags, found);
    new_compiler.check(new_hosts, found);
    std::vector<std::string> without_facts;
    for (const std::string& host : new_hosts) {
      const auto known = facts.find(host);
      const Json* own = known == facts.end() ? nullptr : &known->second;
      if (own == nullptr && (old_compiler.needs_facts() || new_compiler.needs_facts())) without_facts.push_back(host);
      const auto new_graph = new_compiler.compile(host, own, found);
      std::shared_ptr<const ir::HostGraph> old_graph = std::make_shared<ir::HostGraph>();
      if (old_hosts.contains(host)) old_graph = old_compiler.compile(host, own, found);
      if (new_graph == nullptr || old_graph == nullptr) {
        builder.add_unplanned(host, found);
        continue;
      }
      auto simulation =
          simulate::simulate_host(*new_graph, options_.kinds,
                                  simulate::as_declared(*old_graph, *new_graph, options_.kinds), host, found, scope);
      if (!simulation) {
        builder.add_unplanned(host, found);
        continue;
      }
      add_old_texts(*simulation, old_compiler.contents(), options_.kinds);
      builder.add(host, std::move(*simulation), new_compiler.shared_contents());
    }
    found.extend(Diagnostics(builder.diagnostics()));
    after.workspace().diagnose(found);
    warn(without_facts);
    return report(std::move(builder).finish(), old_hosts, new_hosts, found.has_errors());
  }

  static void add_old_texts(simulate::Simulation& simulation, const ir::Contents& contents, const Registry& kinds) {
    for (const plan::Action& action : simulation.actions) {
      Desired before = action.desired;
      before.attributes = action.before;
      for (const std::string& digest : content_digests(kinds, before)) {
        if (Result<std::string> text = contents.bytes(digest)) simulation.texts.emplace(digest, std::move(*text));
      }
    }
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

  int report(const plan::Plan& plan, const std::set<std::string>& old_hosts, const std::set<std::string>& new_hosts,
             bool failed) {
    std::vector<std::string> joined;
    std::vector<std::string> left;
    std::set_difference(new_hosts.begin(), new_hosts.end(), old_hosts.begin(), old_hosts.end(),
                        std::back_inserter(joined));
    std::set_difference(old_hosts.begin(), old_hosts.end(), new_hosts.begin(), new_hosts.end(),
                        std::back_inserter(left));
    std::size_t orphans = 0;
    for (const auto& [host, host_plan] : plan.hosts) orphans += host_plan.orphans.size();
    if (terminal_.json()) {
      plan::write_expanded(plan, {{"joined", joined}, {"left", left}},
                           [&](std::string_view text) { terminal_.print(text); });
    } else {
      report::PlanTextOptions options;
      options.color = terminal_.color();
      options.full = planning_.full;
      terminal_.print(report::plan_text(plan, options) + report::orphans_text(plan, terminal_.color()));
      if (!joined.empty()) terminal_.print("New hosts: " + report::host_list(joined) + "\n");
      if (!left.empty()) terminal_.print("Hosts that leave: " + report::host_list(left) + "\n");
      terminal_.print(report::plan_summary(plan, terminal_.color()));
    }
    if (failed) return kInvalidConfiguration;
    const bool differs = !plan.changes_nothing() || orphans > 0 || !joined.empty() || !left.empty();
    return differs ? kChangesPending : kDone;
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
