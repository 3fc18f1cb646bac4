// A project that goes on: what it is at first, and what becomes of it. Resources come, go, change and get other names;
// parts of it are applied alone; another project comes to the host.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "testdata/meet/judge.h"
#include "testdata/meet/random.h"
#include "testdata/meet/scene.h"

namespace plumb::meet {

struct Version {
  Case one;  // only the first has a start that counts
  Scope scope;
};
using Versions = std::vector<Version>;

// What comes after a version, `make` giving one more resource beside those that there are.
Version next_version(const Version& last, const std::function<Resource(const std::vector<Resource>&)>& make,
                     Random& random);

// Each as Judge::judge() has it, applied to the host as the one before left it. What the last one did is taken back in
// the end, and the one before it has nothing to do then.
Verdict judge_versions(Judge& judge, const Versions& all);

std::string text_of(const Versions& all);

// The smallest of which `fails` is still true.
Versions shrink(Versions all, const std::function<bool(const Versions&)>& fails);

}  // namespace plumb::meet
