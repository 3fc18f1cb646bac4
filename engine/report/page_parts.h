// What the pages for a browser have in common: their style, and the policy that lets them load nothing.
#pragma once

#include <string>
#include <string_view>

namespace plumb::report {

// "plan.css", as page/ has it.
std::string_view page_part(std::string_view name);

// How the policy of a page names a script or style that it may use.
std::string policy_hash(std::string_view text);

// Everything of a page without scripts up to its body, which begins with the title. `title` is text.
std::string page_head(std::string_view title);

}  // namespace plumb::report
