// The texts that a reading may tell, as trees that its type is laid on.
#pragma once

#include <string_view>

#include "engine/base/result.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

enum class ReadingFormat { kText, kLines, kJson, kYaml, kToml, kIni, kEnv };

ReadingFormat reading_format(std::string_view name);

// Errors: kCannotObserve with what is wrong and in which line, and nothing of the text itself. INI and NAME=value lines
// have the lines as places, without a file; so has what is wrong with them, as its label.
Result<lang::Node> read_told_text(ReadingFormat format, std::string_view text);

}  // namespace plumb::config
