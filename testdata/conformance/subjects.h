// The built-in kinds as what is judged.
#pragma once

#include <filesystem>
#include <vector>

#include "engine/base/result.h"
#include "engine/conformance/subject.h"
#include "testdata/meet/image.h"

namespace plumb::conformance {

// With each kind's states from `folder`/KIND/*.json, its cases of all starts where `whole`, else of a few, and the
// exceptions in a file. `image` outlives them.
Result<std::vector<Subject>> builtin_subjects(const Registry& kinds, const std::filesystem::path& folder,
                                              const std::filesystem::path& exceptions, const meet::Image& image,
                                              bool whole);

}  // namespace plumb::conformance
