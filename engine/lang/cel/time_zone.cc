#include "engine/lang/cel/time_zone.h"

#include <algorithm>
#include <system_error>

#include "engine/base/file.h"
#include "engine/base/nearest.h"
#include "engine/base/zone_form.h"
#include "engine/lang/cel/time.h"

namespace plumb::cel {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20;
// RFC 8536 asks for no more, and sums with it stay far from overflow.
constexpr std::int64_t kLargestOffset = std::int64_t{26} * 3600;

std::int64_t big_endian(std::string_view bytes) {
  std::int64_t number = (static_cast<unsigned char>(bytes.front()) & 0x80) != 0 ? -1 : 0;
  for (const char byte : bytes) number = number * 256 + static_cast<unsigned char>(byte);
  return number;
}

constexpr std::size_t kHeaderSize = 44;
constexpr std::size_t kTimeSize = 8;
constexpr std::size_t kTypeSize = 6;

struct Header {
  std::size_t times = 0;
  std::size_t types = 0;
  std::size_t characters = 0;
  std::size_t leaps = 0;
  std::size_t standards = 0;
  std::size_t universals = 0;

  std::size_t data_size(std::size_t time_size) const {
    return times * (time_size + 1) + types * kTypeSize + characters + leaps * (time_size + 4) + standards + universals;
  }
};

bool read_header(std::string_view file, Header& header) {
  if (file.size() < kHeaderSize || !file.starts_with("TZif")) return false;
  std::size_t* const fields[] = {&header.universals, &header.standards, &header.leaps,
                                 &header.times,      &header.types,     &header.characters};
  for (std::size_t i = 0; i < std::size(fields); ++i) {
    const std::int64_t count = big_endian(file.substr(20 + 4 * i, 4));
    if (count < 0 || count > static_cast<std::int64_t>(kLargestFile)) return false;
    *fields[i] = static_cast<std::size_t>(count);
  }
  return true;
}

bool is_good_offset(std::int64_t offset) {
  return offset >= -kLargestOffset && offset <= kLargestOffset;
}

// The rule behind the last transition: "EST5EDT,M3.2.0,M11.1.0".
class Rule {
 public:
  explicit Rule(std::string_view text) : rest_(text) {}

  // Nothing for what is no rule, whatever the time.
  std::optional<std::int64_t> offset(std::int64_t seconds) {
    std::int64_t standard = 0;
    if (!skip_name() || !take_time(standard)) return {};
    standard = -standard;  // POSIX counts west of UTC
    if (!is_good_offset(standard)) return {};
    if (rest_.empty()) return standard;
    std::int64_t summer = standard + 3600;
    if (!skip_name()) return {};
    if (!rest_.empty() && rest_.front() != ',') {
      if (!take_time(summer)) return {};
      summer = -summer;
      if (!is_good_offset(summer)) return {};
    }
    const std::int64_t year = civil_time(seconds + standard).year;
    std::int64_t begin = 0;
    std::int64_t end = 0;
    if (!take_date(year, begin) || !take_date(year, end)) return {};
    begin -= standard;
    end -= summer;
    const bool inside = begin < end ? seconds >= begin && seconds < end : seconds >= begin || seconds < end;
    return inside ? summer : standard;
  }

 private:
  bool skip_name() {
    std::size_t size = 0;
    if (rest_.starts_with('<')) {
      size = rest_.find('>');
      if (size == std::string_view::npos) return false;
      ++size;
    } else {
      while (size < rest_.size() && ((rest_[size] | 0x20) >= 'a' && (rest_[size] | 0x20) <= 'z')) ++size;
    }
    rest_.remove_prefix(size);
    return size > 0;
  }

  bool take_number(std::int64_t& number) {
    std::size_t digits = 0;
    number = 0;
    for (; digits < rest_.size() && digits < 4 && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits) {
      number = number * 10 + (rest_[digits] - '0');
    }
    rest_.remove_prefix(digits);
    return digits > 0;
  }

  bool take(char wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // "5", "-3:30", "2:00:00"; seconds
  bool take_time(std::int64_t& seconds) {
    const bool negative = take('-');
    if (!negative) take('+');
    std::int64_t part = 0;
    if (!take_number(part)) return false;
    seconds = part * 3600;
    for (const std::int64_t scale : {60, 1}) {
      if (!take(':')) break;
      if (!take_number(part)) return false;
      seconds += part * scale;
    }
    if (negative) seconds = -seconds;
    return true;
  }

  // ",M3.2.0/2", ",J60" or ",59"; local seconds since 1970
  bool take_date(std::int64_t year, std::int64_t& seconds) {
    if (!take(',')) return false;
    const std::int64_t new_year = start_of_year(year);
    std::int64_t day = 0;
    if (take('M')) {
      std::int64_t month = 0;
      std::int64_t week = 0;
      std::int64_t weekday = 0;
      if (!take_number(month) || !take('.') || !take_number(week) || !take('.') || !take_number(weekday)) return false;
      if (month < 1 || month > 12 || week < 1 || week > 5 || weekday > 6) return false;
      day = day_of_rule(new_year, month, week, weekday);
    } else {
      const bool without_leap_day = take('J');
      if (!take_number(day) || day > 366) return false;
      if (without_leap_day && !(days_of(year) == 366 && day >= 60)) --day;
    }
    std::int64_t time = std::int64_t{2} * 3600;
    if (take('/') && !take_time(time)) return false;
    seconds = new_year + day * 86'400 + time;
    return true;
  }

  static std::int64_t start_of_year(std::int64_t year) {
    const std::int64_t before = year - 1;
    return ((before * 365 + before / 4 - before / 100 + before / 400) - 719'162) * 86'400;
  }
  static std::int64_t days_of(std::int64_t year) { return (start_of_year(year + 1) - start_of_year(year)) / 86'400; }

  // The nth weekday of a month, the last one for 5; as a day of the year from 0.
  static std::int64_t day_of_rule(std::int64_t new_year, std::int64_t month, std::int64_t week, std::int64_t weekday) {
    std::int64_t found = 0;
    std::int64_t count = 0;
    for (std::int64_t day = 0; day < 366; ++day) {
      const CivilTime civil = civil_time(new_year + day * 86'400);
      if (civil.month != month || civil.weekday != weekday) continue;
      found = day;
      if (++count == week) break;
    }
    return found;
  }

  std::string_view rest_;
};

// The names of the zones of a database, sorted. Files that are no zones, and copies of the zones in other folders, have
// names that begin with a small letter.
std::vector<std::string> zone_names(const std::filesystem::path& database) {
  namespace fs = std::filesystem;
  std::vector<std::string> names;
  std::error_code error;
  fs::recursive_directory_iterator entry(database, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().lexically_relative(database).generic_string();
    std::error_code unknown;
    if (entry->is_directory(unknown)) {
      if (!is_zone_name(name)) entry.disable_recursion_pending();
    } else if (is_zone_name(name)) {
      names.push_back(std::move(name));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::optional<TimeZone> TimeZone::decode(std::string_view file) {
  Header old;
  if (!read_header(file, old)) return {};
  // Behind the old block with times of 32 bits stands the real one.
  const std::size_t second = kHeaderSize + old.data_size(4);
  Header header;
  if (second > file.size() || !read_header(file.substr(second), header)) return {};
  const std::string_view data = file.substr(second + kHeaderSize);
  const std::size_t size = header.data_size(kTimeSize);
  if (data.size() < size + 2 || data[size] != '\n' || header.types == 0) return {};
  // Its times would count leap seconds, which no clock of a host does.
  if (header.leaps > 0) return {};

  const std::size_t types_begin = header.times * (kTimeSize + 1);
  std::vector<std::int64_t> offsets;
  for (std::size_t i = 0; i < header.types; ++i) {
    offsets.push_back(big_endian(data.substr(types_begin + i * kTypeSize, 4)));
    if (!is_good_offset(offsets.back())) return {};
  }
  TimeZone zone;
  zone.first_ = offsets.front();
  for (std::size_t i = 0; i < header.times; ++i) {
    const std::int64_t when = big_endian(data.substr(i * kTimeSize, kTimeSize));
    const std::size_t type = static_cast<unsigned char>(data[header.times * kTimeSize + i]);
    if (type >= offsets.size() || (i > 0 && when <= zone.changes_.back().when)) return {};
    zone.changes_.push_back({when, offsets[type]});
  }
  const std::string_view rule = data.substr(size + 1);
  const std::size_t end = rule.find('\n');
  if (end == std::string_view::npos) return {};
  zone.rule_ = rule.substr(0, end);
  if (!zone.rule_.empty() && !Rule(zone.rule_).offset(0)) return {};
  return zone;
}

std::optional<TimeZone> TimeZone::find(std::string_view name, const std::filesystem::path& database) {
  if (!is_zone_name(name)) return {};
  const Result<std::string> bytes = read_file(database / name, kLargestFile);
  if (!bytes) return {};
  return decode(*bytes);
}

Result<TimeZone> TimeZone::read(std::string_view name, const std::filesystem::path& database) {
  namespace fs = std::filesystem;
  if (std::optional<TimeZone> zone = find(name, database)) return std::move(*zone);
  std::error_code error;
  if (!fs::is_directory(database, error)) {
    return fail(Code::kBadValue, "there is no time zone database in " + database.string())
        .hint("install the package tzdata");
  }
  const fs::path file = database / name;
  if (!is_zone_name(name) || !fs::is_regular_file(file, error)) {
    const std::string near = nearest(name, zone_names(database));
    return fail(Code::kBadValue,
                "the time zone database in " + database.string() + " has no zone `" + std::string(name) + "`")
        .hint(near.empty() ? "zones are named as Europe/Berlin is" : "did you mean `" + near + "`?");
  }
  if (const Result<std::string> bytes = read_file(file, kLargestFile); !bytes) return bytes.error();
  return fail(Code::kBadValue, file.string() + " is not a time zone's file, or not a whole one")
      .hint("install the package tzdata anew");
}

std::int64_t TimeZone::offset(std::int64_t seconds) const {
  const auto next = std::upper_bound(changes_.begin(), changes_.end(), seconds,
                                     [](std::int64_t time, const Change& change) { return time < change.when; });
  if (next == changes_.end() && !rule_.empty()) return Rule(rule_).offset(seconds).value_or(first_);
  return next == changes_.begin() ? first_ : std::prev(next)->offset;
}

std::optional<std::int64_t> database_offset(std::string_view zone, std::int64_t seconds) {
  const std::optional<TimeZone> found = TimeZone::find(zone);
  if (!found) return {};
  return found->offset(seconds);
}

}  // namespace plumb::cel
