// Which of a project's documents a file is, by its name.
#pragma once

#include <string>
#include <string_view>

namespace plumb::lsp {

enum class Shape {
  kProject,
  kModule,
  kIncluded,
  kInventory,
  kInputs,
  kTests,
  kPolicy,
  kPolicyTests,
  kProfile,
  kTemplate
};

// `file` is relative to the project. Any other YAML is taken for an included file, and all else for a template.
Shape shape_of(std::string_view file);

// The schema of the whole document; "" where it is read in parts.
std::string_view schema_name(Shape shape);

}  // namespace plumb::lsp
