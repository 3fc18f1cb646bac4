// What is known of what stands at a place, in Markdown.
#pragma once

#include <optional>
#include <string>

#include "engine/lsp/look.h"
#include "engine/lsp/text.h"

namespace plumb::lsp {

// `look` may be null. Nothing where nothing is known.
std::optional<std::string> hover(const Registry& kinds, const Look* look, const std::string& file, const Text& text,
                                 int line, int column);

// What a code means, as `plumb explain` says it.
std::string explained(Code code);

}  // namespace plumb::lsp
