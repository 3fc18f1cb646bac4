// Values as Ansible's INI files write them: literals of Python, or else plain text.
#pragma once

#include <string_view>

#include "engine/lang/yaml.h"

namespace plumb::inventory {

// Numbers, True, False and None become plain scalars as YAML writes them; texts in quotes quoted ones; lists, tuples,
// sets and dictionaries sequences and maps. What is no literal is a plain scalar with the text as it is. All parts
// carry the span given.
lang::Node python_value(std::string_view text, const SourceSpan& span);

}  // namespace plumb::inventory
