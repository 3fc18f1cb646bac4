// plumb lock, unlock and locks: resources that are left alone for a while, whatever is asked for.

#include <algorithm>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/operator.h"
#include "cmd/plumb/progress.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/table.h"
#include "cmd/plumb/workspace.h"
#include "engine/config/formats.h"
#include "engine/run/item_locks.h"

namespace plumb::cmd {
namespace {

struct LockArguments {
  std::string hosts;
  std::vector<std::string> items;
  std::string duration;
  std::string reason;
  std::string owner;
  bool force = false;
};

Json locks_json(const std::vector<wire::ItemLock>& locks) {
  Json list = Json::array();
  for (const wire::ItemLock& lock : locks) {
    list.push_back({{"items", lock.items},
                    {"owner", lock.owner},
                    {"reason", lock.reason},
                    {"since", lock.since},
                    {"until", lock.until}});
  }
  return list;
}

using Requests = std::map<std::string, wire::ChangeLocks>;
using Answers = std::map<std::string, wire::Locks>;

class LockCommand {
 public:
  LockCommand(Program& program, const LockArguments& arguments)
      : options_(chosen(program.options, arguments)),
        arguments_(arguments),
        terminal_(options_.no_color),
        workspace_(options_, terminal_),
        progress_(terminal_, options_) {
    terminal_.set_json(options_.output == "json");
  }

  int lock() {
    const Result<Json> seconds = config::apply_format("duration", arguments_.duration, "--for", {});
    if (!seconds) return refuse(seconds.error());
    if (seconds->get<std::int64_t>() == 0) return refuse(fail(Code::kUsage, "--for must be longer than nothing"));
    return work([&](run::Fleet& fleet) {
      std::map<std::string, const ir::HostGraph*> graphs;
      for (const std::string& host : workspace_.hosts()) {
        if (const ir::HostGraph* graph = fleet.graph(host)) graphs.emplace(host, graph);
      }
      Diagnostics found;
      matched_ = run::match_items(graphs, arguments_.items, found);
      workspace_.diagnose(found);
      if (found.has_errors()) return std::optional<Requests>();
      Requests requests;
      for (const auto& [host, items] : matched_) {
        wire::ChangeLocks& request = requests.emplace(host, this->request()).first->second;
        for (const auto& [selector, unused] : items) request.lock.push_back(selector);
        request.seconds = seconds->get<std::int64_t>();
        request.reason = arguments_.reason;
      }
      return std::optional(std::move(requests));
    });
  }

  int unlock() {
    wire::ChangeLocks asked = request();
    asked.unlock = arguments_.items;
    asked.unlock_all = arguments_.items.empty();
    asked.force = arguments_.force;
    const int code = work([&](run::Fleet&) { return std::optional(for_all(asked)); });
    const bool any =
        std::any_of(answers_.begin(), answers_.end(), [](const auto& answer) { return !answer.second.lifted.empty(); });
    if (code != kDone || any || arguments_.force) return code;
    return refuse(fail(Code::kUsage, "there is no such lock of " + asked.owner + " on these hosts")
                      .hint("`plumb locks` lists those there are; --force lifts those of others too"));
  }

  int list() {
    return work([&](run::Fleet&) { return std::optional(for_all(request())); });
  }

 private:
  static Options chosen(Options options, const LockArguments& arguments) {
    if (!arguments.hosts.empty()) options.on = arguments.hosts;
    return options;
  }

  int refuse(const Error& error) {
    workspace_.diagnose(error);
    return kInvalidConfiguration;
  }

  wire::ChangeLocks request() const {
    wire::ChangeLocks request;
    request.owner = arguments_.owner.empty() ? user_name() : arguments_.owner;
    return request;
  }

  Requests for_all(const wire::ChangeLocks& request) const {
    Requests requests;
    for (const std::string& host : workspace_.hosts()) requests.emplace(host, request);
    return requests;
  }

  // Nothing is asked of any host before all of the request is known to make sense.
  int work(const std::function<std::optional<Requests>(run::Fleet&)>& prepare) {
    const SignalWatch signals([this] { workspace_.control().request_stop(); });
    workspace_.only_name();
    if (!workspace_.load()) return kInvalidConfiguration;
    auto [fleet, results] = compile();
    if (fleet == nullptr) return workspace_.stopped() ? kInterrupted : kInvalidConfiguration;
    std::optional<Requests> requests = prepare(*fleet);
    if (!requests) {
      workspace_.diagnose(run::findings_of(results));
      return kInvalidConfiguration;
    }
    for (auto& [host, request] : *requests) request.project = workspace_.project().name;
    for (auto& [host, result] : fleet->change_locks(
             *requests, [this](const std::string&host, wire::Locks locks) { answers_[host] = std::move(locks); })) {
      results[host] = std::move(result);
    }
    progress_.clear();
    print();
    workspace_.diagnose(run::findings_of(results));
    return exit_code_of(results);
  }

  // Addresses may depend on facts; without items none is looked at.
  run::CompiledFleet compile() {
    const std::optional<run::RunContext> context = workspace_.context(progress_.observer());
    if (!context) return {};
    if (!arguments_.items.empty()) return run::compile_graphs(workspace_.loaded(), workspace_.hosts(), *context);
    return {run::compile_fleet(workspace_.loaded(), workspace_.hosts(), *context), {}};
  }

  void print() {
    if (terminal_.json()) {
      Json all = Json::object();
      for (const auto& [host, answer] : answers_) {
        all[host] = {{"locks", locks_json(answer.locks)}, {"lifted", locks_json(answer.lifted)}};
      }
      return terminal_.print(all.dump(2) + "\n");
    }
    if (!matched_.empty()) return print_locked();
    bool any = false;
    for (const auto& [host, answer] : answers_) {
      for (const wire::ItemLock& lock : answer.lifted) {
        terminal_.print(host + ": lifted the lock of " + lock.owner + " on " + lock.items + "\n");
        any = true;
      }
    }
    if (!any) print_table();
  }

  void print_locked() {
    for (const std::string& host : workspace_.hosts()) {
      if (!matched_.contains(host)) terminal_.tell("note: nothing on " + host + " matches\n");
    }
    for (const auto& [host, answer] : answers_) {
      for (const auto& [selector, addresses] : matched_.at(host)) {
        const auto lock =
            std::find_if(answer.locks.begin(), answer.locks.end(), [&, &wanted = selector](const wire::ItemLock& one) {
              return one.items == wanted && one.owner == request().owner;
            });
        if (lock == answer.locks.end()) continue;
        terminal_.print(host + ": locked " + selector + " until " + lock->until + ", " +
                        std::to_string(addresses.size()) + (addresses.size() == 1 ? " resource" : " resources") + "\n");
      }
    }
  }

  void print_table() {
    std::vector<std::vector<std::string>> rows = {{"HOST", "ITEMS", "OWNER", "UNTIL", "REASON"}};
    for (const auto& [host, answer] : answers_) {
      for (const wire::ItemLock& lock : answer.locks) {
        rows.push_back({host, lock.items, lock.owner, lock.until, lock.reason});
      }
    }
    if (rows.size() == 1) return terminal_.print("Nothing is locked.\n");
    terminal_.print(table_text(rows));
  }

  const Options options_;
  const LockArguments& arguments_;
  Terminal terminal_;
  Workspace workspace_;
  Progress progress_;
  std::map<std::string, run::MatchedItems> matched_;
  Answers answers_;
};

CLI::Option* add_items(CLI::App& command, LockArguments& arguments, const char* text) {
  return command.add_option("--items", arguments.items, text)->type_name("SELECTOR…");
}

void add_owner(CLI::App& command, LockArguments& arguments) {
  command.add_option("--owner", arguments.owner, "Whose lock it is (default: you)")->type_name("NAME");
}

}  // namespace

void add_lock(Program& program) {
  auto arguments = std::make_shared<LockArguments>();
  CLI::App* command = program.app.add_subcommand("lock", "Have resources left alone on hosts for a while");
  command->add_option("hosts", arguments->hosts, "Hosts, as a pattern")->type_name("PATTERN")->required();
  add_items(*command, *arguments, "Addresses, or globs of addresses: 'file:/etc/nginx/*'")->required();
  command->add_option("--for", arguments->duration, "How long: 90s, 30m, 2h, 1d")->type_name("TIME")->required();
  command->add_option("--reason", arguments->reason, "Why, for whoever meets the lock")->required();
  add_owner(*command, *arguments);
  command->callback([&program, arguments] { program.exit_code = LockCommand(program, *arguments).lock(); });
}

void add_unlock(Program& program) {
  auto arguments = std::make_shared<LockArguments>();
  CLI::App* command = program.app.add_subcommand("unlock", "Lift your locks on hosts before their time is over");
  command->add_option("hosts", arguments->hosts, "Hosts, as a pattern")->type_name("PATTERN")->required();
  add_items(*command, *arguments, "Only these locks, as they were asked for");
  add_owner(*command, *arguments);
  command->add_flag("--force", arguments->force, "Also locks of others");
  command->callback([&program, arguments] { program.exit_code = LockCommand(program, *arguments).unlock(); });
}

void add_locks(Program& program) {
  auto arguments = std::make_shared<LockArguments>();
  CLI::App* command = program.app.add_subcommand("locks", "List the locks on hosts (--output json for programs)");
  command->add_option("hosts", arguments->hosts, "Hosts, as a pattern (default: all)")->type_name("PATTERN");
  command->callback([&program, arguments] { program.exit_code = LockCommand(program, *arguments).list(); });
}

}  // namespace plumb::cmd
