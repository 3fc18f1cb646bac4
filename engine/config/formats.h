// x-format: what a text means beyond its type, checked and brought into one form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/files.h"
#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb::config {

// True for the formats that turn text into a number, so that a plain number is as good.
bool format_gives_number(std::string_view format);

// The normalised value, or a diagnostic without a span. `name` is how the value is called in messages, quoted.
// `source` looks for its file where there is a folder to look in.
// Formats: path mode duration size content source source-folder user group date name timezone pattern crontab, and
// those of network_formats.h.
Result<Json> apply_format(std::string_view format, std::string_view text, const std::string& name,
                          const std::optional<Folder>& project_folder);

// Below a project: its key and its history, which no host gets.
inline constexpr std::string_view kOwnFolder = ".plumb";

// Checks that `text` names a regular file that lies in `folder`, also after links, and not in kOwnFolder; gives its
// normalised relative path.
Result<std::string> project_file(const Folder& folder, std::string_view text, const std::string& name);
// The same of a file or a folder.
Result<std::string> project_entry(const Folder& folder, std::string_view text, const std::string& name,
                                  EntryType wanted);
// Of a part of a content: a file or a folder of the project.
Result<> check_source_part(const Folder& folder, std::string_view text);

// As parse_integer() of integer_text.h takes a number, perhaps with digits behind a dot.
std::optional<double> parse_number(std::string_view text);

}  // namespace plumb::config
