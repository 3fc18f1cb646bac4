// Words and tables for a JSON Schema of the subset that plumb uses.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace plumb::docs {

using Schema = nlohmann::ordered_json;  // in the order the schema's author chose

// The schema that `part` stands for, following a reference into `document`.
const Schema& resolved(const Schema& document, const Schema& part);

// "list of texts", "`present` or `absent`", "whole number, 1 to 65535"
std::string type_text(const Schema& document, const Schema& part);

// A Markdown table of an object's keys.
std::string key_table(const Schema& document, const Schema& object);

// A value as one would write it in YAML, on one line; `|` escaped for a table.
std::string yaml_text(const Schema& value);

}  // namespace plumb::docs
