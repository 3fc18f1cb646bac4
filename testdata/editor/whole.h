// Examples as whole documents, which is how editors and CUE meet them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"

namespace plumb::editor {

struct Whole {
  std::string document;  // as exported: project, module, inventory, tests
  std::string name;
  Json value;
  bool good = false;
};

// Everything in testdata/config/schemas and every example in the schemas.
std::vector<Whole> judged_documents();

// documents/NAME.txt, in sections "good …" and "bad …".
std::vector<Whole> editor_documents();

// Complete files in the guides.
std::vector<Whole> guide_documents();

}  // namespace plumb::editor
