// A schema as programs beside plumb take it: in the words of plain JSON Schema, and open to what plumb's own reader
// accepts beyond it.
#pragma once

#include <string_view>

#include "engine/base/json.h"

namespace plumb::editor {

struct Openness {
  bool expressions = false;  // text that holds ${…} in the place of any value
  bool numbers = false;      // plain numbers where text is asked for: YAML guesses them, plumb does not
};

// What a text with an expression matches.
inline constexpr std::string_view kExpressionPattern = R"(\$\{)";

// A document's schema: what is below it is opened, the document itself stays what it is. x-format becomes a pattern,
// x-exclusive dependencies, x-expected the patternErrorMessage that editors show; what is left of plumb's own
// vocabulary is dropped.
Json open_document(const Json& schema, Openness openness);
// The schema of a value inside a document, which may be an expression itself.
Json open_value(const Json& schema, Openness openness);

}  // namespace plumb::editor
