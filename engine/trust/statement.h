// What people sign: an approval of one plan, for some time, and the end of a history, at some time. Canonical JSON;
// docs/formats/statement.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace plumb::trust {

// Of a statement's file, bytes.
inline constexpr std::size_t kMostStatement = std::size_t{64} << 10;

struct Approval {
  std::string plan;         // its id
  std::string tree_head;    // of its hosts; engine/plan/slices.h
  std::uint64_t hosts = 0;  // how many they are
  std::string project;
  std::string not_before;  // RFC 3339 in UTC, whole seconds
  std::string not_after;
  std::string reason;  // one line
};

// How far a history went: whoever keeps this sees later whether its entries until then are still the same.
struct HistoryHead {
  std::string project;
  std::uint64_t entries = 0;
  std::string head;  // digest of the last one
  std::string at;    // RFC 3339 in UTC, whole seconds
};

// Of a reason: it holds no control characters.
bool is_one_line(std::string_view text);

std::string statement_of(const Approval& approval);
std::string statement_of(const HistoryHead& head);

// Strict: what statement_of() would not have written is refused. Errors: kBadSignature.
Result<Approval> read_approval(std::string_view bytes);
Result<HistoryHead> read_history_head(std::string_view bytes);

// Errors: kNotApproved, where it is not yet or no longer valid.
Result<> check_time(const Approval& approval, std::chrono::sys_seconds time);

}  // namespace plumb::trust
