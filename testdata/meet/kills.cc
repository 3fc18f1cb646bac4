#include "testdata/meet/kills.h"

#include <algorithm>
#include <set>
#include <vector>

#include <sys/wait.h>

#include "engine/report/diagnostics.h"
#include "providers/sdk/operation.h"

namespace plumb::meet {
namespace {

// Account files have states of their own in between, which account_kills looks at.
const std::set<std::string> kAccountFiles = {"/etc/passwd", "/etc/shadow", "/etc/group",    "/etc/gshadow",
                                             "/etc/subuid", "/etc/subgid", "/etc/.pwd.lock"};

// What stands in a file, or where a link leads; "" of folders.
std::string inside(const std::string& seen) {
  const std::size_t changed = seen.find(" changed ");
  const std::size_t end = changed == std::string::npos ? changed : seen.find_first_of("\">", changed);
  return end == std::string::npos ? "" : seen.substr(end);
}

// A file that is neither as it was nor as it is to be.
std::string torn(const Picture& before, const Picture& after, const Picture& now) {
  for (const auto& [path, seen] : now) {
    if (kAccountFiles.contains(path) || inside(seen).empty()) continue;
    const auto was = before.find(path);
    const auto becomes = after.find(path);
    // A temporary name; that it goes again is asked in the end.
    if (was == before.end() && becomes == after.end()) continue;
    const bool old = was != before.end() && inside(was->second) == inside(seen);
    const bool made = becomes != after.end() && inside(becomes->second) == inside(seen);
    if (!old && !made) return path + ": " + seen;
  }
  return "";
}

// Without copies that were asked for, which have other names each time.
Picture without_copies(const Picture& picture) {
  Picture without = lasting(picture);
  std::erase_if(without, [](const auto& entry) { return entry.first.find(".plumb-2") != std::string::npos; });
  return without;
}

bool does_it_itself(const plan::Plan& plan) {
  for (const auto& [host, host_plan] : plan.hosts) {
    const std::shared_ptr<const plan::Actions> actions = host_plan.actions.get();
    for (const plan::Action& action : *actions) {
      if (std::any_of(action.operations.begin(), action.operations.end(), runs_programs)) return false;
    }
  }
  return true;
}

}  // namespace

// One project on one host, planned and applied several times.
class Kills::Trial {
 public:
  Trial(const Case& one, Bench& bench) : one_(one), bench_(bench) {
    bench_.set(one);
    workspace_ = bench_.load(found_, sources_);
  }

  // Nothing where it cannot be planned.
  std::optional<run::Planned> plan() {
    if (workspace_ == nullptr) return std::nullopt;
    std::optional<run::Planned> planned = run::make_plan(*workspace_, {}, context());
    const bool good = planned && !planned->plan.hosts.empty() && planned->outcome == RunOutcome::kOk &&
                      !planned->broken && !found_.has_errors();
    return good ? std::move(planned) : std::nullopt;
  }

  // Applies it as it was saved; `cut` tells what became of the executor.
  run::ApplyResult apply(const run::Planned& planned, const Cut& cut, Traced& traced) {
    Result<run::SavedPlan> saved = run::read_saved_plan(plan::write_artifact(planned.plan).bytes, bench_.kinds());
    run::ApplyRequest request = bench_.request();
    run_ = request.run;
    if (saved) request.what = std::move(*saved);
    bench_.executor().cut_next(cut);
    run::ApplyResult result = run::apply(*workspace_, std::move(request), context());
    traced = bench_.executor().last_cut();
    return result;
  }

  run::ApplyResult apply_anew() {
    run::ApplyRequest request = bench_.request();
    request.what = run::PlanRequest();
    return run::apply(*workspace_, std::move(request), context());
  }

  Picture picture() const { return bench_.image().picture(); }
  bool found_errors() const { return found_.has_errors(); }
  void forget_findings() { found_ = {}; }
  std::string told() const { return report::render(found_.sorted(), sources_, false); }

  // What the history lacks of the run that was cut off. What it was about to begin, and nothing was `touched` of, is
  // told as begun, and nothing came of it.
  std::string missing_in_history(bool touched) {
    const Result<history::Verification> whole = bench_.history().verify();
    if (!whole || whole->broken) return "the history is broken";
    const Result<history::RunRecord> run = bench_.history().run(run_);
    if (!run) return "the history has no such run";
    if (!run->summary.outcome) return "the run has no end in the history";
    for (const history::ActionRecord& record : run->actions) {
      const bool open =
          record.action.outcome == ActionOutcome::kStarted || record.action.outcome == ActionOutcome::kUnknown;
      const bool told = std::any_of(run->late.begin(), run->late.end(), [&](const history::LateReport& late) {
        return late.address == record.action.address;
      });
      if (open && !told && touched) return "nothing tells what became of " + record.action.address;
    }
    return "";
  }

 private:
  run::RunContext context() { return bench_.context(one_, control_, found_, nullptr); }

  const Case& one_;
  Bench& bench_;
  run::Control control_;
  Diagnostics found_;
  lang::SourceMap sources_;
  std::unique_ptr<run::Workspace> workspace_;
  std::string run_;
};

std::uint64_t Kills::calls_of(const Case& one) {
  Trial trial(one, bench_);
  const std::optional<run::Planned> planned = trial.plan();
  if (!planned || planned->plan.changes_nothing()) return 0;
  by_itself_ = does_it_itself(planned->plan);
  before_ = trial.picture();
  Traced traced;
  const run::ApplyResult result = trial.apply(*planned, {}, traced);
  // What fails by itself is looked at elsewhere.
  if (result.outcome != RunOutcome::kOk || trial.found_errors()) return 0;
  after_ = trial.picture();
  return traced.calls;
}

std::string Kills::cut(const Case& one, const Cut& cut) {
  Trial trial(one, bench_);
  const std::optional<run::Planned> planned = trial.plan();
  if (!planned) return "no plan the second time\n" + trial.told();
  Traced traced;
  const run::ApplyResult first = trial.apply(*planned, cut, traced);
  const std::string said =
      "the apply that was cut off: " + std::string(plumb::name(first.outcome)) + "\n" + trial.told();
  if (!traced.cut) return "";
  if (cut.fault != Fault::kKill && !WIFEXITED(traced.status)) return "the executor died\n" + said;
  const Picture between = trial.picture();
  // It may have told all that there was to tell; then all is there.
  if (first.outcome == RunOutcome::kOk && by_itself_) {
    const std::string other = differences(without_copies(after_), without_copies(between));
    if (!other.empty()) return "a run that was cut off is well\n" + other + said;
  }
  if (const std::string path = torn(before_, after_, between); !path.empty() && by_itself_)
    return "torn\n" + path + "\n" + said;
  trial.forget_findings();
  run::ApplyResult second = trial.apply_anew();
  // What a write left is taken away before the next apply begins; where its plan would have purged that, it is made
  // anew.
  if (second.outcome == RunOutcome::kStale) {
    trial.forget_findings();
    second = trial.apply_anew();
  }
  const bool good = second.outcome == RunOutcome::kOk && !trial.found_errors();
  if (!good && by_itself_)
    return "the next apply " + std::string(plumb::name(second.outcome)) + "\n" + trial.told() + said;
  const bool touched = !differences(lasting(before_), lasting(between)).empty();
  if (const std::string lack = trial.missing_in_history(touched); !lack.empty()) return lack + "\n" + said;
  if (!good || !by_itself_) return "";
  const Picture end = trial.picture();
  if (const std::string path = left_over(end); !path.empty()) return "left over\n" + path + "\n" + said;
  if (const std::string other = differences(without_copies(after_), without_copies(end)); !other.empty())
    return "not completed\n" + other + said;
  const std::optional<run::Planned> last = trial.plan();
  if (!last || !last->plan.changes_nothing()) return "never at rest\n" + trial.told() + said;
  return "";
}

}  // namespace plumb::meet
