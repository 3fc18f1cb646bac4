#include "engine/run/host_readings.h"

#include <algorithm>
#include <utility>

#include "engine/config/reading.h"
#include "engine/wire/messages.h"

namespace plumb::run {

std::vector<UsedReading> HostReadings::used_by_plan() const {
  std::vector<UsedReading> list = used;
  std::erase_if(list, [this](const UsedReading& one) { return given_out.contains(one.name); });
  return list;
}

namespace {

std::vector<std::string> words_of(const ReadingSource& source) {
  if (const auto* file = std::get_if<FileSource>(&source.what)) return {file->file};
  if (const auto* command = std::get_if<CommandSource>(&source.what)) return command->argv;
  return {};
}

// Of one that was told. False after it was said what is wrong with it.
bool keep(const ir::WantedReading& wanted, Result<ToldReading> told, const std::string& key, HostReadings& readings,
          Diagnostics& diagnostics) {
  Result<Json> value = told ? config::value_of(*wanted.reading, wanted.name, *told)
                            : config::reading_error(*wanted.reading, wanted.name, told.error().diagnostic());
  if (wanted.is_given_out_only) readings.given_out.insert(wanted.name);
  if (!value) {
    // The host can be planned, and only that output is missing.
    Diagnostic problem = value.error().diagnostic();
    if (wanted.is_given_out_only) problem.severity = Severity::kWarning;
    diagnostics.add(std::move(problem));
    return wanted.is_given_out_only;
  }
  readings.values.emplace(wanted.name, wanted.with(std::move(*value)));
  readings.used.push_back({wanted.name, to_json(wanted.source), digest_of(*told, wanted.source.sensitive, key)});
  if (wanted.source.sensitive) {
    readings.sensitive.push_back(wanted.name);
  } else {
    readings.told.emplace(wanted.name, std::move(*told));
    if (std::vector<std::string> words = words_of(wanted.source); !words.empty())
      readings.in_clear.push_back({wanted.name, std::move(words), wanted.reading->value.span});
  }
  return true;
}

// False after it was told why not.
Result<bool> take_wanted(const FindWanted& find, const AskReadings& ask, const std::string& key, HostReadings& readings,
                         Diagnostics& diagnostics) {
  while (true) {
    std::vector<ir::WantedReading> wanted = find(readings.values, diagnostics);
    if (diagnostics.has_errors()) return false;
    // Those that could not be had before are not asked for again.
    std::erase_if(wanted, [&](const ir::WantedReading& one) { return readings.given_out.contains(one.name); });
    if (wanted.empty()) return true;
    if (readings.values.size() + wanted.size() > wire::kMostReadings) {
      return fail(Code::kCannotObserve,
                  "the host is to be asked for more than " + std::to_string(wire::kMostReadings) + " readings");
    }
    PLUMB_TRY_ASSIGN(std::vector<Result<ToldReading>> told, ask(wanted));
    bool good = true;
    for (std::size_t i = 0; i < wanted.size(); ++i)
      good = keep(wanted[i], std::move(told[i]), key, readings, diagnostics) && good;
    if (!good) return false;
  }
}

}  // namespace

Result<bool> take_readings(const std::string& host, const FindWanted& find, const AskReadings& ask,
                           const std::string& key, HostReadings& readings, Diagnostics& diagnostics) {
  Diagnostics found;
  Result<bool> taken = take_wanted(find, ask, key, readings, found);
  for (Diagnostic problem : found.items()) {
    problem.host = host;
    diagnostics.add(std::move(problem));
  }
  std::sort(readings.used.begin(), readings.used.end(),
            [](const UsedReading& a, const UsedReading& b) { return a.name < b.name; });
  return taken;
}

void add_used_facts(const std::set<std::string>& paths, const Json& facts, HostReadings& readings) {
  for (const std::string& path : paths) {
    const Json* value = &facts;
    for (std::size_t begin = 0; value != nullptr && begin <= path.size();) {
      const std::size_t end = std::min(path.find('.', begin), path.size());
      const auto member = value->find(path.substr(begin, end - begin));
      value = member == value->end() ? nullptr : &*member;
      begin = end + 1;
    }
    if (value == nullptr) continue;
    readings.used.push_back({"facts." + path, to_json(ReadingSource{FactSource{path}, {}, false}),
                             digest_of(ToldReading{*value, {}}, false, {})});
  }
  std::sort(readings.used.begin(), readings.used.end(),
            [](const UsedReading& a, const UsedReading& b) { return a.name < b.name; });
}

}  // namespace plumb::run
