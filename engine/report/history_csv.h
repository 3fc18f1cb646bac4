// The actions of runs as a table for spreadsheets: RFC 4180, a head and a row an action. Texts of programs are not in
// it.
#pragma once

#include <string>

#include "engine/history/history.h"

namespace plumb::report {

std::string csv_head();
// One row an action; of a host without any, one row for the host.
std::string csv_rows(const history::RunRecord& run);

}  // namespace plumb::report
