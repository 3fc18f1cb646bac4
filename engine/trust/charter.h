// What a strict host goes by: whose statements it carries out, how many of them it takes, for which projects and under
// which name. Canonical JSON, and itself what is signed where it is to take the place of another;
// docs/formats/charter.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/trust/signed_bytes.h"

namespace plumb::trust {

inline constexpr std::string_view kCharterNamespace = "charter@plumbline";
inline constexpr std::string_view kExecutorNamespace = "executor@plumbline";

// Of a charter's file, bytes.
inline constexpr std::size_t kMostCharter = std::size_t{1} << 20;
inline constexpr std::size_t kMostSignatures = 64;

struct Charter {
  std::string host;                   // whose slices are its own
  std::vector<std::string> projects;  // sorted, at least one
  std::uint64_t approvals = 1;        // of so many persons
  std::vector<std::string> signers;   // lines of a file of allowed signers
  std::vector<std::string> revoked;   // public keys that no longer count
  std::string replaces;               // digest of the charter whose place it takes; "" of the first one
  friend bool operator==(const Charter&, const Charter&) = default;
};

// That one executor may take the place of another, on whichever host has that.
struct ExecutorChange {
  std::string executor;  // digest of the file
  std::string replaces;  // of the one that is there
  friend bool operator==(const ExecutorChange&, const ExecutorChange&) = default;
};

std::string statement_of(const Charter& charter);
std::string statement_of(const ExecutorChange& change);

// Strict: what statement_of() would not have written is refused, and a charter that nothing could fulfil. Errors:
// kCharter.
Result<Charter> read_charter(std::string_view bytes);
Result<ExecutorChange> read_executor_change(std::string_view bytes);

// Errors: kCharter.
Result<Trust> trust_of(const Charter& charter);

// A statement, and who signed it: the text of a signature's file.
struct Signed {
  std::string statement;
  std::string signature;
};

// Whether persons of the charter's, as many as it asks for, have signed these bytes in the namespace. Errors:
// kNotCovered, with why each other signature does not count.
Result<> expect_signers(const Charter& charter, const Trust& trust, std::string_view bytes,
                        const std::vector<std::string>& signatures, std::string_view name_space,
                        std::chrono::sys_seconds now);

// kNotCovered: so many persons are not enough, for these reasons; `what` is what they were to sign.
Error too_few(const Charter& charter, std::size_t persons, const std::string& what,
              const std::vector<std::string>& reasons);

}  // namespace plumb::trust
