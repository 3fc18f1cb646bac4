// plumb show FILE: a saved plan, for people or for programs, and its parts by host.

#include <algorithm>
#include <memory>
#include <set>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/pager.h"
#include "cmd/plumb/plan_document.h"
#include "cmd/plumb/planning.h"
#include "cmd/plumb/workspace.h"
#include "engine/base/glob.h"
#include "engine/base/joined.h"
#include "engine/base/nearest.h"
#include "engine/plan/artifact.h"
#include "engine/plan/slices.h"
#include "engine/report/plan_groups.h"
#include "engine/report/plan_outline.h"
#include "engine/run/saved_plan.h"

namespace plumb::cmd {
namespace {

struct ShowArguments {
  std::string file;
  bool full = false;
  bool outline = false;
  bool slices = false;
  std::vector<std::string> hosts;      // names or globs; empty for all
  std::vector<std::string> addresses;  // of resources, or globs; empty for all
};

// Whether one of the patterns means it; none of them means all.
bool is_meant(const std::vector<std::string>& patterns, const std::string& name) {
  return patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                         [&](const std::string& one) { return address_matches(one, name); });
}

std::set<std::string> addresses_of(const plan::Plan& plan) {
  std::set<std::string> addresses;
  for (const report::ActionsOfHosts& list : report::distinct_lists(plan)) {
    const std::shared_ptr<const plan::Actions> actions = list.actions->get();
    for (const plan::Action& action : *actions) addresses.insert(action.desired.address.str());
  }
  return addresses;
}

// A pattern that means nothing of the plan is a slip, as it is where a plan is made.
Result<> expect_meant(const plan::Plan& plan, const ShowArguments& arguments) {
  for (const std::string& pattern : arguments.hosts) {
    const auto is_host = [&](const auto& one) { return address_matches(pattern, one.first); };
    if (std::any_of(plan.hosts.begin(), plan.hosts.end(), is_host) ||
        std::any_of(plan.unplanned.begin(), plan.unplanned.end(), is_host))
      continue;
    return fail(Code::kNoHostMatches, "no host of the plan matches `" + pattern + "`")
        .hint("`plumb show --summary` names them");
  }
  if (arguments.addresses.empty()) return {};
  const std::set<std::string> addresses = addresses_of(plan);
  for (const std::string& pattern : arguments.addresses) {
    const auto is_address = [&](const std::string& one) { return address_matches(pattern, one); };
    if (std::any_of(addresses.begin(), addresses.end(), is_address)) continue;
    const std::string near = nearest(pattern, std::vector<std::string>(addresses.begin(), addresses.end()));
    return fail(Code::kUnknownAddress, "no action of the plan is about `" + pattern + "`")
        .hint(near.empty() ? "`plumb show --summary` names what it is about; what does not change is no part of a plan"
                           : "did you mean `" + near + "`?");
  }
  return {};
}

// What of the plan is to be shown, which says it as a plan says that it is narrowed.
void narrow(plan::Plan& plan, const ShowArguments& arguments) {
  if (!arguments.hosts.empty()) {
    std::erase_if(plan.hosts, [&](const auto& one) { return !is_meant(arguments.hosts, one.first); });
    std::erase_if(plan.unplanned, [&](const auto& one) { return !is_meant(arguments.hosts, one.first); });
    plan.scope.limit = joined(arguments.hosts);
  }
  if (arguments.addresses.empty()) return;
  plan.scope.addresses.insert(arguments.addresses.begin(), arguments.addresses.end());
  for (auto& [name, host] : plan.hosts) {
    const std::shared_ptr<const plan::Actions> all = host.actions.get();
    plan::Actions meant;
    for (const plan::Action& action : *all) {
      if (is_meant(arguments.addresses, action.desired.address.str())) meant.push_back(action);
    }
    host.left_out += static_cast<int>(all->size() - meant.size());
    host.actions = plan::ActionList(std::move(meant));
  }
}

// What each host needs of the plan, and its way to the head.
void print_slices(const run::SavedPlan& saved, Terminal& terminal) {
  const plan::Slices slices = plan::slices(saved.plan, saved.id);
  const std::vector<std::vector<std::string>> paths = plan::paths_of(slices);
  Json json = {{"id", saved.id}, {"tree_head", slices.tree_head}, {"slices", Json::array()}};
  for (std::size_t i = 0; i < slices.all.size(); ++i) {
    const plan::Slice& slice = slices.all[i];
    json["slices"].push_back({{"host", slice.host}, {"index", i}, {"slice", slice.bytes}, {"path", paths[i]}});
  }
  terminal.print(json.dump(2) + "\n");
}

int show(Program& program, const ShowArguments& arguments) {
  Terminal terminal(program.options.no_color);
  terminal.set_json(program.options.output == "json");
  Workspace workspace(program.options, terminal);
  Result<run::SavedPlan> saved = run::read_plan_file(arguments.file, program.options.kinds);
  if (!saved) {
    workspace.diagnose(std::move(saved.error()).during("reading the plan " + arguments.file));
    return kInvalidConfiguration;
  }
  plan::Plan& plan = saved->plan;
  const std::string& id = saved->id;
  if (arguments.slices) {
    print_slices(*saved, terminal);
    return kDone;
  }
  if (auto meant = expect_meant(plan, arguments); !meant) {
    workspace.diagnose(std::move(meant.error()));
    return kInvalidConfiguration;
  }
  narrow(plan, arguments);
  if (wants_document(program.options)) {
    print_document(plan, id, {}, terminal, program.options);
    return kDone;
  }
  if (terminal.json()) {
    plan::write_expanded(plan, {{"id", id}}, [&](std::string_view text) { terminal.print(text); });
    return kDone;
  }
  report::PlanTextOptions options;
  options.color = terminal.color();
  options.full = arguments.full;
  options.outline = arguments.outline;
  options.kinds = &program.options.kinds;
  print_to_read(report::review_text(plan, options) + "\nProject " + plan.project + ", hosts `" + plan.scope.on +
                    "`, made by plumb " + plan.engine + "\n  id " + id + "\n",
                terminal, program.options);
  return kDone;
}

}  // namespace

void add_show(Program& program) {
  auto arguments = std::make_shared<ShowArguments>();
  CLI::App* command = program.app.add_subcommand("show", "Show a saved plan");
  command->add_option("PLAN", arguments->file, "A plan written by `plumb plan -o`")->required()->type_name("FILE");
  command->add_option("--host", arguments->hosts, "Only this host, or a glob over names; may stand several times")
      ->allow_extra_args(false)
      ->type_name("HOST");
  command
      ->add_option("--address", arguments->addresses,
                   "Only resources whose address this is, or a glob over addresses; may stand several times")
      ->allow_extra_args(false)
      ->type_name("PATTERN");
  add_showing_options(*command, arguments->full, arguments->outline);
  command->add_flag("--slices", arguments->slices,
                    "Show each host's part, as JSON, and its path to the head of the tree that approvals name");
  command->callback([&program, arguments] { program.exit_code = show(program, *arguments); });
}

}  // namespace plumb::cmd
