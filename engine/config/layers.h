// The layers of the inputs, lowest first: default, inputs.yaml, groups (parents before children, then by name), host,
// environment (PLUMB_INPUT_name), --inputs files in the order given, --set.
#pragma once

#include <optional>
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
// Whether a module that is given null has the input's default: there is one, and null is no value of its own.
bool falls_back_from_null(const Input& input);
// The value that counts; null where no layer sets it, and where it is a reference to a secret that its store was not
// asked for yet.
const Located* input_value(const Project& project, const Host& host, const std::string& input);
// That reference, else null.
const Located* open_reference(const Project& project, const Host& host, const std::string& input);

// The text that a store keeps as the value of an input, which stands there for `reference`. A text stands for itself
// where the schema says string; else it is read as YAML. Nothing of it is in a finding.
std::optional<Located> read_secret(const Input& input, const Located& reference, const std::string& text,
                                   Diagnostics& diagnostics);

}  // namespace plumb::config
