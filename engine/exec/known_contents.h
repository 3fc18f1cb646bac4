// What this host knows of what is sensitive, so that no program's words carry it away.
#pragma once

#include <string>

#include "engine/base/hidden_texts.h"
#include "engine/exec/apply.h"

namespace plumb::exec {

// Sensitive contents: those that an apply brings, and contents and lines of files that were sensitive when they were
// written, as the record says and as they lie on the disk, since a program may print a file that the plan leaves alone.
// Lines are only told by the project's key. What is large is left out.
HiddenTexts known_contents(const ApplyTools& tools, const std::string& key);

}  // namespace plumb::exec
