#include "providers/package/apk/database.h"

#include <algorithm>
#include <set>

#include "engine/base/digest.h"
#include "providers/package/answer_words.h"
#include "providers/package/survey_parts.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::package::apk {
namespace {

constexpr std::size_t kLargestRecords = std::size_t{64} << 20U;

// "virtual=1" -> "virtual"
std::string_view name_in(std::string_view dependency) {
  return dependency.substr(0, dependency.find_first_of("=<>~@"));
}

}  // namespace

Result<std::string> read_records(System& system) {
  return system.read_file(kRecords, kLargestRecords);
}

std::vector<Record> parse_records(std::string_view text) {
  std::vector<Record> records;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.starts_with("P:")) {
      records.push_back({std::string(line.substr(2)), {}, {}});
    } else if (!records.empty() && line.starts_with("V:")) {
      records.back().version = line.substr(2);
    } else if (!records.empty() && line.starts_with("p:")) {
      for (const std::string_view word : words_in(line.substr(2))) records.back().provides.emplace_back(name_in(word));
    }
  }
  return records;
}

std::map<std::string, std::string> parse_world(std::string_view text) {
  std::map<std::string, std::string> world;
  while (!text.empty()) {
    for (const std::string_view word : words_in(take_line(text))) {
      if (word.starts_with('!')) {
        world[std::string(name_in(word.substr(1)))] = "!";
      } else {
        const std::string_view name = name_in(word);
        world[std::string(name)] = word.substr(name.size());
      }
    }
  }
  return world;
}

Result<std::vector<std::string>> goes_with(const std::vector<std::string>& packages,
                                           const std::function<bool(const std::string& path)>& matters,
                                           System& system) {
  PLUMB_TRY_ASSIGN(const std::string records, read_records(system));
  std::set<std::string> paths, kept;
  bool goes = false;
  std::string folder;
  for (std::string_view rest = records; !rest.empty();) {
    const std::string_view line = take_line(rest);
    std::string path;
    if (line.starts_with("P:")) {
      goes = std::find(packages.begin(), packages.end(), line.substr(2)) != packages.end();
    } else if (line.starts_with("F:")) {
      folder = '/' + std::string(line.substr(2));
      path = folder;
    } else if (line.starts_with("R:")) {
      path = folder + '/' + std::string(line.substr(2));
      // Where somebody changed it, it stays.
      if (path.starts_with("/etc/")) continue;
    }
    if (path.empty()) continue;
    if (!goes) {
      kept.insert(std::move(path));
    } else if (matters(path)) {
      paths.insert(std::move(path));
    }
  }
  for (const std::string& path : kept) paths.erase(path);
  return std::vector<std::string>(paths.begin(), paths.end());
}

Result<std::shared_ptr<const Packaged>> packaged(System& system) {
  PLUMB_TRY_ASSIGN(const std::string records, read_records(system));
  auto all = std::make_shared<Packaged>();
  std::string folder, file;
  for (std::string_view rest = records; !rest.empty();) {
    const std::string_view line = take_line(rest);
    if (line.starts_with("F:")) {
      folder = '/' + std::string(line.substr(2));
      add_packaged_path(folder, *all);
    } else if (line.starts_with("R:")) {
      file = folder + '/' + std::string(line.substr(2));
      add_packaged_path(file, *all);
    } else if (line.starts_with("Z:Q1")) {
      // SHA-1, in base64.
      const std::string sum = hex(base64_decode(line.substr(4)).value_or(std::string()));
      if (file.starts_with("/etc/")) all->configuration[file] = sum;
      all->contents.insert(sum);
    }
  }
  return std::shared_ptr<const Packaged>(std::move(all));
}

}  // namespace plumb::providers::package::apk
