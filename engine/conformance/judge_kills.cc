// Executors that are killed before a write; and those that lack the rights to make one.
#include <algorithm>

#include "engine/conformance/attempt.h"
#include "engine/conformance/judges.h"
#include "engine/conformance/remains.h"

namespace plumb::conformance {
namespace {

// So many writes no case has.
constexpr std::size_t kMostWrites = 200;
constexpr std::size_t kCases = 2;

bool is_temporary(const std::string& path) {
  return path.find(".plumb-") != std::string::npos || path.ends_with('+') || path.ends_with(".new");
}

// A file that is neither as it was nor as it is to be; "" where there is none.
std::string half_written(const Subject& subject, const Tree& before, const Tree& now, const Tree& after) {
  for (const auto& [path, entry] : now) {
    if (entry.is_directory() || is_temporary(path) || (subject.comes_along && subject.comes_along(path))) continue;
    const auto was = before.find(path);
    const auto becomes = after.find(path);
    const bool is_old = was != before.end() && was->second.content == entry.content;
    const bool is_new = becomes != after.end() && becomes->second.content == entry.content;
    if (!is_old && !is_new) return path + " is \"" + entry.content + "\"";
  }
  for (const auto& [path, entry] : before) {
    if (!now.contains(path) && after.contains(path)) return path + " is gone";
  }
  return "";
}

// Without what is another one each time: copies with the time in their names, and contents, which the next plan judges.
Tree shape_of(const Subject& subject, const Tree& tree) {
  Tree shape;
  for (const auto& [path, entry] : tree) {
    if (path.find(".plumb-") != std::string::npos || (subject.comes_along && subject.comes_along(path))) continue;
    shape.emplace(path, entry).first->second.content.clear();
  }
  return shape;
}

// Kills one case at each of its writes; nothing where it has none.
std::optional<std::string> fault_of(const Bench& bench, const Subject& subject, const Case& one, Attempts& attempts) {
  const auto begin = [&] {
    (void)one.arrange();
    attempts.declare(subject.kind, one.resource, one.image);
  };
  begin();
  const Tree before = bench.look();
  attempts.reach_by(bench.executor);
  const Ended planned = attempts.plan();
  if (!planned.done || !planned.changes || !attempts.apply_planned().done) return std::nullopt;
  const Tree after = bench.look();
  bool some = false;
  for (std::size_t at = 1; at <= kMostWrites; at += bench.kill_step) {
    begin();
    attempts.reach_by(bench.executor);
    if (!attempts.plan().done) return "it cannot be planned again";
    attempts.reach_by(bench.killer->before_write(at));
    (void)attempts.apply_planned();
    if (bench.killer->writes() < at) break;
    some = true;
    const std::string label = one.name + ", before write " + std::to_string(at) + ": ";
    if (const std::string half = half_written(subject, before, bench.look(), after); !half.empty()) return label + half;
    attempts.reach_by(bench.executor);
    if (const Ended ended = attempts.apply(); !ended.done) return label + "the next apply fails\n" + ended.told;
    const std::string other = differences(shape_of(subject, after), shape_of(subject, bench.look()), Compare::kLasting);
    if (!other.empty()) return label + "the next apply leaves it otherwise\n" + other;
    if (const Ended more = attempts.plan(); !more.done || more.changes)
      return label + "the next apply does not complete it\n" + more.actions + more.told;
  }
  return some ? std::optional<std::string>("") : std::nullopt;
}

}  // namespace

void judge_kills(const Bench& bench, const Subject& subject, Report& report) {
  const bool has_images =
      std::any_of(subject.cases.begin(), subject.cases.end(), [](const Case& one) { return one.image; });
  // What programs write is their own matter.
  if (bench.killer == nullptr || !has_images) return report.does_not_apply(subject.kind, Check::kKilled);
  Attempts attempts(bench);
  std::size_t judged = 0;
  for (const Case& one : subject.cases) {
    if (!one.image || judged == kCases) continue;
    const std::optional<std::string> fault = fault_of(bench, subject, one, attempts);
    if (!fault) continue;
    report.take(subject.kind, Check::kKilled, *fault);
    ++judged;
  }
}

void judge_unprivileged(const Bench& bench, const Subject& subject, Report& report) {
  const bool told = std::any_of(subject.cases.begin(), subject.cases.end(),
                                [](const Case& one) { return one.unprivileged.has_value(); });
  if (bench.unprivileged == nullptr && !told) return report.does_not_apply(subject.kind, Check::kUnprivileged);
  Attempts attempts(bench);
  if (bench.unprivileged != nullptr) attempts.reach_by(*bench.unprivileged);
  for (const Case& one : subject.cases) {
    if (bench.unprivileged == nullptr && !one.unprivileged) continue;
    (void)one.arrange();
    attempts.declare(subject.kind, one.unprivileged ? *one.unprivileged : one.resource, one.image);
    if (!attempts.validate().done) continue;
    const Tree before = bench.look();
    const Ended ended = attempts.apply();
    std::string fault;
    if (!ended.done) {
      const std::string changed = differences(before, bench.look(), Compare::kLasting);
      if (!changed.empty()) fault = "it changes something before it says so\n" + changed;
      if (!ended.faulty.empty()) fault = ended.faulty;
    }
    return report.take(subject.kind, Check::kUnprivileged,
                       fault.empty() ? "" : one.name + ": " + fault + "\n" + ended.told);
  }
}

}  // namespace plumb::conformance
