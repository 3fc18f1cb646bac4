// From absent to present and back; and the same under names that nobody would choose.
#include <algorithm>
#include <fstream>

#include "engine/conformance/attempt.h"
#include "engine/conformance/case_judge.h"
#include "engine/conformance/judges.h"
#include "engine/conformance/remains.h"
#include "engine/conformance/removal.h"

namespace plumb::conformance {
namespace {

// What configuration refuses of a resource that is to go is left out of it.
std::optional<Resource> gone_as(const std::optional<Removal>& removal, const Subject& subject, const Case& one,
                                Attempts& attempts) {
  if (one.removal || !removal) return one.removal;
  Resource gone = one.resource;
  gone.attributes[removal->attribute] = removal->value;
  while (true) {
    attempts.declare(subject.kind, gone, one.image);
    const Ended ended = attempts.validate();
    if (ended.done) return gone;
    Json kept = Json::object();
    int line = attempts.resource_line();
    for (const auto& [name, value] : gone.attributes.items()) {
      if (!ended.error_lines.contains(++line) || name == removal->attribute) kept[name] = value;
    }
    if (kept.size() == gone.attributes.size()) return std::nullopt;
    gone.attributes = std::move(kept);
  }
}

// A name that no shell, pattern or message may take for something else.
const std::string kOddName = "a b'\"$(x);`é*[?]\\#%{}";

std::string odd_name(const Case& one, const std::string& odd) {
  if (!one.path_is_name()) return odd;
  return one.resource.name.substr(0, one.resource.name.rfind('/') + 1) + odd;
}

// Names that are no text, in a folder.
void add_neighbours(const std::filesystem::path& folder) {
  std::error_code problem;
  if (!std::filesystem::is_directory(folder, problem)) return;
  for (const char* name : {"\xff\xfe", "\n\x01"}) std::ofstream(folder / name) << "x";
}

}  // namespace

void judge_rounds(const Bench& bench, const Subject& subject, Report& report) {
  const std::optional<Removal> way = removal_of(*bench.kinds.find(subject.kind));
  const bool told =
      std::any_of(subject.cases.begin(), subject.cases.end(), [](const Case& one) { return one.removal.has_value(); });
  if (!way && !told) return report.does_not_apply(subject.kind, Check::kRound);
  Attempts attempts(bench);
  for (const Case& one : subject.cases) {
    if (way && way->is_asked_for(one.resource.attributes)) continue;
    const std::optional<Resource> removal = gone_as(way, subject, one, attempts);
    if (!removal) continue;
    (void)one.arrange();
    attempts.declare(subject.kind, *removal, one.image);
    const Ended nothing = attempts.plan();
    if (!nothing.done || nothing.changes) continue;
    const Tree before = bench.look();
    attempts.declare(subject.kind, one.resource, one.image);
    const Ended coming = attempts.plan();
    if (!coming.done || !coming.changes || !attempts.apply_planned().done) continue;
    attempts.declare(subject.kind, *removal, one.image);
    const Ended going = attempts.plan();
    const std::string label = one.name + ": ";
    // Nobody has said that this is how it goes, and a part of a file may be asked for and taken away by different
    // words.
    if (!one.removal && going.done && !going.changes) continue;
    if (!going.done || !going.changes)
      return report.broken(subject.kind, Check::kRound, label + "it is not planned to go\n" + going.told);
    if (const Ended gone = attempts.apply_planned(); !gone.done)
      return report.broken(subject.kind, Check::kRound, label + "it does not go\n" + gone.told);
    const std::string left = not_as_before(subject, before, bench.look());
    return report.take(subject.kind, Check::kRound, left.empty() ? "" : label + "it leaves\n" + left);
  }
}

void judge_names(const Bench& bench, const Subject& subject, Report& report) {
  if (subject.cases.empty()) return;
  Attempts attempts(bench);
  for (const std::string& odd : {kOddName, kOddName + "\nb"}) {
    Case one = subject.cases.front();
    one.resource.name = odd_name(one, odd);
    one.arrange = [&bench, arrange = one.arrange, path = subject.cases.front().resource.name]() -> Result<> {
      PLUMB_TRY(arrange());
      if (!path.starts_with('/')) return {};
      add_neighbours(bench.root.string() + path);
      add_neighbours(bench.root.string() + path.substr(0, path.rfind('/')));
      return {};
    };
    Report tried({subject.kind});
    CaseJudge(bench, subject, attempts, tried).judge(one);
    std::string fault;
    for (const std::string& each : tried.faults(false)) fault += each + "\n";
    report.take(subject.kind, Check::kNames, fault);
  }
}

}  // namespace plumb::conformance
