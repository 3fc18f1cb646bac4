#include "engine/trust/charter.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/base/json_member.h"
#include "engine/trust/statement.h"
#include "engine/trust/statement_object.h"

namespace plumb::trust {
namespace {

constexpr std::string_view kCharterType = "charter";
constexpr std::string_view kExecutorType = "executor";
constexpr std::uint64_t kMostApprovers = 1000;
constexpr std::size_t kMostItems = 4096;

Error bad_charter(const std::string& what) {
  return fail(Code::kCharter, what);
}

Result<Json> read_object(std::string_view bytes, std::string_view type, const std::string& what) {
  return read_statement_object(bytes, type, what, kMostCharter, Code::kCharter);
}

std::string joined_lines(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& line : list) text += line + "\n";
  return text;
}

bool is_plain_line(const std::string& name) {
  return !name.empty() && is_one_line(name);
}

// Also what its signers cannot fulfil is none: a host that takes it would carry out nothing ever again.
Result<> check_charter(const Charter& charter) {
  if (!is_plain_line(charter.host)) return bad_charter("a charter says as which host, in one line");
  if (charter.projects.empty()) return bad_charter("a charter names projects");
  if (charter.approvals < 1 || charter.approvals > kMostApprovers)
    return bad_charter("a charter asks for the statements of one person or more");
  if (!charter.replaces.empty() && !is_digest(charter.replaces))
    return bad_charter("what the charter takes the place of is no digest");
  for (const auto* list : {&charter.projects, &charter.signers, &charter.revoked}) {
    if (list->size() > kMostItems) return bad_charter("a list of a charter is too long");
    if (!std::all_of(list->begin(), list->end(), is_plain_line))
      return bad_charter("what a list of a charter holds is one line each");
  }
  PLUMB_TRY_ASSIGN(const Trust trust, trust_of(charter));
  const std::size_t lines = trust.signers.size();
  if (lines == 0) return bad_charter("a charter names signers");
  return {};
}

}  // namespace

std::string statement_of(const Charter& charter) {
  return canonical({{"plumb", kStatementForm},
                    {"type", kCharterType},
                    {"host", charter.host},
                    {"projects", charter.projects},
                    {"approvals", charter.approvals},
                    {"signers", charter.signers},
                    {"revoked", charter.revoked},
                    {"replaces", charter.replaces}});
}

std::string statement_of(const ExecutorChange& change) {
  return canonical({{"plumb", kStatementForm},
                    {"type", kExecutorType},
                    {"executor", change.executor},
                    {"replaces", change.replaces}});
}

Result<Charter> read_charter(std::string_view bytes) {
  PLUMB_TRY_ASSIGN(const Json json, read_object(bytes, kCharterType, "a charter"));
  Charter charter{.host = text_of(json, "host"),
                  .projects = texts_in(member_of(json, "projects")),
                  .approvals = count_of(json, "approvals"),
                  .signers = texts_in(member_of(json, "signers")),
                  .revoked = texts_in(member_of(json, "revoked")),
                  .replaces = text_of(json, "replaces")};
  PLUMB_TRY(check_charter(charter));
  // Whatever is missing, unknown, of another type or written otherwise shows here.
  const bool sorted = std::is_sorted(charter.projects.begin(), charter.projects.end(), std::less_equal<>());
  if (!sorted || statement_of(charter) != bytes) return bad_charter("the charter is not written as plumb writes it");
  return charter;
}

Result<ExecutorChange> read_executor_change(std::string_view bytes) {
  PLUMB_TRY_ASSIGN(const Json json, read_object(bytes, kExecutorType, "a statement about an executor"));
  ExecutorChange change{.executor = text_of(json, "executor"), .replaces = text_of(json, "replaces")};
  if (!is_digest(change.executor) || !is_digest(change.replaces) || statement_of(change) != bytes)
    return bad_charter("the statement about an executor is not written as plumb writes it");
  return change;
}

Result<Trust> trust_of(const Charter& charter) {
  const auto of_charter = [](Error error) { return bad_charter(error.summary()); };
  Trust trust;
  // A charter means the same on every host, whatever its time zone.
  Result<AllowedSigners> signers =
      AllowedSigners::read(joined_lines(charter.signers), "the charter's signers", nullptr);
  if (!signers) return of_charter(signers.error());
  trust.signers = std::move(*signers);
  Result<RevokedKeys> revoked = RevokedKeys::read(joined_lines(charter.revoked), "the charter's revoked keys");
  if (!revoked) return of_charter(revoked.error());
  trust.revoked.push_back(std::move(*revoked));
  return trust;
}

Error too_few(const Charter& charter, std::size_t persons, const std::string& what,
              const std::vector<std::string>& reasons) {
  std::string text = "the charter of this host asks for " + std::to_string(charter.approvals) +
                     (charter.approvals == 1 ? " person" : " persons") + " behind " + what + ", and there " +
                     (persons == 1 ? "is " : "are ") + std::to_string(persons);
  for (const std::string& reason : reasons) text += "\n" + reason;
  return fail(Code::kNotCovered, text);
}

Result<> expect_signers(const Charter& charter, const Trust& trust, std::string_view bytes,
                        const std::vector<std::string>& signatures, std::string_view name_space,
                        std::chrono::sys_seconds now) {
  if (signatures.size() > kMostSignatures)
    return fail(Code::kNotCovered, "there are more than " + std::to_string(kMostSignatures) + " signatures");
  std::vector<Signer> good;
  std::vector<std::string> reasons;
  for (const std::string& signature : signatures) {
    Result<Signer> signer = signer_of(bytes, signature, name_space, trust, now);
    if (signer) {
      good.push_back(std::move(*signer));
    } else {
      reasons.push_back(signer.error().summary());
    }
  }
  const std::size_t persons = persons_of(good);
  if (persons >= charter.approvals) return {};
  return too_few(charter, persons, "this change", reasons);
}

}  // namespace plumb::trust
