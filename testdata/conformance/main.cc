// conformance: judges the built-in kinds, all by the same checks (engine/conformance), and says what came of it.
//
//   conformance [--whole] [--kind KIND] [--report FILE] [--page FILE] [--check FILE]
//
//   --whole        each kind in its states over all starts, and at each write; else some of them
//   --kind KIND    that one alone
//   --report FILE  write the report as JSON
//   --page FILE    write the page of the reference
//   --check FILE   the page must be what would be written, but for numbers
//
// Ends with 1 where something is broken or the page is old. exceptions.txt excuses, with reasons.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

#include "engine/base/file.h"
#include "engine/conformance/elsewhere.h"
#include "engine/conformance/judges.h"
#include "engine/conformance/scratch.h"
#include "providers/sdk/builtin.h"
#include "testdata/conformance/hosts.h"
#include "testdata/conformance/subjects.h"
#include "testdata/meet/getting.h"

namespace plumb::conformance {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLimit = std::size_t{1} << 22U;
constexpr std::size_t kSomeWrites = 5;
const fs::path kRoot = PLUMB_SOURCE_DIR;

struct Arguments {
  bool whole = false;
  std::string kind;
  fs::path report;
  fs::path page;
  fs::path check;
};

fs::path made(const fs::path& folder) {
  fs::create_directories(folder);
  return folder;
}

// What resources of cases name.
void write_project(const fs::path& folder) {
  std::ofstream(folder / "one.txt", std::ios::binary) << "one\n";
  meet::write_archive(folder / "one.tar");
  fs::create_directories(folder / "tree" / "inner");
  for (const char* name : {"a.txt", "inner/c"}) std::ofstream(folder / "tree" / name) << name << "\n";
}

std::string page_of(const Report& report) {
  const Tally again = report.total(Check::kConverges);
  return "<!-- Made by `make conformance`; edit testdata/conformance/exceptions.txt and testdata/kinds. -->\n\n"
         "# Conformance\n\n"
         "What every kind has to keep, judged alike: by `engine/conformance/`, which `plumb provider test` judges\n"
         "[kinds of others](provider-protocol.md) by, too. Differences are judged on the cases in `testdata/kinds/`,\n"
         "input on the schemas, and the rest on images and hosts that are folders, with each kind in its states over\n"
         "several starts; their package managers and servers are scripts. `build/tests/conformance --whole` judges\n"
         "all of it; `make test` some of it.\n\n"
         "Idempotency over kinds, states, starts and back ends: after " +
         std::to_string(again.held) + " of " + std::to_string(again.judged()) + " nothing is left to do, " +
         percent(again.held, again.judged()) + ".\nWhat is not held is an exception, below.\n\n" + tables_of(report);
}

// Numbers change with every case that is added; a page that is otherwise is old.
std::string without_numbers(const std::string& text) {
  std::string without;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) without += c;
    if (digit && (without.empty() || without.back() != '#')) without += '#';
  }
  return without;
}

bool is_current(const fs::path& file, const std::string& page, bool whole) {
  const Result<std::string> there = read_file(file, kLimit);
  if (!there) return false;
  if (whole) return without_numbers(*there) == without_numbers(page);
  const auto exceptions = [](const std::string& text) {
    return text.substr(std::min(text.find("## Exceptions"), text.size()));
  };
  return exceptions(*there) == exceptions(page);
}

bool wrote(const fs::path& file, const std::string& text) {
  const Result<> written = write_file(file, text);
  if (!written) std::fprintf(stderr, "%s\n", written.error().summary().c_str());
  return written.has_value();
}

int run(const Arguments& arguments) {
  const Scratch scratch{"/dev/shm", "/tmp"};
  if (scratch.path().empty()) return 2;
  const Registry kinds = described_builtin_kinds();
  const meet::Image image(made(scratch.path() / "host"));
  add_programs(image.folder());
  const std::string tree = image.folder().string();
  Result<std::vector<Subject>> subjects = builtin_subjects(
      kinds, kRoot / "testdata/kinds", kRoot / "testdata/conformance/exceptions.txt", image, arguments.whole);
  if (!subjects) {
    std::fprintf(stderr, "%s\n", subjects.error().summary().c_str());
    return 1;
  }
  meet::OwnExecutor executor(tree);
  Unprivileged nobody(tree);
  OwnKiller killer(tree);
  Bench bench{.kinds = kinds,
              .scratch = scratch.path(),
              .project = made(scratch.path() / "project"),
              .root = image.folder(),
              .records = tree + "/var/lib/plumb",
              .executor = executor,
              .unprivileged = &nobody,
              .killer = &killer};
  bench.unseen = {"/bin", "/sbin", "/lib", "/lib64", "/usr", "/dev", "/proc", "/var/lib/plumb", "/run/plumb"};
  bench.elsewhere = [] { return std::make_shared<Elsewhere>(); };
  bench.kill_step = arguments.whole ? 1 : kSomeWrites;
  write_project(bench.project);

  Report report(arguments.kind.empty() ? kinds.names() : std::vector{arguments.kind});
  for (const Subject& subject : *subjects) {
    if (!arguments.kind.empty() && subject.kind != arguments.kind) continue;
    report.except(subject.kind, subject.exceptions);
    judge(bench, subject, report);
  }
  const std::vector<std::string> faults = report.faults(arguments.whole);
  for (const std::string& fault : faults) std::fprintf(stderr, "%s\n", fault.c_str());
  if (!arguments.kind.empty()) std::fputs(text_of(report, arguments.kind).c_str(), stdout);
  const Tally again = report.total(Check::kConverges);
  std::printf("%zu kinds, %zu faults; once applied, nothing is left to do: %zu of %zu\n", report.kinds().size(),
              faults.size(), again.held, again.judged());
  if (!arguments.report.empty() && !wrote(arguments.report, document_of(report))) return 1;
  if (!arguments.page.empty() && !wrote(arguments.page, page_of(report))) return 1;
  if (!arguments.check.empty() && !is_current(arguments.check, page_of(report), arguments.whole)) {
    std::fprintf(stderr, "%s is not what is found; `make conformance` writes it\n", arguments.check.c_str());
    return 1;
  }
  return faults.empty() ? 0 : 1;
}

bool read(int count, char** words, Arguments& arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--whole") {
      arguments.whole = true;
      continue;
    }
    if (++i == count) return false;
    if (word == "--kind") {
      arguments.kind = words[i];
    } else if (word == "--report") {
      arguments.report = words[i];
    } else if (word == "--page") {
      arguments.page = words[i];
    } else if (word == "--check") {
      arguments.check = words[i];
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace
}  // namespace plumb::conformance

int main(int argc, char** argv) {
  plumb::conformance::Arguments arguments;
  if (!plumb::conformance::read(argc, argv, arguments)) {
    std::fputs("usage: conformance [--whole] [--kind KIND] [--report FILE] [--page FILE] [--check FILE]\n", stderr);
    return 2;
  }
  if (::geteuid() != 0) {
    std::puts("SKIPPED: only root gives files to others");
    return 77;
  }
  return plumb::conformance::run(arguments);
}
