// The parts of the page of a plan, as page/ has them: @WORDS@ in capitals stand for what plan_html.cc puts there.
#pragma once

#include <string_view>

namespace plumb::report {

std::string_view plan_page_html();
std::string_view plan_page_css();
std::string_view plan_page_js();

}  // namespace plumb::report
