#include "engine/conformance/checks.h"

#include <array>

namespace plumb::conformance {
namespace {

constexpr std::array kChecks = {
    CheckInfo{Check::kSchema, "schema",
              "What a kind asks for, observes and changes is in its schema, and of the types that the schema gives."},
    CheckInfo{Check::kBadInput, "bad input",
              "A value of another type, for each attribute, and an attribute that nobody knows are refused at their "
              "line."},
    CheckInfo{Check::kPure, "pure",
              "A difference is the same when it is asked for again, in another order, from another folder, zone and "
              "language."},
    CheckInfo{Check::kObserve, "observe",
              "Making a plan changes nothing of the host: no content, mode, owner, inode or time."},
    CheckInfo{Check::kAgrees, "as planned", "A plan can be carried out, and changes what it names and nothing else."},
    CheckInfo{Check::kConverges, "converges", "Once a plan is carried out, the next one is empty."},
    CheckInfo{Check::kTwice, "twice",
              "A second apply touches nothing, not even an inode or a time, and nothing is left lying about."},
    CheckInfo{Check::kRound, "there and gone", "From absent to present and back to absent, the host ends as it began."},
    CheckInfo{Check::kDeletion, "deletion",
              "What is declared and then taken away is planned to go, without a host too."},
    CheckInfo{Check::kRestore, "restore", "Undo brings back what was there."},
    CheckInfo{Check::kSecrets, "secrets",
              "A sensitive value of any attribute that is a text is in no message, plan, event, history or record."},
    CheckInfo{Check::kNames, "names",
              "Names with blanks, quotes, wildcards and line ends are treated like others, or refused, also beside "
              "names that are no text."},
    CheckInfo{Check::kKilled, "killed",
              "Killed before any of its writes it leaves each file as it was or as it is to be, and the next apply "
              "completes it."},
    CheckInfo{Check::kUnprivileged, "unprivileged",
              "Without the rights that it needs it says so, and changes nothing before it does."},
};

}  // namespace

std::span<const CheckInfo> all_checks() {
  return kChecks;
}

const CheckInfo& info(Check check) {
  return kChecks[static_cast<std::size_t>(check)];
}

std::optional<Check> check_by_name(std::string_view name) {
  for (const CheckInfo& one : kChecks) {
    if (one.name == name) return one.check;
  }
  return std::nullopt;
}

}  // namespace plumb::conformance
