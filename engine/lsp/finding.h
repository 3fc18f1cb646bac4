// Findings as editors show them, and what an editor can do about them by itself.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "engine/base/diagnostic.h"
#include "engine/base/json.h"
#include "engine/lsp/text.h"

namespace plumb::lsp {

// What a hint says to write instead.
struct Fix {
  std::string title;
  std::size_t begin = 0;  // bytes of the text
  std::size_t end = 0;
  std::string replacement;
};

std::optional<Fix> fix_of(const Diagnostic& finding, const Text& text);

// `text_of` and `uri_of` are asked for the files of related places.
struct FindingFiles {
  std::function<Text(const std::string& file)> text_of;
  std::function<std::string(const std::string& file)> uri_of;
};
// `text` is that of the finding's own file.
Json finding_json(const Diagnostic& finding, const Text& text, const FindingFiles& files, Encoding encoding);

}  // namespace plumb::lsp
