// What a document is made of: its symbols, what of it can be folded, and the tokens of its expressions.
#pragma once

#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/lsp/text.h"
#include "providers/sdk/kind.h"

namespace plumb::lsp {

// As DocumentSymbol[].
Json symbols(const Registry& kinds, const std::string& file, const Text& text, Encoding encoding);

// As FoldingRange[].
Json folds(const std::string& file, const Text& text);

// The names of the types that semantic tokens have, by their numbers.
const std::vector<std::string>& token_types();
// As the numbers of SemanticTokens.
Json semantic_tokens(const std::string& file, const Text& text, Encoding encoding);

}  // namespace plumb::lsp
