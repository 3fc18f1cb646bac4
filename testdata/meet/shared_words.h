// What can be said of a resource of any kind, of several together, and of what the host tells.
#pragma once

#include "testdata/meet/case.h"
#include "testdata/meet/random.h"
#include "testdata/meet/scene.h"

namespace plumb::meet {

// Tags, tries, conditions and the like; a block with something to be done where that fails; readings of the scene's
// paths, and conditions over them.
void add_shared_words(Case& one, const Scene& scene, Random& random);

}  // namespace plumb::meet
