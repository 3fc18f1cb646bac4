#include "engine/config/formats.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <vector>

#include "engine/base/ascii.h"
#include "engine/base/integer_text.h"
#include "engine/base/pattern.h"
#include "engine/base/real.h"
#include "engine/base/zone_form.h"
#include "engine/config/crontab_times.h"
#include "engine/config/network_formats.h"
#include "engine/config/wall_clock.h"

namespace plumb::config {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

Error bad(std::string summary, std::string label, std::string hint = {}) {
  Diagnostic diagnostic(Code::kBadValue, std::move(summary));
  diagnostic.label = std::move(label);
  diagnostic.hint = std::move(hint);
  return Error(std::move(diagnostic));
}

Result<Json> path(std::string_view text, const std::string& name) {
  if (text.starts_with('~')) {
    return bad(name + " must be an absolute path", "`~` has no meaning here",
               "write the folder out, such as /home/deploy");
  }
  if (!text.starts_with('/')) {
    return bad(name + " must be an absolute path", "expected a path that starts with `/`");
  }
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    if (part == "." || part == "..") {
      return bad(name + " must not hold `.` or `..`", "not a plain path", "write the path out");
    }
    if (!part.empty()) out.append("/").append(part);
    begin = end + 1;
  }
  return Json(out.empty() ? "/" : out);
}

bool symbolic_mode(std::string_view text) {
  std::size_t i = 0;
  while (true) {
    while (i < text.size() && std::string_view("ugoa").find(text[i]) != std::string_view::npos) ++i;
    bool any = false;
    while (i < text.size() && std::string_view("+-=").find(text[i]) != std::string_view::npos) {
      any = true;
      ++i;
      const std::size_t begin = i;
      while (i < text.size() && std::string_view("rwxXst").find(text[i]) != std::string_view::npos) ++i;
      if (i == begin && i < text.size() && std::string_view("ugo").find(text[i]) != std::string_view::npos) ++i;
    }
    if (!any) return false;
    if (i == text.size()) return true;
    if (text[i] != ',') return false;
    ++i;
  }
}

Result<Json> mode(std::string_view text, const std::string& name) {
  const bool octal =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '7'; });
  if (octal && text.size() >= 3 && (text.size() <= 4 || (text.size() == 5 && text[0] == '0'))) {
    std::string digits(text.size() == 5 ? text.substr(1) : text);
    if (digits.size() == 3) digits.insert(0, "0");
    return Json(std::move(digits));
  }
  if (!all_digits(text) && symbolic_mode(text)) return Json(text);
  return bad(name + " is not a mode", "expected 3 to 5 octal digits or clauses of chmod",
             "such as \"0644\", or u=rw,go=r");
}

struct Unit {
  std::string_view name;
  std::int64_t factor;
};
constexpr std::array kTimeUnits = {Unit{"", 1}, Unit{"s", 1}, Unit{"m", 60}, Unit{"h", 3600}, Unit{"d", 86400}};
constexpr std::int64_t kKi = 1024;
constexpr std::array kSizeUnits = {Unit{"", 1},
                                   Unit{"B", 1},
                                   Unit{"k", kKi},
                                   Unit{"K", kKi},
                                   Unit{"KiB", kKi},
                                   Unit{"M", kKi* kKi},
                                   Unit{"MiB", kKi* kKi},
                                   Unit{"G", kKi* kKi* kKi},
                                   Unit{"GiB", kKi* kKi* kKi}};

template <std::size_t N>
std::optional<std::int64_t> with_unit(std::string_view text, const std::array<Unit, N>& units) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  const auto number = parse_integer(text.substr(0, digits));
  const auto unit =
      std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == text.substr(digits); });
  if (!number || unit == units.end() || *number > kLargestInteger / unit->factor) return std::nullopt;
  return *number * unit->factor;
}

Result<Json> account(std::string_view text, const std::string& name, std::string_view what) {
  constexpr std::int64_t kLargestId = 4294967294;
  if (all_digits(text)) {
    const auto id = parse_integer(text);
    if (id && *id <= kLargestId) return Json(text);
    return bad(name + " is not a number that a " + std::string(what) + " can have",
               "expected 0 to 4294967294 without leading zeros");
  }
  std::string_view body = text;
  if (body.ends_with('$')) body.remove_suffix(1);
  const bool good = !body.empty() && text.size() <= 256 && (is_letter(body[0]) || body[0] == '_') &&
                    std::all_of(body.begin(), body.end(), [](char c) {
                      return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '@' || c == '\\';
                    });
  if (good) return Json(text);
  return bad(name + " is not a name that a " + std::string(what) + " can have",
             "expected letters, digits, `_`, `-` or `.`, or a number");
}

Result<Json> date(std::string_view text, const std::string& name) {
  const bool shape = text.size() == 10 && text[4] == '-' && text[7] == '-' && all_digits(text.substr(0, 4)) &&
                     all_digits(text.substr(5, 2)) && all_digits(text.substr(8, 2));
  if (shape) {
    const auto number = [&](std::size_t at, std::size_t size) {
      int value = 0;
      std::from_chars(text.data() + at, text.data() + at + size, value);
      return value;
    };
    const int year = number(0, 4);
    const int month = number(5, 2);
    const int day = number(8, 2);
    constexpr std::array kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month >= 1 && month <= 12 && day >= 1 &&
        day <= kDays[static_cast<std::size_t>(month) - 1] + (month == 2 && leap ? 1 : 0)) {
      return Json(text);
    }
  }
  return bad(name + " is not a date", "expected a day of the calendar as YYYY-MM-DD");
}

Result<Json> pattern(std::string_view text, const std::string& name) {
  const Result<plumb::Pattern> parsed = plumb::Pattern::parse(text);
  if (parsed) return Json(text);
  constexpr std::array kLooks = {"(?=", "(?!", "(?<=", "(?<!"};
  const bool looks = std::any_of(kLooks.begin(), kLooks.end(),
                                 [&](const char* look) { return text.find(look) != std::string_view::npos; });
  return bad(name + " is not a pattern", parsed.error().diagnostic().summary,
             looks
                 ? "the syntax is that of RE2, where no group looks ahead or back; `unless` of a `replace` leaves what "
                   "has something in it"
                 : "the syntax is that of RE2, without \\p{…} and \\C");
}

Result<Json> plain_name(std::string_view text, const std::string& name) {
  const bool good = !text.empty() && text[0] != '-' && std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '/';
  });
  if (good) return Json(text);
  return bad(name + " is not a name", "expected text without white space and `/` that does not start with `-`");
}

Result<Json> timezone(std::string_view text, const std::string& name) {
  const Result<WallClock> clock = WallClock::of(text);
  if (clock) return Json(text);
  if (has_zone_form(text)) {
    return bad(name + " names no time zone that is known here", clock.error().summary(),
               clock.error().diagnostic().hint);
  }
  return bad(name + " is not a time zone", "expected UTC, a distance from it, or the name of a zone",
             "such as +02:00, or Europe/Berlin");
}

}  // namespace

bool format_gives_number(std::string_view format) {
  return format == "duration" || format == "size";
}

Result<Json> apply_format(std::string_view format, std::string_view text, const std::string& name,
                          const std::optional<Folder>& project_folder) {
  if (format == "path") return path(text, name);
  if (format == "file-path") {
    if (text.size() > 1 && text.ends_with('/'))
      return bad(name + " must not end with a slash", "names a directory", "write it without the slash");
    return path(text, name);
  }
  if (format == "mode") return mode(text, name);
  if (format == "user" || format == "group") return account(text, name, format);
  if (format == "date") return date(text, name);
  if (format == "name") return plain_name(text, name);
  if (format == "timezone") return timezone(text, name);
  if (format == "pattern") return pattern(text, name);
  if (format == "crontab") return crontab_time(text, name);
  if (std::optional<Result<Json>> network = apply_network_format(format, text, name)) return std::move(*network);
  if (format == "duration") {
    if (const auto seconds = with_unit(text, kTimeUnits)) return Json(*seconds);
    return bad(name + " is not a duration", "expected a whole number with s, m, h or d", "such as 90s or 5m");
  }
  if (format == "size") {
    if (const auto bytes = with_unit(text, kSizeUnits)) return Json(*bytes);
    return bad(name + " is not a size", "expected a whole number with k, M, G, KiB, MiB or GiB", "such as 512 or 4MiB");
  }
  if (format == "source") {
    if (!project_folder) return Json(text);
    PLUMB_TRY_ASSIGN(std::string relative, project_file(*project_folder, text, name));
    return Json(std::move(relative));
  }
  if (format == "source-folder") {
    if (!project_folder) return Json(text);
    PLUMB_TRY_ASSIGN(std::string relative, project_entry(*project_folder, text, name, EntryType::kFolder));
    return Json(std::move(relative));
  }
  return Json(text);
}

Result<std::string> project_file(const Folder& folder, std::string_view text, const std::string& name) {
  return project_entry(folder, text, name, EntryType::kFile);
}

Result<std::string> project_entry(const Folder& folder, std::string_view text, const std::string& name,
                                  EntryType wanted) {
  namespace fs = std::filesystem;
  const auto problem = [](Code code, std::string summary, std::string label, std::string hint = {}) {
    Diagnostic diagnostic(code, std::move(summary));
    diagnostic.label = std::move(label);
    diagnostic.hint = std::move(hint);
    return Error(std::move(diagnostic));
  };
  const std::string hint = wanted == EntryType::kFile ? "copy the file into the project" : "copy it into the project";
  const fs::path given{std::string(text)};
  const fs::path relative = given.lexically_normal();
  if (given.is_absolute() || relative.empty() || *relative.begin() == "..") {
    return problem(Code::kOutsideProject, name + " must lie in the project folder",
                   "expected a path relative to the project folder", hint);
  }
  const std::optional<fs::path> real = folder.real(relative);
  if (!real) {
    const std::string what = wanted == EntryType::kFile ? "file" : "folder";
    return problem(Code::kSourceMissing, name + " names a " + what + " that is not there",
                   "no such " + what + " in the project folder");
  }
  const std::optional<fs::path> root = folder.real();
  if (!root || !is_within(*real, *root)) {
    return problem(Code::kOutsideProject, name + " must lie in the project folder", "a link leads out of it", hint);
  }
  if (const fs::path inner = real->lexically_relative(*root); *inner.begin() == kOwnFolder) {
    return problem(Code::kOutsideProject, name + " is plumb's own and goes nowhere",
                   "`.plumb` holds the project's key and its history");
  }
  const std::optional<FileStatus> status = folder.status(relative);
  if (!status || status->type != wanted) {
    const std::string what = wanted == EntryType::kFile ? "a regular file" : "a folder";
    return problem(Code::kSourceMissing, name + " must name " + what, "this is none");
  }
  std::string path = relative.generic_string();
  if (path.ends_with('/')) path.pop_back();
  return path;
}

Result<> check_source_part(const Folder& folder, std::string_view text) {
  const std::optional<FileStatus> status = folder.status(std::filesystem::path(text));
  const bool is_folder = status && status->type == EntryType::kFolder;
  PLUMB_TRY_ASSIGN(const std::string path, project_entry(folder, text, "`" + std::string(text) + "`",
                                                         is_folder ? EntryType::kFolder : EntryType::kFile));
  return {};
}

std::optional<double> parse_number(std::string_view text) {
  const std::string_view body = text.starts_with('-') ? text.substr(1) : text;
  const std::size_t dot = std::min(body.find('.'), body.size());
  const std::string_view whole = body.substr(0, dot);
  if (!all_digits(whole) || (whole.size() > 1 && whole[0] == '0')) return std::nullopt;
  if (dot < body.size() && !all_digits(body.substr(dot + 1))) return std::nullopt;
  double value = 0;
  const auto [end, error] = read_real(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace plumb::config
