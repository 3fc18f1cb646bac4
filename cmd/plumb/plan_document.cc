#include "cmd/plumb/plan_document.h"

#include "engine/report/plan_html.h"
#include "engine/report/plan_markdown.h"

namespace plumb::cmd {

bool wants_document(const Options& options) {
  return options.output == "markdown" || options.output == "html";
}

void print_document(const plan::Plan& plan, const std::string& id, const DocumentLines& lines, Terminal& terminal,
                    const Options& options) {
  if (options.output == "markdown") {
    report::PlanMarkdownOptions markdown;
    markdown.kinds = &options.kinds;
    markdown.note = lines.above;
    markdown.errors = lines.below;
    terminal.write(report::plan_markdown(plan, id, markdown));
  } else {
    report::plan_html(plan, id, {&options.kinds, lines.above, lines.below},
                      [&](std::string_view piece) { terminal.write(piece); });
  }
}

}  // namespace plumb::cmd
