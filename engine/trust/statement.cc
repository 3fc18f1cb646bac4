#include "engine/trust/statement.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/base/json_member.h"
#include "engine/base/time_text.h"
#include "engine/trust/statement_object.h"

namespace plumb::trust {
namespace {

constexpr std::string_view kApproval = "approval";
constexpr std::string_view kHistory = "history";

Error bad_statement(const std::string& what) {
  return fail(Code::kBadSignature, what);
}

bool is_time(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == '0' ? !digit : text[i] != kForm[i]) return false;
  }
  const auto number = [text](std::size_t from, std::size_t size) {
    unsigned value = 0;
    for (const char c : text.substr(from, size)) value = 10 * value + static_cast<unsigned>(c - '0');
    return value;
  };
  const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(number(0, 4))),
                                        std::chrono::month(number(5, 2)), std::chrono::day(number(8, 2))};
  return day.ok() && number(11, 2) < 24 && number(14, 2) < 60 && number(17, 2) < 60;
}

Result<Json> read_statement(std::string_view bytes, std::string_view type, const std::string& what) {
  return read_statement_object(bytes, type, what, kMostStatement, Code::kBadSignature);
}

}  // namespace

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

std::string statement_of(const Approval& approval) {
  return canonical({{"plumb", kStatementForm},
                    {"type", kApproval},
                    {"plan", approval.plan},
                    {"tree_head", approval.tree_head},
                    {"hosts", approval.hosts},
                    {"project", approval.project},
                    {"not_before", approval.not_before},
                    {"not_after", approval.not_after},
                    {"reason", approval.reason}});
}

std::string statement_of(const HistoryHead& head) {
  return canonical({{"plumb", kStatementForm},
                    {"type", kHistory},
                    {"project", head.project},
                    {"entries", head.entries},
                    {"head", head.head},
                    {"at", head.at}});
}

Result<Approval> read_approval(std::string_view bytes) {
  PLUMB_TRY_ASSIGN(const Json json, read_statement(bytes, kApproval, "an approval"));
  Approval approval{.plan = text_of(json, "plan"),
                    .tree_head = text_of(json, "tree_head"),
                    .hosts = count_of(json, "hosts"),
                    .project = text_of(json, "project"),
                    .not_before = text_of(json, "not_before"),
                    .not_after = text_of(json, "not_after"),
                    .reason = text_of(json, "reason")};
  // It is shown among lines that say who approved.
  if (!is_one_line(approval.reason)) return bad_statement("the reason of an approval is one line");
  // Whatever is missing, unknown, of another type or written otherwise shows here.
  const bool whole = is_digest(approval.plan) && is_digest(approval.tree_head) && is_time(approval.not_before) &&
                     is_time(approval.not_after);
  if (!whole || statement_of(approval) != bytes) return bad_statement("the approval is not written as plumb writes it");
  return approval;
}

Result<HistoryHead> read_history_head(std::string_view bytes) {
  PLUMB_TRY_ASSIGN(const Json json, read_statement(bytes, kHistory, "the end of a history"));
  HistoryHead head{.project = text_of(json, "project"),
                   .entries = count_of(json, "entries"),
                   .head = text_of(json, "head"),
                   .at = text_of(json, "at")};
  const bool whole = is_digest(head.head) && head.entries > 0 && is_time(head.at) && is_one_line(head.project);
  if (!whole || statement_of(head) != bytes) return bad_statement("the statement is not written as plumb writes it");
  return head;
}

Result<> check_time(const Approval& approval, std::chrono::sys_seconds time) {
  const std::string now = rfc3339(time);
  if (now < approval.not_before) return fail(Code::kNotApproved, "it is not valid before " + approval.not_before);
  if (now > approval.not_after) return fail(Code::kNotApproved, "it was valid until " + approval.not_after);
  return {};
}

}  // namespace plumb::trust
