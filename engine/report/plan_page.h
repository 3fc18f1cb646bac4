// The parts of the page of a plan, as page/ has them: @WORDS@ in capitals stand for what plan_html.cc puts there.
#pragma once

#include <span>
#include <string_view>

namespace plumb::report {

struct Embedded {
  std::string_view name;  // "plan.css"
  std::string_view text;
};

std::span<const Embedded> plan_page();

}  // namespace plumb::report
