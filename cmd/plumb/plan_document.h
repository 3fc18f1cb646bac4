// A plan as a document for those who review it: --output markdown and html.
#pragma once

#include <string>

#include "cmd/plumb/options.h"
#include "cmd/plumb/terminal.h"
#include "engine/plan/plan.h"

namespace plumb::cmd {

// Whether --output asks for one; then standard output has nothing else.
bool wants_document(const Options& options);

struct DocumentLines {
  std::string above;  // what the plan comes to
  std::string below;
};

// That one, to standard output.
void print_document(const plan::Plan& plan, const std::string& id, const DocumentLines& lines, Terminal& terminal,
                    const Options& options);

}  // namespace plumb::cmd
