#include "testdata/meet/judge.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "engine/plan/action_json.h"
#include "engine/report/diagnostics.h"
#include "testdata/meet/bench.h"
#include "testdata/meet/findings.h"
#include "testdata/meet/interference.h"
#include "testdata/meet/packages.h"
#include "testdata/meet/undo_judge.h"
#include "testdata/meet/unplanned.h"

namespace plumb::meet {
namespace {

namespace fs = std::filesystem;

std::string ops_of(const plan::Plan& plan) {
  std::string text;
  for (const auto& [host, host_plan] : plan.hosts) {
    const std::shared_ptr<const plan::Actions> actions = host_plan.actions.get();
    for (const plan::Action& action : *actions) {
      text += "  " + std::string(name(action.op)) + " " + action.desired.address.str() + "\n";
    }
  }
  return text;
}

}  // namespace

struct Judge::Parts {
  explicit Parts(const fs::path& folder) : bench(folder) {}

  Bench bench;
  Demands demands;
};

namespace {

class Trial {
 public:
  Trial(const Case& one, const Demands& demands, Bench& bench)
      : one_(one), demands_(demands), bench_(bench), image_(bench.image()) {}

  Verdict run() {
    const Demands& demands = demands_;
    Diagnostics found;
    const auto workspace = bench_.load(found, sources_);
    if (workspace == nullptr) return refused(End::kInvalid, "validate", found);
    if (Verdict first = plan_first(*workspace); first.end != End::kHeld) return first;
    if (Verdict written = demands.order ? plan_reversed() : Verdict(); written.end != End::kHeld) return written;
    if (Verdict disturbed = demands.interference ? apply_disturbed(*workspace) : Verdict(); disturbed.end != End::kHeld)
      return disturbed;
    if (Verdict applied = apply_saved(*workspace); applied.end != End::kHeld) return applied;
    if (Verdict second = plan_again(*workspace); second.end != End::kHeld) return second;
    Verdict last = apply_again(*workspace);
    return demands.undo && changed_ && !waits_ && last.end == End::kHeld ? undo(*workspace) : last;
  }

  Verdict find_nothing() {
    Diagnostics found;
    const auto workspace = bench_.load(found, sources_);
    if (workspace == nullptr) return refused(End::kBroken, "validate", found);
    Verdict verdict = judge_second(*workspace);
    if (verdict.end != End::kHeld) verdict.what = "after the undo of what came then: " + verdict.what;
    return verdict;
  }

 private:
  run::PlanRequest question() const {
    run::PlanRequest made;
    made.tags = demands_.scope.tags;
    made.prune = demands_.scope.prune;
    return made;
  }

  // Readings that the plan changes may leave something to a second one.
  static bool leaves_something(const plan::Plan& plan) {
    return std::any_of(plan.hosts.begin(), plan.hosts.end(),
                       [](const auto& host) { return !host.second.held_back.empty() || !host.second.moving.empty(); });
  }

  run::RunContext context(Diagnostics& found) {
    return bench_.context(one_, control_, found, [this](const run::RunEvent& event) {
      if (event.kind != run::RunEvent::Kind::kAction) return;
      const plan::Action& action = *event.action;
      acting_.insert(action.desired.address.kind);
      if (event.event->kind == wire::EventKind::kChanged && (!action.triggered || action.op == Op::kRun))
        (action.undo ? promised_ : done_for_good_).insert(action.desired.address.str());
      if (event.event->kind != wire::EventKind::kFailed && event.event->kind != wire::EventKind::kDiverged) return;
      // What a program leaves is its own matter, and the plan says of what comes after it that it waits for that.
      // Nor can be known what a source has that nobody has read.
      const bool unread = std::any_of(action.operations.begin(), action.operations.end(), [](const Operation& one) {
        const auto* const transaction = std::get_if<PackageTransaction>(&one);
        return transaction != nullptr && transaction->refresh;
      });
      const bool excused = unread || comes_in_file(action) || action.op == Op::kRun || waits_for_program(action);
      failed_kinds_.insert(excused ? "command" : action.desired.address.kind);
    });
  }

  bool waits_for_program(const plan::Action& action) const {
    const auto is_opaque = [this](const std::string& one) { return opaque_.contains(one); };
    // Nor does a plan know what a unit says that comes from elsewhere.
    const bool bounded = action.fidelity == Fidelity::kBounded;
    const auto is_download = [](const std::string& one) { return one.starts_with("download:"); };
    return std::any_of(action.unknown_until.begin(), action.unknown_until.end(), is_opaque) ||
           (bounded && std::any_of(action.needs.begin(), action.needs.end(), is_download));
  }
  // A package in a file that the plan brings: what it is, the package manager says once it is there.
  static bool comes_in_file(const plan::Action& action) {
    return action.desired.address.kind == "package" && action.desired.has("file") && !action.needs.empty();
  }
  // Files of packages, and what is in an archive or a repository.
  static bool brings_what_is_not_known(const plan::Action& action) {
    constexpr std::array kKinds = {"package", "upgrade", "download", "archive", "git"};
    return action.op != Op::kDelete &&
           std::find(kKinds.begin(), kKinds.end(), action.desired.address.kind) != kKinds.end();
  }
  void note_programs(const plan::Plan& plan) {
    for (const auto& [host, host_plan] : plan.hosts) {
      const std::shared_ptr<const plan::Actions> actions = host_plan.actions.get();
      for (const plan::Action& action : *actions) {
        const std::string address = action.desired.address.str();
        if (action.op == Op::kRun || brings_what_is_not_known(action) || waits_for_program(action))
          opaque_.insert(address);
        actions_[address].push_back(plan::action_to_json(action));
      }
    }
  }

  std::string told(const Diagnostics& found) const { return report::render(found.sorted(), sources_, false); }

  Verdict refused(End end, const std::string& when, const Diagnostics& found) const {
    if (!found.has_errors()) return {End::kBroken, when + ": neither a plan nor an error", told(found)};
    if (is_internal(found)) return {End::kBroken, when + " internal error", told(found)};
    if (lacks_a_place(found)) return {End::kBroken, when + " error without a place" + codes_of(found), told(found)};
    return {end, when + codes_of(found), told(found), false, lines_of(found)};
  }

  Verdict plan_first(run::Workspace& workspace) {
    Diagnostics found;
    const Picture before = image_.picture();
    std::optional<run::Planned> planned = run::make_plan(workspace, question(), context(found));
    if (const std::string other = differences(before, image_.picture()); !other.empty())
      return {End::kBroken, "planning touches", other};
    if (!planned || planned->plan.hosts.empty() || planned->outcome != RunOutcome::kOk || planned->broken ||
        found.has_errors())
      return refused(End::kRefused, "plan", found);
    changed_ = !planned->plan.changes_nothing();
    ops_ = ops_of(planned->plan);
    waits_ = leaves_something(planned->plan);
    note_programs(planned->plan);
    plan_ = plan::write_artifact(planned->plan).bytes;
    Result<run::SavedPlan> saved = run::read_saved_plan(plan_, bench_.kinds());
    if (!saved) return {End::kBroken, "plan cannot be read again", saved.error().summary()};
    saved_ = std::move(*saved);
    return {};
  }

  // Of a plan's document, but for the digest of the files that the project is written in.
  static std::string without_files(const std::string& document) {
    Result<Json> plan = parse_json(document, Code::kInternal);
    if (plan) (*plan)["inputs"].erase("config");
    return plan ? canonical(*plan) : "";
  }

  Verdict plan_reversed() {
    Diagnostics found;
    bench_.set_project(one_, true);
    const auto workspace = bench_.load(found, sources_);
    const std::optional<run::Planned> planned =
        workspace == nullptr ? std::nullopt : run::make_plan(*workspace, question(), context(found));
    bench_.set_project(one_);
    if (!planned || found.has_errors()) return {End::kBroken, "no plan in another order", told(found)};
    const std::string other = plan::write_artifact(planned->plan).bytes;
    if (without_files(plan_) == without_files(other)) return {};
    return {End::kBroken, "another plan in another order", plan_ + "\n" + other + "\n"};
  }

  // In the end all is as if that had not been.
  Verdict apply_disturbed(run::Workspace& workspace) {
    // The same for the same case.
    std::uint64_t seed = 0;
    for (const char c : project_text(one_)) seed = seed * 31 + static_cast<unsigned char>(c);
    Random random(seed);
    const std::set<std::string> named = named_paths(plan_, image_.folder().string());
    const std::string what = changed_ ? interfere(image_, plan_, named, random) : "";
    Verdict verdict = what.empty() ? Verdict() : judge_disturbed(workspace, what, named);
    bench_.set(one_);
    for (std::set<std::string>* told : {&acting_, &promised_, &done_for_good_, &failed_kinds_}) told->clear();
    if (verdict.end != End::kHeld || what.empty()) return verdict;
    // What was saved names the very entries that it saw.
    return plan_first(workspace);
  }

  Verdict judge_disturbed(run::Workspace& workspace, const std::string& what, std::set<std::string> named) {
    Diagnostics found;
    Result<run::SavedPlan> saved = run::read_saved_plan(plan_, bench_.kinds());
    run::ApplyRequest wanted = bench_.request();
    wanted.what = std::move(*saved);
    const Picture before = image_.picture();
    const run::ApplyResult result = run::apply(workspace, std::move(wanted), context(found));
    const std::string all = "somebody " + what + "\nplan:\n" + ops_ + told(found);
    if (result.outcome == RunOutcome::kStale) {
      const std::string other = differences(before, image_.picture());
      return other.empty() ? Verdict() : Verdict{End::kBroken, "a stale plan changes", other + all};
    }
    if (result.outcome != RunOutcome::kOk || found.has_errors()) {
      const bool excused = failed_kinds_ == std::set<std::string>{"command"} || is_matter_of_packages();
      return excused ? Verdict() : Verdict{End::kBroken, "not seen to be stale:" + codes_of(found), all};
    }
    named.merge(named_paths(plan_, image_.folder().string()));
    const std::string other = unplanned(before, image_.picture(), named, acting_);
    return other.empty() ? Verdict() : Verdict{End::kBroken, "not planned, where somebody " + what, other + all};
  }

  Verdict apply_saved(run::Workspace& workspace) {
    Diagnostics found;
    run::ApplyRequest wanted = bench_.request();
    wanted.what = std::move(saved_);
    wanted.take_over = demands_.scope.take_over;
    const Picture before = image_.picture();
    run_ = wanted.run;
    before_ = before;
    std::set<std::string> named = named_paths(plan_, image_.folder().string());
    const run::ApplyResult result = run::apply(workspace, std::move(wanted), context(found));
    if (result.outcome == RunOutcome::kOk && !found.has_errors()) {
      named.merge(named_paths(plan_, image_.folder().string()));
      const std::string other = unplanned(before, image_.picture(), named, acting_);
      return other.empty() ? Verdict{} : Verdict{End::kBroken, "not planned", "plan:\n" + ops_ + other};
    }
    const bool excused = failed_kinds_ == std::set<std::string>{"command"} || is_matter_of_packages();
    const End end = excused ? End::kExcused : End::kBroken;
    std::string kinds;
    for (const std::string& kind : failed_kinds_) kinds += " " + kind;
    return {end, "apply " + std::string(name(result.outcome)) + codes_of(found) + kinds,
            "plan:\n" + ops_ + told(found)};
  }

  // What a package brings lies where a plan cannot know it, and may be what another one took. What a resource is to
  // make of a file there has to come to be all the same.
  bool is_matter_of_packages() const {
    if (!acting_.contains("package") && !acting_.contains("upgrade")) return false;
    const bool some_come = std::any_of(one_.resources.begin(), one_.resources.end(), [](const Resource& one) {
      const std::string state = one.attributes.value("state", "");
      return one.kind == "upgrade" || (one.kind == "package" && state != "absent" && state != "purged");
    });
    if (!some_come) return false;
    const auto removes = [](const Resource& one) {
      const std::string state = one.attributes.value("state", "");
      return one.kind == "upgrade" || (one.kind == "package" && (state == "absent" || state == "purged" ||
                                                                 one.attributes.contains("allow_removal")));
    };
    const bool some_go = std::any_of(one_.resources.begin(), one_.resources.end(), removes);
    return std::any_of(one_.resources.begin(), one_.resources.end(), [&](const Resource& resource) {
      const bool stays = !some_go && resource.kind == "file" && resource.attributes.value("state", "") != "absent";
      return (is_of_packages(resource.name) && !stays) || is_of_packages(resource.attributes.value("creates", "")) ||
             is_of_packages(resource.attributes.value("removes", ""));
    });
  }

  // What the first plan left is done.
  Verdict apply_rest(run::Workspace& workspace) {
    Diagnostics found;
    run::ApplyRequest wanted = bench_.request();
    wanted.what = question();
    const run::ApplyResult result = run::apply(workspace, std::move(wanted), context(found));
    if (result.outcome == RunOutcome::kOk && !found.has_errors()) return {};
    // A plan that is made then may be one that cannot be.
    const bool excused = !result.begun || failed_kinds_ == std::set<std::string>{"command"};
    return {excused ? End::kExcused : End::kBroken, "second plan's apply" + codes_of(found),
            "plan:\n" + ops_ + told(found)};
  }

  Verdict plan_again(run::Workspace& workspace) {
    if (Verdict rest = waits_ ? apply_rest(workspace) : Verdict(); rest.end != End::kHeld) return rest;
    Verdict second = judge_second(workspace);
    if (second.end != End::kHeld && is_matter_of_packages()) second.end = End::kExcused;
    return second;
  }

  Verdict judge_second(run::Workspace& workspace) {
    Diagnostics found;
    const std::optional<run::Planned> planned = run::make_plan(workspace, question(), context(found));
    const std::string all = "first plan:\n" + ops_ + "second plan:\n" + (planned ? ops_of(planned->plan) : "");
    if (!planned || planned->plan.hosts.empty() || planned->outcome != RunOutcome::kOk || found.has_errors())
      return {End::kBroken, "second plan fails" + codes_of(found), all + told(found)};
    if (planned->plan.changes_nothing()) return {};
    std::set<std::string> kinds;
    for (const auto& [host, host_plan] : planned->plan.hosts) {
      const std::shared_ptr<const plan::Actions> actions = host_plan.actions.get();
      for (const plan::Action& action : *actions)
        kinds.insert(" " + std::string(name(action.op)) + " " + action.desired.address.kind);
    }
    std::string text;
    for (const std::string& kind : kinds) text += kind;
    return {End::kBroken, "second plan not empty:" + text, all};
  }

  Verdict apply_again(run::Workspace& workspace) {
    Diagnostics found;
    const Picture before = image_.picture();
    run::ApplyRequest wanted = bench_.request();
    wanted.what = question();
    wanted.take_over = demands_.scope.take_over;
    const run::ApplyResult result = run::apply(workspace, std::move(wanted), context(found));
    if (result.outcome != RunOutcome::kOk || found.has_errors())
      return {End::kBroken, "second apply" + codes_of(found), told(found)};
    const Picture after = image_.picture();
    if (const std::string other = differences(before, after); !other.empty())
      return {End::kBroken, "second apply touches", other};
    if (const std::string path = left_over(after); !path.empty()) return {End::kBroken, "left over", path};
    return {End::kHeld, "held", "", changed_};
  }

  Verdict undo(run::Workspace& workspace) {
    const FirstApply first = {before_, promised_, done_for_good_, actions_, !opaque_.empty()};
    Diagnostics found;
    run::ApplyRequest wanted = bench_.request();
    wanted.undo = run::UndoRequest{run_, "", {}};
    const run::ApplyResult result = run::apply(workspace, std::move(wanted), context(found));
    const std::string said = "first plan:\n" + ops_ + "undo:\n" + ops_of(result.plan) + told(found);
    return judge_undo(first, {result, found, acting_, said}, image_);
  }

  const Case& one_;
  const Demands& demands_;
  Bench& bench_;
  const Image& image_;
  std::string run_;                      // the first apply
  Picture before_;                       // it
  std::set<std::string> promised_;       // addresses of what was changed and can be undone
  std::set<std::string> done_for_good_;  // and cannot
  lang::SourceMap sources_;
  run::Control control_;
  run::SavedPlan saved_;
  std::string ops_;
  bool changed_ = false;
  bool waits_ = false;            // the first plan leaves something to a second one
  std::string plan_;              // as a document
  std::set<std::string> acting_;  // kinds
  std::set<std::string> opaque_;  // addresses of programs, and of what the plan says waits for those
  std::set<std::string> failed_kinds_;
  std::map<std::string, std::vector<Json>> actions_;  // of the first plan, by address
};

}  // namespace

Judge::Judge(const fs::path& folder, Demands demands) : parts_(std::make_unique<Parts>(folder)) {
  parts_->demands = demands;
}
Judge::~Judge() = default;

Verdict Judge::judge(const Case& one) {
  return judge(one, parts_->demands);
}

Verdict Judge::judge(const Case& one, const Demands& demands) {
  parts_->bench.set(one);
  return Trial(one, demands, parts_->bench).run();
}

Verdict Judge::judge_next(const Case& one, const Demands& demands) {
  parts_->bench.set_project(one);
  return Trial(one, demands, parts_->bench).run();
}

Verdict Judge::judge_nothing_left(const Case& one, const Demands& demands) {
  parts_->bench.set_project(one);
  return Trial(one, demands, parts_->bench).find_nothing();
}

namespace {

bool is_refused(const Verdict& verdict) {
  return verdict.end == End::kInvalid || verdict.end == End::kRefused;
}

}  // namespace

Verdict Judge::judge_pair(const Case& one) {
  Verdict verdict = judge(one);
  if (!is_refused(verdict) || one.resources.size() != 2) return verdict;
  Case alone = one;
  alone.resources.resize(1);
  // project_text() has each resource's lines one after another.
  constexpr int kHead = 3;
  const int second = kHead + 2 + static_cast<int>(alone.resources[0].attributes.size());
  if (verdict.lines.lower_bound(second) != verdict.lines.end() && *verdict.lines.begin() < second) return verdict;
  if (is_refused(judge(alone))) return verdict;
  alone.resources[0] = one.resources[1];
  if (is_refused(judge(alone))) return verdict;
  verdict.end = End::kBroken;
  verdict.what = "one place told:" + verdict.what;
  return verdict;
}

}  // namespace plumb::meet
