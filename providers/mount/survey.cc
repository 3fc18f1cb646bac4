// Lines of /etc/fstab, but for the root's.
#include "providers/sdk/survey.h"

#include <algorithm>

#include "providers/mount/mount.h"
#include "providers/sdk/fstab.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::mount {
namespace {

// "\040" is a blank.
std::set<std::string> mounted_points(System& system) {
  std::set<std::string> points;
  constexpr std::size_t kLargest = std::size_t{4} << 20;
  const Result<std::string> text = system.read_file("/proc/self/mounts", kLargest);
  if (!text) return points;
  for (const FstabLine& line : fstab_lines(*text)) points.insert(line.point);
  return points;
}

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  const std::optional<std::string> text = surveyed_text(host, kFstab, found);
  if (!text) return;
  const std::set<std::string> mounted = mounted_points(host.system);
  for (const FstabLine& line : fstab_lines(*text)) {
    if (line.is_swap() || !line.point.starts_with('/') || line.point == "/" || line.point == "/proc") continue;
    Json attributes = {{"source", line.source}};
    if (line.type != "auto") attributes["type"] = line.type;
    if (const std::set<std::string> options = option_set(line.options); !options.empty())
      attributes["options"] = option_list(options);
    if (line.dump != 0) attributes["dump"] = line.dump;
    if (line.pass != 0) attributes["pass"] = line.pass;
    if (!mounted.contains(line.point)) attributes["state"] = "present";
    found.add(line.point, std::move(attributes));
  }
}

}  // namespace plumb::providers::mount
