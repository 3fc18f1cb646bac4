// Values of the kernel that files of somebody's own have.
#include "providers/sdk/survey.h"

#include <algorithm>
#include <map>

#include "engine/base/joined.h"
#include "providers/sdk/text_lines.h"
#include "providers/sysctl/sysctl.h"

namespace plumb::providers::sysctl {
namespace {

// With one blank between the items of a list.
std::string with_single_blanks(std::string_view text) {
  return joined(words_of(text), " ");
}

struct KeptValue {
  std::string value;
  std::string file;
  bool optional = false;
};

bool is_plain(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._/:@-").find(c) != std::string_view::npos;
  });
}

// By key, of a file in which every line is one.
std::optional<std::map<std::string, KeptValue>> values_in(const std::string& path, std::string_view text) {
  std::map<std::string, KeptValue> values;
  for (const std::string& line : entry_lines(text, "#;")) {
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) return std::nullopt;
    std::string key = with_single_blanks(std::string_view(line).substr(0, equals));
    const bool optional = key.starts_with('-');
    if (optional) key.erase(0, 1);
    const std::string value = with_single_blanks(std::string_view(line).substr(equals + 1));
    if (!is_plain(key) || value.empty()) return std::nullopt;
    values[key] = {value, path, optional};
  }
  return values;
}

// What the kernel has; nothing where it has no such value.
std::optional<std::string> running_value(std::string key, System& system) {
  const std::size_t first = key.find_first_of("./");
  const bool dots = first == std::string::npos || key[first] == '.';
  for (char& c : key) c = dots && c == '.' ? '/' : dots && c == '/' ? '.' : c;
  constexpr std::size_t kLongest = std::size_t{64} << 10;
  const Result<std::string> text = system.read_file("/proc/sys/" + key, kLongest);
  return text ? std::optional<std::string>(with_single_blanks(*text)) : std::nullopt;
}

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  std::vector<std::string> files;
  for (const std::string& name : surveyed_names(host, "/etc/sysctl.d", found)) {
    if (name.ends_with(".conf")) files.push_back("/etc/sysctl.d/" + name);
  }
  files.emplace_back("/etc/sysctl.conf");
  std::map<std::string, KeptValue> all;
  for (const std::string& path : files) {
    const auto info = host.system.stat(path, false);
    if (!info || !*info || (*info)->type != FileType::kFile) continue;
    const std::optional<std::string> text = surveyed_text(host, path, found);
    if (!text || is_as_packaged(host, path, *text)) continue;
    const auto values = values_in(path, *text);
    if (!values || values->empty()) continue;
    // What a later file says again counts, and the earlier one stays a file.
    if (std::any_of(values->begin(), values->end(), [&](const auto& one) { return all.contains(one.first); })) continue;
    all.insert(values->begin(), values->end());
  }
  for (const auto& [key, kept] : all) {
    FoundThing& thing = found.add(key, {{"value", kept.value}, {"file", kept.file}});
    const auto running = host.system.is_image() ? std::nullopt : running_value(key, host.system);
    if (kept.optional || (!running && !host.system.is_image())) thing.attributes["optional"] = true;
    if (running && *running != kept.value) thing.attributes["live"] = false;
    thing.covers.push_back(kept.file);
  }
}

}  // namespace plumb::providers::sysctl
