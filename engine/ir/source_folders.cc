#include "engine/ir/source_folders.h"

#include <string>
#include <utility>
#include <vector>

#include "engine/config/source_folder.h"

namespace plumb::ir {
namespace {

constexpr std::size_t kLargestJoined = std::size_t{16} << 20U;

Result<Json> listed(const Folder& project, const std::string& folder, const std::vector<std::string>& exclude,
                    Contents& contents) {
  PLUMB_TRY_ASSIGN(const std::vector<config::SourceEntry> entries,
                   config::read_source_folder(project, folder, exclude));
  Json list = Json::array();
  for (const config::SourceEntry& entry : entries) {
    Json one = {{"path", entry.path}};
    switch (entry.type) {
      case EntryType::kFolder:
        one["folder"] = true;
        break;
      case EntryType::kLink:
        one["link"] = entry.target;
        break;
      default: {
        PLUMB_TRY_ASSIGN(one["content"], contents.add_file(folder + '/' + entry.path));
        if (entry.executable) one["executable"] = true;
      }
    }
    list.push_back(std::move(one));
  }
  return list;
}

// Files of a folder by name; of a file itself.
Result<std::vector<std::string>> files_of(const Folder& project, const std::string& part) {
  const std::optional<FileStatus> status = project.status(part);
  if (!status || status->type != EntryType::kFolder) return std::vector<std::string>{part};
  PLUMB_TRY_ASSIGN(const std::vector<config::SourceEntry> entries, config::read_source_folder(project, part, {}));
  std::vector<std::string> files;
  for (const config::SourceEntry& entry : entries) {
    const bool own = entry.path.find('/') == std::string::npos;
    if (own && entry.type == EntryType::kFile) files.push_back(part + '/' + entry.path);
  }
  return files;
}

}  // namespace

Result<std::optional<JoinedParts>> join_source_parts(const Kind& kind, const ContentAttribute& special,
                                                     const Folder& project, const Json& attributes) {
  if (!kind.schema.is_given()) return std::optional<JoinedParts>();
  const Json& properties = member_of(kind.schema.json(), "properties");
  for (const auto& [name, value] : attributes.items()) {
    if (!value.is_array()) continue;
    const Json& property = member_of(properties, name);
    if (text_of(property, "x-format") != "source-parts" || text_of(property, "x-content-of") != special.content)
      continue;
    JoinedParts joined{name, {}};
    for (const std::string& part : texts_in(value)) {
      PLUMB_TRY_ASSIGN(const std::vector<std::string> files, files_of(project, part));
      for (const std::string& file : files) {
        if (!joined.text.empty() && joined.text.back() != '\n') joined.text += '\n';
        PLUMB_TRY_ASSIGN(const std::string bytes, project.read(file, kLargestJoined - joined.text.size()));
        joined.text += bytes;
      }
    }
    return std::optional(std::move(joined));
  }
  return std::optional<JoinedParts>();
}

bool names_source_folder(const Kind& kind, const ContentAttribute& special) {
  if (!kind.schema.is_given()) return false;
  const Json& properties = member_of(kind.schema.json(), "properties");
  return text_of(member_of(properties, special.source), "x-format") == "source-folder";
}

bool take_source_folder(const ContentAttribute& special, const Folder& project, const SourceSpan& span,
                        Contents& contents, Json& attributes, Diagnostics& diagnostics) {
  const auto folder = attributes[special.source].get<std::string>();
  Result<Json> list = listed(project, folder, texts_in(member_of(attributes, "exclude")), contents);
  if (!list) {
    // Why it was stopped, whoever stopped it says.
    if (list.error().code() != Code::kInterrupted)
      diagnostics.add(Diagnostic(Code::kSourceMissing, list.error().summary()).at(span));
    return false;
  }
  attributes.erase(special.source);
  attributes[special.content] = std::move(*list);
  return true;
}

}  // namespace plumb::ir
