// YAML of Ansible's that holds values and nothing to work out.
#pragma once

#include "engine/import/written.h"
#include "engine/lang/yaml.h"

namespace plumb::imports {

// Whether Jinja stands in one of its texts.
bool holds_jinja_within(const lang::Node& node);

// As a value of ours: nothing in it is an expression.
Written literal_of(const lang::Node& node);

// A scalar as text, and null for `false`: of a name that is text for some.
Written text_or_null(const lang::Node& node);

}  // namespace plumb::imports
