#include "engine/exec/readings.h"

#include <cerrno>
#include <chrono>
#include <optional>

#include <sys/stat.h>

#include "engine/base/host_text.h"
#include "engine/base/pattern.h"
#include "engine/base/split.h"
#include "engine/base/time_text.h"
#include "engine/exec/accounts.h"
#include "engine/exec/facts.h"
#include "engine/exec/interpreter/fetch.h"
#include "providers/sdk/ownership.h"

namespace plumb::exec {
namespace {

// Of one text.
constexpr std::size_t kLongestReading = std::size_t{1} << 20;
constexpr std::size_t kWordsShown = 5;

Error failed(std::string why) {
  return fail(Code::kCannotObserve, std::move(why));
}
// With its own code where that says more than that something cannot be told.
Error failed(const Error& error) {
  return error.code() == Code::kNotCovered ? error : failed(error.summary());
}

ToldReading absent(std::string why) {
  return {nullptr, std::move(why)};
}

// What a program said last, for a message about it.
std::string last_words(const ProcessResult& result) {
  const std::string said = last_lines(result.errors.empty() ? result.output : result.errors, kWordsShown);
  return said.empty() ? " and said nothing" : ": " + said;
}

// The part of a text that a pattern is looked for in; all of it where there is none.
Result<ToldReading> told_of(std::string_view text, const std::string& match) {
  if (match.empty()) return ToldReading{text_of_bytes(text), {}};
  const Result<Pattern> pattern = Pattern::parse(match);
  if (!pattern) return failed("`match` is no pattern: " + pattern.error().summary());
  const std::optional<Pattern::Groups> groups = pattern->find(text);
  if (!groups) return absent("it told nothing that `match` matches");
  const std::optional<std::string_view> part = groups->size() > 1 ? (*groups)[1] : (*groups)[0];
  if (!part) return absent("the group of `match` had no part in what it told");
  return ToldReading{text_of_bytes(*part), {}};
}

Result<ToldReading> take(LocalSystem& system, const CommandSource& source, const ReadingSource& whole) {
  ProcessRequest request;
  request.argv = source.argv.empty() ? std::vector<std::string>{"/bin/sh", "-c", source.script} : source.argv;
  request.cwd = "/";
  request.timeout = std::chrono::seconds(source.timeout_seconds);
  request.output_limit = kLongestReading + 1;
  request.may_be_late = true;
  request.changes_nothing = true;
  const std::string program = "`" + (source.argv.empty() ? source.script : source.argv[0]) + "`";
  const Result<ProcessResult> result = system.run(request);
  if (!result && result.error().code() == Code::kProgramMissing)
    return absent("the program " + program + " is not there");
  if (!result) return failed(result.error());
  const std::string said = whole.sensitive ? std::string() : last_words(*result);
  if (result->timed_out)
    return failed(program + " took longer than " + std::to_string(source.timeout_seconds) + " s" + said);
  if (source.exit_code) return ToldReading{result->exit_code, {}};
  if (result->exit_code != 0)
    return failed(program + " ended with exit code " + std::to_string(result->exit_code) + said);
  if (result->output.size() > kLongestReading) return failed(program + " printed more than 1 MiB");
  return told_of(result->output, whole.match);
}

Result<ToldReading> take(LocalSystem& system, const FileSource& source, const ReadingSource& whole) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> there, system.stat(source.file, true));
  if (!there) return absent(source.file + " is not there");
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(source.file, kLongestReading));
  return told_of(text, whole.match);
}

std::string entry_type(mode_t mode) {
  if (S_ISREG(mode)) return "file";
  if (S_ISDIR(mode)) return "directory";
  return S_ISLNK(mode) ? "link" : "other";
}

Result<ToldReading> take(LocalSystem& system, const PathSource& source) {
  const std::string path = bytes_of_text(source.path);
  struct stat info {};
  if (system.files().stat(path, source.follow, info) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) return failed(system.files().error("read", source.path).summary());
    return ToldReading{{{"exists", false}, {"type", "absent"}}, {}};
  }
  const auto user = system.user_by_id(info.st_uid);
  const auto group = system.group_by_id(info.st_gid);
  return ToldReading{{{"exists", true},
                      {"type", entry_type(info.st_mode)},
                      {"mode", mode_text(info.st_mode & 07777)},
                      {"owner", user ? text_of_bytes(user->name) : std::to_string(info.st_uid)},
                      {"group", group ? text_of_bytes(group->name) : std::to_string(info.st_gid)},
                      {"size", static_cast<std::int64_t>(info.st_size)},
                      {"modified", rfc3339(std::chrono::sys_seconds(std::chrono::seconds(info.st_mtime)))}},
                     {}};
}

Result<ToldReading> take(LocalSystem& system, const Managers& managers, const PackageSource& source,
                         const ReadingSource& whole) {
  const Result<const PackageManager*> found = managers.packages_of(system);
  if (!found) return failed(found.error());
  const PackageManager* manager = *found;
  if (manager == nullptr) return failed("this host has no package manager that is known here");
  const Result<std::optional<std::string>> version = manager->installed_version(source.package, system);
  if (!version) return failed(version.error());
  if (!*version) return absent("the package " + source.package + " is not installed");
  return told_of(**version, whole.match);
}

Json unit_json(const ServiceManager::ToldUnit& unit) {
  return {{"exists", unit.exists},
          {"active", unit.state == "running"},
          {"enabled", unit.enabled},
          {"masked", unit.masked},
          {"state", unit.state}};
}

// By the first manager that serves the host.
Result<ToldReading> take(LocalSystem& system, const Managers& managers, const UnitSource& source) {
  for (const ServiceManager* manager : managers.all_services()) {
    const Result<ServiceManager::ToldUnit> unit = manager->tell_unit(source.unit, system);
    if (unit) return ToldReading{unit_json(*unit), {}};
    if (unit.error().code() != Code::kNoBackEnd) return failed(unit.error());
  }
  return failed("this host has no service manager that is known here");
}

Result<ToldReading> take(LocalSystem& system, const UrlSource& source, const ReadingSource& whole) {
  Fetch fetch;
  fetch.url = source.url;
  fetch.timeout_seconds = source.timeout_seconds;
  const Result<std::string> text = fetch_text(system, fetch, kLongestReading);
  if (!text) return failed(text.error());
  return told_of(*text, whole.match);
}

// A fact that is gathered for whoever asks for it, or the part of it that the path leads to.
Result<ToldReading> take(const LocalSystem& system, const FactSource& source) {
  const std::vector<std::string> path = split(source.fact, '.');
  const std::optional<Json> fact = gather_fact(system, path[0]);
  if (!fact) return failed("this executor knows no fact `" + path[0] + "`");
  const Json* value = &*fact;
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (!value->is_object() || !value->contains(path[i])) return absent("there is no `" + source.fact + "`");
    value = &(*value)[path[i]];
  }
  return ToldReading{*value, {}};
}

}  // namespace

Result<ToldReading> take_reading(LocalSystem& system, const Managers& managers, const ReadingSource& source) {
  if (const auto* package = std::get_if<PackageSource>(&source.what)) return take(system, managers, *package, source);
  if (const auto* unit = std::get_if<UnitSource>(&source.what)) return take(system, managers, *unit);
  if (const auto* command = std::get_if<CommandSource>(&source.what)) return take(system, *command, source);
  if (const auto* file = std::get_if<FileSource>(&source.what)) return take(system, *file, source);
  if (const auto* path = std::get_if<PathSource>(&source.what)) return take(system, *path);
  if (const auto* fact = std::get_if<FactSource>(&source.what)) return take(system, *fact);
  return take(system, std::get<UrlSource>(source.what), source);
}

wire::Readings take_readings(LocalSystem& system, const Managers& managers, const wire::Read& question) {
  wire::Readings readings;
  std::size_t bytes = 0;
  for (const Json& json : question.sources) {
    wire::ReadingAnswer& answer = readings.answers.emplace_back();
    const Result<ReadingSource> source = reading_source_from(json);
    Result<ToldReading> told = source ? take_reading(system, managers, *source) : Result<ToldReading>(source.error());
    if (told && told->value.is_string()) bytes += told->value.get_ref<const std::string&>().size();
    if (told && bytes > wire::kMostTold)
      told =
          failed("the readings of the host tell more than " + std::to_string(wire::kMostTold >> 20) + " MiB together");
    if (!told) {
      answer.problem = told.error().diagnostic();
      continue;
    }
    answer.value = std::move(told->value);
    answer.absent = std::move(told->absent);
  }
  return readings;
}

Result<> check_readings(LocalSystem& system, const Managers& managers, const std::vector<UsedReading>& readings,
                        const std::string& key) {
  for (const UsedReading& used : readings) {
    PLUMB_TRY_ASSIGN(const ReadingSource source, reading_source_from(used.source));
    const Result<ToldReading> told = take_reading(system, managers, source);
    const bool of_host = std::holds_alternative<FactSource>(source.what);
    const std::string what = (of_host ? "the fact `" : "the reading `") + used.name + "`";
    if (!told) {
      return fail(Code::kStale, what + " cannot be had any more: " + told.error().summary()).hint("make the plan anew");
    }
    if (digest_of(*told, source.sensitive, key) != used.told) {
      return fail(Code::kStale, what + " is another than when the plan was made").hint("make the plan anew");
    }
  }
  return {};
}

}  // namespace plumb::exec
