#include "engine/adopt/settle.h"

#include <charconv>
#include <utility>

namespace plumb::adopt {
namespace {

// The project of what is left gets better with each round; more than these are not needed.
constexpr int kMostRounds = 20;

class Refusals {
 public:
  Refusals(Told& told, const WrittenProject& project) : told_(told), project_(project) {}

  void add(const PlannedChange& change) {
    const std::string why = "a plan would change it" + (change.attributes.empty() ? "" : ": " + change.attributes);
    const std::size_t colon = change.source.find(':');
    int line = 0;
    if (colon != std::string::npos)
      std::from_chars(change.source.data() + colon + 1, change.source.data() + change.source.size(), line);
    if (!refuse_all(things_at(project_, told_, change.source.substr(0, colon), line, change.address), why))
      refuse_all(things_at(project_, told_, "", 0, change.address), why);
  }

  void add(const Diagnostic& problem) {
    std::vector<SourceSpan> spans;
    if (problem.span) spans.push_back(*problem.span);
    for (const Related& related : problem.related) spans.push_back(related.span);
    for (const SourceSpan& span : spans) {
      if (refuse_all(things_at(project_, told_, span.file, span.line, ""), problem.summary)) return;
    }
  }

  // So many things that were taken until now.
  std::size_t count() const { return count_; }

 private:
  // False where there are none.
  bool refuse_all(const std::vector<std::size_t>& things, const std::string& why) {
    for (const std::size_t thing : things) {
      if (!told_.things[thing].refused.empty()) continue;
      refuse(told_, thing, why);
      ++count_;
    }
    return !things.empty();
  }

  Told& told_;
  const WrittenProject& project_;
  std::size_t count_ = 0;
};

}  // namespace

Settled settle(Told& told, const Registry& kinds, const ProjectNames& names, const Planner& plan) {
  Settled settled;
  for (int round = 0; round < kMostRounds; ++round) {
    settled.project = write_project(told, kinds, names);
    Attempt attempt = plan(settled.project);
    Refusals refusals(told, settled.project);
    for (const PlannedChange& change : attempt.changes) refusals.add(change);
    for (const Diagnostic& problem : attempt.found.items()) {
      if (problem.severity == Severity::kError) refusals.add(problem);
    }
    if (attempt.stopped) {
      settled.outcome = Settled::Outcome::kStopped;
      return settled;
    }
    if (refusals.count() > 0) continue;
    if (attempt.found.has_errors()) {
      settled.outcome = Settled::Outcome::kBroken;
      settled.left = std::move(attempt.found);
    } else if (attempt.planned && attempt.changes.empty()) {
      settled.outcome = Settled::Outcome::kEmpty;
    }
    return settled;
  }
  return settled;
}

}  // namespace plumb::adopt
