// The documents that configuration is written in: YAML files, and .cue files as `cue export` makes them JSON, which is
// YAML.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/files.h"
#include "engine/lang/source.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// "plumb.yaml" for "plumb"; "plumb.cue" where only that is there.
std::string document_name(const Folder& folder, std::string_view stem);
// Whether there is one of the two.
bool has_document(const Folder& folder, std::string_view stem);

// What a document of which a part cannot be read leaves.
enum class BrokenYaml { kNothing, kWhatCanBeRead };

// Reads `file`, which messages call `name`. Nothing where there is an error, told at `asked_at` if the file itself
// cannot be read; with kWhatCanBeRead of YAML with errors what read_partial_yaml() gives, where that is a map. Spans of
// a CUE file point into what was exported; `sources` has that text under the file's name.
std::optional<lang::Node> read_document(const Files& files, const std::filesystem::path& file, const std::string& name,
                                        const std::optional<SourceSpan>& asked_at, Diagnostics& diagnostics,
                                        lang::SourceMap& sources, BrokenYaml broken = BrokenYaml::kNothing);

// What the `cue` program said on standard error, as findings with their places; `folder` comes before the names of
// files in it.
void tell_cue_errors(std::string_view errors, const std::filesystem::path& folder, Diagnostics& diagnostics);

}  // namespace plumb::config
