// Diagnostics for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/json.h"
#include "engine/lang/source.h"

namespace plumb::report {

// Each finding with the source line it speaks of and a caret run under the place:
//
//   error[PL1007]: unknown key `contnet` for file
//     ┌─ plumb.yaml:14:5
//   14│     contnet: hello
//     │     ^^^^^^^ did you mean `content`?
//
// Lines that the map hides are not shown, long ones are cut around the place, and nothing in the output can move the
// terminal's cursor. Findings are parted by an empty line; there is none at the end.
std::string render(const std::vector<Diagnostic>& diagnostics, const lang::SourceMap& sources, bool color);
std::string render(const Diagnostic& diagnostic, const lang::SourceMap& sources, bool color);

// {"code", "severity", "summary", "span"?, "label"?, "hint"?, "related"?, "host"?}
Json to_json(const Diagnostic& diagnostic);

}  // namespace plumb::report
