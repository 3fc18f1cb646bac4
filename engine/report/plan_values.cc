#include "engine/report/plan_values.h"

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/base/joined.h"
#include "engine/base/outside_text.h"
#include "engine/report/path_changes.h"

namespace plumb::report {

std::string value_text(const Json& value) {
  if (value.is_null()) return "(none)";
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (is_digest(text)) return text.substr(0, 19) + "…";
    if (text.empty()) return "\"\"";
    constexpr std::size_t kLongest = 120;
    std::string line = text.substr(0, text.find('\n'));
    if (line.size() > kLongest) {
      std::size_t end = kLongest;
      while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
      line.resize(end);
    }
    const bool whole = line.size() == text.size();
    // Hosts tell these.
    return visible(line) + (whole ? "" : "…");
  }
  if (value.is_array()) {
    std::string list;
    for (const Json& item : value) append_item(list, value_text(item));
    return "[" + list + "]";
  }
  return visible(canonical(value));
}

std::vector<std::string> value_lines(const Json& value) {
  std::vector<std::string> lines;
  // A long list, as of what goes, is read item by item.
  constexpr std::size_t kShortList = 3;
  const auto is_text = [](const Json& item) { return item.is_string(); };
  if (value.is_array() && value.size() > kShortList && std::all_of(value.begin(), value.end(), is_text)) {
    for (const Json& item : value) lines.push_back(value_text(item));
    return lines;
  }
  if (value.is_object() && !value.empty()) {
    for (const PathValue& one : path_values("", value_tree(value)))
      lines.push_back((one.path.empty() ? "" : one.path + ": ") + one.shown);
    return lines;
  }
  if (!value.is_string()) return {value_text(value)};
  std::string_view rest = value.get_ref<const std::string&>();
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    lines.push_back(value_text(std::string(rest.substr(0, end))));
    rest.remove_prefix(end + 1);
  }
  // The end of a text's last line begins no other one.
  if (lines.empty() || !rest.empty()) lines.push_back(value_text(std::string(rest)));
  return lines;
}

std::string duration_text(int seconds) {
  if (seconds % 3600 == 0) return std::to_string(seconds / 3600) + "h";
  if (seconds % 60 == 0) return std::to_string(seconds / 60) + "m";
  return std::to_string(seconds) + "s";
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::uint64_t kKi = 1024;
  if (bytes < kKi) return counted(bytes, "byte", "bytes");
  const bool is_large = bytes >= kKi * kKi;
  const std::uint64_t tenths = bytes * 10 / (is_large ? kKi * kKi : kKi);
  const std::string whole = std::to_string(tenths / 10);
  return (tenths < 100 && tenths % 10 != 0 ? whole + "." + std::to_string(tenths % 10) : whole) +
         (is_large ? " MiB" : " KiB");
}

std::string counted(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

}  // namespace plumb::report
