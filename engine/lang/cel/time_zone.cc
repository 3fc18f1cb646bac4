#include "engine/lang/cel/time_zone.h"

#include <algorithm>
#include <string>
#include <vector>

#include "engine/base/file.h"
#include "engine/lang/cel/time.h"

namespace plumb::cel {
namespace {

constexpr std::string_view kDatabase = "/usr/share/zoneinfo/";
constexpr std::size_t kLargestFile = std::size_t{1} << 20;

std::int64_t big_endian(std::string_view bytes) {
  std::int64_t number = (static_cast<unsigned char>(bytes.front()) & 0x80) != 0 ? -1 : 0;
  for (const char byte : bytes) number = number * 256 + static_cast<unsigned char>(byte);
  return number;
}

struct Header {
  std::size_t times = 0;
  std::size_t types = 0;
  std::size_t characters = 0;
  std::size_t leaps = 0;
  std::size_t standards = 0;
  std::size_t universals = 0;

  std::size_t data_size(std::size_t time_size) const {
    return times * (time_size + 1) + types * 6 + characters + leaps * (time_size + 4) + standards + universals;
  }
};

constexpr std::size_t kHeaderSize = 44;

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

// The rule behind the last transition: "EST5EDT,M3.2.0,M11.1.0".
class Rule {
 public:
  explicit Rule(std::string_view text) : rest_(text) {}

  std::optional<std::int64_t> offset(std::int64_t seconds) {
    std::int64_t standard = 0;
    if (!skip_name() || !take_time(standard)) return {};
    standard = -standard;  // POSIX counts west of UTC
    if (rest_.empty()) return standard;
    std::int64_t summer = standard + 3600;
    if (!skip_name()) return {};
    if (!rest_.empty() && rest_.front() != ',') {
      if (!take_time(summer)) return {};
      summer = -summer;
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

// Looks a time up in one block of a TZif file whose data starts at `data`.
std::optional<std::int64_t> find_offset(std::string_view data, const Header& header, std::string_view rule,
                                        std::int64_t seconds) {
  constexpr std::size_t kTimeSize = 8;
  if (header.types == 0 || data.size() < header.data_size(kTimeSize)) return {};
  const auto time_at = [&](std::size_t i) { return big_endian(data.substr(i * kTimeSize, kTimeSize)); };
  std::size_t low = 0;
  std::size_t high = header.times;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (time_at(middle) <= seconds) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == header.times && !rule.empty()) return Rule(rule).offset(seconds);
  const std::size_t indexes = header.times * kTimeSize;
  const std::size_t type = low == 0 ? 0 : static_cast<unsigned char>(data[indexes + low - 1]);
  if (type >= header.types) return {};
  return big_endian(data.substr(indexes + header.times + type * 6, 4));
}

bool is_zone_name(std::string_view zone) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '_' ||
           c == '-' || c == '+';
  };
  return !zone.empty() && zone.size() < 64 && zone.front() != '/' && std::all_of(zone.begin(), zone.end(), allowed);
}

}  // namespace

std::optional<std::int64_t> database_offset(std::string_view zone, std::int64_t seconds) {
  if (!is_zone_name(zone)) return {};
  const Result<std::string> file = read_file(std::string(kDatabase) + std::string(zone), kLargestFile);
  Header first;
  if (!file || !read_header(*file, first)) return {};
  // Behind the old block with times of 32 bits stands the real one.
  const std::size_t second = kHeaderSize + first.data_size(4);
  Header header;
  if (second > file->size() || !read_header(std::string_view(*file).substr(second), header)) return {};
  const std::string_view data = std::string_view(*file).substr(second + kHeaderSize);
  const std::size_t size = header.data_size(8);
  if (data.size() < size + 2) return {};
  std::string_view rule = data.substr(size);
  rule.remove_prefix(1);
  rule = rule.substr(0, rule.find('\n'));
  return find_offset(data, header, rule, seconds);
}

}  // namespace plumb::cel
