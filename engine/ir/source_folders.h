// Contents that are more than one file of the project: folders that hosts are to have, whose files become a list with a
// digest for each, and files that are put together.
#pragma once

#include <optional>
#include <string>

#include "engine/base/diagnostic.h"
#include "engine/base/files.h"
#include "engine/base/json.h"
#include "engine/ir/contents.h"
#include "providers/sdk/kind.h"

namespace plumb::ir {

// Whether the attribute that names the source names a folder.
bool names_source_folder(const Kind& kind, const ContentAttribute& special);

// Has the source give way to the list of what is in it but for what `exclude` names: [{"path", and "folder": true, or
// "content" and "executable"?, or "link"}], in order, each folder before what is in it. False after a fault was told at
// `span`, or where it was stopped.
bool take_source_folder(const ContentAttribute& special, const Folder& project, const SourceSpan& span,
                        Contents& contents, Json& attributes, Diagnostics& diagnostics);

// Has an attribute that lists the parts of a content (x-format source-parts, x-content-of) give way to the bytes of all
// of them. Nothing where there is none. Error: kSourceMissing, kFileUnreadable.
struct JoinedParts {
  std::string attribute;  // that lists them
  std::string text;
};
Result<std::optional<JoinedParts>> join_source_parts(const Kind& kind, const ContentAttribute& special,
                                                     const Folder& project, const Json& attributes);

}  // namespace plumb::ir
