// Where resources meet: many projects are planned and applied to images and hosts, and each must hold the promise of
// judge.h.
//
//   meet random      projects of two to six resources
//   meet pairs       every two kinds in their states, on one thing and on neighbouring ones
//   meet situations  what people reported of such, each ending as it has to
//   meet covers      whether the first two say everything that can be said of a resource
//   meet properties  random projects, each also written in another order, disturbed between plan and apply, and taken
//                    back in the end
//   meet versions    random projects that go on: what comes, goes, changes and gets other names, parts by their tags, a
//                    second project on the host, blocks, conditions over what the host tells
//   meet kills       each kind by itself, its executor killed, or its writing failing, at calls that write (kills.h)
//
// SEED is the first case, COUNT how many there are, EVERY so many of the pairs are taken (1: all); PLUMB_LONG=1 takes
// many. KIND takes only those with a resource of that kind. SHOW=1 prints all of them, REASONS=1 counts why they ended,
// KINDS=1 tells of each kind in how many of its cases something was done that held, MOST is how many of one reason are
// made small and printed. So `SEED=17 COUNT=1 SHOW=1 meet random` shows one.
//
// What breaks the promise is made as small as it can be and printed as a project and its start. Ends with 1 then.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <unistd.h>

#include "engine/conformance/scratch.h"
#include "testdata/meet/covers.h"
#include "testdata/meet/generate.h"
#include "testdata/meet/judge.h"
#include "testdata/meet/kills.h"
#include "testdata/meet/own_executor.h"
#include "testdata/meet/pairs.h"
#include "testdata/meet/shrink.h"
#include "testdata/meet/situations.h"

using namespace plumb::meet;

namespace {

std::uint64_t number(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr || *text == '\0' ? otherwise : std::strtoull(text, nullptr, 10);
}

const char* name(End end) {
  switch (end) {
    case End::kHeld:
      return "held";
    case End::kInvalid:
      return "refused by validate";
    case End::kRefused:
      return "refused by plan";
    case End::kExcused:
      return "a program failed";
    case End::kBroken:
      return "BROKEN";
  }
  return "";
}

void tell(const std::string& label, const Case& one, const Verdict& verdict) {
  std::printf("=== %s: %s: %s (%s)\n%s--- start\n%s--- what happened\n%s\n", label.c_str(), name(verdict.end),
              verdict.what.c_str(), one.live ? "a host" : "an image", project_text(one).c_str(),
              start_text(one.start).c_str(), verdict.details.c_str());
  std::fflush(stdout);
}

void tell(const std::string& label, const Versions& all, const Verdict& verdict) {
  std::printf("=== %s: %s: %s (%s)\n%s--- start\n%s--- what happened\n%s\n", label.c_str(), name(verdict.end),
              verdict.what.c_str(), all.front().one.live ? "a host" : "an image", text_of(all).c_str(),
              start_text(all.front().one.start).c_str(), verdict.details.c_str());
  std::fflush(stdout);
}

class Run {
 public:
  Run(Judge& judge, bool pairs) : judge_(judge), pairs_(pairs) {}

  void take(const std::string& label, const Case& one) {
    const Verdict verdict = judged(one);
    count(verdict);
    count_kinds(one, verdict);
    if (verdict.end == End::kBroken) tell_broken(label, one, verdict);
    if (shows_) tell(label, one, verdict);
  }

  void take(const std::string& label, const Versions& all) {
    const Verdict verdict = judge_versions(judge_, all);
    count(verdict);
    for (const Version& version : all) count_kinds(version.one, verdict);
    if (verdict.end == End::kBroken && ++told_[verdict.what] <= most_) {
      const Versions small = shrink(all, [&](const Versions& candidate) {
        const Verdict other = judge_versions(judge_, candidate);
        return other.end == End::kBroken && without_number(other.what) == without_number(verdict.what);
      });
      tell(label, small, judge_versions(judge_, small));
    } else if (shows_ || verdict.end == End::kBroken) {
      tell(label, all, verdict);
    }
  }

  int finish() const {
    std::printf("%llu cases, %llu of them with something to do, %.1f ms each\n",
                static_cast<unsigned long long>(count_), static_cast<unsigned long long>(changed_),
                count_ == 0 ? 0.0 : since(begin_) / static_cast<double>(count_));
    for (const auto& [end, times] : ends_) std::printf("  %6d  %s\n", times, name(end));
    if (tells_reasons_) {
      for (const auto& [reason, times] : reasons_) std::printf("  %6d  %s\n", times, reason.c_str());
    }
    if (tells_kinds_) {
      for (const auto& [kind, counts] : kinds_)
        std::printf("  %6d of %6d  %s\n", counts.second, counts.first, kind.c_str());
    }
    return ends_.contains(End::kBroken) ? 1 : 0;
  }

 private:
  using Clock = std::chrono::steady_clock;

  // A smaller case may have fewer versions.
  static std::string without_number(const std::string& what) {
    const std::size_t colon = what.find(": ");
    return what.starts_with("version ") && colon != std::string::npos ? what.substr(colon) : what;
  }

  void count(const Verdict& verdict) {
    ++count_;
    ++ends_[verdict.end];
    if (verdict.changed) ++changed_;
    if (verdict.end != End::kHeld) ++reasons_[std::string(name(verdict.end)) + ": " + verdict.what];
  }

  void count_kinds(const Case& one, const Verdict& verdict) {
    std::set<std::string> kinds;
    for (const Resource& resource : one.resources) kinds.insert(resource.kind);
    for (const std::string& kind : kinds) {
      auto& [cases, held] = kinds_[kind];
      ++cases;
      if (verdict.end == End::kHeld && verdict.changed) ++held;
    }
  }

  static double since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  }

  Verdict judged(const Case& one) { return pairs_ ? judge_.judge_pair(one) : judge_.judge(one); }

  // Of one reason the first few are enough to see it.
  void tell_broken(const std::string& label, const Case& one, const Verdict& verdict) {
    if (++told_[verdict.what] > most_) {
      std::printf("=== %s: %s: %s (as above)\n", label.c_str(), name(verdict.end), verdict.what.c_str());
      return;
    }
    const Case small = shrink(one, [&](const Case& candidate) {
      const Verdict other = judged(candidate);
      return other.end == End::kBroken && other.what == verdict.what;
    });
    tell(label, small, judged(small));
  }

  Judge& judge_;
  const bool pairs_;
  const bool shows_ = number("SHOW", 0) != 0;
  const bool tells_reasons_ = number("REASONS", 0) != 0;
  const bool tells_kinds_ = number("KINDS", 0) != 0;
  const int most_ = static_cast<int>(number("MOST", 3));
  std::uint64_t count_ = 0;
  std::uint64_t changed_ = 0;
  std::map<End, int> ends_;
  std::map<std::string, int> told_;
  std::map<std::string, int> reasons_;
  std::map<std::string, std::pair<int, int>> kinds_;  // cases with it, and those that held with something to do
  Clock::time_point begin_ = Clock::now();
};

// Whether the cases asked for are such.
bool is_asked_for(const Case& one) {
  const char* const kind = std::getenv("KIND");
  return kind == nullptr || std::any_of(one.resources.begin(), one.resources.end(),
                                        [kind](const Resource& resource) { return resource.kind == kind; });
}

Demands demands_of(std::string_view what) {
  const bool all = what == "properties";
  return {.undo = all || what == "undo", .order = all, .interference = all};
}

int run_situations() {
  const plumb::conformance::Scratch scratch{"/dev/shm", "/tmp"};
  if (scratch.path().empty()) return 2;
  std::filesystem::create_directory(scratch.path() / "back");
  std::filesystem::create_directory(scratch.path() / "there");
  Judge there(scratch.path() / "there");
  Judge and_back(scratch.path() / "back", demands_of("undo"));
  const bool shows = number("SHOW", 0) != 0;
  int others = 0;
  for (const Situation& situation : situations()) {
    const Verdict verdict = (situation.taken_back ? and_back : there).judge(situation.one);
    const bool as_it_has_to = verdict.end == situation.end && (verdict.end != End::kHeld || verdict.changed);
    if (!as_it_has_to) ++others;
    if (!as_it_has_to || shows) tell(situation.name, situation.one, verdict);
  }
  std::printf("%zu situations, %d of them end otherwise than they have to\n", situations().size(), others);
  return others == 0 ? 0 : 1;
}

int run(std::string_view what) {
  const plumb::conformance::Scratch scratch{"/dev/shm", "/tmp"};
  if (scratch.path().empty()) return 2;
  Judge judge(scratch.path(), demands_of(what));
  Run run(judge, what == "pairs");
  const bool long_run = number("PLUMB_LONG", 0) != 0;
  if (what == "pairs") {
    const std::uint64_t every = number("EVERY", long_run ? 5 : 197);
    std::string about;
    for (std::uint64_t i = number("SEED", 0), left = number("COUNT", pair_count()); i < pair_count() && left > 0;
         i += every) {
      const Case one = pair(i, about);
      if (!is_asked_for(one)) continue;
      --left;
      run.take("pair " + std::to_string(i) + ", " + about, one);
    }
  } else {
    const std::uint64_t first = number("SEED", 1);
    const bool all = what == "properties";
    const bool goes_on = what == "versions";
    const std::uint64_t count = number("COUNT", long_run ? (all ? 10000 : 5000) : (all ? 300 : goes_on ? 60 : 200));
    std::printf("seeds %llu to %llu\n", static_cast<unsigned long long>(first),
                static_cast<unsigned long long>(first + count - 1));
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
      if (goes_on) {
        run.take("seed " + std::to_string(seed), generate_versions(seed));
        continue;
      }
      const Case one = generate(seed);
      if (is_asked_for(one)) run.take("seed " + std::to_string(seed), one);
    }
  }
  return run.finish();
}

// Cases one after another, of each the calls that are its turn, until there were enough.
class KillRun {
 public:
  explicit KillRun(const std::filesystem::path& folder) : bench_(folder), kills_(bench_) {}

  // False where it does nothing.
  bool take(const std::string& label, const Case& one) {
    const std::uint64_t calls = kills_.calls_of(one);
    const std::string& kind = one.resources.front().kind;
    points_[kind] += 0;
    if (calls == 0) return false;
    ++cases_;
    const std::uint64_t step = std::max<std::uint64_t>(1, calls / most_);
    for (std::uint64_t at = 1 + cases_ % step; at <= calls; at += step) {
      cut(label, one, {Fault::kKill, at});
      if (can_fail_calls()) cut(label, one, {kFailures[failures_++ % kFailures.size()], at});
    }
    return true;
  }

  int finish() const {
    std::printf("%llu cases of %zu kinds\n", static_cast<unsigned long long>(cases_), points_.size());
    for (const auto& [fault, times] : done_)
      std::printf("  %6llu  calls: %s\n", static_cast<unsigned long long>(times), plumb::meet::name(fault));
    std::printf("  %6d  broken\n", broken_);
    for (const auto& [kind, times] : points_) {
      if (number("SHOW", 0) != 0 || times == 0)
        std::printf("  %6llu  %s%s\n", static_cast<unsigned long long>(times), kind.c_str(),
                    times == 0 ? ", which wrote nothing here" : "");
    }
    return broken_ == 0 ? 0 : 1;
  }

 private:
  void cut(const std::string& label, const Case& one, const Cut& cut) {
    const std::string what = kills_.cut(one, cut);
    ++done_[cut.fault];
    ++points_[one.resources.front().kind];
    if (what.empty()) return;
    ++broken_;
    const std::string where = label + ", " + plumb::meet::name(cut.fault) + " at call " + std::to_string(cut.at);
    tell(where, one, {End::kBroken, what.substr(0, what.find('\n')), what});
  }

  Bench bench_;
  Kills kills_;
  // Of one case.
  const std::uint64_t most_ = number("MOST", number("PLUMB_LONG", 0) != 0 ? 24 : 4);
  std::uint64_t cases_ = 0;
  std::uint64_t failures_ = 0;
  std::map<Fault, std::uint64_t> done_;
  std::map<std::string, std::uint64_t> points_;  // by kind
  int broken_ = 0;
};

int run_kills() {
  const plumb::conformance::Scratch scratch{"/dev/shm", "/tmp"};
  if (scratch.path().empty()) return 2;
  KillRun run(scratch.path());
  const bool long_run = number("PLUMB_LONG", 0) != 0;
  // Of each kind in its states: over all starts, or over one in which it does something.
  const std::uint64_t every = number("EVERY", long_run ? 1 : 13);
  const std::uint64_t starts = pair_starts();
  for (std::uint64_t i = number("SEED", 0), left = number("COUNT", single_count()); i < single_count() && left > 0;
       i += every) {
    if (!is_asked_for(single(i, 0, false))) continue;
    --left;
    for (std::uint64_t start = 0; start < starts; ++start) {
      const Case one = single(i, (i + start) % starts, i % 3 == 0);
      const bool acts = run.take("single " + std::to_string(i) + ", start " + std::to_string(start), one);
      if (acts && !long_run) break;
    }
  }
  return run.finish();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "random";
  if (what == "covers") return covers_everything() ? 0 : 1;
  if (::geteuid() != 0) {
    std::puts("SKIPPED: only root gives files to others");
    return 77;
  }
  if (what == "kills") return run_kills();
  return what == "situations" ? run_situations() : run(what);
}
