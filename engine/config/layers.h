// The layers of the inputs, lowest first: default, inputs.yaml, groups (parents before children, then by name), host,
// environment (PLUMB_INPUT_name), --inputs files in the order given, --set.
#pragma once

#include <string>
#include <vector>

#include "engine/config/inventory.h"
#include "engine/config/project.h"

namespace plumb::config {

// Reads inputs.yaml and what stands above the inventory into the project, each value checked by its input's schema.
// A text stands for itself where the schema says string; else it is read as YAML.
void read_input_layers(Project& project, const InputArguments& arguments, Diagnostics& diagnostics,
                       lang::SourceMap& sources);

// Every layer that sets this declared input for the host, lowest first; empty where none does.
std::vector<InputLayer> input_layers(const Project& project, const Host& host, const std::string& input);
// Whether the input needs no value: its schema names null among its types.
bool may_be_null(const Input& input);
// The value that counts; null where no layer sets it.
const Located* input_value(const Project& project, const Host& host, const std::string& input);

}  // namespace plumb::config
