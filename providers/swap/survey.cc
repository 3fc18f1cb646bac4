// Swap space of /etc/fstab.
#include "providers/sdk/survey.h"

#include <charconv>

#include "providers/sdk/fstab.h"
#include "providers/swap/swap.h"

namespace plumb::providers::swap {

void survey(const SurveyedHost& host, Survey& found) {
  const std::optional<std::string> text = surveyed_text(host, kFstab, found);
  if (!text) return;
  constexpr std::size_t kLargest = std::size_t{1} << 20;
  constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
  const std::string used = host.system.read_file("/proc/swaps", kLargest).value_or("");
  for (const FstabLine& line : fstab_lines(*text)) {
    if (!line.is_swap()) continue;
    Json attributes = Json::object();
    Json options = Json::array();
    for (const std::string& option : option_set(line.options)) {
      if (option == "sw") continue;
      int priority = 0;
      if (option.starts_with("pri=") &&
          std::from_chars(option.data() + 4, option.data() + option.size(), priority).ec == std::errc()) {
        attributes["priority"] = priority;
      } else {
        options.push_back(option);
      }
    }
    if (!options.empty()) attributes["options"] = std::move(options);
    const auto info = line.source.starts_with('/') ? host.system.stat(line.source, true) : std::optional<FileInfo>();
    if (info && *info && (*info)->type == FileType::kFile && (*info)->size >= kMebibyte &&
        (*info)->size % kMebibyte == 0)
      attributes["size"] = std::to_string((*info)->size / kMebibyte) + "MiB";
    if (used.find(line.source + " ") == std::string::npos && line.source.starts_with('/'))
      attributes["state"] = "present";
    found.add(line.source, std::move(attributes));
  }
}

}  // namespace plumb::providers::swap
