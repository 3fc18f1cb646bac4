#include "engine/trust/statement.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/base/json.h"
#include "engine/base/time_text.h"

namespace plumb::trust {
namespace {

constexpr std::string_view kFormat = "statement/v1";
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

std::string text_in(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_in(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

// An object that says that it is a statement of this type; `what` is that for people.
Result<Json> read_statement(std::string_view bytes, std::string_view type, const std::string& what) {
  if (bytes.size() > kMostStatement) return bad_statement("this is too large for a statement");
  PLUMB_TRY_ASSIGN(Json json, parse_json(bytes, Code::kBadSignature));
  if (!json.is_object()) return bad_statement("this is no statement");
  if (text_in(json, "plumb") != kFormat || text_in(json, "type") != type)
    return bad_statement("this is not " + what + " of the form " + std::string(kFormat));
  return json;
}

}  // namespace

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

std::string statement_of(const Approval& approval) {
  return canonical({{"plumb", kFormat},
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
  return canonical({{"plumb", kFormat},
                    {"type", kHistory},
                    {"project", head.project},
                    {"entries", head.entries},
                    {"head", head.head},
                    {"at", head.at}});
}

Result<Approval> read_approval(std::string_view bytes) {
  PLUMB_TRY_ASSIGN(const Json json, read_statement(bytes, kApproval, "an approval"));
  Approval approval{.plan = text_in(json, "plan"),
                    .tree_head = text_in(json, "tree_head"),
                    .hosts = number_in(json, "hosts"),
                    .project = text_in(json, "project"),
                    .not_before = text_in(json, "not_before"),
                    .not_after = text_in(json, "not_after"),
                    .reason = text_in(json, "reason")};
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
  HistoryHead head{.project = text_in(json, "project"),
                   .entries = number_in(json, "entries"),
                   .head = text_in(json, "head"),
                   .at = text_in(json, "at")};
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
