#include "providers/sdk/fstab.h"

#include <algorithm>
#include <charconv>

#include "engine/base/joined.h"
#include "providers/sdk/kernel_files.h"
#include "providers/sdk/managers.h"

namespace plumb {
namespace {

constexpr std::size_t kLargestFstab = std::size_t{1} << 20;

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields;
  while (true) {
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == std::string_view::npos || line[begin] == '#') return fields;
    line.remove_prefix(begin);
    const std::size_t end = line.find_first_of(" \t\r");
    fields.emplace_back(line.substr(0, end));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end);
  }
}

int field_number(const std::string& text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// A pattern of exactly this field.
std::string pattern_of(std::string_view field) {
  std::string pattern;
  for (const char c : with_escapes(field)) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                       static_cast<unsigned char>(c) >= 0x80;
    if (!plain) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

// Who may mount it: such an option takes rights away, unless one behind it gives them back.
bool whose_right(std::string_view option) {
  return option == "user" || option == "users" || option == "owner" || option == "group";
}

std::string without_last_slash(std::string point) {
  while (point.size() > 1 && point.ends_with('/')) point.pop_back();
  return point;
}

}  // namespace

std::vector<FstabLine> fstab_lines(std::string_view text) {
  std::vector<FstabLine> lines;
  while (!text.empty()) {
    const std::vector<std::string> fields = fields_of(take_line(text));
    if (fields.size() < 3) continue;
    FstabLine line{without_escapes(fields[0]), without_last_slash(without_escapes(fields[1])), fields[2]};
    if (fields.size() > 3) line.options = without_escapes(fields[3]);
    if (fields.size() > 4) line.dump = field_number(fields[4]);
    if (fields.size() > 5) line.pass = field_number(fields[5]);
    lines.push_back(std::move(line));
  }
  return lines;
}

Result<std::vector<FstabLine>> read_fstab(System& system) {
  PLUMB_TRY_ASSIGN(const auto there, system.stat(kFstab, true));
  if (!there) return std::vector<FstabLine>();
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(kFstab, kLargestFstab));
  return fstab_lines(text);
}

std::string text_of(const FstabLine& line) {
  return with_escapes(line.source) + " " + with_escapes(line.point) + " " + line.type + " " +
         with_escapes(line.options.empty() ? "defaults" : line.options) + " " + std::to_string(line.dump) + " " +
         std::to_string(line.pass);
}

std::set<std::string> option_set(std::string_view options) {
  std::set<std::string> set;
  while (!options.empty()) {
    const std::size_t end = options.find(',');
    std::string option(options.substr(0, end));
    options.remove_prefix(end == std::string_view::npos ? options.size() : end + 1);
    if (option.empty() || option == "defaults") continue;
    if (whose_right(option)) {
      for (const char* taken_back : {"suid", "dev"}) set.erase(taken_back);
      if (option.starts_with("user")) set.erase("exec");
    }
    set.insert(std::move(option));
  }
  return set;
}

std::vector<std::string> option_list(const std::set<std::string>& options) {
  std::vector<std::string> list(options.begin(), options.end());
  std::stable_partition(list.begin(), list.end(), whose_right);
  return list;
}

std::string option_text(const std::set<std::string>& options) {
  return joined(option_list(options), ",");
}

LineEdit fstab_edit(const FstabLine& line, bool absent) {
  LineEdit edit;
  edit.absent = absent;
  if (!absent) edit.text = text_of(line);
  edit.match = line.is_swap()
                   ? "^\\s*" + pattern_of(line.source) + "\\s+\\S+\\s+swap(?:\\s|$)"
                   : "^\\s*[^#\\s]\\S*\\s+" + pattern_of(line.point) + (line.point == "/" ? "" : "/*") + "\\s+\\S";
  return edit;
}

}  // namespace plumb
