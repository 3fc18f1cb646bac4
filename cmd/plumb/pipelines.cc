#include "cmd/plumb/pipelines.h"

#include <utility>
#include <vector>

#include "engine/base/replaced.h"
#include "schemas/embedded.h"

namespace plumb::cmd {
namespace {

std::string_view template_of(std::string_view service) {
  for (const EmbeddedFile& one : schemas::pipelines()) {
    if (one.name == service) return one.text;
  }
  return {};
}

bool take_mark(std::string_view& line, std::string_view mark) {
  if (!line.starts_with(mark)) return false;
  line.remove_prefix(mark.size());
  return true;
}

}  // namespace

// A line that begins with a mark in braces is there only where its setting is, and without the mark.
std::string pipeline_text(std::string_view service, const PipelineSettings& settings) {
  const std::string required =
      settings.approvals > 0 ? "--require-approvals " + std::to_string(settings.approvals) + " " : "";
  const std::vector<std::pair<std::string_view, std::string>> words = {{"@PLUMB@", settings.plumb},
                                                                       {"@TESTS@", settings.tests},
                                                                       {"@BRANCH@", settings.branch},
                                                                       {"@REQUIRED@", required}};
  std::string out;
  for (std::string_view text = template_of(service); !text.empty();) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(line.size() + 1);
    if (take_mark(line, "{KEY}") && !settings.shares_key) continue;
    if (take_mark(line, "{APPROVALS}") && settings.approvals == 0) continue;
    std::string written(line);
    for (const auto& [mark, word] : words) written = replaced(std::move(written), mark, word);
    out += written + "\n";
  }
  return out;
}

}  // namespace plumb::cmd
