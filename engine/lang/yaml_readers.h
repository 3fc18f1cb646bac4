// The two readers behind read_yaml(). Where both give a tree it is the same one, places and all: the tests and the fuzz
// target compare them (docs/adr/0021-two-yaml-readers.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/lang/yaml.h"

namespace plumb::lang {

// The quick one, for the YAML that configuration is mostly written in: block maps and lists, and on one line each
// plain and quoted texts and flow collections; literal block texts. Nothing where the text holds anything else or
// anything wrong.
std::optional<Node> read_plain_yaml(const std::string& file_name, std::string_view text);

// The whole one, on yaml-cpp: takes all that read_yaml() takes, and tells what is wrong.
std::optional<Node> read_full_yaml(std::string file_name, std::string_view text, Diagnostics& diagnostics);

}  // namespace plumb::lang
