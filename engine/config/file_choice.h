// A file of the project that may differ from host to host: the first one that is there of several, whose names may hold
// expressions. What they can name is found when the project is read, so that all of it is read and checked then.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/files.h"
#include "engine/config/dynamic.h"
#include "engine/config/parsed.h"

namespace plumb::config {

// Whether a value is `{first_of: [...]}`, or a text with expressions in it.
bool is_choice(const lang::Node& value);

// The paths of a choice, or of one text, relative to `own`. A path that can name no file is told. `name` is what
// messages call the value.
ParsedChoice read_choice(const lang::Node& value, const Folder& own, const std::string& name, Diagnostics& diagnostics);

// A ParsedChoice with its expressions.
class FileChoice {
 public:
  // Nothing after a fault was told.
  static std::optional<FileChoice> compile(const ParsedChoice& written, const ExpressionScope& scope);

  std::vector<Dynamic>& paths() { return paths_; }
  // The file, relative to the module's folder. Nothing after it was told that none is there.
  std::optional<std::string> choose(const ParsedChoice& written, const std::string& name,
                                    const Evaluation& evaluation) const;

 private:
  std::vector<Dynamic> paths_;
};

}  // namespace plumb::config
