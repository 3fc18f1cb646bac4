// What is judged of every kind, built in or somebody's own: one list for all of them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace plumb::conformance {

enum class Check {
  kSchema,
  kBadInput,
  kPure,
  kObserve,
  kAgrees,
  kConverges,
  kTwice,
  kRound,
  kDeletion,
  kRestore,
  kSecrets,
  kNames,
  kKilled,
  kUnprivileged,
};

struct CheckInfo {
  Check check;
  std::string_view name;   // in reports and exceptions
  std::string_view means;  // one sentence
};

// In the order of the enumeration.
std::span<const CheckInfo> all_checks();
const CheckInfo& info(Check check);
std::optional<Check> check_by_name(std::string_view name);

}  // namespace plumb::conformance
