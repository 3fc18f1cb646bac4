#include "engine/exec/record.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/base/sealed.h"
#include "engine/base/time_text.h"

namespace plumb::exec {
namespace {

constexpr int kRecordFormat = 1;

std::string record_path(const StateFolder& folder) {
  return folder.path() + "/record.json";
}

bool all_text(const Json& json, std::initializer_list<const char*> names) {
  return json.is_object() && std::all_of(names.begin(), names.end(), [&json](const char* name) {
           return json.contains(name) && json.at(name).is_string();
         });
}

// Nothing where there is no record; `damaged` where there is one that cannot be used. `written` is what the file holds,
// for whoever asks.
std::optional<HostRecord> read_record(const StateFolder& folder, Json* written) {
  struct stat info {};
  if (folder.files().stat(record_path(folder), true, info) != 0) return std::nullopt;
  const std::string text = read_small(folder.files(), record_path(folder), kMaxRecord);
  HostRecord damaged;
  damaged.damaged = true;
  Result<Json> json = parse_json(text, Code::kDamagedRecord);
  if (!json) return damaged;
  Json copy = written != nullptr ? *json : Json();
  std::optional<HostRecord> record = record_from_json(std::move(*json));
  if (!record) return damaged;
  if (written != nullptr) *written = std::move(copy);
  return record;
}

struct Loaded {
  HostRecord record;
  JournalContent journal;  // only what the record does not hold
};

Loaded load(const StateFolder& folder, Json* written) {
  Loaded loaded;
  if (std::optional<HostRecord> record = read_record(folder, written)) loaded.record = std::move(*record);
  loaded.journal = read_journal(folder);
  if (loaded.record.damaged) loaded.record.journal = std::max<std::int64_t>(loaded.journal.generation - 1, 0);
  if (loaded.journal.generation > 0 && loaded.journal.generation <= loaded.record.journal) {
    loaded.journal = {};
  }
  return loaded;
}

Json to_json(const LastRun& last) {
  return {{"run", last.run}, {"who", last.who}, {"when", last.when}};
}

}  // namespace

bool HostRecord::owes(const std::string& address, bool probe) const {
  return probe ? owed.owes(address, Op::kVerify) : owed.owes_action(address);
}

void move(HostRecord& record, const std::map<std::string, std::string>& moved) {
  if (moved.empty()) return;
  // One may get the address that another one had.
  std::map<std::string, Json> arrived;
  std::set<std::string> prevented;
  for (const auto& [from, to] : moved) {
    if (auto left = record.resources.extract(from)) arrived.emplace(to, std::move(left.mapped()));
    if (record.prevented.erase(from) > 0) prevented.insert(to);
  }
  record.resources.merge(arrived);
  record.prevented.merge(prevented);
  record.owed.move(moved);
}

void see_with_key(HostRecord& record, const std::string& key) {
  if (key.empty()) return;
  std::string id = key_id(key);
  if (record.sealed_by == id) return;
  const bool known = !record.sealed_by.empty();
  record.sealed_by = std::move(id);
  if (!known) return;
  for (auto& [address, attributes] : record.resources) {
    for (auto& [name, value] : attributes.items()) {
      if (is_sealed(value)) value = Sealed::lost().encode();
    }
  }
}

Json to_json(const HostRecord& record) {
  Json json = {{"plumb", "record/v" + std::to_string(kRecordFormat)},
               {"serial", record.serial},
               {"journal", record.journal},
               {"resources", record.resources},
               {"owed", Json::array()},
               {"unreported", Json::array()},
               {"applied", Json::array()},
               {"temporaries", record.temporaries}};
  if (!record.last.run.empty()) json["last"] = to_json(record.last);
  if (!record.image.empty()) json["image"] = record.image;
  if (!record.prevented.empty()) json["prevented"] = record.prevented;
  if (!record.sealed_by.empty()) json["sealed_by"] = record.sealed_by;
  for (const wire::Owed& owed : record.owed.list()) {
    json["owed"].push_back(
        {{"address", owed.address}, {"op", name(owed.op)}, {"run", owed.run}, {"because", owed.because}});
  }
  for (const wire::Unreported& told : record.unreported) {
    json["unreported"].push_back({{"run", told.run},
                                  {"plan", told.plan},
                                  {"address", told.address},
                                  {"outcome", name(told.outcome)},
                                  {"text", told.text},
                                  {"op", name(told.op)}});
  }
  for (const AppliedPlan& applied : record.applied) {
    json["applied"].push_back({{"plan", applied.plan}, {"run", applied.run}, {"when", applied.when}});
  }
  return json;
}

std::optional<HostRecord> record_from_json(Json json) {
  if (!json.is_object() || json.value("plumb", Json()) != "record/v" + std::to_string(kRecordFormat))
    return std::nullopt;
  for (const char* number : {"serial", "journal"}) {
    if (!json.contains(number) || !json[number].is_number_integer()) return std::nullopt;
  }
  for (const char* list : {"owed", "unreported", "applied", "temporaries"}) {
    if (!json.contains(list) || !json[list].is_array()) return std::nullopt;
  }
  if (!json.contains("resources") || !json["resources"].is_object()) return std::nullopt;
  HostRecord record;
  record.serial = json["serial"].get<std::int64_t>();
  record.journal = json["journal"].get<std::int64_t>();
  record.resources.merge(json["resources"].get_ref<Json::object_t&>());
  // Older records have none of them.
  if (const auto last = json.find("last"); last != json.end() && all_text(*last, {"run", "who", "when"}))
    record.last = {last->at("run").get<std::string>(), last->at("who").get<std::string>(),
                   last->at("when").get<std::string>()};
  if (all_text(json, {"image"})) record.image = json["image"].get<std::string>();
  for (const Json& address : json.value("prevented", Json::array())) {
    if (address.is_string()) record.prevented.insert(address.get<std::string>());
  }
  if (all_text(json, {"sealed_by"})) record.sealed_by = json["sealed_by"].get<std::string>();
  for (const Json& owed : json["owed"]) {
    if (!all_text(owed, {"address", "op", "run"})) return std::nullopt;
    const std::optional<Op> op = op_from_name(owed["op"].get<std::string>());
    if (!op) return std::nullopt;
    wire::Owed one;
    one.address = owed["address"].get<std::string>();
    one.op = *op;
    one.run = owed["run"].get<std::string>();
    for (const Json& because : owed.value("because", Json::array())) {
      if (because.is_string()) one.because.push_back(because.get<std::string>());
    }
    record.owed.add(one);
  }
  for (const Json& told : json["unreported"]) {
    if (!all_text(told, {"run", "plan", "address", "outcome", "text"})) return std::nullopt;
    const std::optional<Op> op = all_text(told, {"op"}) ? op_from_name(told["op"].get<std::string>()) : std::nullopt;
    const auto outcome = journal_outcome_from_name(told["outcome"].get<std::string>());
    if (!outcome) return std::nullopt;
    record.unreported.push_back({told["run"].get<std::string>(), told["plan"].get<std::string>(),
                                 told["address"].get<std::string>(), *outcome, told["text"].get<std::string>(),
                                 op.value_or(Op::kNone)});
  }
  for (const Json& applied : json["applied"]) {
    if (!all_text(applied, {"plan", "run", "when"})) return std::nullopt;
    record.applied.push_back(
        {applied["plan"].get<std::string>(), applied["run"].get<std::string>(), applied["when"].get<std::string>()});
  }
  for (const Json& folder : json["temporaries"]) {
    if (folder.is_string()) record.temporaries.insert(folder.get<std::string>());
  }
  return record;
}

void Folding::add(const JournalEntry& entry) {
  if (const auto* intent = std::get_if<Intent>(&entry)) return begin(*intent);
  conclude(std::get<Outcome>(entry));
}

// A trigger is owed from here on: whatever ends this run, the next one finds it.
void Folding::begin(const Intent& intent) {
  Begun begun{intent, {}};
  for (const Triggered& trigger : intent.triggers) {
    if (record_.owed.add(trigger.address, trigger.op, intent.run, intent.address)) begun.contributed.push_back(trigger);
  }
  begun_.insert_or_assign({intent.run, intent.address}, std::move(begun));
}

void Folding::conclude(const Outcome& outcome) {
  auto begun = begun_.extract({outcome.run, outcome.address});
  if (!outcome.touched && begun) {
    // It came to nothing, so what it would have set off is not due because of it.
    for (const Triggered& trigger : begun.mapped().contributed)
      record_.owed.take_back(trigger.address, trigger.op, outcome.address);
  }
  if (outcome.outcome == JournalOutcome::kNone) return;
  if (outcome.outcome == JournalOutcome::kUndone) {
    std::erase_if(record_.applied, [&outcome](const AppliedPlan& applied) { return applied.run == outcome.run; });
  }
  if (outcome.outcome == JournalOutcome::kChanged || outcome.outcome == JournalOutcome::kUndone) {
    if (counted_.insert(outcome.run).second) ++record_.serial;
    if (outcome.resource) record_.resources[outcome.address] = *outcome.resource;
    if (outcome.forget) record_.resources.erase(outcome.address);
    if (outcome.discharges) {
      // A reload is not a restart, but whatever else was done to the address includes both. None of it is a probe.
      if (outcome.op == Op::kReload) {
        record_.owed.settle(outcome.address, Op::kReload);
      } else {
        record_.owed.settle_all_but_probes(outcome.address);
      }
    }
  } else if (outcome.outcome == JournalOutcome::kVerified) {
    record_.owed.settle(outcome.address, Op::kVerify);
  } else if (outcome.touched && counted_.insert(outcome.run).second) {
    ++record_.serial;
  }
  tell({outcome.run, outcome.plan, outcome.address, outcome.outcome, outcome.text, outcome.op});
}

// One word on each action of a run: the last.
void Folding::tell(wire::Unreported told) {
  // Only this adds to the list; what was acknowledged has been taken from it.
  if (told_.size() != record_.unreported.size()) index_told();
  const auto [place, is_new] = told_.try_emplace({told.run, told.address}, record_.unreported.size());
  if (is_new) {
    record_.unreported.push_back(std::move(told));
  } else {
    record_.unreported[place->second] = std::move(told);
  }
}

void Folding::index_told() {
  told_.clear();
  std::vector<wire::Unreported> all = std::move(record_.unreported);
  record_.unreported.clear();
  for (wire::Unreported& one : all) {
    if (!told_.try_emplace({one.run, one.address}, record_.unreported.size()).second) continue;
    record_.unreported.push_back(std::move(one));
  }
}

void Folding::close() {
  for (const auto& [key, begun] : begun_) {
    const Intent& intent = begun.intent;
    tell({intent.run, intent.plan, intent.address, JournalOutcome::kUnknown,
          "the run ended while this action was under way", intent.op});
    record_.temporaries.insert(intent.temporaries.begin(), intent.temporaries.end());
    if (counted_.insert(intent.run).second) ++record_.serial;
  }
  begun_.clear();
}

Result<> expect_known_record(const StateFolder& folder) {
  const std::string known = "record/v" + std::to_string(kRecordFormat);
  struct stat info {};
  if (folder.files().stat(record_path(folder), true, info) != 0) return {};
  const std::string text = read_small(folder.files(), record_path(folder), kMaxRecord);
  // As it is written here. What is no record at all is told elsewhere, and made anew.
  if (text.find("\"plumb\":\"" + known + "\"") != std::string::npos) return {};
  const Result<Json> json = parse_json(text, Code::kDamagedRecord);
  if (!json || !json->is_object()) return {};
  const Json written = json->value("plumb", Json());
  if (!written.is_string() || written == known || !written.get_ref<const std::string&>().starts_with("record/v"))
    return {};
  return fail(Code::kDamagedRecord, "the record on the host is a " + written.get<std::string>() +
                                        ", of a newer plumb; this one knows " + known)
      .hint("use the newer plumb; nothing was changed on the host");
}

HostRecord load_record(const StateFolder& folder, JournalOf journal_of) {
  Loaded loaded = load(folder, nullptr);
  Folding folding(loaded.record);
  for (const JournalEntry& entry : loaded.journal.entries) folding.add(entry);
  if (journal_of == JournalOf::kEndedRun) {
    folding.close();
  } else {
    loaded.record.unreported.clear();
  }
  return std::move(loaded.record);
}

wire::Record to_wire(HostRecord record) {
  return {record.serial,
          record.damaged,
          std::move(record.resources),
          record.owed.list(),
          std::move(record.unreported),
          {},
          {},
          {},
          std::move(record.image),
          std::move(record.prevented)};
}

RunLog::RunLog(const StateFolder& folder)
    : folder_(folder), known_(expect_known_record(folder)), folding_(record_), journal_(folder, 0) {
  Loaded loaded = load(folder, &written_);
  record_ = std::move(loaded.record);
  for (const JournalEntry& entry : loaded.journal.entries) folding_.add(entry);
  folding_.close();
  written_last_ = record_.last;
  folded_ = record_.journal;
  has_journal_ = loaded.journal.generation > 0;
  generation_ = has_journal_ ? loaded.journal.generation : folded_ + 1;
  journal_ = Journal(folder, generation_);
}

Result<> RunLog::write(std::span<const JournalEntry> entries) {
  if (entries.empty()) return {};
  PLUMB_TRY(known_);
  PLUMB_TRY(journal_.append(entries));
  has_journal_ = true;
  for (const JournalEntry& entry : entries) folding_.add(entry);
  return {};
}

Result<> RunLog::save() {
  PLUMB_TRY(known_);
  folding_.close();
  record_.journal = has_journal_ ? generation_ : folded_;
  // Who ran last is told with what is new, and is nothing new by itself.
  std::swap(record_.last, written_last_);
  Json now = to_json(record_);
  std::swap(record_.last, written_last_);
  const Json& before = written_.is_null() && !record_.damaged ? to_json(HostRecord{}) : written_;
  if (now == before) return {};
  if (!record_.last.run.empty()) now["last"] = to_json(record_.last);
  PLUMB_TRY(folder_.make());
  PLUMB_TRY(replace_file(folder_.files(), record_path(folder_), canonical(now)));
  written_ = std::move(now);
  written_last_ = record_.last;
  record_.damaged = false;
  if (!has_journal_) return {};
  // The record holds the journal now; one that cannot be removed is known by its generation.
  has_journal_ = false;
  folded_ = generation_++;
  Result<> removed = journal_.remove();
  journal_ = Journal(folder_, generation_);
  return removed;
}

Result<> RunLog::settle(const std::set<std::string>& runs) {
  folding_.close();
  std::erase_if(record_.unreported, [&runs](const wire::Unreported& told) { return runs.contains(told.run); });
  return save();
}

std::string now_rfc3339() {
  return rfc3339_after(std::chrono::seconds(0));
}

std::string rfc3339_after(std::chrono::seconds span) {
  return rfc3339(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + span);
}

}  // namespace plumb::exec
