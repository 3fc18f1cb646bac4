// Golden cases: one readable file with everything that a test needs and everything that it expects.
//
//   # What this case shows.
//   -- plumb.yaml --
//   plumb: v1
//   -- want stderr --
//   error[PL1102]: …
//
// Sections whose name starts with "want " hold expected output; the others are input. `-- link a --` makes a symbolic
// link whose target is the section's one line.
//
// With PLUMB_GOLDEN=rewrite in the environment, finish() writes what came out into the case file instead of comparing.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace plumb::testing {

class CaseFile {
 public:
  static Result<CaseFile> read(const std::filesystem::path& path);

  bool has(std::string_view section) const;
  std::vector<std::string> sections() const;
  // The section's text; empty where there is none. Marks it as used.
  std::string text(std::string_view section);
  // Writes every input section that is not used yet as a file below `folder` and marks it as used.
  Result<> write_inputs(const std::filesystem::path& folder);

  // Compares an output with the section "want NAME". An output that is empty needs no section.
  void expect(const std::string& name, std::string actual);

  struct Outcome {
    bool rewritten = false;  // the test should be marked as skipped
    std::string problem;     // empty: all as expected; else differences and unused sections
  };
  Outcome finish();

 private:
  struct Section {
    std::string name;
    std::string text;
    bool used = false;
  };
  Section* find(std::string_view name);

  std::filesystem::path path_;
  std::string comment_;
  std::vector<Section> sections_;
  std::string differences_;
};

// Every file of a folder and of those below it with this ending, sorted.
std::vector<std::filesystem::path> find_cases(const std::filesystem::path& folder, std::string_view ending = ".txt");

// A name that GoogleTest takes, from a case's path relative to its folder: "yaml/tab.txt" -> "yaml_tab".
std::string case_name(const std::filesystem::path& folder, const std::filesystem::path& file);

// The lines that differ, with their neighbours, in the manner of `diff -u`.
std::string line_diff(std::string_view expected, std::string_view actual);

}  // namespace plumb::testing
