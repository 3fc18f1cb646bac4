#include "engine/config/document.h"

#include <fstream>

#include <gtest/gtest.h>

#include "engine/testing/case_file.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::config {
namespace {

TEST(Document, PrefersYamlAndTakesCueWhereItIsAlone) {
  const testing::ScratchFolder scratch;
  EXPECT_EQ(document_name(scratch.path(), "plumb"), "plumb.yaml");
  EXPECT_FALSE(has_document(scratch.path(), "plumb"));
  std::ofstream(scratch.path() / "plumb.cue") << "a: 1";
  EXPECT_EQ(document_name(scratch.path(), "plumb"), "plumb.cue");
  EXPECT_TRUE(has_document(scratch.path(), "plumb"));
  std::ofstream(scratch.path() / "plumb.yaml") << "a: 1";
  EXPECT_EQ(document_name(scratch.path(), "plumb"), "plumb.yaml");
}

std::vector<std::string> told(std::string_view errors) {
  Diagnostics diagnostics;
  tell_cue_errors(errors, "parts", diagnostics);
  std::vector<std::string> lines;
  for (const Diagnostic& one : diagnostics.items()) {
    std::string line = one.summary + (one.span ? " at " + one.span->str() : "");
    for (const Related& related : one.related) line += ", " + related.span.str();
    lines.push_back(std::move(line));
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(CueErrors, HaveThePlacesThatCueNames) {
  EXPECT_EQ(
      told("project: conflicting values 3 and \"a\" (mismatched types int and string):\n"
           "    ./a.cue:3:10\n"
           "    ./b/c.cue:3:19\n"
           "reference \"_x\" not found:\n"
           "    ./a.cue:7:1\n"),
      (Lines{"CUE: project: conflicting values 3 and \"a\" (mismatched types int and string) at parts/b/c.cue:3:19, "
             "parts/a.cue:3:10",
             "CUE: reference \"_x\" not found at parts/a.cue:7:1"}));
}

TEST(CueErrors, LeaveOutImportedPackagesWhereOnesOwnFilesAreNamed) {
  EXPECT_EQ(told("resources.1: 4 errors in empty disjunction:\n"
                 "resources.1: field mod not allowed:\n"
                 "    ./a.cue:9:75\n"
                 "    ./cue.mod/pkg/x/plumb.cue:194:2\n"
                 "resources.1: non-concrete value string in operand to =~:\n"
                 "    ./cue.mod/pkg/x/plumb.cue:431:5\n"),
            Lines{"CUE: resources.1: field mod not allowed at parts/a.cue:9:75"});
  EXPECT_EQ(told("a: incomplete value:\n    ./cue.mod/pkg/x/plumb.cue:1:2\n"),
            Lines{"CUE: a: incomplete value at parts/cue.mod/pkg/x/plumb.cue:1:2"});
}

TEST(CueErrors, KeepWhatHasNoPlace) {
  EXPECT_EQ(told("cannot find package \"x\"\n"), Lines{"CUE: cannot find package \"x\""});
  EXPECT_EQ(told("\n\n"), Lines{});
}

}  // namespace
}  // namespace plumb::config
