// The parts of the page of a plan, as page/ has them: @WORDS@ in capitals stand for what plan_html.cc puts there.
#pragma once

#include <span>

#include "engine/base/embedded_file.h"

namespace plumb::report {

// By their names there: "plan.css".
std::span<const EmbeddedFile> plan_page();

}  // namespace plumb::report
