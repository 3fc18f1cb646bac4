// Modules that somebody has loaded when the host starts, by files of their own.
#include "providers/sdk/survey.h"

#include "providers/kernel_module/kernel_module.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::kernel_module {
namespace {

std::string with_underscores(std::string name) {
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  constexpr std::size_t kLargest = std::size_t{1} << 20;
  const std::string folder = "/etc/modules-load.d/";
  const std::string modules = "\n" + host.system.read_file("/proc/modules", kLargest).value_or("");
  for (const std::string& file : surveyed_names(host, folder, found)) {
    const auto info = host.system.stat(folder + file, false);
    if (is_packaged(host, folder + file) || !info || !*info || (*info)->type != FileType::kFile) continue;
    const std::optional<std::string> text = surveyed_text(host, folder + file, found);
    if (!text) continue;
    const std::vector<std::string> lines = entry_lines(*text, "#;");
    if (lines.size() != 1 || file != lines.front() + ".conf") continue;
    Json attributes = {{"persistent", true}};
    if (modules.find("\n" + with_underscores(lines.front()) + " ") != std::string::npos)
      attributes["state"] = "present";
    found.add(lines.front(), std::move(attributes)).covers.push_back(folder + file);
  }
}

}  // namespace plumb::providers::kernel_module
