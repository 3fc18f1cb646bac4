#include "engine/trust/allowed_signers.h"

#include <algorithm>
#include <array>
#include <set>

#include "engine/base/ascii.h"
#include "engine/base/joined.h"
#include "engine/base/json.h"
#include "engine/base/split.h"
#include "engine/base/trimmed.h"

namespace plumb::trust {
namespace {

constexpr std::string_view kBlank = " \t";
constexpr std::size_t kMostLines = 100'000;

Error bad_signers(const std::string& what) {
  return fail(Code::kBadSigners, what);
}

// It is shown among lines that say who signed.
bool is_plain(std::string_view name) {
  return valid_utf8(name) && !name.starts_with("\xef\xbb\xbf") &&
         std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < ' ' || c == 0x7f || c == '"'; });
}

// And no pattern.
bool is_name(std::string_view name) {
  return name.find_first_of("*?") == std::string_view::npos && !name.starts_with('!');
}

// PATTERNS of ssh_config(5): `*` and `?`.
bool matches(std::string_view text, std::string_view pattern) {
  std::size_t star = std::string_view::npos;
  std::size_t mark = 0;
  std::size_t t = 0;
  std::size_t p = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

// One that begins with `!` and matches says no, whatever the others say.
bool matches_list(std::string_view text, const std::vector<std::string>& patterns) {
  bool found = false;
  for (const std::string& pattern : patterns) {
    if (pattern.starts_with('!')) {
      if (matches(text, std::string_view(pattern).substr(1))) return false;
    } else {
      found = found || matches(text, pattern);
    }
  }
  return found;
}

// The first word, which may be quoted.
std::string_view take_word(std::string_view& text) {
  const bool quoted = text.starts_with('"');
  if (quoted) text.remove_prefix(1);
  const std::string_view word = text.substr(0, quoted ? text.find('"') : text.find_first_of(kBlank));
  text.remove_prefix(std::min(word.size() + (quoted ? 1 : 0), text.size()));
  text = trimmed(text);
  return word;
}

// Up to a blank that no quotes hold.
std::string_view take_options(std::string_view& text) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (quoted || kBlank.find(text[end]) == std::string_view::npos); ++end) {
    if (text[end] == '\\' && end + 1 < text.size() && text[end + 1] == '"') {
      ++end;
    } else if (text[end] == '"') {
      quoted = !quoted;
    }
  }
  const std::string_view options = text.substr(0, end);
  text = trimmed(text.substr(end));
  return options;
}

constexpr std::array<std::string_view, 4> kOptions = {"cert-authority", "namespaces", "valid-after", "valid-before"};

struct Option {
  std::string name;  // in small letters
  std::optional<std::string> value;
};

Result<Option> take_option(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of("=,"), text.size());
  Option option{lowered(text.substr(0, end)), std::nullopt};
  text.remove_prefix(end);
  if (text.starts_with('=')) {
    text.remove_prefix(1);
    if (!text.starts_with('"')) return bad_signers("the value of `" + option.name + "` has no quotes around it");
    std::string value;
    std::size_t at = 1;
    for (; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '"') ++at;
      value += text[at];
    }
    if (at == text.size()) return bad_signers("the quotes around the value of `" + option.name + "` are not closed");
    text.remove_prefix(at + 1);
    option.value = std::move(value);
  }
  if (text.starts_with(',')) {
    text.remove_prefix(1);
    if (text.empty()) return bad_signers("something is missing behind the last comma of the options");
  } else if (!text.empty()) {
    return bad_signers("a comma is missing between two options");
  }
  return option;
}

// YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS.
std::optional<std::chrono::local_seconds> shown_time(std::string_view text) {
  const bool digits = std::all_of(text.begin(), text.end(), is_digit);
  if (!digits || (text.size() != 8 && text.size() != 12 && text.size() != 14)) return std::nullopt;
  const auto part = [&](std::size_t from, std::size_t size) {
    int value = 0;
    for (std::size_t i = from; i < from + size && i < text.size(); ++i) value = 10 * value + (text[i] - '0');
    return value;
  };
  const std::chrono::year_month_day day{std::chrono::year(part(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(part(4, 2))),
                                        std::chrono::day(static_cast<unsigned>(part(6, 2)))};
  const std::chrono::hours hours(part(8, 2));
  const std::chrono::minutes minutes(part(10, 2));
  const std::chrono::seconds seconds(part(12, 2));
  if (!day.ok() || hours.count() > 23 || minutes.count() > 59 || seconds.count() > 59) return std::nullopt;
  return std::chrono::local_days(day) + hours + minutes + seconds;
}

// In UTC where `Z` or `UTC` stands behind it, else as `clock` has it.
Result<std::chrono::sys_seconds> read_time(std::string_view text, LocalClock clock) {
  const std::size_t end = std::min(text.find_last_of("0123456789") + 1, text.size());
  const std::string zone = lowered(text.substr(end));
  const bool utc = zone == "z" || zone == "utc";
  const auto shown = shown_time(text.substr(0, utc ? end : text.size()));
  const std::string quoted = "`" + std::string(text) + "` is ";
  if (!shown) return bad_signers(quoted + "no time").hint("as in 20261231 or 202612312359Z");
  if (utc) return std::chrono::sys_seconds(shown->time_since_epoch());
  if (clock == nullptr) return bad_signers(quoted + "not in UTC: a `Z` is missing behind it");
  return clock(*shown);
}

}  // namespace

std::size_t persons_of(const std::vector<Signer>& signers) {
  std::vector<std::set<std::string>> persons;
  for (const Signer& signer : signers) {
    std::set<std::string> names;
    for (const std::string& name : signer.principals) names.insert(lowered(trimmed(name)));
    std::erase_if(persons, [&](const std::set<std::string>& person) {
      const bool same =
          std::any_of(person.begin(), person.end(), [&](const std::string& name) { return names.contains(name); });
      if (same) names.insert(person.begin(), person.end());
      return same;
    });
    persons.push_back(std::move(names));
  }
  return persons.size();
}

Result<AllowedSigners> AllowedSigners::read(std::string_view text, const std::string& name, LocalClock clock) {
  AllowedSigners signers;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    if (number > kMostLines) return bad_signers(name + " has more than " + std::to_string(kMostLines) + " lines");
    Result<Line> read = read_line(line, clock);
    if (!read) return std::move(read.error()).during("reading " + name + ", line " + std::to_string(number));
    signers.lines_.push_back(std::move(*read));
  }
  return signers;
}

Result<AllowedSigners::Line> AllowedSigners::read_line(std::string_view text, LocalClock clock) {
  Line line;
  line.principals = split(take_word(text), ',');
  for (const std::string& name : line.principals) {
    if (name.empty()) return bad_signers("a name of a signer is empty");
    if (!is_plain(name)) return bad_signers("a name of a signer holds quotes or control characters");
  }
  std::optional<PublicKey> found = keys::take_key(text);
  std::string_view options;
  if (!found) {
    options = take_options(text);
    if (std::count(options.begin(), options.end(), '"') % 2 != 0) return bad_signers("quotes are not closed");
    found = keys::take_key(text);
  }
  if (!found) {
    return bad_signers("there is no public key")
        .hint("a line is `NAME [OPTIONS] ssh-ed25519 AAAA…`, as `ssh-keygen -y` prints a key");
  }
  const Result<SigningKey> key = read_signing_key(found->blob);
  if (!key) return bad_signers(key.error().summary());
  if (key->certificate) return bad_signers("a certificate stands where a key belongs");
  line.key = key->key;
  PLUMB_TRY(read_options(options, clock, line));
  return line;
}

Result<> AllowedSigners::read_options(std::string_view text, LocalClock clock, Line& line) {
  unsigned seen = 0;  // bits, in the order of the options
  while (!text.empty()) {
    PLUMB_TRY_ASSIGN(const Option option, take_option(text));
    const std::string quoted = "`" + option.name + "` ";
    const auto which =
        static_cast<unsigned>(std::find(kOptions.begin(), kOptions.end(), option.name) - kOptions.begin());
    if (which == kOptions.size()) {
      return bad_signers(quoted + "is no option of allowed signers")
          .hint("there are cert-authority, namespaces, valid-after and valid-before");
    }
    if ((seen >> which & 1U) != 0) return bad_signers(quoted + "stands there twice");
    seen |= 1U << which;
    const bool takes_value = which != 0;
    if (takes_value != option.value.has_value())
      return bad_signers(quoted + (takes_value ? "is no option without a value" : "takes no value"));
    if (which == 0) {
      line.authority = true;
    } else if (which == 1) {
      line.namespaces = split(*option.value, ',');
    } else {
      PLUMB_TRY_ASSIGN((which == 2 ? line.valid_after : line.valid_before), read_time(*option.value, clock));
    }
  }
  if (line.valid_after && line.valid_before && *line.valid_before <= *line.valid_after)
    return bad_signers("its time ends before it begins");
  return {};
}

// The names by which the line knows the key; none where it knows it not.
Result<std::vector<std::string>> AllowedSigners::principals_by(const Line& line, const SigningKey& key,
                                                               std::chrono::sys_seconds time) {
  std::vector<std::string> names;
  if (!line.authority) {
    if (key.certificate || !(line.key == key.key)) return names;
    // A pattern names nobody, and is for authorities.
    for (const std::string& name : line.principals) {
      if (is_name(name) && matches_list(name, line.principals)) names.push_back(name);
    }
    if (names.empty()) return fail(Code::kNotSigned, "its line names nobody");
    return names;
  }
  if (!key.certificate || !(key.certificate->authority == line.key)) return names;
  const Certificate& certificate = *key.certificate;
  for (const std::string& name : certificate.principals) {
    if (is_name(name) && is_plain(name) && matches_list(name, line.principals)) names.push_back(name);
  }
  if (names.empty()) return fail(Code::kNotSigned, "the certificate is for no name that its authority may vouch for");
  const auto now = static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.time_since_epoch().count()));
  if (now < certificate.valid_after) return fail(Code::kNotSigned, "the certificate is not valid yet");
  if (now >= certificate.valid_before) return fail(Code::kNotSigned, "the certificate has expired");
  return names;
}

std::vector<PublicKey> AllowedSigners::keys() const {
  std::vector<PublicKey> keys;
  for (const Line& line : lines_) {
    PublicKey& key = keys.emplace_back(line.key);
    key.comment.clear();
    for (const std::string& name : line.principals) append_item(key.comment, name, ",");
  }
  return keys;
}

Result<Signer> AllowedSigners::find(const SigningKey& key, std::string_view name_space,
                                    std::chrono::sys_seconds time) const {
  Signer signer{{}, key.key.type, key.key.fingerprint()};
  const std::string named = signer.key_type + " " + signer.fingerprint;
  Error nearest = fail(Code::kNotSigned, "the key " + named + " is not among the allowed signers");
  for (const Line& line : lines_) {
    Result<std::vector<std::string>> names = principals_by(line, key, time);
    const auto refuse = [&](const std::string& why) {
      nearest = fail(Code::kNotSigned, "the key " + named + " may not sign this: " + why);
    };
    if (!names) {
      refuse(names.error().summary());
    } else if (names->empty()) {
      continue;
    } else if (!line.namespaces.empty() && !matches_list(name_space, line.namespaces)) {
      refuse("its namespaces do not include `" + std::string(name_space) + "`");
    } else if (line.valid_after && time < *line.valid_after) {
      refuse("it is not valid yet");
    } else if (line.valid_before && time > *line.valid_before) {
      refuse("its time is over");
    } else {
      for (std::string& name : *names) {
        if (std::find(signer.principals.begin(), signer.principals.end(), name) == signer.principals.end())
          signer.principals.push_back(std::move(name));
      }
    }
  }
  if (signer.principals.empty()) return nearest;
  return signer;
}

}  // namespace plumb::trust
