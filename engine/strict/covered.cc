#include "engine/strict/covered.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/base/sealed.h"
#include "engine/plan/slice.h"
#include "engine/strict/wire_actions.h"
#include "engine/trust/signature.h"
#include "engine/trust/statement.h"

namespace plumb::strict {
namespace {

Error not_covered(const std::string& what) {
  return fail(Code::kNotCovered, what);
}

// Somebody's approval of this slice, within its time.
Result<trust::Signer> approver(const wire::SignedStatement& one, const trust::Trust& trust, const wire::Cover& cover,
                               const plan::ReadSlice& slice, const std::string& project, std::chrono::sys_seconds now) {
  PLUMB_TRY_ASSIGN(trust::Signer signer,
                   trust::signer_of(one.statement, one.signature, trust::kApprovalNamespace, trust, now));
  PLUMB_TRY_ASSIGN(const trust::Approval approval, trust::read_approval(one.statement));
  const std::string whose = "the approval of " + signer.name();
  if (approval.plan != slice.plan) return not_covered(whose + " is of another plan, " + approval.plan);
  if (approval.project != project) return not_covered(whose + " is of the project `" + approval.project + "`");
  if (Result<> good = trust::check_time(approval, now); !good)
    return not_covered(whose + ": " + good.error().summary());
  if (!plan::is_under(approval.tree_head, cover.slice, cover.index, approval.hosts, cover.path))
    return not_covered("the slice and its path do not lead to what " + signer.name() + " has approved");
  return signer;
}

Result<> expect_approvers(const trust::Charter& charter, const trust::Trust& trust, const wire::Cover& cover,
                          const plan::ReadSlice& slice, const std::string& project, std::chrono::sys_seconds now) {
  if (cover.statements.size() > trust::kMostSignatures)
    return not_covered("there are more than " + std::to_string(trust::kMostSignatures) + " approvals");
  std::vector<trust::Signer> approvers;
  std::vector<std::string> reasons;
  for (const wire::SignedStatement& one : cover.statements) {
    Result<trust::Signer> signer = approver(one, trust, cover, slice, project, now);
    if (signer) {
      approvers.push_back(std::move(*signer));
    } else {
      reasons.push_back(signer.error().summary());
    }
  }
  const std::size_t persons = trust::persons_of(approvers);
  if (persons >= charter.approvals) return {};
  return trust::too_few(charter, persons, "the plan", reasons);
}

// A text that the slice names by its digest, which is "" where there is none.
Result<> expect_text(const std::string& text, const std::string& named, const std::string& what) {
  if ((text.empty() ? std::string() : digest(text)) == named) return {};
  return not_covered(what + " that were sent are not those of the slice");
}

// Values stand for the digests that the plan has of them, and for no others.
Result<> expect_secrets(const wire::Apply& request) {
  for (const auto& [name, value] : request.secrets) {
    const std::string text = value.is_string() ? value.get<std::string>() : canonical(value);
    if (Sealed::of(request.key, text).encode() != name)
      return not_covered("a sensitive value that was sent is not the one that the plan names");
  }
  return {};
}

// What the record keeps of a run is read by everybody who plans for the host later on.
Result<> expect_run(const wire::Apply& request) {
  constexpr std::size_t kLongestRun = 64;
  constexpr std::size_t kLongestWho = 512;
  const bool good = !request.run.empty() && request.run.size() <= kLongestRun &&
                    std::all_of(request.run.begin(), request.run.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
                    });
  if (!good) return not_covered("the id of a run is 1 to 64 letters, digits and -, and this one is not");
  if (request.who.size() > kLongestWho) return not_covered("whoever began the run has a name of more than 512 bytes");
  return {};
}

template <class T>
Result<T> as_covered(Result<T> read) {
  if (read) return read;
  return not_covered(read.error().summary());
}

}  // namespace

Result<> expect_project(const trust::Charter& charter, const std::string& project) {
  if (std::find(charter.projects.begin(), charter.projects.end(), project) != charter.projects.end()) return {};
  return not_covered("the charter of this host does not name the project `" + project + "`");
}

Result<Covered> covered(const trust::Charter& charter, const trust::Trust& trust, const wire::Apply& request,
                        std::string_view version, std::chrono::sys_seconds now) {
  PLUMB_TRY(expect_project(charter, request.project));
  if (!request.cover) {
    return not_covered("this host is strict: it carries out plans that people have approved, and nothing else")
        .hint("`plumb plan -o FILE`, `plumb approve FILE`, `plumb apply FILE`");
  }
  const wire::Cover& cover = *request.cover;
  PLUMB_TRY_ASSIGN(const plan::ReadSlice slice, as_covered(plan::read_slice(cover.slice)));
  if (slice.host != charter.host)
    return not_covered("the slice is of the host " + slice.host + ", and by its charter this one is " + charter.host);
  PLUMB_TRY(expect_approvers(charter, trust, cover, slice, request.project, now));
  if (slice.engine != version) {
    return not_covered("the plan was made by version " + slice.engine + ", and the executor of this host is of " +
                       std::string(version))
        .hint("`plumb charter apply` replaces the executor, once that is signed");
  }
  PLUMB_TRY(expect_text(cover.actions, slice.actions, "the actions"));
  PLUMB_TRY(expect_text(cover.record_changes, slice.record_changes, "the changes of the record"));
  PLUMB_TRY(expect_text(cover.readings, slice.readings, "the readings"));
  PLUMB_TRY(expect_secrets(request));
  PLUMB_TRY(expect_run(request));
  if (request.take_over) return not_covered("a strict host takes no resources over from other projects");
  const bool goes_on =
      !request.settled.empty() || !request.changed.empty() || !request.failed.empty() || !request.skipped.empty();
  if (goes_on) {
    return not_covered("a strict host is told by nobody what it has done before it was restarted")
        .hint("apply the same plan again: what is left of it is done");
  }

  PLUMB_TRY_ASSIGN(const plan::Actions actions, as_covered(plan::read_actions(cover.actions)));
  PLUMB_TRY_ASSIGN(plan::RecordChanges changes, as_covered(plan::read_record_changes(cover.record_changes)));
  Covered result;
  result.record = slice.record;
  wire::Apply& apply = result.apply;
  PLUMB_TRY_ASSIGN(apply.readings, as_covered(plan::read_used_readings(cover.readings)));
  apply.project = request.project;
  apply.key = request.key;
  apply.run = request.run;
  apply.plan = slice.plan;
  apply.check_applied = true;
  apply.keep_going = request.keep_going;
  apply.who = request.who;
  apply.secrets = request.secrets;
  apply.contents = request.contents;
  apply.actions = wire_actions(actions);
  apply.moved = std::move(changes.moved);
  apply.forget = std::move(changes.forget);
  apply.prevents = std::move(changes.prevents);
  apply.permits = std::move(changes.permits);
  for (const plan::Action& action : actions) {
    if (action.forget) {
      apply.forget.push_back(action.desired.address.str());
    } else {
      apply.resources[action.desired.address.str()] = action.desired.attributes;
    }
  }
  return result;
}

}  // namespace plumb::strict
