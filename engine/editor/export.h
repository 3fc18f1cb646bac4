// Writes the schemas where editors and CUE find them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/editor/documents.h"

namespace plumb::editor {

// Where the modelines of a project point to, relative to it.
inline constexpr const char* kSchemaFolder = ".plumb/schemas";

enum class Format { kJsonSchema, kCue };

// Writes one file a document, or one CUE file, into `folder`, which is made. Gives the names of the files, sorted.
Result<std::vector<std::string>> write_schemas(const std::filesystem::path& folder, Format format,
                                               const Registry& kinds, const KnownProject& known);

}  // namespace plumb::editor
