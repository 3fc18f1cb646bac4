// plumb policy list | check PLAN | replay: what the rules of the project are, and what they make of plans.

#include <algorithm>

#include "cmd/plumb/commands.h"
#include "cmd/plumb/policy_test_command.h"
#include "cmd/plumb/signals.h"
#include "cmd/plumb/workspace.h"
#include "engine/policy/told.h"
#include "engine/report/judgement_text.h"
#include "engine/run/judged_plan.h"
#include "engine/run/saved_plan.h"

namespace plumb::cmd {
namespace {

std::chrono::sys_seconds this_second() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

class PolicyCommand {
 public:
  explicit PolicyCommand(Program& program)
      : program_(program), terminal_(program.options.no_color), workspace_(program.options, terminal_) {
    terminal_.set_json(program.options.output == "json");
    workspace_.only_name();
  }

  int list() {
    if (!load()) return kInvalidConfiguration;
    const policy::Policy& policy = workspace_.policy();
    Json rules = Json::array();
    std::size_t widest = 0;
    for (const policy::Rule& rule : policy.rules) widest = std::max(widest, rule.name.size());
    std::string text;
    for (const policy::Rule& rule : policy.rules) {
      const std::string effect(name(rule.effect));
      rules.push_back({{"rule", rule.name}, {"bundle", rule.bundle}, {"effect", effect}, {"at", rule.span.str()}});
      text += padded(effect, 8) + padded(rule.name, widest + 2) + rule.span.str() + "\n";
    }
    for (const policy::Judge& judge : policy.judges) {
      rules.push_back({{"program", judge.name}, {"at", judge.span.str()}});
      text += padded("program", 8) + padded(judge.name, widest + 2) + judge.span.str() + "\n";
    }
    for (const policy::Bundle& bundle : policy.bundles) text += "\n" + bundle.name + "  " + bundle.digest;
    terminal_.print(terminal_.json() ? rules.dump(2) + "\n" : text + "\n");
    return kDone;
  }

  int check(const std::string& file) {
    if (!load()) return kInvalidConfiguration;
    const SignalWatch signals([this] { workspace_.control().request_stop(); });
    Result<run::SavedPlan> saved = run::read_plan_file(file, program_.options.kinds);
    if (!saved) {
      workspace_.diagnose(std::move(saved.error()).during("reading the plan " + file));
      return kInvalidConfiguration;
    }
    const policy::Judgement judgement = judge(saved->plan, saved->id);
    if (workspace_.stopped()) return kInterrupted;
    workspace_.diagnose(policy::diagnostics_of(judgement));
    if (terminal_.json()) {
      Json document = report::judgement_json(judgement);
      document["plan"] = saved->id;
      terminal_.print(document.dump(2) + "\n");
    } else {
      terminal_.print("Judged by " + std::to_string(workspace_.policy().rules.size()) +
                      " rules: " + report::judgement_summary(judgement) + "\n  id " + saved->id + "\n");
    }
    return judgement.denies() ? kStalePlan : kDone;
  }

  // The rules as they are now, over what was once planned.
  int replay(std::int64_t limit, const std::string& since) {
    if (!load()) return kInvalidConfiguration;
    const SignalWatch signals([this] { workspace_.control().request_stop(); });
    const Result<std::vector<history::RunSummary>> runs = workspace_.store().runs(limit);
    if (!runs) return complain(runs.error());
    std::size_t judged = 0;
    for (const history::RunSummary& run : *runs) {
      if (workspace_.stopped()) return kInterrupted;
      if (run.plan.empty() || run.kind == "foreign" || run.started_at < since) continue;
      ++judged;
      replay_one(run);
    }
    if (terminal_.json()) {
      terminal_.print(Json{{"runs", runs_}, {"stopped", stopped_}}.dump(2) + "\n");
      return kDone;
    }
    std::string text = "\n" + std::to_string(stopped_) + " of " + std::to_string(judged) +
                       (judged == 1 ? " run" : " runs") + " would have been stopped\n";
    for (const auto& [rule, count] : by_rule_)
      text += "  " + padded(rule, 28) + std::to_string(count) + (count == 1 ? " run\n" : " runs\n");
    if (unread_ > 0) text += "Not judged, since their plan cannot be read any more: " + std::to_string(unread_) + "\n";
    terminal_.print(text);
    return kDone;
  }

 private:
  bool load() {
    if (!workspace_.load()) return false;
    if (!workspace_.policy().empty()) return true;
    workspace_.diagnose(fail(Code::kUsage, "the project has no policy")
                            .hint("`policy: [baseline]` in plumb.yaml names the rules that come with plumb"));
    return false;
  }

  int complain(const Error& error) {
    workspace_.diagnose(error);
    return kFailed;
  }

  policy::Judgement judge(const plan::Plan& plan, const std::string& id) {
    return run::judge_plan(workspace_.loaded(), workspace_.store(), plan, id, this_second(),
                           workspace_.control().interrupt().fd());
  }

  // Runs of one plan are judged alike, and once.
  const policy::Judgement* judgement_of(const std::string& id) {
    const auto [place, is_new] = by_plan_.try_emplace(id);
    if (!is_new) return place->second ? &*place->second : nullptr;
    const Result<std::optional<std::string>> bytes = workspace_.store().plan_bytes(id);
    if (!bytes || !*bytes) return nullptr;
    const Result<plan::Plan> plan = plan::read_artifact(**bytes, program_.options.kinds);
    if (!plan) return nullptr;
    place->second = judge(*plan, id);
    return &*place->second;
  }

  void replay_one(const history::RunSummary& run) {
    const policy::Judgement* const judgement = judgement_of(run.plan);
    Json line = {{"run", run.id}, {"started_at", run.started_at}, {"plan", run.plan}};
    std::string text;
    if (judgement == nullptr) {
      ++unread_;
      text = "its plan cannot be read";
      line["judged"] = false;
    } else {
      text = report::judgement_summary(*judgement);
      line.update(report::judgement_json(*judgement));
      stopped_ += judgement->has(policy::Effect::kDeny) ? 1 : 0;
      const std::map<std::string, std::size_t> rules = report::fired(*judgement, policy::Effect::kDeny);
      std::string names;
      for (const auto& [rule, count] : rules) {
        ++by_rule_[rule];
        names += (names.empty() ? ": " : ", ") + rule;
      }
      text += names;
    }
    runs_.push_back(std::move(line));
    if (!terminal_.json()) terminal_.print(run.started_at.substr(0, 16) + "  " + run.id + "  " + text + "\n");
  }

  Program& program_;
  Terminal terminal_;
  Workspace workspace_;
  std::map<std::string, std::optional<policy::Judgement>> by_plan_;
  std::map<std::string, std::size_t> by_rule_;  // in how many runs it denies something
  Json runs_ = Json::array();
  std::size_t stopped_ = 0;
  std::size_t unread_ = 0;
};

struct PolicyArguments {
  std::string plan;
  std::int64_t limit = 100;
  std::string since;
};

}  // namespace

void add_policy(Program& program) {
  auto arguments = std::make_shared<PolicyArguments>();
  CLI::App* command = program.app.add_subcommand("policy", "Rules that judge plans: list, test and try them");
  command->require_subcommand(1);
  CLI::App* list = command->add_subcommand("list", "List the rules that judge this project's plans");
  CLI::App* check =
      command->add_subcommand("check", "Say what the rules make of a saved plan; exit with 5 where they deny it");
  check->add_option("PLAN", arguments->plan, "A plan written by `plumb plan -o`")->required()->type_name("FILE");
  CLI::App* replay =
      command->add_subcommand("replay", "Say which runs of the history the rules, as they are now, would have stopped");
  replay->add_option("--limit", arguments->limit, "At most N runs, the newest")
      ->check(CLI::Range(1, 1000000))
      ->type_name("N");
  replay->add_option("--since", arguments->since, "Only runs from this day on, such as 2027-01-31")->type_name("DATE");
  add_policy_test(program, *command);
  list->callback([&program] { program.exit_code = PolicyCommand(program).list(); });
  check->callback([&program, arguments] { program.exit_code = PolicyCommand(program).check(arguments->plan); });
  replay->callback(
      [&program, arguments] { program.exit_code = PolicyCommand(program).replay(arguments->limit, arguments->since); });
}

}  // namespace plumb::cmd
