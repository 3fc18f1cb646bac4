// Templates of a project with the parts that they include.
#pragma once

#include <optional>
#include <string>

#include "engine/base/files.h"
#include "engine/config/declaration.h"
#include "engine/config/parsed.h"
#include "engine/lang/template.h"

namespace plumb::config {

// The template that `file`, relative to the module's folder, holds. Nothing after it was told why not.
std::optional<ParsedTemplate> read_template_file(const std::string& file, const SourceSpan& asked_at,
                                                 const ModuleFolder& folder, Diagnostics& diagnostics,
                                                 lang::SourceMap& sources);

// Adds the parts that a template's own text includes, and those that they include. Their paths are relative to the file
// that includes them; a text that stands in configuration is in the module's folder. What cannot be read is told.
void read_parts(ParsedTemplate& text, const ModuleFolder& folder, Diagnostics& diagnostics, lang::SourceMap& sources);

// All its texts, one behind the other; `joined` takes them where they are several, and lives as long as the answer.
lang::TemplateTexts texts_of(const ParsedTemplate& text, std::string& joined);

// A fault of a template, in the file that it is of.
Diagnostic diagnose(cel::Fault fault, const ParsedTemplate& text);

}  // namespace plumb::config
