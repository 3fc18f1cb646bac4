#include "testdata/layering/rules.h"

#include <algorithm>
#include <regex>
#include <sstream>

#include "engine/base/joined.h"

namespace plumb::layering {
namespace {

std::string first_folders(std::string_view file, int count) {
  std::size_t end = 0;
  for (int i = 0; i < count; ++i) {
    end = file.find('/', i == 0 ? 0 : end + 1);
    if (end == std::string_view::npos) return {};
  }
  return std::string(file.substr(0, end));
}

bool may_include(const std::string& from, const std::string& to) {
  if (from == to) return true;
  const bool kind = from.starts_with("providers/") && from != "providers/sdk";
  const auto found = arrows().find(kind ? "providers/*" : from);
  if (found == arrows().end()) return false;
  return std::any_of(found->second.begin(), found->second.end(),
                     [&](const std::string& next) { return may_include(next, to); });
}

std::optional<std::string> fault_of_project_header(const std::string& file, const std::string& header) {
  const std::optional<std::string> from = layer_of(file);
  const std::optional<std::string> to = layer_of(header);
  if (is_test(header)) return "only tests may include \"" + header + "\"";
  if (!from) return "this folder is not in the picture; give it a place in testdata/layering/rules.h";
  if (!to) return "\"" + header + "\" is not named from the top of the tree, or its folder is not in the picture";
  if (!may_include(*from, *to)) return *from + " may not include " + *to + " (\"" + header + "\")";
  return {};
}

std::optional<std::string> fault_of_library_header(const std::string& file, const std::string& header) {
  const auto in = [&file](const std::string& folder) { return file.starts_with(folder); };
  // With the SDK programs of others are built; the executor has none of it.
  const bool travels =
      layer_of(file) != "providers/outside/sdk" && std::any_of(executor().begin(), executor().end(), in);
  if (travels && streams().contains(header)) return "<" + header + "> would make the executor much larger";
  for (const auto& [prefix, places] : homes()) {
    const auto holds = [&file](const std::string& place) { return file.starts_with(place); };
    if (!header.starts_with(prefix) || std::any_of(places.begin(), places.end(), holds)) continue;
    const std::string named = joined(places, " and ");
    return "<" + header + "> may be included in " + named + " alone";
  }
  return {};
}

// Whatever looks at the disk or starts a program without asking for it.
bool opens_files(const std::string& line) {
  static const std::regex direct(
      R"re((^|[^.>\w])(run_program|has_program|fopen)\()re"
      R"re(|\bstd::[io]?fstream\b|::(open|stat|lstat|access|opendir)\()re"
      R"re(|#\s*include\s*("engine/base/(file|spawn)\.h"|<(fstream|fcntl\.h|sys/stat\.h|dirent\.h)>))re"
      R"re(|\b(fs|filesystem)::(exists|status|symlink_status|canonical|weakly_canonical|relative|proximate|equivalent)re"
      R"re(|file_size|last_write_time|is_\w+|read_symlink|(recursive_)?directory_iterator|create_\w+|remove\w*|rename)re"
      R"re(|copy\w*|permissions|temp_directory_path|current_path)\b)re");
  return line.find_first_of("(#:") != std::string::npos && std::regex_search(line, direct);
}

}  // namespace

std::optional<std::string> layer_of(std::string_view file) {
  for (const char* whole : {"schemas", "providers/outside/sdk"}) {
    if (file.starts_with(std::string(whole) + "/")) return whole;
  }
  const std::string folder = first_folders(file, 2);
  if (arrows().contains(folder)) return folder;
  if (file.starts_with("providers/") && !folder.empty()) return folder;
  return {};
}

bool is_test(std::string_view file) {
  const std::string_view stem = file.substr(0, file.rfind('.'));
  return stem.ends_with("_test") || stem.ends_with("_fuzz") || stem.ends_with("/test_support") ||
         stem.ends_with("/fake_system") || file.find("/testing/") != std::string_view::npos ||
         file.starts_with("testdata/");
}

std::vector<Violation> check(const std::string& file, std::string_view text) {
  static const std::regex include(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
  std::vector<Violation> violations;
  if (is_test(file)) return violations;
  std::istringstream lines{std::string(text)};
  std::string line;
  const std::optional<std::string> layer = layer_of(file);
  const bool behind = layer && behind_files().contains(*layer) && !beside_files().contains(file);
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (behind && opens_files(line))
      violations.push_back({file, number, "files and programs are reached through engine/base/files.h here"});
    if (line.find('#') == std::string::npos || !std::regex_search(line, match, include)) continue;
    const std::string header = match[2];
    const auto fault = match[1] == "\"" ? fault_of_project_header(file, header) : fault_of_library_header(file, header);
    if (fault) violations.push_back({file, number, *fault});
  }
  return violations;
}

}  // namespace plumb::layering
