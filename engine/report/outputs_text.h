// What a project gives out, at the end of an apply and for `plumb output`.
#pragma once

#include <string>

#include "engine/run/outputs.h"

namespace plumb::report {

// Each output with its value, once where hosts have the same. "" where there are none.
std::string outputs_text(const run::Outputs& outputs, bool color);

// The values of one output: the value alone where all hosts have the same, else a line for each value.
std::string output_text(const run::Outputs& outputs, const std::string& name);

// By host; of one output alone its values.
Json outputs_json(const run::Outputs& outputs);
Json output_json(const run::Outputs& outputs, const std::string& name);

// One event of a host; schemas/events.json describes it.
Json outputs_event(const run::Outputs& outputs, const std::string& host);

}  // namespace plumb::report
