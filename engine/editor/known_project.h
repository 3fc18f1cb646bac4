// What a project folder declares, for editors to know.
#pragma once

#include "engine/editor/documents.h"

namespace plumb::editor {

// As far as it can be read: mistakes are for `validate` to tell. Defaults of sensitive inputs are left out.
KnownProject read_known_project(const Folder& folder, const Registry& kinds);

}  // namespace plumb::editor
