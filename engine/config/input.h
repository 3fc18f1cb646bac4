// One declared input: its schema, read from YAML and checked itself.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/base/json.h"
#include "engine/config/parsed.h"
#include "engine/lang/source.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// `typed` is the entry's value as the project's schema typed it; null may stand for its default.
std::optional<Input> read_input(const lang::Entry& entry, Json typed, Diagnostics& diagnostics);

// Whether a value is not to be shown: a reference to a secret may be.
bool is_hidden(const Input& input, const lang::Node& value);

// A value for the input, checked at its own place. One that refers to a secret is checked for its form alone.
std::optional<Located> read_input_value(const lang::Entry& entry, const Input& input, Diagnostics& diagnostics);

// A file of values that could not be read: where one of the inputs is sensitive, none of its lines is shown.
void hide_unread(const std::map<std::string, Input>& inputs, const std::string& file, lang::SourceMap& sources);

// A value of which nobody can tell whose it is, such as that of an input that is not declared: where one of the inputs
// is sensitive, it may be that one under a misspelt name.
void hide_unclear(const std::map<std::string, Input>& inputs, const lang::Node& value, lang::SourceMap& sources);

}  // namespace plumb::config
