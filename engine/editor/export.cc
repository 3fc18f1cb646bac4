#include "engine/editor/export.h"

#include <map>
#include <system_error>

#include "engine/base/file.h"
#include "engine/editor/cue.h"

namespace plumb::editor {
namespace {

std::map<std::string, std::string> files(Format format, const Registry& kinds, const KnownProject& known) {
  std::map<std::string, std::string> all;
  if (format == Format::kCue) {
    all["plumb.cue"] = cue_definitions(kinds);
  } else {
    for (const auto& [name, document] : documents(kinds, known)) all[name + ".json"] = document.dump(2) + "\n";
  }
  return all;
}

}  // namespace

Result<std::vector<std::string>> write_schemas(const std::filesystem::path& folder, Format format,
                                               const Registry& kinds, const KnownProject& known) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) return fail(Code::kWriteFailed, "cannot create " + folder.string() + ": " + problem.message());
  std::vector<std::string> names;
  for (const auto& [name, text] : files(format, kinds, known)) {
    PLUMB_TRY(write_file(folder / name, text));
    names.push_back(name);
  }
  return names;
}

}  // namespace plumb::editor
