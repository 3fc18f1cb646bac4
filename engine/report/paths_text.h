// A change of values with names as lines on a terminal: which paths have another value, come and go.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/json.h"
#include "engine/report/path_changes.h"
#include "engine/report/plan_text.h"

namespace plumb::report {

// Lines that begin with `margin` and their sign. Of a text of several lines those that changed.
std::string paths_text(const PathChanges& changes, std::string_view margin, const PlanTextOptions& options);

// What changes of a content: by its paths where the file's name, or what it holds, says what it is and its values
// change; line by line else, and besides where all is asked for. Changes that no path tells are counted.
std::string content_change_text(std::string_view file, std::string_view before, std::string_view after,
                                const PlanTextOptions& options);

// Of an attribute that has names or many items: how many of its values change, and the lines. Nothing where it is told
// in one line.
struct ValueChange {
  std::string count;
  std::string lines;
};
std::optional<ValueChange> value_change(const Json& before, const Json& after, const PlanTextOptions& options);

}  // namespace plumb::report
