// What this host knows of what is sensitive, so that no program's words carry it away.
#pragma once

#include "engine/base/hidden_texts.h"
#include "engine/exec/apply.h"

namespace plumb::exec {

// Sensitive contents: those that an apply brings, and those of files that were sensitive when they were written, as the
// record says and as they lie on the disk, since a program may print a file that the plan leaves alone. What is large
// is left out.
HiddenTexts known_contents(const ApplyTools& tools);

}  // namespace plumb::exec
