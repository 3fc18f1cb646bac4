// The times of a crontab, as cron reads them: what it finds wrong it tells nobody, and passes over the line or the
// file.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb::config {

// One of the five. A range that goes backwards and a step without a range are refused; a pattern says whether the rest
// is of the right form. `name` is how the value is called in messages, quoted.
Result<Json> crontab_time(std::string_view text, const std::string& name);

}  // namespace plumb::config
