#include "engine/history/entry.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "engine/base/json.h"
#include "engine/base/object_text.h"
#include "engine/history/store.h"

namespace plumb::history {
namespace {

// Texts are cleaned here too: a file that was tampered with may hold anything.
Json to_json(const RunSummary& run) {
  return {{"engine", clean(run.engine)},
          {"exit_code", run.exit_code},
          {"finished_at", clean(run.finished_at)},
          {"hosts", clean(run.hosts_pattern)},
          {"id", clean(run.id)},
          {"kind", clean(run.kind)},
          {"operator", clean(run.operator_name)},
          {"outcome", name(run.outcome.value_or(RunOutcome::kFailed))},
          {"plan", clean(run.plan)},
          {"project", clean(run.project)},
          {"started_at", clean(run.started_at)}};
}

Json to_json(const HostEntry& host) {
  return {{"changed", host.changed},  {"code", clean(host.code)},
          {"failed", host.failed},    {"milliseconds", host.milliseconds},
          {"name", clean(host.name)}, {"satisfied", host.satisfied},
          {"skipped", host.skipped},  {"state", name(host.state.value_or(HostState::kFailed))},
          {"text", clean(host.text)}};
}

Json to_json(const LateReport& late) {
  return {{"address", clean(late.address)}, {"at", clean(late.at)},     {"host", clean(late.host)},
          {"outcome", name(late.outcome)},  {"plan", clean(late.plan)}, {"run", clean(late.run)},
          {"text", clean(late.text)}};
}

// There are as many as a run has actions.
void append_action(std::string& out, const ActionRecord& record) {
  const ActionEntry& action = record.action;
  ObjectText object(out);
  object.text("address", clean(action.address));
  object.text("at", clean(action.at));
  object.text("code", clean(action.code));
  object.text("host", clean(record.host));
  object.json("index", action.index);
  object.json("milliseconds", action.milliseconds);
  object.text("op", clean(action.op));
  object.text("outcome", name(action.outcome));
  object.text("text", clean(action.text));
  object.close();
}

// Members of an object. One that is missing or of another type is empty: the document then differs from the one that
// would have been written.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  std::string text(const char* name) const {
    const auto found = object_.find(name);
    return found != object_.end() && found->is_string() ? found->get<std::string>() : std::string();
  }
  std::int64_t number(const char* name) const {
    const auto found = object_.find(name);
    return found != object_.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
  }

 private:
  const Json& object_;
};

RunSummary run_from(const Json& json) {
  const Members members(json);
  RunSummary run;
  run.engine = members.text("engine");
  run.exit_code = static_cast<int>(members.number("exit_code"));
  run.finished_at = members.text("finished_at");
  run.hosts_pattern = members.text("hosts");
  run.id = members.text("id");
  run.kind = members.text("kind");
  run.operator_name = members.text("operator");
  run.outcome = run_outcome_from_name(members.text("outcome"));
  run.plan = members.text("plan");
  run.project = members.text("project");
  run.started_at = members.text("started_at");
  return run;
}

HostEntry host_from(const Json& json) {
  const Members members(json);
  HostEntry host;
  host.name = members.text("name");
  host.state = host_state_from_name(members.text("state"));
  host.changed = members.number("changed");
  host.satisfied = members.number("satisfied");
  host.failed = members.number("failed");
  host.skipped = members.number("skipped");
  host.milliseconds = members.number("milliseconds");
  host.code = members.text("code");
  host.text = members.text("text");
  return host;
}

ActionRecord action_from(const Json& json) {
  const Members members(json);
  ActionRecord record;
  record.host = members.text("host");
  record.action.index = members.number("index");
  record.action.address = members.text("address");
  record.action.op = members.text("op");
  record.action.outcome = action_outcome_from_name(members.text("outcome")).value_or(ActionOutcome::kUnknown);
  record.action.text = members.text("text");
  record.action.code = members.text("code");
  record.action.milliseconds = members.number("milliseconds");
  record.action.at = members.text("at");
  return record;
}

LateReport late_from(const Json& json) {
  const Members members(json);
  LateReport late;
  late.run = members.text("run");
  late.plan = members.text("plan");
  late.host = members.text("host");
  late.address = members.text("address");
  late.outcome = journal_outcome_from_name(members.text("outcome")).value_or(JournalOutcome::kUnknown);
  late.text = members.text("text");
  late.at = members.text("at");
  return late;
}

const Json& member(const Json& object, const char* name) {
  static const Json kNothing;
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

RunEntry run_entry_from(const Json& json) {
  RunEntry entry;
  entry.run = run_from(member(json, "run"));
  for (const Json& host : member(json, "hosts")) entry.hosts.push_back(host_from(host));
  for (const Json& action : member(json, "actions")) entry.actions.push_back(action_from(action));
  if (const Json& notes = member(json, "notes"); notes.is_object()) {
    for (const auto& [name, text] : notes.items()) {
      if (text.is_string()) entry.notes.emplace(name, text.get<std::string>());
    }
  }
  return entry;
}

bool only(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
  });
}

// What people name a run by, what commands sort by and what stands in tables: it has the form that this program gives
// it, so that nothing in an export passes for something else.
Result<> expect_id(const std::string& id) {
  constexpr std::size_t kMostId = 64;
  if (!id.empty() && id.size() <= kMostId && id.front() != '.' && id != "last" && only(id, "-_.")) return {};
  return fail(Code::kNotAnExport, "the run's id is not of the form that ids have");
}

Result<> expect_time(const std::string& time) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  bool right = time.size() > kForm.size() && time.size() <= kForm.size() + 11 && time.back() == 'Z';
  for (std::size_t i = 0; right && i + 1 < time.size(); ++i) {
    const bool digit = time[i] >= '0' && time[i] <= '9';
    const char form = i < kForm.size() ? kForm[i] : i == kForm.size() ? '.' : '0';
    right = form == '0' ? digit : time[i] == form;
  }
  if (right) return {};
  return fail(Code::kNotAnExport, "a time in it is none: it should be as 2026-03-01T12:00:00Z");
}

Result<> expect_shapes(const RunEntry& entry) {
  PLUMB_TRY(expect_id(entry.run.id));
  PLUMB_TRY(expect_time(entry.run.started_at));
  PLUMB_TRY(expect_time(entry.run.finished_at));
  if (entry.run.kind.empty() || !only(entry.run.kind, "-, ") || entry.run.kind == "foreign")
    return fail(Code::kNotAnExport, "the run's kind is none that ends here");
  return {};
}

Result<> expect_shapes(const LateReport& late) {
  return expect_id(late.run);
}

std::string document_of(const RunEntry& entry, const std::string& previous) {
  std::string text;
  RunDocument document([&text](std::string_view piece) { text += piece; });
  for (const ActionRecord& action : entry.actions) document.add(action);
  document.finish(entry.hosts, entry.notes, previous, entry.run);
  return text;
}

}  // namespace

RunDocument::RunDocument(TakePiece take) : take_(std::move(take)) {
  take_("{\"actions\":[");
}

void RunDocument::add(const ActionRecord& action) {
  std::string bytes = std::exchange(first_, false) ? "" : ",";
  append_action(bytes, action);
  take_(bytes);
}

void RunDocument::finish(const std::vector<HostEntry>& hosts, const std::map<std::string, std::string>& notes,
                         const std::string& previous, const RunSummary& run) {
  Json outcomes = Json::array();
  for (const HostEntry& host : hosts) outcomes.push_back(to_json(host));
  Json kept = Json::object();
  for (const auto& [name, text] : notes) kept[clean(name)] = clean(text);
  take_("],\"hosts\":" + canonical(outcomes) + (kept.empty() ? "" : ",\"notes\":" + canonical(kept)) +
        ",\"previous\":" + canonical(Json(clean(previous))) + ",\"run\":" + canonical(to_json(run)) + "}");
}

std::string document_of(const LateReport& late, const std::string& previous) {
  return canonical(Json{{"late", to_json(late)}, {"previous", clean(previous)}});
}

Result<Entry> read_entry(std::string_view document) {
  PLUMB_TRY_ASSIGN(const Json json, parse_json(document, Code::kNotAnExport));
  Entry entry;
  std::string again;
  if (json.is_object()) {
    entry.previous = Members(json).text("previous");
    if (json.contains("late")) {
      LateReport late = late_from(member(json, "late"));
      again = document_of(late, entry.previous);
      entry.content = std::move(late);
    } else {
      RunEntry run = run_entry_from(json);
      again = document_of(run, entry.previous);
      entry.content = std::move(run);
    }
  }
  if (again != document) return fail(Code::kNotAnExport, "this is no entry of a history");
  PLUMB_TRY(std::visit([](const auto& content) { return expect_shapes(content); }, entry.content));
  return entry;
}

}  // namespace plumb::history
